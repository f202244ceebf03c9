"""A hub's database filled by hand, for pages and API: stations in every state, alerts, messages, boxes.

`python -m tests.support.hub_data DIR` makes one in DIR, serves the wall on it and lets the water move.
"""

import json
import math
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from contract.clock import ClockTrust
from contract.records import Reading, encode_record
from hub.api.rights import SCOPES, as_scopes
from hub.storage import api_tokens, people
from hub.storage import connection as database
from hub.storage.connection import Connection
from tests.support.databases import new_database

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
NOW_MS = 1_431_579_180_000
"""14 May 2015, 13:53 WIT."""

PASSWORD = "wai-ruhu-2015"
FAR_MS = 2**52
"""Real time at which nothing of a test has ended."""
DESIRED = b'{"v":1,"db_epoch":"d1a0","version":7,"sources":{},"models":{},"quota_mb":256}'
RAISE_CM = (120.0, 170.0, 220.0)

Stage = Callable[[float], float | None]
"""Hours before now to stage, cm."""

_hash_of = cache(people.hash_of)
"""A hash as the hub makes it, of production's cost, but made once for all who choose the same password."""


class HubData:
    """A database of the hub and short ways to put things into it. Times are UTC ms; every call is one commit."""

    def __init__(self, path: Path, *, now_ms: int = NOW_MS, like: Connection | None = None) -> None:
        self.path = path
        self.now_ms = now_ms
        self.connection = new_database(path, like=like)
        self.connection.execute("PRAGMA synchronous = OFF")  # a throw-away world need not survive a power cut

    def insert(self, table: str, **values: object) -> None:
        """Put one row into a table, over an older one of the same key."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        with database.write(self.connection):
            self.connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", [*values.values()])  # noqa: S608

    def update(self, table: str, key: str, key_value: str, **values: object) -> None:
        """Change some columns of the row with this key."""
        names = ", ".join(f"{name} = ?" for name in values)
        with database.write(self.connection):
            self.connection.execute(
                f"UPDATE {table} SET {names} WHERE {key} = ?",  # noqa: S608
                [*values.values(), key_value],
            )

    def change(self, kind: str, ref: str, *, sample_real_ms: int | None = None) -> int:
        """Say that something changed; return the id of the change."""
        with database.write(self.connection):
            cursor = self.connection.execute(
                "INSERT INTO changes (at_ms, kind, ref, sample_real_ms) VALUES (?, ?, ?, ?)",
                (self.now_ms, kind, ref, sample_real_ms),
            )
        return int(cursor.lastrowid or 0)

    def add_station(self, station_id: str, name: str, river: str, *, lat: float, lon: float, position: int = 0) -> None:
        """Add a station with thresholds of version 3."""
        self.insert(
            "stations",
            station_id=station_id,
            name=name,
            river=river,
            kelurahan="",
            lat=lat,
            lon=lon,
            position=position,
            offset_cm=300.0,
            sampling=json.dumps({"peace": 60, "flood": 5}),
        )
        self.insert(
            "thresholds",
            station_id=station_id,
            version=3,
            raise_cm=json.dumps(RAISE_CM),
            clear_cm=json.dumps([cm - 8 for cm in RAISE_CM]),
            valid_from_ms=self.now_ms - 90 * 24 * HOUR_MS,
            author="admin",
            reason="survei lapangan",
        )

    def set_now(self, station_id: str, *, age_s: float = 14.0, node_id: str | None = None, **values: object) -> None:
        """Set what is known of a station now."""
        at_ms = self.now_ms - round(1000 * age_s)
        known = {
            "severity": 0,
            "since_ms": self.now_ms - 5 * HOUR_MS,
            "stage_cm": 71.0,
            "flag": 1,
            "at_ms": at_ms,
            "received_ms": at_ms + 900,
            "interval_s": 60.0,
            "rise_cm": 0.0,
            "rise_in_s": 1800.0,
            "clock": "ntp",
            "node_id": node_id,
            "source": "g1",
            "threshold_version": 3,
            "box_threshold_version": 3,
        }
        self.insert("station_now", station_id=station_id, **(known | values))

    def add_series(self, station_id: str, stage: Stage, *, hours: float = 24.0) -> None:
        """Fill the roll-ups of all steps with what `stage` says."""
        with database.write(self.connection):
            for step_s, reach in ((60, hours), (600, 24.0 * 2), (3600, 24.0 * 6)):
                start_ms = (self.now_ms - round(reach * HOUR_MS)) // (step_s * 1000) * step_s * 1000
                rows = []
                for at_ms in range(start_ms, self.now_ms, step_s * 1000):
                    cm = stage((self.now_ms - at_ms) / HOUR_MS)
                    if cm is not None:
                        rows.append((station_id, at_ms, 1, round(cm, 1), round(cm - 1.5, 1), round(cm + 1.5, 1), 1))
                self.connection.executemany(
                    f"INSERT OR REPLACE INTO rollups_{step_s} VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    rows,
                )

    def add_readings(self, node_id: str, stage: Stage, *, count: int, interval_s: int) -> int:
        """Add raw readings up to now in a spool of the box; return how many."""
        rows = []
        for seq in range(1, count + 1):
            at_ms = self.now_ms - (count - seq) * interval_s * 1000
            cm = stage((self.now_ms - at_ms) / HOUR_MS)
            reading = Reading(
                seq=seq,
                boot=1,
                up_ms=at_ms - self.now_ms + 10**9,
                at_ms=at_ms,
                clock=ClockTrust.NTP,
                err_ms=5,
                record_class=1,
                source="g1",
                stage_cm=cm,
                flag=1,
                interval_s=interval_s,
                distance_mm=1500.0,
            )
            body = encode_record(reading)
            rows.append((1, seq, "reading", 1, "g1", 1, reading.up_ms, at_ms, "ntp", 5, at_ms + 700, cm, 1, body))
        self.insert("spools", spool_no=1, node_id=node_id, spool_id="0" * 32, producer="gauge", first_ms=rows[0][7])
        with database.write(self.connection):
            self.connection.executemany(
                "INSERT INTO records (spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms,"
                " received_ms, stage_cm, flag, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return count

    def add_node(self, node_id: str, station_id: str | None = None, *, seen_s: float = 9.0, **values: object) -> None:
        """Add a box, bound to a station where one is named."""
        known = {
            "boot": 3,
            "agent": "0.1.0",
            "clock": "ntp",
            "applied_epoch": "d1a0",
            "applied_version": 7,
            "queued": json.dumps({"0": 0, "1": 0, "2": 0, "3": 0}),
            "first_seen_ms": self.now_ms - 40 * 24 * HOUR_MS,
            "last_seen_ms": self.now_ms - round(1000 * seen_s),
            "last_hello_ms": self.now_ms - 6 * HOUR_MS,
            "is_online": 1,
        }
        self.insert("nodes", node_id=node_id, **(known | values))
        self.insert("desired", node_id=node_id, version=7, body=DESIRED, changed_ms=self.now_ms - 24 * HOUR_MS)
        if station_id is not None:
            bound_ms = self.now_ms - 40 * 24 * HOUR_MS
            self.insert("bindings", node_id=node_id, source="g1", station_id=station_id, bound_ms=bound_ms)

    def add_alert(
        self, alert_id: str, station_id: str | None, *, severity: int, since_s: float, **values: object
    ) -> None:
        """Add an alert that was raised `since_s` ago, with the event of its rise."""
        at_ms = self.now_ms - round(1000 * since_s)
        known = {
            "kind": "level",
            "peak": severity,
            "state": "raised",
            "version": 1,
            "raised_ms": at_ms,
            "since_ms": at_ms,
            "sample_ms": at_ms,
            "decided_ms": at_ms + 400,
            "committed_ms": at_ms + 600,
            "rule_version": "1",
            "threshold_version": 3,
            "why": f"2 dari 3 bacaan di atas {RAISE_CM[max(severity, 1) - 1]:g} cm",
        }
        row = known | values
        self.insert("alerts", alert_id=alert_id, station_id=station_id, severity=severity, **row)
        self.add_event(alert_id, 1, "raised", at_ms=at_ms, severity=severity, why=str(row["why"]))

    def add_event(self, alert_id: str, n: int, kind: str, *, at_ms: int, severity: int, **values: object) -> None:
        """Add one line to an alert's history."""
        known = {"version": n, "by_whom": "aturan", "rule_version": "1", "threshold_version": 3}
        self.insert(
            "alert_events", alert_id=alert_id, n=n, at_ms=at_ms, kind=kind, severity=severity, **(known | values)
        )

    def add_recipient(self, recipient_id: str, name: str, role: str) -> None:
        """Add a person who is told."""
        self.insert(
            "recipients",
            recipient_id=recipient_id,
            name=name,
            role=role,
            channel="webhook",
            target="http://127.0.0.1:9/",
        )

    def add_delivery(
        self, alert_id: str, recipient_id: str, state: str, *, severity: int = 3, **values: object
    ) -> None:
        """Add a message to a person about an alert."""
        delivery_id = f"{alert_id}-{severity}-{recipient_id}"
        known = {
            "channel": "webhook",
            "due_ms": self.now_ms - 100_000,
            "created_ms": self.now_ms - 99_000,
            "token": secrets.token_hex(16),
            "text": "[AWAS] Wai Ruhu: segera menjauh dari sungai",
        }
        self.insert(
            "deliveries",
            delivery_id=delivery_id,
            alert_id=alert_id,
            recipient_id=recipient_id,
            severity=severity,
            state=state,
            **(known | values),
        )

    def beat(self, process: str, *, at_real_ms: int) -> None:
        """Say that a process of the hub works."""
        self.insert("heartbeats", process=process, at_real_ms=at_real_ms, at_ms=self.now_ms)

    def admin(self) -> None:
        """Make the administrator, with PASSWORD."""
        with database.write(self.connection):
            people.add(
                self.connection, name="admin", password_hash=_hash_of(PASSWORD), role="admin", now_ms=self.now_ms
            )

    def person(self, name: str, role: str, *, password: str = PASSWORD) -> str:
        """Make a person of a role and return their id."""
        with database.write(self.connection):
            return people.add(
                self.connection, name=name, password_hash=_hash_of(password), role=role, now_ms=self.now_ms
            )

    def api_token(self, name: str = "tests", *, scopes: str = as_scopes(SCOPES)) -> str:
        """Make an API token and return it."""
        with database.write(self.connection):
            return api_tokens.add(
                self.connection, name=name, scopes=scopes, now_real_ms=self.now_ms, expires_real_ms=FAR_MS
            )

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def flood(peak_cm: float, *, hours_ago: float = 0.0, base_cm: float = 62.0, width_h: float = 1.1) -> Stage:
    """Return water that rises to `peak_cm` at `hours_ago` and is low otherwise."""

    def stage(hours: float) -> float:
        wave = math.exp(-(((hours - hours_ago) / width_h) ** 2))
        return base_cm + (peak_cm - base_cm) * wave + 2.5 * math.sin(hours * 2.1) + 0.8 * math.sin(hours * 11)

    return stage


def until(hours_ago: float, stage: Stage) -> Stage:
    """Return water of which nothing is known in the last hours."""
    return lambda hours: stage(hours) if hours >= hours_ago else None


if __name__ == "__main__":
    from tests.support.living_city import main

    raise SystemExit(main())
