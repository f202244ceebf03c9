"""How much of each spool has arrived, in memory as the database has it.

Every number of a spool is in one of these places:

- covered: committed, kept as a dead letter, or listed in a tombstone; acknowledged to the box.
- outstanding: from `low` on, not covered; the box still holds it and will send it.
- lost: below `low`, not covered. The box no longer holds it and no tombstone stands for it. It is believed only once
  nothing older than the news is outstanding, because the tombstone may still be on its way, or once nothing has
  moved for a minute of real time in which the box was there. A lost number that comes after all is covered and no
  longer lost.

A lost number that was on the box before this life of the database first heard of the spool may have been given to the
hub in an earlier life: it is a restore gap. That a spool is older than this life shows by its being known from the
backup, by a `low` above 1 (only an acknowledgement or a tombstone raises it), or by a hello that names another epoch.

Only covered numbers count in an acknowledgement; the contiguous high mark does not step over a loss.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.seq_ranges import Range, SeqRanges, ranges_of
from hub.storage import spools
from hub.storage.connection import Connection
from hub.storage.gaps import Kind
from hub.storage.spools import Marks, Spool

QUIET_REAL_MS = 60_000
"""Twice the time after which a box sends again."""

WRITTEN_WHOLE = 100
"""Ranges of a spool up to which all of them are written with each commit (2 KB); above it only the new ones are, until
they are as many as all. Measured at 10,000 ranges, written whole: 250 KB of log and 3 ms more for each commit."""


@dataclass(slots=True, kw_only=True, eq=False)
class SpoolMark:
    """Where one spool stands."""

    spool_no: int
    node_id: str
    spool_id: str
    producer: str = ""
    low: int = 1
    next: int = 1
    covered: SeqRanges = field(default_factory=SeqRanges)
    news: list[list[int]] = field(default_factory=list)
    """Ranges covered since the last `save`."""
    news_written: int = 0
    """How many ranges lie in the database beside `covered`."""
    lost: SeqRanges = field(default_factory=SeqRanges)
    is_superseded: bool = False
    judged_low: int = 1
    """Below this, what is missing is known to be lost."""
    inherited_next: int = 0
    """Numbers below it may have been given to an earlier life of the database; 0: not heard of in this life."""
    suspected: Range | None = None
    """(low, next) of the news that something below `low` may be lost."""
    moved_real_ms: int = 0
    """Real clock when the last new number was covered, or the box came back."""
    live_seq: int | None = None
    """What the newest hello since the hub began named as next: from here on records were written on this link."""

    def is_all_new(self, seqs: list[int]) -> bool:
        """Answer whether the numbers follow each other and none is covered: the plain case, answered fast."""
        if not seqs:
            return True
        first, last = seqs[0], seqs[-1]
        return is_run(seqs) and self.covered.holes(first, last) == [(first, last)]

    def cover(self, seqs: list[int]) -> None:
        """Add numbers, in any order."""
        self.cover_ranges(touched_ranges(seqs))

    def cover_ranges(self, ranges: list[list[int]]) -> None:
        """Add ranges, in any order."""
        self.covered.update(ranges)
        self.news += ranges

    def note(self, low: int, following: int, *, is_of_another_life: bool = False) -> None:
        """Take what the box says of its spool.

        Args:
            low: the lowest number it holds unacknowledged.
            following: the number it gives next.
            is_of_another_life: the box still follows the hub of another database epoch.
        """
        if self.inherited_next == 0 or (self.inherited_next == 1 and is_of_another_life):
            is_older = is_of_another_life or low > 1 or self.next > 1
            self.inherited_next = following if is_older else 1
        self.low, self.next = low, max(self.next, following)
        if self.suspected is None and low > self.judged_low:
            self.suspected = (low, following)

    def find_lost(self, *, real_ms: int, is_there: bool) -> list[Range]:
        """Return what is lost since the last time, once that is certain, and remember it as lost.

        Args:
            real_ms: real clock now.
            is_there: the box has spoken within `QUIET_REAL_MS`; the silence of one that is away says nothing.
        """
        if self.suspected is None:
            return []
        low, following = self.suspected
        is_quiet = is_there and real_ms - self.moved_real_ms > QUIET_REAL_MS
        if not is_quiet and self.low < following and self.covered.holes(self.low, following - 1):
            return []
        holes = self.covered.holes(self.judged_low, min(low, self.low) - 1)
        news = [piece for first, last in holes for piece in self.lost.holes(first, last)]
        self.lost.update(news)
        self.judged_low, self.suspected = low, None
        if self.low > low:
            self.suspected = (self.low, self.next)
        return news

    def by_kind(self, lost: list[Range]) -> list[tuple[Kind, Range]]:
        """Return lost ranges with the kind of each, cut where an earlier life of the database ends."""
        end = self.inherited_next
        restored: list[tuple[Kind, Range]] = [
            ("restore", (first, min(last, end - 1))) for first, last in lost if first < end
        ]
        return restored + [("loss", (max(first, end), last)) for first, last in lost if last >= end]

    def find_again(self) -> bool:
        """Take what is covered out of what is lost; answer whether there was any."""
        found = [piece for first, last in self.lost for piece in self.covered.holes(first, last)]
        before = self.lost.as_lists()
        if [list(piece) for piece in found] == before:
            return False
        self.lost = SeqRanges(found)
        return True

    def take_marks(self) -> Marks:
        """Return what is to be written of all this now; what was covered is no longer news then."""
        had_news = self.news_written > 0
        news, self.news = self.news, []
        self.news_written += len(news)
        covered = None
        if len(self.covered) <= WRITTEN_WHOLE or self.news_written >= len(self.covered):
            covered, news, self.news_written = self.covered.as_lists(), [], 0
        return Marks(
            spool_no=self.spool_no,
            producer=self.producer,
            low=self.low,
            next=self.next,
            covered=covered,
            news=news,
            had_news=had_news,
            lost=self.lost.as_lists(),
            lost_count=self.lost.count(),
            superseded=self.is_superseded,
            inherited_next=self.inherited_next,
        )


class Watermarks:
    """The marks of every spool; a changed one is written with the next `save`."""

    def __init__(self) -> None:
        """Begin with nothing; `load` follows."""
        self._marks: dict[tuple[str, str], SpoolMark] = {}
        self._of_node: dict[str, list[SpoolMark]] = {}
        self._changed: dict[int, SpoolMark] = {}
        self.node_of_spool: dict[int, str] = {}
        """Spool number to node id; always up to date."""

    def load(self, connection: Connection, *, real_ms: int) -> None:
        """Forget everything and take what the database has; what is live on each link is kept from before."""
        live_seqs = {mark.spool_no: mark.live_seq for mark in self._marks.values()}
        self._marks, self._of_node, self._changed, self.node_of_spool = {}, {}, {}, {}
        for spool in spools.all_spools(connection):
            mark = _mark_of(spool, real_ms=real_ms)
            mark.live_seq = live_seqs.get(mark.spool_no)
            self._put(mark)

    def get(self, connection: Connection, node_id: str, spool_id: str, *, now_ms: int, real_ms: int) -> SpoolMark:
        """Return the marks of a spool; one seen for the first time is written down."""
        mark = self._marks.get((node_id, spool_id))
        if mark is None:
            spool_no = spools.add(connection, node_id=node_id, spool_id=spool_id, now_ms=now_ms)
            mark = SpoolMark(spool_no=spool_no, node_id=node_id, spool_id=spool_id, moved_real_ms=real_ms)
            self._put(mark)
        return mark

    def of_node(self, node_id: str) -> list[SpoolMark]:
        """Return the spools of a node in the order of first sight."""
        return self._of_node.get(node_id, [])

    def all_marks(self) -> Iterable[SpoolMark]:
        """Return every spool."""
        return self._marks.values()

    def spool_ids(self) -> dict[int, str]:
        """Return spool number to spool id."""
        return {mark.spool_no: mark.spool_id for mark in self._marks.values()}

    def touch(self, mark: SpoolMark) -> None:
        """Have the marks written with the next `save`."""
        self._changed[mark.spool_no] = mark

    def save(self, connection: Connection) -> None:
        """Write the changed ones."""
        if self._changed:
            spools.save(connection, [mark.take_marks() for mark in self._changed.values()])
            self._changed = {}

    def _put(self, mark: SpoolMark) -> None:
        self._marks[(mark.node_id, mark.spool_id)] = mark
        self._of_node.setdefault(mark.node_id, []).append(mark)
        self.node_of_spool[mark.spool_no] = mark.node_id


def is_run(seqs: list[int]) -> bool:
    """Answer whether each number follows the one before."""
    # The length is asked first: two numbers far apart must not make a list of everything between them.
    return seqs[-1] - seqs[0] == len(seqs) - 1 and seqs == list(range(seqs[0], seqs[-1] + 1))


def touched_ranges(seqs: list[int]) -> list[list[int]]:
    """Return the ranges that cover exactly these numbers; fast for a batch without holes."""
    return [[seqs[0], seqs[-1]]] if seqs and is_run(seqs) else ranges_of(seqs)


def _mark_of(spool: Spool, *, real_ms: int) -> SpoolMark:
    return SpoolMark(
        spool_no=spool.spool_no,
        node_id=spool.node_id,
        spool_id=spool.spool_id,
        producer=spool.producer,
        low=spool.low,
        next=spool.next,
        covered=SeqRanges(spool.covered),
        news_written=spool.news_written,
        lost=SeqRanges(spool.lost),
        is_superseded=spool.superseded,
        inherited_next=spool.inherited_next,
        moved_real_ms=real_ms,
    )
