"""Quality control of a gauge's readings, one at a time, with a small memory that survives a restart.

Flags after the QARTOD manual for water level, version 2.1: pass, not evaluated, suspect, fail, missing. The tests
are written for a stream that a siren waits for: no test needs a later reading, so a doubtful value is flagged at once
and believed when the next readings bear it out.
"""
