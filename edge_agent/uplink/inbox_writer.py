"""Lays into `inbox.db` what the hub has said, with few writes: the card wears, and an fsync takes its time.

What does not get to the disk is kept and tried again; when the file had to be begun anew everything is laid down
again. Keys in `hub`: `db_epoch`, `hub_zero_ms` (its time when the boot clock stood at 0) with `hub_zero_boot` (the
kernel's id of that boot: in another one it means nothing), `link` (a phase), `credit_rps`, and the inbox's own count
of answered hellos.
"""

import logging
from collections.abc import Callable

from contract.clock import Clock
from edge_agent.outbox.errors import InboxRebornError, OutboxError
from edge_agent.outbox.inbox import Inbox
from edge_agent.outbox.inbox_rows import DesiredDocument
from edge_agent.outbox.marks import Marks
from edge_agent.uplink.acknowledged import Acknowledged

COALESCE_MS = 200
"""Real; a drain of 5,000 records a second is five writes a second."""

RETRY_MS = 1_000
ZERO_STEP_REAL_MS = 100
"""A hub's time that moved less is not worth a write."""

_log = logging.getLogger(__name__)


class InboxWriter:
    """The one writer of the inbox."""

    def __init__(self, inbox: Inbox, *, clock: Clock, kernel_boot: str) -> None:
        """Take up the inbox, with what an earlier process has laid down.

        Args:
            inbox: opened by this process.
            clock: real time for the pauses, its rate for what counts as a change of the hub's time.
            kernel_boot: of this boot.
        """
        self._inbox = inbox
        self.acknowledged = Acknowledged(epoch=inbox.hub().get("db_epoch", ""))
        """The marks of now; the sender changes them."""
        self._clock = clock
        self._kernel_boot = kernel_boot
        self._dirty: set[str] = set()
        self._damaged: set[str] = set()
        self._spools: set[str] = set()
        self._is_swept = True
        self._answered = 0
        self._hub: dict[str, str] = {}
        self._laid: dict[str, str] = inbox.hub()
        self._desired = inbox.desired()
        self._is_desired_laid = True
        self._not_before_ms = 0
        self._is_failing = False

    @property
    def desired(self) -> DesiredDocument | None:
        """The desired state that was taken last."""
        return self._desired

    def note_desired(self, document: DesiredDocument) -> None:
        """Take a desired state in place of the one before."""
        self._desired = document
        self._is_desired_laid = False
        self._not_before_ms = 0

    def note_answered(self) -> None:
        """Take note that a `hello` was answered."""
        self._answered += 1
        self._not_before_ms = 0

    def note_damage(self, spool_id: str, is_damaged: bool) -> None:  # noqa: FBT001 - a callback of two values
        """Ask the producer of a spool to look at its pages; or take that back, when they could be read again."""
        if spool_id and (spool_id in self._damaged) != is_damaged:
            (self._damaged.add if is_damaged else self._damaged.discard)(spool_id)
            self._dirty.add(spool_id)

    def take_up(self, spool_ids: set[str]) -> None:
        """Take up the marks that an earlier process has laid down for spools that are new here; forget other spools.

        Marks of another epoch than that of now are passed over.
        """
        for spool_id in spool_ids - self._spools:
            marks = self._inbox.marks(spool_id)
            if marks is not None and marks.db_epoch == self.acknowledged.epoch:
                self.acknowledged.restore(spool_id, ranges=marks.spans(), set_aside=marks.set_aside)
        self._spools = set(spool_ids)
        self._damaged &= spool_ids
        self._dirty &= spool_ids
        self._is_swept = False
        self._not_before_ms = 0

    def marks(self, spool_id: str) -> Marks:
        """Return what is known of a spool, as it stands in the inbox or soon will."""
        acked = self.acknowledged.acked(spool_id)
        high = acked.high()
        return Marks(
            spool=spool_id,
            db_epoch=self.acknowledged.epoch,
            high=high,
            ranges=tuple((first, last) for first, last in acked if first > high),
            set_aside=tuple(self.acknowledged.aside(spool_id)),
            is_damaged=spool_id in self._damaged,
        )

    def note_hub(self, *, link: str, zero_ms: int | None, credit_rps: int) -> None:
        """Take what is known of hub and link."""
        self._hub["link"] = link
        self._hub["db_epoch"] = self.acknowledged.epoch
        self._hub["credit_rps"] = str(credit_rps)
        if zero_ms is not None and self._is_new_zero(zero_ms):
            self._hub["hub_zero_ms"] = str(zero_ms)
            self._hub["hub_zero_boot"] = self._kernel_boot

    def add_command(self, command_id: str, body: bytes, *, expires_real_ms: int) -> bool:
        """Lay a command down at once; answer False if it came before.

        Raises:
            OutboxError: the inbox takes nothing now.
        """
        return self._inbox.add_command(
            command_id,
            body,
            expires_real_ms=expires_real_ms,
            kernel_boot=self._kernel_boot,
            arrived_ms=self._clock.now_ms(),
        )

    def flush(self) -> None:
        """Lay down what is new, if it is time."""
        self._dirty |= self.acknowledged.take_changed() & self._spools
        now_ms = self._clock.real_ms()
        if now_ms < self._not_before_ms or not self._has_news():
            return
        self._not_before_ms = now_ms + COALESCE_MS
        try:
            for step in (self._sweep, self._flush_marks, self._flush_desired, self._flush_answered, self._flush_hub):
                self._guarded(step)
        except OutboxError as exc:
            self._not_before_ms = now_ms + RETRY_MS
            _log.log(logging.DEBUG if self._is_failing else logging.WARNING, "inbox: %s. Tried again each second.", exc)
            self._is_failing = True
        else:
            if self._is_failing:
                _log.info("inbox: written again")
            self._is_failing = False

    def close(self) -> None:
        """Lay down what is left, and close the inbox."""
        self._not_before_ms = 0
        self._hub["link"] = "away"
        self.flush()
        self._inbox.close()

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except InboxRebornError as exc:
            _log.warning("%s", exc)
            self._laid = {}
            self._is_desired_laid = self._desired is None
            self._dirty |= self._spools
            step()

    def _has_news(self) -> bool:
        is_marks_news = bool(self._dirty) or not self._is_swept
        return is_marks_news or self._answered > 0 or not self._is_desired_laid or self._is_hub_news()

    def _sweep(self) -> None:
        if not self._is_swept and self._spools:
            self._inbox.keep_only(self._spools)
        self._is_swept = True

    def _flush_marks(self) -> None:
        if self._dirty:
            self._inbox.put_marks([self.marks(spool_id) for spool_id in self._dirty])
            self._dirty.clear()

    def _flush_desired(self) -> None:
        if self._desired is not None and not self._is_desired_laid:
            self._inbox.put_desired(
                db_epoch=self._desired.db_epoch, version=self._desired.version, body=self._desired.body
            )
            self._is_desired_laid = True

    def _flush_answered(self) -> None:
        while self._answered:
            self._inbox.note_answered()
            self._answered -= 1

    def _flush_hub(self) -> None:
        if self._is_hub_news():
            self._inbox.put_hub(self._hub)
            self._laid = {**self._laid, **self._hub}

    def _is_hub_news(self) -> bool:
        return any(self._laid.get(key) != value for key, value in self._hub.items() if key != "credit_rps")

    def _is_new_zero(self, zero_ms: int) -> bool:
        laid = self._hub.get("hub_zero_ms")
        return laid is None or abs(int(laid) - zero_ms) >= ZERO_STEP_REAL_MS * self._clock.rate
