"""Stills: what may be seen of a frame, made unreadable where a person or a plate could be, before disk and wire."""
