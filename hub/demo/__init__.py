"""The demo: the hub and four boxes replaying real floods on one scaled clock, and a phone that gets the messages.

Every part is the real one; only the water is recorded and the phone is a page. Knows of boxes no more than their
command line and their config files.
"""
