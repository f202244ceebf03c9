"""How things stand between box and hub, and when `hello` is said. Pure; real time.

The rules:

1. AWAY: no connection. A connection begins GREETING.
2. GREETING: `hello` goes first, and again every 30 s until the first acknowledgement since; then OPEN. In OPEN it is
   still repeated until every spool named in it was acknowledged.
3. OPEN, and a batch has waited 30 s with no acknowledgement of anything meanwhile: SILENT, and `hello` at once.
4. The acknowledgement that ends a silence, or comes from a restored hub: GREETING again. The hub may have been away
   for all that was said, `hello` included.
"""

from collections.abc import Iterable
from enum import Enum, StrEnum, auto

from contract.flow import HELLO_EVERY_S

_HELLO_EVERY_MS = round(1000 * HELLO_EVERY_S)


class Phase(StrEnum):
    """How things stand."""

    AWAY = "away"
    GREETING = "greeting"
    OPEN = "open"
    SILENT = "silent"


class Turn(Enum):
    """What an acknowledgement changes."""

    NOTHING = auto()
    OPENED = auto()
    """`hello` was answered."""
    GREET_AGAIN = auto()
    """The hub is back, and must hear `hello` and all class 0."""


class Conversation:
    """The phase, and the hellos."""

    def __init__(self) -> None:
        """Begin away."""
        self.phase = Phase.AWAY
        self.answered = 0
        """How many times `hello` was answered."""
        self.hello_due_ms: int | None = None
        """Real ms at which the next `hello` is due; None: none is."""
        self._said = 0
        self._unanswered: set[str] = set()

    def greet(self, phase: Phase, *, now_ms: int) -> None:
        """Begin GREETING or SILENT: `hello` is due at once."""
        self.phase = phase
        self.hello_due_ms = now_ms
        self._said = 0
        self._unanswered.clear()

    def leave(self) -> None:
        """Take note that the connection has ended."""
        self.phase = Phase.AWAY
        self.hello_due_ms = None

    def say_hello(self, spool_ids: Iterable[str], *, now_ms: int) -> bool:
        """Take note that `hello` goes now and names these spools; return whether it is a repeated one, unanswered."""
        self._said += 1
        self._unanswered = set(spool_ids)
        self.hello_due_ms = now_ms + _HELLO_EVERY_MS
        return self._said > 1 and self.phase is not Phase.OPEN

    def heard(self, spool_id: str, *, is_restored: bool) -> Turn:
        """Take note of an acknowledgement of a spool; `is_restored`: the first of another epoch."""
        self._unanswered.discard(spool_id)
        if self.phase is Phase.SILENT or (is_restored and self.phase is Phase.OPEN):
            return Turn.GREET_AGAIN
        is_answer = self.phase is Phase.GREETING and self._said > 0
        if is_answer:
            self.phase = Phase.OPEN
            self.answered += 1
        if self.phase is Phase.OPEN and not self._unanswered:
            self.hello_due_ms = None
        return Turn.OPENED if is_answer else Turn.NOTHING
