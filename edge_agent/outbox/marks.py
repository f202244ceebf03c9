"""What the hub has said about one spool, as the uplink lays it down and the producer picks it up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Which records of a spool the hub has committed, in which life of its database."""

    spool: str
    db_epoch: str
    high: int = 0
    """Every `seq` up to this one is committed."""
    ranges: tuple[tuple[int, int], ...] = ()
    """Further committed ranges, both ends included."""
    set_aside: tuple[int, ...] = ()
    """Records that the uplink could not get through, one by one."""
    is_damaged: bool = False
    """The uplink met a page that it could not read."""

    def spans(self) -> list[tuple[int, int]]:
        """Return all that is committed as ranges."""
        whole = [(1, self.high)] if self.high else []
        return [*whole, *self.ranges]
