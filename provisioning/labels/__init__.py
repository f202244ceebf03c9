"""Draws the label by which a technician makes a box known: one layout, as SVG and as PDF."""
