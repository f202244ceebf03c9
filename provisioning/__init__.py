"""The technician's and operator's side of the boxes: who a box is, and the labels that make it known."""
