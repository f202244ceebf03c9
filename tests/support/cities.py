"""Whole cities for pages and API: one in flood with every state of a tile, one in peace."""

from functools import lru_cache
from pathlib import Path

from hub.storage.connection import IN_MEMORY, Connection
from tests.support.hub_data import HOUR_MS, MINUTE_MS, NOW_MS, HubData, flood, until

# Invented stations on Ambon: (id, name, river, latitude, longitude).
STATIONS = (
    ("wai-ruhu-1", "Wai Ruhu 1", "Wai Ruhu", -3.6820, 128.2140),
    ("wai-batu-merah", "Batu Merah Hulu", "Wai Batu Merah", -3.6935, 128.1990),
    ("wai-tomu", "Jembatan Tomu", "Wai Tomu", -3.6985, 128.1830),
    ("wai-batu-gajah", "Batu Gajah", "Wai Batu Gajah", -3.7065, 128.1760),
    ("wai-lela", "Wai Lela Rumah Tiga", "Wai Lela", -3.6480, 128.1870),
    ("wai-heru", "Waiheru", "Wai Heru", -3.6320, 128.2330),
)


def flooded_city(path: Path, *, now_ms: int = NOW_MS) -> HubData:
    """Return a city with an Awas, a Siaga, a Waspada, a normal, a silent and a never-heard station."""
    return HubData(path, now_ms=now_ms, like=_flooded(now_ms))


@lru_cache(maxsize=2)
def _flooded(now_ms: int) -> Connection:
    """Fill the database of this test run that the flooded cities of this moment are copies of."""
    city = HubData(IN_MEMORY, now_ms=now_ms)
    for position, (station_id, name, river, lat, lon) in enumerate(STATIONS):
        city.add_station(station_id, name, river, lat=lat, lon=lon, position=position)
        if position < 5:  # the sixth has none yet
            city.add_node(f"n-7f3k2m9{position}", station_id)
    _fill_waters(city)
    _fill_alerts(city)
    city.admin()
    return city.connection


def _fill_waters(city: HubData) -> None:
    now_ms = city.now_ms
    city.add_series("wai-ruhu-1", flood(231, hours_ago=-0.2))
    city.set_now(
        "wai-ruhu-1",
        severity=3,
        since_ms=now_ms - 100_000,
        stage_cm=226.4,
        rise_cm=34.0,
        age_s=14,
        interval_s=60,
        why="2 dari 3 bacaan di atas 220 cm",
        node_id="n-7f3k2m90",
    )
    city.add_series("wai-batu-merah", flood(196, hours_ago=0.6))
    city.set_now(
        "wai-batu-merah",
        severity=2,
        since_ms=now_ms - 52 * MINUTE_MS,
        stage_cm=181.2,
        rise_cm=-5.2,
        age_s=22,
        why="3 dari 5 bacaan di atas 170 cm",
        node_id="n-7f3k2m91",
    )
    city.add_series("wai-tomu", flood(139, hours_ago=0.2))
    city.set_now(
        "wai-tomu",
        severity=1,
        since_ms=now_ms - 31 * MINUTE_MS,
        stage_cm=136.5,
        rise_cm=9.1,
        age_s=9,
        flag=3,
        is_suspect=1,
        reason="flat_line",
        node_id="n-7f3k2m92",
    )
    city.add_series("wai-batu-gajah", flood(75, hours_ago=4))
    city.set_now("wai-batu-gajah", stage_cm=63.9, age_s=31, node_id="n-7f3k2m93")
    city.add_series("wai-lela", until(1.4, flood(92, hours_ago=2.2)))
    city.set_now(
        "wai-lela",
        stage_cm=78.3,
        age_s=1.4 * 3600,
        is_stale=1,
        is_silent=1,
        silent_since_ms=now_ms - round(1.3 * HOUR_MS),
        node_id="n-7f3k2m94",
    )
    city.update(
        "nodes",
        "node_id",
        "n-7f3k2m94",
        is_online=0,
        gone_ms=now_ms - round(1.4 * HOUR_MS),
        last_seen_ms=now_ms - round(1.4 * HOUR_MS),
    )


