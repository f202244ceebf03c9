"""The level rule's memory at the hub, per (station, node, source, spool), as JSON of `LevelState`."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from contract.level.state import LevelState
from hub.storage.connection import Connection


class KeptState(Struct, frozen=True, kw_only=True):
    """Where the rule stands for one gauge and spool at one station."""

    station_id: str
    node_id: str
    source: str
    spool_no: int
    state: LevelState
    box_threshold_version: int
    """Version of the thresholds that the box last reported to use."""


_DECODER = msgspec.json.Decoder(LevelState)
_ENCODER = msgspec.json.Encoder()


def all_states(connection: Connection) -> list[KeptState]:
    """Return every state in the order of spools."""
    rows = connection.execute(
        "SELECT station_id, node_id, source, spool_no, state, box_threshold_version FROM level_states ORDER BY spool_no"
    )
    return [
        KeptState(
            station_id=station_id,
            node_id=node_id,
            source=source,
            spool_no=spool_no,
            state=_DECODER.decode(state),
            box_threshold_version=box_threshold_version,
        )
        for station_id, node_id, source, spool_no, state, box_threshold_version in rows
    ]


def save(connection: Connection, kept: Iterable[KeptState]) -> None:
    """Write down where the rule stands."""
    connection.executemany(
        "INSERT INTO level_states (station_id, node_id, source, spool_no, state, box_threshold_version)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (station_id, node_id, source, spool_no) DO UPDATE SET"
        " state = excluded.state, box_threshold_version = excluded.box_threshold_version",
        [
            (
                one.station_id,
                one.node_id,
                one.source,
                one.spool_no,
                _ENCODER.encode(one.state),
                one.box_threshold_version,
            )
            for one in kept
        ],
    )
