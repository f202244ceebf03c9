"""Pictures on their way to the hub: where they wait on the box, how much they may, and who brings them."""
