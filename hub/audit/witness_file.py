"""Reads what `edge-agent witness` of a box has printed: one JSON object a line."""

from pathlib import Path

import msgspec
from msgspec import Struct

from contract.bounds import Whole
from hub.audit.errors import WitnessFileError

LINES_MOST = 200_000
"""500 boxes at 400 lines each."""


class Witness(Struct, frozen=True, kw_only=True):
    """The audit log's head as a box was shown it; `at_ms` is the box's own clock."""

    node: str
    at_ms: Whole
    db_epoch: str
    n: Whole
    hash: str


_DECODER = msgspec.json.Decoder(Witness)


def read_witnesses(file: Path) -> list[Witness]:
    """Return the witnesses in a file.

    Raises:
        WitnessFileError: it cannot be read, or lines in it are no witnesses; names every one.
    """
    try:
        lines = file.read_bytes().splitlines()
    except OSError as problem:
        raise WitnessFileError([f"{file}: cannot be read: {problem.strerror}. Check the path."]) from problem
    if len(lines) > LINES_MOST:
        raise WitnessFileError([f"{file}: expected at most {LINES_MOST} lines, got {len(lines)}. Split the file."])
    witnesses: list[Witness] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                witnesses.append(_DECODER.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            problems.append(f"{file}:{number}: is no line of `edge-agent witness`: {problem}. Fetch the file again.")
    if problems:
        raise WitnessFileError(problems)
    return witnesses