def _fill_alerts(city: HubData) -> None:
    now_ms = city.now_ms
    for recipient_id, name, role in (
        ("o1", "Pusdalops BPBD", "officer"),
        ("l1", "Lurah Batu Merah", "lurah"),
        ("r1", "Ketua RT 003/05", "rt"),
        ("r2", "Ketua RT 004/05", "rt"),
        ("k1", "Ketua regu", "lead"),
    ):
        city.add_recipient(recipient_id, name, role)
    city.add_alert(
        "a-siaga",
        "wai-batu-merah",
        severity=2,
        since_s=52 * 60,
        state="acknowledged",
        version=2,
        acknowledged_ms=now_ms - 49 * MINUTE_MS,
        acknowledged_by="admin",
        acknowledged_version=1,
    )
    city.add_alert("a-waspada", "wai-tomu", severity=1, since_s=31 * 60)
    city.add_alert("a-diam", "wai-lela", severity=0, since_s=1.3 * 3600, kind="silence", why="tidak ada kabar dari pos")
    city.add_alert(
        "a-lama",
        "wai-batu-gajah",
        severity=2,
        since_s=9.2 * 3600,
        state="resolved",
        version=4,
        resolved_ms=now_ms - 7 * HOUR_MS,
        acknowledged_ms=now_ms - 9 * HOUR_MS,
        acknowledged_by="admin",
    )
    city.add_alert("a-awas", "wai-ruhu-1", severity=1, since_s=31 * 60)
    city.add_event("a-awas", 2, "rose", at_ms=now_ms - 14 * MINUTE_MS, severity=2, why="3 dari 5 bacaan di atas 170 cm")
    city.add_event("a-awas", 3, "rose", at_ms=now_ms - 100_000, severity=3, why="2 dari 3 bacaan di atas 220 cm")
    city.update(
        "alerts",
        "alert_id",
        "a-awas",
        severity=3,
        peak=3,
        version=3,
        since_ms=now_ms - 100_000,
        sample_ms=now_ms - 100_000,
        decided_ms=now_ms - 99_600,
        committed_ms=now_ms - 99_200,
        next_escalation_ms=now_ms + 80_000,
        escalation_step=1,
        why="2 dari 3 bacaan di atas 220 cm",
    )
    city.add_delivery("a-awas", "o1", "read", handed_ms=now_ms - 97_000, read_ms=now_ms - 23_000)
    city.add_delivery("a-awas", "l1", "handed", handed_ms=now_ms - 96_500)
    city.add_delivery("a-awas", "r1", "handed", handed_ms=now_ms - 96_100)
    city.add_delivery("a-awas", "r2", "failed", error="tidak tersambung", attempts=5)
    city.add_delivery("a-awas", "k1", "owed")


def peaceful_city(path: Path, *, now_ms: int = NOW_MS) -> HubData:
    """Return a city of four stations where nothing is wrong; one alert of yesterday is over."""
    city = HubData(path, now_ms=now_ms)
    for position, (station_id, name, river, lat, lon) in enumerate(STATIONS[:4]):
        city.add_station(station_id, name, river, lat=lat, lon=lon, position=position)
        city.add_node(f"n-7f3k2m9{position}", station_id)
        city.add_series(station_id, flood(70 + 6 * position, hours_ago=9))
        city.set_now(station_id, stage_cm=61.0 + 3 * position, age_s=12 + 7 * position, node_id=f"n-7f3k2m9{position}")
    city.add_alert(
        "a-lama",
        "wai-batu-gajah",
        severity=2,
        since_s=9.2 * 3600,
        state="resolved",
        version=4,
        resolved_ms=now_ms - 7 * HOUR_MS,
        acknowledged_ms=now_ms - 9 * HOUR_MS,
        acknowledged_by="admin",
    )
    city.admin()
    return city
