"""Reads what `edge-agent witness` of a box has printed: one JSON object a line."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contract.bounds import MOST, Whole
from contract.identity import NodeId
from hub.audit.errors import WitnessFileError

LINES_MOST = 200_000
"""500 boxes at 400 lines each."""

HUB_ITSELF = "hub"
"""Whose witness it is that lies in the hub's own database; no box can be called so."""


class Witness(Struct, frozen=True, kw_only=True):
    """The audit log's head as a box was shown it; `at_ms` is the box's own clock."""

    node: NodeId
    at_ms: Whole
    db_epoch: Annotated[str, Meta(max_length=64)]
    n: Annotated[int, Meta(ge=1, le=MOST)]
    hash: Annotated[str, Meta(max_length=128)]
    """As it was shown, whatever that was: it is compared, and what is told of it is made harmless."""


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
            problems.append(
                f"{file}:{number}: is no line of `edge-agent witness`: {problem}. Fetch the file again, or take the "
                "line out and say so."
            )
    if problems:
        raise WitnessFileError(problems)
    return witnesses
