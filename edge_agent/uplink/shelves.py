"""All outboxes of the box together."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from contract.desired import Applied
from edge_agent.outbox.reader import SpoolView
from edge_agent.uplink.hello import applied_in
from edge_agent.uplink.sender import Sender
from edge_agent.uplink.shelf import Shelf

PRODUCERS = ("gauge", "camera", "uplink")
OWN_PRODUCER = "uplink"
DESIRED_KEY = "desired"
"""Under which gauge and camera keep the desired state they have applied."""

LOST_KEY = "lost"
"""Under which they keep how many records their disk did not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a look at the outboxes has shown."""

    is_changed: bool
    has_new_alert: bool


class Shelves:
    """Looks at every outbox, and tells the sender."""

    def __init__(
        self,
        home: Path,
        *,
        sender: Sender,
        own_version: Callable[[], Hashable],
        on_spools: Callable[[set[str]], None],
        on_damage: Callable[[str, bool], None],
    ) -> None:
        """Look into `home`; the outboxes need not exist yet.

        Args:
            home: of the box.
            sender: told what changes.
            own_version: what differs after every change of the uplink's own outbox.
            on_spools: told the ids of the spools when they change, before the sender is.
            on_damage: told (spool id, True) when pages cannot be read, (spool id, False) when they can again.
        """
        self._shelves = [
            Shelf(
                home / f"outbox-{producer}.db",
                producer=producer,
                on_damage=on_damage,
                version=own_version if producer == OWN_PRODUCER else None,
            )
            for producer in PRODUCERS
        ]
        self._sender = sender
        self._on_spools = on_spools
        self._alerts: dict[str, int] = {}
        self._applied: dict[str, Applied] = {}
        self._lost: dict[str, int] = {}

    def look(self) -> News:
        """Look at every outbox once."""
        changed = [shelf for shelf in self._shelves if shelf.look()]
        if not changed:
            return News(is_changed=False, has_new_alert=False)
        for shelf in changed:
            if shelf.producer != OWN_PRODUCER:
                self._read_kept(shelf)
        known = {shelf.spool_id: shelf for shelf in self._shelves if shelf.view is not None}
        if known.keys() != self._alerts.keys():
            self._on_spools(set(known))
            self._sender.set_spools(known)
        self._sender.changed()
        alerts = {spool: view.unacked[0] for spool, view in ((s.spool_id, s.view) for s in known.values()) if view}
        has_new_alert = any(count > self._alerts.get(spool, 0) for spool, count in alerts.items())
        self._alerts = alerts
        return News(is_changed=True, has_new_alert=has_new_alert)

    def views(self) -> list[tuple[str, SpoolView]]:
        """Return (producer, where its spool stands) of every outbox there is."""
        return [(shelf.producer, shelf.view) for shelf in self._shelves if shelf.view is not None]

    def has_alert(self) -> bool:
        """Answer whether at the last look an alert waited for the hub's acknowledgement."""
        return any(self._alerts.values())

    def queued(self) -> dict[str, int]:
        """Return the unacknowledged rows of each producer."""
        return {producer: sum(view.unacked) for producer, view in self.views()}

    def applied(self) -> Applied:
        """Return the desired state that the gauge had applied at the last look; on a box without one, the camera."""
        speaks = next((shelf.producer for shelf in self._shelves if shelf.view is not None), "")
        return self._applied.get(speaks, Applied())

    def lost(self) -> int:
        """Return how many records of gauge and camera the disk had not taken at the last look."""
        return sum(self._lost.values())

    def _read_kept(self, shelf: Shelf) -> None:
        """Read what a producer keeps for the uplink; what cannot be read now stays as it was."""
        desired, lost = shelf.state(DESIRED_KEY), shelf.state(LOST_KEY)
        if desired is not None:
            self._applied[shelf.producer] = applied_in(desired)
        if lost is not None and lost.isdigit():
            self._lost[shelf.producer] = int(lost)
