"""Cameras of a city for pages and API: records as boxes write them, minute by minute, taken in by the hub's desk.

Invented numbers with the shape of a day: quiet at night, two peaks, motorcycles before all else.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from contract.clock import ClockTrust
from contract.records import Fault, Sighting, encode_record
from contract.views import Line, View, Zone, ZoneKind
from hub.sightings.desk import SightingDesk
from hub.sightings.where import Eye
from hub.storage import connection as database
from hub.storage import faults, outlines, records, view_bindings, views
from hub.storage.connection import IN_MEMORY, Connection
from hub.storage.faults import FaultNow
from hub.storage.views import CityView
from tests.support.cities import flooded_city
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData

MINUTE_MS = 60_000
CLASSES = (("motorcycle", 0.68), ("car", 0.22), ("truck", 0.05), ("bus", 0.02), ("person", 0.03))
MARKET = View(
    purpose=((0.05, 0.35), (0.95, 0.35), (0.98, 0.95), (0.02, 0.95)),
    zones={"jalan": Zone(kind=ZoneKind.ROAD, outline=((0.08, 0.45), (0.92, 0.45), (0.97, 0.92), (0.03, 0.92)))},
    lines={"gerbang": Line(start=(0.1, 0.66), end=(0.9, 0.66), forward="ke pasar", backward="dari pasar")},
)
BRIDGE = View(
    zones={
        "jalur-barat": Zone(kind=ZoneKind.ROAD, outline=((0.1, 0.4), (0.45, 0.4), (0.45, 0.9), (0.02, 0.9))),
        "jalur-timur": Zone(kind=ZoneKind.ROAD, outline=((0.55, 0.4), (0.9, 0.4), (0.98, 0.9), (0.55, 0.9))),
    }
)
BANK = View(zones={"bantaran": Zone(kind=ZoneKind.BANK, outline=((0.0, 0.6), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)))})

Change = Callable[[int, Sighting], Mapping[str, object]]
"""Minutes before now and the window to what is otherwise in it."""


def add_view(
    city: HubData, view_id: str, name: str, drawing: View | None, *, eye: Eye | None = None, position: int = 0
) -> None:
    """Add a view with a drawing and a camera."""
    with database.write(city.connection):
        views.save(
            city.connection, CityView(view_id=view_id, name=name, kelurahan="Rijali", position=position)
        )  # fmt: skip
        if drawing is not None:
            outlines.add(city.connection, view_id, drawing, now_ms=city.now_ms - 9 * 86_400_000, author="teknisi")
        if eye is not None:
            view_bindings.bind(
                city.connection, node_id=eye[0], source=eye[1], view_id=view_id, now_ms=city.now_ms - 40 * 86_400_000
            )


def windows(place: str, *, now_ms: int, minutes: int, per_minute: float, road: bool = True, is_line: bool = False,
            until_min: int = 0, seed: int = 7, change: Change | None = None) -> Iterator[Sighting]:  # fmt: skip
    """Yield one record a minute of one place up to `until_min` before now, oldest first."""
    chance = random.Random(f"{seed}/{place}")
    for ago in range(minutes - 1, until_min - 1, -1):
        at_ms = now_ms - ago * MINUTE_MS - 12_000
        counts = _counts(chance, per_minute * _of_the_day(at_ms))
        total = sum(counts.values())
        state = "macet" if total > 1.45 * per_minute else "padat" if total > 1.1 * per_minute else "lancar"
        forward = {label: math.ceil(count * 0.6) for label, count in counts.items()}
        made = Sighting(
            seq=minutes - ago,
            boot=1,
            up_ms=10**9 - ago * MINUTE_MS,
            at_ms=at_ms,
            clock=ClockTrust.NTP,
            err_ms=8,
            record_class=2,
            source="c1",
            zone=place,
            label="",
            count=total,
            is_line=is_line,
            model="3f9a17c2b04d",
            window_s=60,
            frames=118,
            by_label={} if is_line else counts,
            forward=forward if is_line else {},
            backward={label: counts[label] - forward[label] for label in counts} if is_line else {},
            occupied=None if is_line else min(1.0, total / 80),
            stopped=0 if is_line else total // 3,
            longest_stop_s=0.0 if is_line else float(total),
            state=state if road and not is_line else "",
            since_ms=at_ms - 9 * MINUTE_MS if road and not is_line else None,
        )
        yield changed(made, change(ago, made) if change else {})


def take_in(city: HubData, eye: Eye, told: list[Sighting], *, spool_no: int) -> None:
    """Store records of a box's camera and let the hub's desk count them, as ingest does."""
    ordered = sorted(told, key=lambda one: (one.up_ms, one.zone))
    rows = []
    for seq, one in enumerate(ordered, 1):
        body = encode_record(changed(one, {"seq": seq, "source": eye[1]}))
        rows.append((spool_no, seq, "sighting", 2, eye[1], one.boot, one.up_ms, one.at_ms, str(one.clock.value),
                     one.err_ms, one.at_ms + 900, None, None, body))  # fmt: skip
    if not city.connection.execute("SELECT 1 FROM nodes WHERE node_id = ?", (eye[0],)).fetchone():
        city.add_node(eye[0])
    city.insert("spools", spool_no=spool_no, node_id=eye[0], spool_id=f"{spool_no:032x}", producer="camera",
                first_ms=city.now_ms)  # fmt: skip
    desk = SightingDesk(clock=FakeClock(now_ms=city.now_ms))
    desk.take_layout(bound(city), node_of_spool={spool_no: eye[0]})
    with database.write(city.connection):
        records.insert(city.connection, rows)
    while _counted(city, desk):
        pass


def _counted(city: HubData, desk: SightingDesk) -> int:
    with database.write(city.connection):
        return desk.work(city.connection, to_id=records.newest_id(city.connection))


def bound(city: HubData) -> dict[Eye, str]:
    """Return camera to view, as bound now."""
    counting = view_bindings.counting(view_bindings.all_bindings(city.connection))
    return {eye: one.view_id for eye, one in counting.items()}


def add_fault(city: HubData, eye: Eye, code: str, text: str, *, ago_s: float = 300.0, active: bool = True) -> None:
    """Have a box say that something is wrong with its camera."""
    at_ms = city.now_ms - round(1000 * ago_s)
    fault = Fault(seq=9, boot=1, up_ms=at_ms, at_ms=at_ms, clock=ClockTrust.NTP, err_ms=8, record_class=1,
                  source=eye[1], code=code, active=active, text=text)  # fmt: skip
    with database.write(city.connection):
        faults.store_if_newer(
            city.connection,
            FaultNow(
                node_id=eye[0],
                source=fault.source,
                code=code,
                is_active=active,
                text=text,
                at_ms=at_ms,
                spool_no=99,
                boot=1,
                up_ms=fault.up_ms,
                seq=fault.seq,
            ),
        )


def watched_city(path: Path, *, minutes: int) -> HubData:
    """Return the city in flood with its cameras: a copy of one that is made once a test run."""
    return HubData(path, like=_watched(minutes))


@lru_cache(maxsize=4)
def _watched(minutes: int) -> Connection:
    city = flooded_city(IN_MEMORY)
    watch_city(city, minutes=minutes)
    return city.connection


def watch_city(city: HubData, *, minutes: int = 180) -> None:
    """Give a city three views: a jammed market, a bridge whose camera was too slow for a while, a bank in the dark.

    A fourth camera is bound to no view. Of the bank nothing came in the last minutes of the night.
    """
    now_ms = city.now_ms
    market, bridge, bank = ("n-7f3k2m90", "c1"), ("n-7f3k2m91", "c1"), ("n-7f3k2m93", "c1")
    add_view(city, "pasar-mardika", "Pasar Mardika", MARKET, eye=market, position=0)
    add_view(city, "jembatan-merah-putih", "Jembatan Merah Putih", BRIDGE, eye=bridge, position=1)
    add_view(city, "bantaran-batu-gajah", "Bantaran Batu Gajah", BANK, eye=bank, position=2)

    def jammed(ago: int, _one: Sighting) -> Mapping[str, object]:
        return {"state": "macet", "since_ms": now_ms - 14 * MINUTE_MS} if ago < 14 else {}

    def slow(ago: int, _one: Sighting) -> Mapping[str, object]:
        return {"doubts": ("too_slow",), "frames": 30} if 20 < ago < 45 or ago < 3 else {}

    def dark(ago: int, _one: Sighting) -> Mapping[str, object]:
        if 60 < ago < 100:
            return {"doubts": ("cannot_see",), "frames": 118, "count": 0, "by_label": {}}
        people = 2 if ago % 17 < 3 else 0
        return {"count": people, "by_label": {"person": people} if people else {}, "state": "", "since_ms": None}

    take_in(city, market, [*windows("jalan", now_ms=now_ms, minutes=minutes, per_minute=14, change=jammed),
                           *windows("gerbang", now_ms=now_ms, minutes=minutes, per_minute=42, is_line=True)],
            spool_no=61)  # fmt: skip
    take_in(city, bridge, [*windows("jalur-barat", now_ms=now_ms, minutes=minutes, per_minute=9, change=slow),
                           *windows("jalur-timur", now_ms=now_ms, minutes=minutes, per_minute=12, change=slow)],
            spool_no=62)  # fmt: skip
    take_in(city, bank, [*windows("bantaran", now_ms=now_ms, minutes=minutes, per_minute=1, road=False, change=dark)],
            spool_no=63)  # fmt: skip


def changed(one: Sighting, values: Mapping[str, object]) -> Sighting:
    """Return a record that is otherwise in some fields."""
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return Sighting(**(fields | dict(values)))


def _counts(chance: random.Random, mean: float) -> dict[str, int]:
    counts: dict[str, int] = {}
    for label, part in CLASSES:
        count = max(0, round(chance.gauss(mean * part, math.sqrt(max(mean * part, 0.05)))))
        if count:
            counts[label] = count
    return counts


def _of_the_day(at_ms: int) -> float:
    """Return 0.1 to 1.3: how busy an hour of Ambon's day (UTC+9) is."""
    hour = (at_ms / 3_600_000 + 9) % 24
    return 0.1 + math.exp(-(((hour - 7.5) / 2.2) ** 2)) + 0.7 * math.exp(-(((hour - 14) / 4) ** 2)) \
        + 0.9 * math.exp(-(((hour - 17.5) / 1.8) ** 2))  # fmt: skip
