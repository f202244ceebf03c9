"""What one transaction writes into the outbox: records of one instant, in order."""

from contract.identity import record_key
from contract.records import KnownRecord
from edge_agent.health.stamp import Envelope, Stamp, envelope


class Page:
    """Records numbered as they will stand in the outbox; whether they ever do is not its care."""

    def __init__(
        self, *, node_id: str, spool_id: str, first_seq: int, stamp: Stamp, real_ms: int, kernel_boot: str
    ) -> None:
        """Begin an empty page.

        Args:
            node_id: of this box.
            spool_id: of the outbox.
            first_seq: what the outbox gives to its next record.
            stamp: the instant, as records tell it.
            real_ms: the same instant on the machine's boot clock, for the siren.
            kernel_boot: the kernel's id of this boot.
        """
        self.stamp = stamp
        self.real_ms = real_ms
        self.kernel_boot = kernel_boot
        self.records: list[KnownRecord] = []
        self._node_id = node_id
        self._spool_id = spool_id
        self._first_seq = first_seq

    @property
    def next_seq(self) -> int:
        """The `seq` of the next record on this page."""
        return self._first_seq + len(self.records)

    def next_key(self) -> str:
        """Return the key of the next record: what a rise that begins with it is called."""
        return record_key(self._node_id, self._spool_id, self.next_seq)

    def envelope(self, record_class: int, *, source: str = "") -> Envelope:
        """Return the envelope of the next record."""
        return envelope(self.stamp, seq=self.next_seq, record_class=int(record_class), source=source)

    def add(self, record: KnownRecord) -> None:
        """Put a record made with `envelope` on the page."""
        self.records.append(record)

    def following(self) -> "Page":
        """Return an empty page of the same instant that goes on where this one ends."""
        return Page(
            node_id=self._node_id,
            spool_id=self._spool_id,
            first_seq=self.next_seq,
            stamp=self.stamp,
            real_ms=self.real_ms,
            kernel_boot=self.kernel_boot,
        )
