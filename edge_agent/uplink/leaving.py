"""How a box leaves the fleet at the hub's word: everything is handed over first, and only then is there no way back.

1. `retire` came, for this box and from the hub that it speaks with -> asked. It measures on. The word lives as long as
   the command does, so a hub that asks no more is forgotten; `retire_cancel` ends it at once.
2. Asked, connected, the hub has acknowledged every record of every outbox, and no picture waits -> the marker LEAVING.
   From here on there is no way back, not by a power cut either: the gauge silences its siren, ends, and does not start
   again.
3. The gauge is gone (its file has no owner any more) and its last records are acknowledged -> the answer is written,
   as a record like all others.
4. The answer is acknowledged, or was not within `ANSWER_WITHIN_MS` of this start -> the marker WIPING; the connection
   ends for good, and `finish` wipes.

A box whose gauge works from memory, or whose key was laid out by hand, is not retired but revoked: it answers so.
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from contract.clock import Clock
from contract.messages import Command
from contract.retirement import RETIRE, is_meant_for
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.outbox.errors import OutboxError, OutboxInUseError
from edge_agent.outbox.place import Place
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.schema import CLASSES
from edge_agent.renewal.slots import FOLDER
from edge_agent.retirement.marker import Marker, Step, read_marker, write_marker
from edge_agent.retirement.wiping import Eraser, held_places, wipe
from edge_agent.uplink.acknowledged import Acknowledged
from edge_agent.uplink.commands import Answer, Outcome
from edge_agent.uplink.own_records import OwnRecords
from edge_agent.uplink.shelves import OWN_PRODUCER, PRODUCERS
from edge_agent.uplink.spools import untaken

LOOK_EVERY_MS = 200
"""Real; how often the outboxes are read through."""
ANSWER_WITHIN_MS = 600_000
"""Real; a hub that was told, and lost the box's answer or has revoked it meanwhile, does not keep the keys alive."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Leaving:
    """One box's.

    Attributes:
        home: of the box.
        refuge: the gauge's outbox in memory, where it works without its disk.
        node_id: of the box.
        why_not: what stands against retiring this box; empty: nothing.
        clock: of this process.
        acknowledged: what the hub has.
        own: writes the answers.
        marker: on the disk; None: the box works.
        is_over: the connection is to end, and `finish` to be called.
    """

    home: Path
    refuge: Path
    node_id: str
    why_not: str
    clock: Clock
    acknowledged: Acknowledged
    own: OwnRecords
    marker: Marker | None = None
    is_over: bool = False
    _asked: Command | None = None
    _asked_until_ms: int = 0
    _places: list[Place] = field(default_factory=list)
    _due_ms: int = 0
    _answer_until_ms: int | None = None

    def __post_init__(self) -> None:
        """Take up what lies on the disk."""
        self.marker = read_marker(self.home)

    def take(self, command: Command, *, left_s: float) -> bool:
        """Take one of the two commands; return False if it was answered before.

        Args:
            command: `retire` or `retire_cancel`.
            left_s: of its life, real seconds.
        """
        if self.own.is_answered(command.command_id):
            return False
        if left_s <= 0:
            self._say(command, "expired", "perintah sudah kedaluwarsa")
        elif not is_meant_for(command, node_id=self.node_id, db_epoch=self.acknowledged.epoch):
            self._say(command, "refused", "perintah ini untuk kotak lain atau dari pusat lain")
        elif command.kind != RETIRE:
            self._cancel(command)
        elif self.marker is None:
            self._ask(command, left_s=left_s)
        return True

    def look(self, *, is_open: bool) -> None:
        """Do what is due; call it each turn.

        Args:
            is_open: the hub has answered the hello of this connection.
        """
        now_ms = self.clock.real_ms()
        if self.is_over or (self.marker is None and self._asked is None) or now_ms < self._due_ms:
            return
        self._due_ms = now_ms + LOOK_EVERY_MS
        if self._asked is not None and now_ms >= self._asked_until_ms:
            _log.warning("the hub asks no more: this box is not retired")
            self._asked = None
        if self.marker is None:
            is_handed_over = is_open and not self._waiting(PRODUCERS) and not Outgoing(self.home).newest_first()
            if self._asked is not None and is_handed_over:
                self._begin(self._asked)
        elif self._has_places():
            self._end(self.marker, now_ms=now_ms)

    def finish(self, *, eraser: Eraser | None = None) -> None:
        """Wipe; the connection and the files of this process are closed.

        Raises:
            OSError: something cannot be removed; the next start goes on.
        """
        marker = self.marker
        if marker is None or marker.step is Step.LEAVING:
            return
        finish_wipe(self.home, marker, eraser=eraser)
        for place in self._places:
            place.release()

    def _ask(self, command: Command, *, left_s: float) -> None:
        why_not = self.why_not
        if self.refuge.is_symlink():
            why_not = "kartu tidak dapat ditulis dan catatan hanya di memori; perbaiki kartunya, atau cabut kotak ini"
        if why_not:
            self._say(command, "refused", why_not)
            return
        if self._asked is None:
            _log.warning("the hub retires this box: everything that waits is handed over first")
        self._asked, self._asked_until_ms = command, self.clock.real_ms() + round(1000 * left_s)
        self._due_ms = 0

    def _cancel(self, command: Command) -> None:
        if self.marker is not None:
            self._say(command, "refused", "terlambat, kotak ini sedang dihapus")
            return
        self._asked = None
        self._say(command, "done", "kotak ini tidak jadi dipensiunkan")

    def _begin(self, command: Command) -> None:
        marker = Marker(
            step=Step.LEAVING, node=self.node_id, command_id=command.command_id, at_ms=self.clock.now_ms()
        )  # fmt: skip
        try:
            write_marker(self.home, marker)
        except OSError as problem:
            _log.warning("retirement: %s", problem)
            self._say(command, "refused", f"kartu tidak dapat ditulis: {problem.strerror}")
        else:
            self.marker = marker
            _log.warning("everything is at the hub; this box leaves the fleet")
        self._asked = None

    def _has_places(self) -> bool:
        """Answer whether nobody but this process writes any more; what was written last is seen at the next look."""
        if self._places:
            return True
        try:
            self._places = held_places([self.home / f"outbox-{name}.db" for name in PRODUCERS if name != OWN_PRODUCER])
        except OutboxInUseError:
            _log.debug("retirement: the gauge has not ended yet")
        return False

    def _end(self, marker: Marker, *, now_ms: int) -> None:
        others = tuple(name for name in PRODUCERS if name != OWN_PRODUCER)
        if self._waiting(others):
            return
        if not self.own.is_answered(marker.command_id):
            self.own.say(Answer(command_id=marker.command_id, result="done", text="kunci dan antrean kotak dihapus"))
            return
        if self._answer_until_ms is None:
            self._answer_until_ms = now_ms + ANSWER_WITHIN_MS
        if self._waiting((OWN_PRODUCER,)):
            if now_ms < self._answer_until_ms:
                return
            _log.warning("the hub has not acknowledged the answer; it still shows this box as one that is to go")
        wiping = replace(marker, step=Step.WIPING)
        try:
            write_marker(self.home, wiping)
        except OSError as problem:
            _log.warning("retirement: %s", problem)
            return
        self.marker, self.is_over = wiping, True

    def _waiting(self, producers: tuple[str, ...]) -> bool:
        """Answer whether the hub lacks a record of these; what cannot be read now may be one."""
        try:
            return any(self._has_waiting(OutboxReader.open(self.home / f"outbox-{name}.db")) for name in producers)
        except OutboxError as problem:
            _log.debug("retirement: %s", problem)
            return True

    def _has_waiting(self, reader: OutboxReader) -> bool:
        if not reader.path.exists():
            return False
        taken = self.acknowledged.acked(reader.view().spool)
        return any(untaken(reader, one, taken=taken, newest_first=False, limit=1) for one in CLASSES)

    def _say(self, command: Command, result: Outcome, text: str) -> None:
        self.own.say(Answer(command_id=command.command_id, result=result, text=text))


def why_not_wiped(key: Path | None, *, home: Path) -> str:
    """Return why a key cannot be wiped from here; empty: it can, or there is none."""
    if key is None or key.parent == home / FOLDER:
        return ""
    return "kunci kotak ini dipasang dengan tangan dan tidak dapat dihapus dari sini; cabut kotak ini"


def finish_wipe(home: Path, marker: Marker, *, eraser: Eraser | None = None) -> None:
    """Wipe a home whose marker says so, and write that it is done.

    Raises:
        OSError: something cannot be removed; the next start goes on.
    """
    wipe(home, outboxes=[home / f"outbox-{name}.db" for name in PRODUCERS], eraser=eraser)
    write_marker(home, replace(marker, step=Step.RETIRED))
    _log.warning("%s is retired: its keys and queues are wiped", marker.node)
