"""The hub's database: one SQLite file, one module per noun, no SQL anywhere else.

Every function takes an open connection. Functions that write expect to stand inside `connection.write(...)`;
they never begin or commit by themselves, so that several nouns change together or not at all.
"""
