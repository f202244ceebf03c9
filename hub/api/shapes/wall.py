"""Everything the wall shows, as of one change: the snapshot, and the parts of it that the event stream renews."""

from hub.api.shapes.alert import Alert, Ledger
from hub.api.shapes.node import NodeState
from hub.api.shapes.shape import Shape
from hub.api.shapes.station import WallStation
from hub.api.shapes.view import WallView


class CityFacts(Shape):
    """What the city calls itself, its levels and its time."""

    name: str
    zone_name: str
    utc_offset_h: float
    words: dict[str, str]
    mark: str


class Layout(Shape):
    """Which stations and views have a tile, in order; the others are folded into counts."""

    shown: tuple[str, ...]
    folded: int
    views: tuple[str, ...]
    views_folded: int


class TimeMark(Shape):
    """A rise on the time line of 24 hours."""

    at_ms: int
    severity: int
    kind: str
    letter: str
    lane: int


class AlarmLoad(Shape):
    """How many alerts were raised lately; one operator can deal with about one in ten minutes."""

    in_10_min: int
    in_24_h: int


class Alarms(Shape):
    """Open alerts, the one for the banner first; and the ledger of that one, or of the last that was resolved."""

    open: tuple[Alert, ...]
    last: Alert | None
    ledger: Ledger | None
    load: AlarmLoad
    marks: tuple[TimeMark, ...]


class NodeDot(Shape):
    """A box as one dot."""

    id: str
    state: NodeState


class Nodes(Shape):
    """The fleet at a glance."""

    online: int
    quiet: int
    lost: int
    dots: tuple[NodeDot, ...]
    folded: int


class Processes(Shape):
    """Real seconds since each other process of the hub last said that it works; null: it never did."""

    ingest_s: float | None
    dispatch_s: float | None


class Tik(Shape):
    """Every five seconds: the hub lives, this is its time, and this is the newest change it has told."""

    as_of: str
    hub_ms: int
    rate: float
    version: str
    processes: Processes


class Wall(Shape):
    """The snapshot: state as of change `as_of`; the event stream goes on from there."""

    as_of: str
    hub_ms: int
    rate: float
    version: str
    city: CityFacts
    processes: Processes
    layout: Layout
    stations: tuple[WallStation, ...]
    views: tuple[WallView, ...]
    """Those with a tile."""
    alarms: Alarms
    nodes: Nodes
