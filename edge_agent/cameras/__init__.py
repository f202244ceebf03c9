"""Cameras: frame sources behind one Protocol, and the thread that always has the newest frame."""
