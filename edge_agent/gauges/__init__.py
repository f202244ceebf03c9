"""From a sensor to a judged stage: drivers behind one Protocol, filtering, quality control, stage above datum.

Loads neither numpy nor a board library before a driver that needs one is opened. Does not decide levels.
"""
