"""What box and hub agree on: records, messages, topics, keys, clock trust, severity, the level rule.

Owned by both sides and by neither. Pure values and rules; imports nothing but msgspec and the
standard library. Only `contract.clock` reads a clock.
"""
