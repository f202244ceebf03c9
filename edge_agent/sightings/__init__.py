"""Sightings: detections over time become tracks, and tracks become what a zone or line has seen. Pure."""
