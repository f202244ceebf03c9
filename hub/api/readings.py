"""A station's readings over time, as they came or summed up by step; the same fields as JSON and as CSV.

A CSV has one column for each field, times in ISO 8601; `hub level-check` takes it as it is.
"""

from collections.abc import Iterator

import msgspec

from contract.clock import aware
from contract.records import Reading
from hub import spreadsheet
from hub.api.shapes.reading import ReadingStep, StepName
from hub.storage import rollups
from hub.storage.board import series
from hub.storage.connection import Connection

CSV_COLUMNS = {
    "time": "at_ms",
    "stage_cm": "stage_cm",
    "flag": "flag",
    "min_cm": "min_cm",
    "max_cm": "max_cm",
    "count": "count",
    "distance_mm": "distance_mm",
    "reason": "reason",
    "interpolated": "interpolated",
    "received": "received_ms",
}
"""Column to field."""

CHUNK_STEPS = 1_000


def steps(
    connection: Connection, station_id: str, *, step: StepName, from_ms: int, to_ms: int
) -> Iterator[ReadingStep]:
    """Yield the series, oldest first, read in pieces so that no read stays open for long; an empty span costs nothing.

    Args:
        connection: to read with.
        station_id: of the station.
        step: seconds, or every reading as it came.
        from_ms: UTC ms, included.
        to_ms: UTC ms, not included.
    """
    if step == "raw":
        for raw in series.readings(connection, station_id, from_ms=from_ms, to_ms=to_ms):
            yield _as_it_came(raw)
        return
    while True:
        buckets = rollups.series(
            connection, station_id=station_id, step_s=int(step), from_ms=from_ms, to_ms=to_ms, limit=CHUNK_STEPS
        )
        yield from map(_summed_up, buckets)
        if len(buckets) < CHUNK_STEPS:
            return
        from_ms = buckets[-1].start_ms + 1


def csv_header() -> str:
    """Return the first line of a CSV."""
    return ",".join(CSV_COLUMNS) + "\n"


def csv_line(step: ReadingStep) -> str:
    """Return one line of a CSV."""
    return ",".join(_cell(column, getattr(step, field)) for column, field in CSV_COLUMNS.items()) + "\n"


def _as_it_came(raw: series.RawReading) -> ReadingStep:
    """Return a reading; one that the box thinned brings how many it stands for, and their least and greatest stage."""
    reading = msgspec.json.decode(raw.body, type=Reading)
    return ReadingStep(
        at_ms=raw.at_ms,
        stage_cm=raw.stage_cm,
        min_cm=raw.stage_cm if reading.min_cm is None else reading.min_cm,
        max_cm=raw.stage_cm if reading.max_cm is None else reading.max_cm,
        flag=raw.flag,
        count=reading.mean_of,
        distance_mm=reading.distance_mm,
        reason=reading.reason,
        interpolated=reading.interpolated,
        received_ms=raw.received_ms,
    )


def _summed_up(bucket: rollups.Bucket) -> ReadingStep:
    return ReadingStep(
        at_ms=bucket.start_ms,
        stage_cm=bucket.mean_cm,
        min_cm=bucket.min_cm,
        max_cm=bucket.max_cm,
        flag=bucket.worst_flag,
        count=bucket.count,
    )


def _cell(column: str, value: str | float | None) -> str:
    if value is None:
        return ""
    if column in {"time", "received"}:
        return _iso(int(value))
    if isinstance(value, str):
        return _text(value)
    return str(int(value)) if isinstance(value, bool | int) else f"{value:.10g}"


def _text(value: str) -> str:
    """Return a box's own words as one cell, whatever stands in them (RFC 4180), and as no formula."""
    value = spreadsheet.as_cell(value)
    return '"' + value.replace('"', '""') + '"' if any(sign in value for sign in ',"\r\n') else value


def _iso(at_ms: int) -> str:
    return aware(at_ms).isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")
