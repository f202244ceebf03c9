"""One file per command of `hub`: HELP is in the command table, `add_arguments` and `run` are here."""
