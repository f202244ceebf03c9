"""A box that is retired: the marker on its disk, and how its identity is wiped."""
