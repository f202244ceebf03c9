"""The numbers that may travel between box and hub: what JSON, SQLite and Python's floats hold on every side alike.

A number beyond them is refused where a message or record is decoded, so that nothing behind has to fear it.
"""

from typing import Annotated

from msgspec import Meta

MOST = 2**53
"""Whole numbers up to it are exact in every JSON reader; SQLite's end at 2**63."""

DAY_S = 86_400

Whole = Annotated[int, Meta(ge=0, le=MOST)]
"""A count, a version, a time in ms."""

Signed = Annotated[int, Meta(ge=-MOST, le=MOST)]

StageCm = Annotated[float, Meta(ge=-100_000, le=100_000)]
"""A length above or below a datum, cm: a kilometre each way."""

UpToADayS = Annotated[float, Meta(gt=0, le=DAY_S)]
"""An interval or a time to live, s."""
