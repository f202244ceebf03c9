"""One file per command of `models`: `add_arguments` and `run` are here, the list stands in `models/__main__.py`."""
