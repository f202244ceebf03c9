"""A box becomes known to its hub: from the label in a technician's hand to a certificate in the box's home."""
