"""Who opens an outbox, and what a spool that this keeper opens is called."""

from dataclasses import dataclass

from edge_agent.outbox.ledger import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """The box, its board, and the kernel's boot that it runs in."""

    node: str
    board: str
    kernel_boot: str
    is_scaled: bool
    """With a scaled clock every start is a new boot: the boot clock of the last one means nothing."""

    def next_boot(self, last: Identity | None) -> int:
        """Return the boot number of this start, after a spool or start known by `last`."""
        if last is None:
            return 1
        return last.boot + 1 if self.is_scaled or self.kernel_boot != last.kernel_boot else last.boot

    def identity(self, *, spool: str, last: Identity | None) -> Identity:
        """Return the identity of a spool as this keeper opens it."""
        return Identity(
            spool=spool, board=self.board, node=self.node, kernel_boot=self.kernel_boot, boot=self.next_boot(last)
        )
