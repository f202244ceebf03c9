"""What the hub remembers of a station between two batches: the rule's state, whose it is, and what pages show."""

from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from contract.level.rule import restart
from contract.level.state import LevelState
from contract.records import Level, Reading
from hub.rivers.layout import Layout
from hub.storage import level_states, station_now
from hub.storage.connection import Connection
from hub.storage.level_states import KeptState
from hub.storage.station_now import StationNow


class Run(Struct, frozen=True, kw_only=True):
    """Readings and level records of one gauge, in the order in which they came, all of one spool and new to the hub."""

    node_id: str
    source: str
    spool_no: int
    spool_id: str
    is_superseded: bool
    hello_ms: int | None
    """When the box last said hello, by the hub's clock, UTC ms."""
    live_seq: int | None
    """From this number on records were written since that hello; None: the hub has heard none since it began."""
    records: list[Reading | Level]


@dataclass(slots=True, kw_only=True)
class Held:
    """One station. `node_id` is empty until a gauge has spoken for it."""

    station_id: str
    now: StationNow
    state: LevelState = field(default_factory=LevelState)
    node_id: str = ""
    source: str = ""
    spool_no: int = 0
    spool_id: str = ""
    box_threshold_version: int = 0
    heard_real_ms: int = 0
    """Real clock when something newer last came, or when the hub started."""

    def copy(self) -> "Held":
        """Return another one that can be changed without this one."""
        return Held(
            station_id=self.station_id,
            now=self.now,
            state=self.state,
            node_id=self.node_id,
            source=self.source,
            spool_no=self.spool_no,
            spool_id=self.spool_id,
            box_threshold_version=self.box_threshold_version,
            heard_real_ms=self.heard_real_ms,
        )

    def takes(self, run: Run) -> bool:
        """Answer whether records of this run may move the level: not those of a superseded spool."""
        if run.is_superseded:
            return False
        is_same_gauge = (run.node_id, run.source) == (self.node_id, self.source)
        return not is_same_gauge or run.spool_no >= self.spool_no

    def follow(self, run: Run) -> None:
        """Make the run's gauge and spool the one that is followed; a new one restarts the rule's memory."""
        if (run.node_id, run.source, run.spool_no) == (self.node_id, self.source, self.spool_no):
            return
        self.state = restart(self.state, boot=run.records[0].boot)
        self.node_id, self.source = run.node_id, run.source
        self.spool_no, self.spool_id = run.spool_no, run.spool_id
        self.box_threshold_version = 0

    def pass_by(self, record: Reading | Level) -> None:
        """Move the place in the spool on without asking the rule."""
        self.state = replace(self.state, boot=record.boot, up_ms=record.up_ms, seq=record.seq)

    def kept(self) -> KeptState:
        """Return the row that says all this."""
        return KeptState(
            station_id=self.station_id,
            node_id=self.node_id,
            source=self.source,
            spool_no=self.spool_no,
            state=self.state,
            box_threshold_version=self.box_threshold_version,
        )


def load_held(connection: Connection, layout: Layout, *, spool_ids: dict[int, str], real_ms: int) -> dict[str, Held]:
    """Return station id to what was remembered when the hub last committed.

    Where several gauges or spools left a state, the newest binding's newest spool counts.
    """
    held = {
        station_id: Held(station_id=station_id, now=StationNow(station_id=station_id), heard_real_ms=real_ms)
        for station_id in layout.places
    }
    for standing in station_now.all_now(connection):
        if standing.station_id in held:
            held[standing.station_id].now = standing
    rank = {(one.station_id, one.node_id, one.source): one.id for one in layout.bindings}
    states = sorted(
        level_states.all_states(connection),
        key=lambda kept: (rank.get((kept.station_id, kept.node_id, kept.source), 0), kept.spool_no),
    )
    for kept in states:
        if kept.station_id in held:
            one = held[kept.station_id]
            one.state, one.node_id, one.source = kept.state, kept.node_id, kept.source
            one.spool_no, one.spool_id = kept.spool_no, spool_ids.get(kept.spool_no, "")
            one.box_threshold_version = kept.box_threshold_version
    return held
