"""What cameras counted: summed up over time, and how each view stands now. Values and rules; pages are elsewhere."""
