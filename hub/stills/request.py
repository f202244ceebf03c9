"""How a request for a picture stands. Pure.

asked -> waiting -> (the box answers) coming -> here
                 -> refused: the box says why there is none
                 -> silent: it did not answer in time
                    coming -> late: it made one, and that has not arrived

1. A picture that is here is here, whatever else was said.
2. Times are the hub's, which may run fast; waits are real.
"""

from enum import StrEnum

from msgspec import Struct

from hub.storage.commands import IssuedCommand
from hub.storage.stills import StillRow

TTL_S = 20.0
"""Real; the box carries a request out in 2 s and gives its camera 10 for a frame."""
GRACE_S = 5.0
"""Real, beyond that, for the answer's way."""
ARRIVES_WITHIN_S = 30.0
"""Real, from the answer on: 50 KB over 4G with a cut in between."""
DONE = "done"


class Stage(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    SILENT = "silent"
    REFUSED = "refused"
    COMING = "coming"
    LATE = "late"
    HERE = "here"


class StillRequest(Struct, frozen=True, kw_only=True):
    """One request; times UTC ms of the hub."""

    command_id: str
    by: str
    asked_ms: int
    stage: Stage
    answer: str
    """What the box said, Indonesian, then ` / ` and English where it has that."""

    @property
    def is_open(self) -> bool:
        """Whether a picture may still come of it soon."""
        return self.stage in {Stage.WAITING, Stage.COMING}


def request_of(command: IssuedCommand, still: StillRow | None, *, now_ms: int, rate: float) -> StillRequest:
    """Return how a request stands.

    Args:
        command: that was given to the box.
        still: that came of it, if it is here.
        now_ms: the hub's clock.
        rate: of that clock, scaled seconds per real second.
    """
    return StillRequest(
        command_id=command.command_id,
        by=command.issued_by,
        asked_ms=command.issued_ms,
        stage=_stage(command, still, now_ms=now_ms, rate=rate),
        answer=command.result_text or "",
    )


def words_of(answer: str, language: str) -> str:
    """Return an answer in a language; in Indonesian where the box said nothing else."""
    indonesian, _, english = answer.partition(" / ")
    return english if english and language != "id" else indonesian


def _stage(command: IssuedCommand, still: StillRow | None, *, now_ms: int, rate: float) -> Stage:
    if still is not None:
        return Stage.HERE
    if command.result is None or command.result_ms is None:
        is_over = now_ms - command.issued_ms > 1000 * (command.ttl_s + GRACE_S) * rate
        return Stage.SILENT if is_over else Stage.WAITING
    if command.result != DONE:
        return Stage.REFUSED
    return Stage.LATE if now_ms - command.result_ms > 1000 * ARRIVES_WITHIN_S * rate else Stage.COMING
