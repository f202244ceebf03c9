"""Secrets on disk as boxes keep theirs: whole or not there at all after a power cut, for the hub's own user alone."""

from provisioning.identity.disk import FILE_MODE, FOLDER_MODE, make_folder, settle_folder, sweep, write_file

__all__ = ["FILE_MODE", "FOLDER_MODE", "make_folder", "settle_folder", "sweep", "write_file"]
