"""All that ingest holds in memory. Every part mirrors the database; after a failed commit all of it is read again."""

from contract.clock import Clock
from hub.fleet.desired_states import DesiredStates
from hub.ingest.boxes import Boxes
from hub.ingest.credit import Credit
from hub.ingest.dead_letter_box import DeadLetterBox
from hub.ingest.hub_clock import leads_of
from hub.ingest.refusals import Refusals
from hub.ingest.watermarks import Watermarks
from hub.rivers.layout import Layout, read_layout
from hub.rivers.level_keeper import LevelKeeper
from hub.rivers.rollup_desk import RollupDesk
from hub.sightings.desk import SightingDesk
from hub.storage import meta
from hub.storage.connection import Connection


class Memory:
    """Spools, boxes, levels, layout, documents, and who may send how much."""

    def __init__(self, connection: Connection, *, clock: Clock, dead_letters_limit: int) -> None:
        """Read everything."""
        self._clock = clock
        self.watermarks = Watermarks()
        self.boxes = Boxes()
        self.keeper = LevelKeeper(clock=clock)
        self.sightings = SightingDesk(clock=clock)
        self.rollups = RollupDesk(sightings=self.sightings)
        self.desired = DesiredStates()
        self.dead_letters = DeadLetterBox(limit=dead_letters_limit)
        self.credit = Credit()
        self.ntp_leads = leads_of(clock)
        self.refused: Refusals
        self.db_epoch = ""
        self.layout: Layout
        self.load(connection)

    def load(self, connection: Connection) -> None:
        """Forget everything and take what the database has."""
        real_ms = self._clock.real_ms()
        self.db_epoch = meta.db_epoch(connection)
        self.watermarks.load(connection, real_ms=real_ms)
        self.boxes.load(connection, real_ms=real_ms)
        self.refused = Refusals()
        self.refused.read_again(connection)
        self.dead_letters.load(connection)
        self.desired.load(connection, db_epoch=self.db_epoch)
        self.layout = read_layout(connection, now_ms=self._clock.now_ms(), clock_rate=self._clock.rate)
        self.keeper.load(connection, self.layout, spool_ids=self.watermarks.spool_ids())
        self.rollups.take_layout(self.layout, node_of_spool=self.watermarks.node_of_spool)

    def read_layout_again(self, connection: Connection) -> Layout:
        """Take stations, thresholds and bindings as they are now; return what was before."""
        before = self.layout
        self.layout = read_layout(connection, now_ms=self._clock.now_ms(), clock_rate=self._clock.rate)
        self.keeper.add_stations(self.layout)
        self.rollups.take_layout(self.layout, node_of_spool=self.watermarks.node_of_spool)
        return before
