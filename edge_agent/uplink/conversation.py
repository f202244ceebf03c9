"""How things stand between box and hub, and when `hello` is said. Pure; real time.

The rules:

1. AWAY: no connection. A connection begins GREETING.
2. GREETING: `hello` goes first, and again every 30 s until the first acknowledgement that names its session; then
   OPEN. In OPEN it is still repeated until every spool named in it was acknowledged so.
3. OPEN, and a batch has waited 30 s with no acknowledgement of anything meanwhile: SILENT, and `hello` at once.
4. The acknowledgement that ends a silence, or comes from a restored hub: GREETING again. The hub may have been away
   for all that was said, `hello` included.
5. OPEN, and what `hello` said is no longer so (the gauge has applied another desired state): it is said again at once.
6. GREETING, and an acknowledgement that names no session: the hub is there and has not heard `hello`, which was said
   first. It is said again at once, at most once a second.
"""

from collections.abc import Iterable
from enum import Enum, StrEnum, auto

from contract.flow import HELLO_EVERY_S

_HELLO_EVERY_MS = round(1000 * HELLO_EVERY_S)
_HELLO_AGAIN_MS = 1_000


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
        self._said_ms = 0
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

    def tell_again(self, *, now_ms: int) -> None:
        """Let `hello` be due now if the conversation is open; every other phase has one due anyway."""
        if self.phase is Phase.OPEN:
            self.hello_due_ms = now_ms

    def say_hello(self, spool_ids: Iterable[str], *, now_ms: int) -> bool:
        """Take note that `hello` goes now and names these spools; return whether it is a repeated one, unanswered."""
        self._said += 1
        self._said_ms = now_ms
        self._unanswered = set(spool_ids)
        self.hello_due_ms = now_ms + _HELLO_EVERY_MS
        return self._said > 1 and self.phase is not Phase.OPEN

    def heard(self, spool_id: str, *, is_answer: bool, is_restored: bool, now_ms: int) -> Turn:
        """Take note of an acknowledgement.

        Args:
            spool_id: of which spool.
            is_answer: it names the session of this connection's `hello`.
            is_restored: it is the first of another epoch.
            now_ms: real time.
        """
        if is_answer:
            self._unanswered.discard(spool_id)
        if self.phase is Phase.SILENT or (is_restored and self.phase is Phase.OPEN):
            return Turn.GREET_AGAIN
        is_greeting = self.phase is Phase.GREETING and self._said > 0
        if is_greeting and not is_answer and self.hello_due_ms is not None:
            self.hello_due_ms = min(self.hello_due_ms, max(now_ms, self._said_ms + _HELLO_AGAIN_MS))
        if is_greeting and is_answer:
            self.phase = Phase.OPEN
            self.answered += 1
        if self.phase is Phase.OPEN and not self._unanswered:
            self.hello_due_ms = None
        return Turn.OPENED if is_greeting and is_answer else Turn.NOTHING
