"""One file per command, each with `run(args) -> int`; nothing of a command is imported before it is chosen."""
