"""The demo: the hub, four boxes replaying real floods on one scaled clock, one with a camera, and a phone.

Every part is the real one; only water and pictures are recorded and the phone is a page. Knows of boxes no more than
their command line and their config files.
"""
