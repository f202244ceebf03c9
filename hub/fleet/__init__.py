"""The fleet: what each box should be, and commands to boxes."""
