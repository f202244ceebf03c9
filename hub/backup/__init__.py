"""Encrypted copies of the hub: database, authority, secrets and config in one file, and the way back."""
