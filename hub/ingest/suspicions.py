"""What a batch says beside its readings: losses, faults, signs of a second box under the same name."""

import logging

from contract.clock import Clock
from contract.records import Fault, RecordClass
from contract.seq_ranges import Range
from hub.alerting.alert import CLONE_CODE, RECORDS_LOST_CODE
from hub.alerting.policy import AlertPolicy
from hub.fleet import standing
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.boxes import Box
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.memory import Memory
from hub.ingest.savepoint import savepoint
from hub.ingest.watermarks import QUIET_REAL_MS, SpoolMark
from hub.rivers.silence import TRUSTED
from hub.storage import changes, counters, faults, gaps
from hub.storage.connection import Connection
from hub.storage.counters import RECORD_GAPS
from hub.storage.faults import FaultNow
from hub.storage.gaps import Gap

_CLONE_TEXT = (
    "dua kotak memakai satu nama: pusat TIDAK menerima data kotak ini. Pantau stasiunnya dengan mata. Lepas: "
    "konfirmasi alarm ini setelah salinan dimatikan"
)
_CONFLICT_TEXT = "isi yang berbeda dengan nomor yang sama: penyimpanan kotak rusak, atau dua kotak memakai satu nama"
_LOG = logging.getLogger(__name__)


class Suspicions:
    """Writes them down and tells the alerts."""

    def __init__(self, memory: Memory, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Take what is acted on; every call stands inside a write."""
        self._memory = memory
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._complaints = Complaints(_LOG)

    def look_for_losses(self, connection: Connection, mark: SpoolMark) -> None:
        """Write down what is lost since the last time, or has been found again."""
        if len(mark.lost) and mark.find_again():
            gaps.keep_lost(connection, node_id=mark.node_id, spool_id=mark.spool_id, lost=mark.lost)
            self._memory.watermarks.touch(mark)
        real_ms, box = self._clock.real_ms(), self._memory.boxes.find(mark.node_id)
        is_there = box is not None and box.is_there(within_real_ms=QUIET_REAL_MS, real_ms=real_ms)
        lost = mark.find_lost(real_ms=real_ms, is_there=is_there)
        if lost:
            self._write_lost(connection, mark, lost)

    def _write_lost(self, connection: Connection, mark: SpoolMark, lost: list[Range]) -> None:
        kinds = mark.by_kind(lost)
        now_ms = self._clock.now_ms()
        gaps.add(
            connection,
            [
                Gap(
                    node_id=mark.node_id,
                    spool_id=mark.spool_id,
                    first_seq=first,
                    last_seq=last,
                    kind=kind,
                    reason="",
                    found_ms=now_ms,
                )
                for kind, (first, last) in kinds
            ],
        )
        self._memory.watermarks.touch(mark)
        changes.add(connection, at_ms=now_ms, kind="node", ref=mark.node_id)
        losses = [piece for kind, piece in kinds if kind == "loss"]
        if losses:
            counters.add(connection, {(RECORD_GAPS, ""): len(losses)})
            _LOG.warning("%s lost records of spool %s: %s", mark.node_id, mark.spool_id, losses)
            text = _loss_text(mark, losses)
            self._tell(connection, mark.node_id, "", RECORDS_LOST_CODE, text, at_ms=now_ms, active=True)

    def take_fault(self, connection: Connection, mark: SpoolMark, fault: Fault) -> None:
        """Take the newest word on a fault; what matters now, and any end of it, goes to the alerts."""
        told = FaultNow(
            node_id=mark.node_id,
            source=fault.source,
            code=fault.code,
            is_active=fault.active,
            text=fault.text,
            at_ms=fault.at_ms,
            spool_no=mark.spool_no,
            boot=fault.boot,
            up_ms=fault.up_ms,
            seq=fault.seq,
        )
        if not faults.store_if_newer(connection, told):
            return
        changes.add(connection, at_ms=self._clock.now_ms(), kind="node", ref=mark.node_id)
        eye = (mark.node_id, fault.source)
        if fault.source and eye not in self._memory.layout.counting:
            changes.add(connection, at_ms=self._clock.now_ms(), kind="view", ref=self._memory.sightings.ref(eye))
        if fault.record_class == RecordClass.ALERT or not fault.active:
            at_ms = fault.at_ms if fault.clock in TRUSTED else self._clock.now_ms()
            self._tell(connection, mark.node_id, fault.source, fault.code, fault.text, at_ms=at_ms, active=fault.active)

    def take_conflict(self, connection: Connection, mark: SpoolMark) -> None:
        """Tell people of one number with two contents. It refuses nobody: a disk that lied in a power cut makes one."""
        _LOG.warning("%s says other things under numbers of spool %s that are stored", mark.node_id, mark.spool_id)
        self._tell(connection, mark.node_id, "", CLONE_CODE, _CONFLICT_TEXT, at_ms=self._clock.now_ms(), active=True)

    def suspect_clone(self, connection: Connection, box: Box, evidence: str) -> None:
        """Quarantine a box of which there seem to be two; what it has said until now is kept and answered."""
        now_ms = self._clock.now_ms()
        if not standing.quarantine(connection, box.node_id, reason=evidence, now_ms=now_ms):
            return
        self._memory.refused.read_again(connection)
        box.clones.clear()
        _LOG.warning("%s may be two boxes, or corrupted: %s", box.node_id, evidence)
        self._tell(connection, box.node_id, "", CLONE_CODE, _CLONE_TEXT, at_ms=now_ms, active=True)

    def _tell(
        self, connection: Connection, node_id: str, source: str, code: str, text: str, *, at_ms: int, active: bool
    ) -> None:
        try:
            with savepoint(connection):
                self._desk.on_fault(
                    connection,
                    station_id=self._station_of(node_id, source),
                    node_id=node_id,
                    code=code,
                    active=active,
                    text=text,
                    at_ms=at_ms,
                    now_ms=self._clock.now_ms(),
                    policy=self._policy,
                )
        except PartFailedError as problem:
            self._complaints.trouble(code, f"the alerts did not take fault {code} of {node_id}: {problem}")

    def _station_of(self, node_id: str, source: str) -> str | None:
        """Return the station of a gauge; for the whole box, the only station it has."""
        counting = self._memory.layout.counting
        if source:
            binding = counting.get((node_id, source))
            return None if binding is None else binding.station_id
        places = {binding.station_id for (bound_id, _), binding in counting.items() if bound_id == node_id}
        return places.pop() if len(places) == 1 else None


def _loss_text(mark: SpoolMark, lost: list[Range]) -> str:
    count = sum(last - first + 1 for first, last in lost)
    of = f" dari {mark.producer}" if mark.producer else ""
    return f"{count} catatan{of} hilang tanpa keterangan, nomor {lost[0][0]} sampai {lost[-1][1]}"
