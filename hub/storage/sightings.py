"""What cameras counted: the newest of each place, and steps of one minute, ten minutes and an hour."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from hub.sightings import tally as tallies
from hub.sightings.tally import Tally
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

STEPS_S = (60, 600, 3600)
"""Lengths of a step, seconds."""
PLACES_MOST = 32
"""Of one camera, twice what a view may have: a view that is drawn anew brings other names. The oldest go."""
WAITING_MOST = 5_000
"""Sightings without an hour; beyond, the oldest stay without one, among the records."""

Key = tuple[int, int, str]
"""Camera number, start of the step (UTC ms), place."""


class SightingRow(Struct, frozen=True, gc=False, array_like=True):
    """A sighting among the records."""

    id: int
    spool_no: int
    source: str
    boot: int
    up_ms: int
    seq: int
    at_ms: int
    """As the box wrote it."""
    is_doubted: bool
    """By a clock that is not to be trusted."""
    received_ms: int
    body: bytes


class PlaceNow(Struct, frozen=True, kw_only=True):
    """The newest word on one place of a camera's picture; times UTC ms at their true hour as far as known."""

    camera_no: int
    place: str
    spool_no: int
    boot: int
    up_ms: int
    seq: int
    at_ms: int
    is_at_doubted: bool
    """`at_ms` is the hub's reckoning."""
    received_ms: int
    since_ms: int | None
    body: bytes


class StepRow(Struct, frozen=True, gc=False, array_like=True):
    """One step of one place."""

    camera_no: int
    start_ms: int
    place: str
    tally: str


_READ = (
    "id, spool_no, source, boot, up_ms, seq, coalesce(dated_ms, at_ms),"
    " clock IN ('unsynced', 'saved') AND dated_ms IS NULL, received_ms, body"
)
_NOW = PlaceNow.__struct_fields__
_SAVE_NOW = (
    f"INSERT INTO sightings_now ({columns_of(PlaceNow)}) VALUES ({', '.join('?' * len(_NOW))})"  # noqa: S608 - our own names
    f" ON CONFLICT (camera_no, place) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _NOW[2:])}"
    " WHERE (excluded.spool_no, excluded.boot, excluded.up_ms, excluded.seq)"
    " > (sightings_now.spool_no, sightings_now.boot, sightings_now.up_ms, sightings_now.seq)"
)


def between(connection: Connection, after_id: int, to_id: int, *, limit: int) -> list[SightingRow]:
    """Return the first sightings among the records with `after_id < id <= to_id`, in the order in which they came."""
    rows = connection.execute(
        f"SELECT {_READ} FROM records WHERE id > ? AND id <= ? AND kind = 'sighting' ORDER BY id LIMIT ?",  # noqa: S608 - our own names
        (after_id, to_id, limit),
    )
    return [SightingRow(*row) for row in rows]


def wait(connection: Connection, rows: Iterable[SightingRow]) -> None:
    """Keep in mind which sightings have no hour yet."""
    connection.executemany(
        "INSERT INTO sightings_waiting (record_id, spool_no, boot) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(row.id, row.spool_no, row.boot) for row in rows],
    )
    connection.execute(
        "DELETE FROM sightings_waiting WHERE record_id <= coalesce("
        "(SELECT record_id FROM sightings_waiting ORDER BY record_id DESC LIMIT 1 OFFSET ?), 0)",
        (WAITING_MOST,),
    )


def take_dated(connection: Connection, *, limit: int) -> list[tuple[SightingRow, int]]:
    """Return sightings that waited and whose boot is dated now, with when its boot clock stood at 0; they wait no more.

    Of what retention has deleted meanwhile nothing comes.
    """
    found = connection.execute(
        "SELECT w.record_id, b.zero_ms FROM sightings_waiting AS w JOIN boots AS b USING (spool_no, boot)"
        " ORDER BY w.record_id LIMIT ?",
        (limit,),
    ).fetchall()
    connection.executemany("DELETE FROM sightings_waiting WHERE record_id = ?", [(number,) for number, _ in found])
    taken: list[tuple[SightingRow, int]] = []
    for number, zero_ms in found:
        row = connection.execute(f"SELECT {_READ} FROM records WHERE id = ?", (number,)).fetchone()  # noqa: S608 - as above
        if row is not None:
            taken.append((SightingRow(*row), zero_ms))
    return taken


def store_if_newer(connection: Connection, now: PlaceNow) -> bool:
    """Write down the word on a place unless a newer one is known; answer whether it was written."""
    values = [getattr(now, name) for name in _NOW]
    if connection.execute(_SAVE_NOW, values).rowcount < 1:
        return False
    connection.execute(
        "DELETE FROM sightings_now WHERE camera_no = ?1 AND place NOT IN ("
        "SELECT place FROM sightings_now WHERE camera_no = ?1 ORDER BY received_ms DESC, seq DESC LIMIT ?2)",
        (now.camera_no, PLACES_MOST),
    )
    return True


def all_now(connection: Connection) -> list[PlaceNow]:
    """Return the newest of every place of every camera."""
    return read(connection, f"SELECT {columns_of(PlaceNow)} FROM sightings_now ORDER BY camera_no, place", (), PlaceNow)  # noqa: S608 - our own names


def merge(connection: Connection, step_s: int, sums: Mapping[Key, Tally]) -> None:
    """Add what these steps hold to what is there already."""
    table = _table(step_s)
    rows = []
    for key, fresh in sums.items():
        held = connection.execute(
            f"SELECT tally FROM {table} WHERE camera_no = ? AND start_ms = ? AND place = ?",  # noqa: S608 - of ours
            key,
        ).fetchone()
        whole = fresh if held is None else tallies.added(tallies.decode(held[0]), fresh)
        rows.append((*key, tallies.encode(whole)))
    connection.executemany(
        f"INSERT INTO {table} (camera_no, start_ms, place, tally) VALUES (?, ?, ?, ?)"  # noqa: S608 - of ours
        " ON CONFLICT (camera_no, start_ms, place) DO UPDATE SET tally = excluded.tally",
        rows,
    )


def steps(
    connection: Connection, camera_no: int, *, step_s: int, after: tuple[int, str], to_ms: int, limit: int
) -> list[StepRow]:
    """Return steps of a camera behind `after` (start, place) and before `to_ms`, oldest first."""
    rows = connection.execute(
        f"SELECT camera_no, start_ms, place, tally FROM {_table(step_s)}"  # noqa: S608 - of ours
        " WHERE camera_no = ? AND (start_ms, place) > (?, ?) AND start_ms < ? ORDER BY start_ms, place LIMIT ?",
        (camera_no, *after, to_ms, limit),
    )
    return [StepRow(*row) for row in rows]


def _table(step_s: int) -> str:
    if step_s not in STEPS_S:
        raise ValueError(f"sightings: expected a step of {STEPS_S} seconds, got {step_s}")
    return f"sightings_{step_s}"
