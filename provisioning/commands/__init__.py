"""The commands of `provision`, one file each."""
