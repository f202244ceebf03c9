"""What each box should be, from stations, thresholds, drawings, bindings and quotas; and the audit log's head.

A new version is made only when something a box must know has changed. A box that was never bound and
has no quota of its own is told nothing, so that it keeps what its own config says.

The head goes along with whatever document is sent, and once a day a document is sent for its sake alone, in the
version that it has: a box applies nothing anew for it.
"""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from contract.desired import DEFAULT_QUOTA_MB, Applied, Desired, DesiredSource, DesiredView, is_to_be_applied
from contract.level.settings import Rise
from contract.messages import encode_message
from hub.audit import showing
from hub.audit.showing import Shown
from hub.rivers.layout import Layout, Place
from hub.storage import desired, downlink, quotas
from hub.storage.cameras import CAMERAS_MOST
from hub.storage.connection import Connection

LEAF = "desired"


def sources_of(layout: Layout, node_id: str) -> dict[str, DesiredSource]:
    """Return what a box needs to know of each of its gauges; a station without thresholds in force is left out."""
    sources: dict[str, DesiredSource] = {}
    for (bound_node_id, source), binding in sorted(layout.counting.items()):
        place = layout.places.get(binding.station_id)
        if bound_node_id == node_id and place is not None:
            told = _source(place)
            if told is not None:
                sources[source] = told
    return sources


def _source(place: Place) -> DesiredSource | None:
    station, settings = place.station, place.settings
    if settings is None:
        return None
    return DesiredSource(
        station=station.station_id,
        name=station.name,
        offset_cm=station.offset_cm,
        thresholds=settings.thresholds,
        persistence=station.persistence,
        rise=Rise(cm=station.rise_cm, in_s=station.rise_in_s),
        hold_s=station.hold_s,
        siren=station.siren,
        sampling_s=station.sampling,
    )


def views_of(layout: Layout, node_id: str) -> dict[str, msgspec.Raw]:
    """Return what was drawn for each of a box's cameras; a view on which nothing was drawn is left out.

    Of so many cameras as are counted: what is drawn for them stays within a broker's packet.
    """
    names = {view.view_id: view.name for view, _ in layout.city_views}
    told = {
        source: DesiredView(
            view=view_id,
            version=layout.drawn[view_id].version,
            drawing=replace(layout.drawn[view_id].drawing, name=names.get(view_id, "")),
        )
        for (bound_node_id, source), view_id in sorted(layout.views.items())
        if bound_node_id == node_id and view_id in layout.drawn
    }
    return {source: msgspec.Raw(msgspec.json.encode(one)) for source, one in [*told.items()][:CAMERAS_MOST]}


class DesiredStates:
    """The documents in force, in memory as the database has them."""

    def __init__(self) -> None:
        """Begin with none; `load` follows."""
        self._documents: dict[str, Desired] = {}
        self._db_epoch = ""
        self._shown: Shown | None = None

    def load(self, connection: Connection, *, db_epoch: str) -> None:
        """Take what the database has."""
        self._documents = desired.all_desired(connection)
        self._db_epoch = db_epoch
        self._shown = showing.shown(connection)

    def documents(self) -> Mapping[str, Desired]:
        """Return node id to document, as it is sent."""
        return {node_id: self._with_head(document) for node_id, document in self._documents.items()}

    def show_audit_head(self, connection: Connection, *, now_ms: int) -> None:
        """Once a day, have every box sent the head of the audit log, unless it has that one; inside a write."""
        before = self._shown
        if before is not None and not before.is_over(now_ms):
            return
        self._shown = showing.show_head(connection, now_ms=now_ms)
        if before is None or before.head != self._shown.head:
            for node_id in self._documents:
                self.owe(connection, node_id, now_ms=now_ms)

    def _with_head(self, document: Desired) -> Desired:
        return document if self._shown is None else replace(document, audit=self._shown.head)

    def refresh(self, connection: Connection, layout: Layout, *, now_ms: int) -> list[str]:
        """Make new versions where the layout asks for them and owe them to the boxes; return the nodes concerned."""
        quotas_mb = quotas.all_quotas(connection)
        wanted = {binding.node_id for binding in layout.counting.values()} | set(quotas_mb) | set(self._documents)
        wanted |= {node_id for (node_id, _), view_id in layout.views.items() if view_id in layout.drawn}
        fresh = {
            node_id: Desired(
                db_epoch=self._db_epoch,
                version=0,
                sources=sources_of(layout, node_id),
                views=self._views(layout, node_id),
                quota_mb=quotas_mb.get(node_id, DEFAULT_QUOTA_MB),
            )
            for node_id in sorted(wanted)
        }
        changed = [node_id for node_id, one in fresh.items() if self._take(connection, node_id, one, now_ms=now_ms)]
        for node_id in changed:
            self.owe(connection, node_id, now_ms=now_ms)
        return changed

    def _views(self, layout: Layout, node_id: str) -> dict[str, msgspec.Raw] | UnsetType:
        """Return a box's drawings; nothing at all while it was never told of any, so that no version is made for it."""
        held = self._documents.get(node_id)
        views = views_of(layout, node_id)
        return views if views or (held is not None and held.views is not UNSET) else UNSET

    def _take(self, connection: Connection, node_id: str, wanted: Desired, *, now_ms: int) -> bool:
        """Make what is wanted the next version, if it says anything else than the one in force."""
        held = self._documents.get(node_id)
        if held is not None and replace(wanted, version=held.version) == held:
            return False
        fresh = replace(wanted, version=1 if held is None else held.version + 1)
        desired.save(connection, node_id, fresh, now_ms=now_ms)
        self._documents[node_id] = fresh
        return True

    def owe(self, connection: Connection, node_id: str, *, now_ms: int) -> None:
        """Have a box's document published, retained."""
        document = self._documents.get(node_id)
        if document is not None:
            downlink.add(
                connection,
                node_id=node_id,
                leaf=LEAF,
                payload=encode_message(self._with_head(document)),
                is_retained=True,
                now_ms=now_ms,
            )

    def is_owed(self, node_id: str, applied: Applied) -> bool:
        """Answer whether a box that says it has `applied` would take the document in force."""
        document = self._documents.get(node_id)
        return document is not None and is_to_be_applied(document, applied=applied)
