"""Files of published packages, by pinned hash: weights, and footage to calibrate with. Nothing comes from elsewhere."""
