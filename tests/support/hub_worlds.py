"""A hub without a broker: real database, real ingest, a clock that moves when told, a desk that writes down."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contract.messages import Ack
from contract.topics import up
from hub.alerting.policy import AlertPolicy
from hub.ingest.commit import Committer
from hub.ingest.decode import Arrived, decode
from hub.ingest.memory import Memory
from hub.ingest.ticks import Ticks
from hub.rivers.believable_hours import ahead_most_ms
from hub.storage import bindings, station_now, stations, thresholds
from hub.storage import connection as database
from hub.storage.retention import Retention
from hub.storage.station_now import StationNow
from hub.storage.stations import Station
from hub.storage.thresholds import ThresholdVersion
from tests.support.clocks import FakeClock
from tests.support.databases import new_database
from tests.support.desks import RecordingDesk

NODE = "n-7f3k2m9q"
SPOOL = "5e0c6f0a1b2c3d4e5f60718293a4b5c6"
OTHER_SPOOL = "00000000000000000000000000000002"
STATION = "wai-ruhu-1"
RAISE_CM, CLEAR_CM = (120.0, 170.0, 220.0), (112.0, 162.0, 212.0)
START_MS = 1_763_712_000_000


def record(seq: int, kind: str, **values: Any) -> dict[str, Any]:
    """Return a record as a box would write it, one minute of boot clock for each number."""
    envelope = {
        "seq": seq,
        "boot": 1,
        "up_ms": seq * 60_000,
        "at_ms": START_MS + seq * 60_000,
        "clock": "ntp",
        "err_ms": 12,
        "kind": kind,
        "class": 1,
    }
    return envelope | values


def reading(seq: int, stage_cm: float | None = 60.0, **values: Any) -> dict[str, Any]:
    """Return a reading of gauge g1."""
    fields = {"source": "g1", "stage_cm": stage_cm, "flag": 9 if stage_cm is None else 1, "interval_s": 60}
    return record(seq, "reading", **(fields | values))


def level(seq: int, severity: int | None, **values: Any) -> dict[str, Any]:
    """Return a level record of gauge g1 without a state."""
    fields = {
        "class": 0,
        "source": "g1",
        "severity": severity,
        "from": 0,
        "since_ms": START_MS + seq * 60_000,
        "stage_cm": 230.0,
        "flag": 1,
        "rule": "1",
        "threshold_version": 1,
        "decision_id": f"{NODE}/{SPOOL}/{seq}" if severity else None,
        "state": {},
        "why": "2 dari 3 bacaan di atas 220 cm",
    }
    return record(seq, "level", **(fields | values))


class HubWorld:
    """One hub; times in UTC ms, the clock begins at START_MS."""

    def __init__(self, folder: Path, *, rate: float = 1.0) -> None:
        self.path = folder / "hub.db"
        self.clock = FakeClock(now_ms=START_MS, real_ms=1_000_000, rate=rate)
        self.desk = RecordingDesk()
        self.policy = AlertPolicy()
        self.connection = new_database(self.path)
        self.connection.execute("PRAGMA synchronous = OFF")  # a throw-away world need not survive a power cut
        self.start()

    def start(self) -> None:
        """Start ingest anew on the same database, as after a crash."""
        self.memory = Memory(self.connection, clock=self.clock, dead_letters_limit=1_000)
        self.committer = Committer(self.connection, self.memory, clock=self.clock, desk=self.desk, policy=self.policy)
        self.ticks = Ticks(
            self.connection, self.memory, clock=self.clock, desk=self.desk, policy=self.policy, kept=Retention()
        )
        self.listening_real_ms: int | None = self.clock.real_ms()
        self.ticks.start()

    def add_station(self, station_id: str = STATION, *, node_id: str = NODE, source: str = "g1", **values: Any) -> None:
        """Add a station with thresholds of version 1 and bind a gauge to it; ingest takes it in at once."""
        with database.write(self.connection):
            fields: dict[str, Any] = {"name": "Wai Ruhu 1", "offset_cm": 300.0} | values
            stations.save(self.connection, Station(station_id=station_id, **fields))
            thresholds.add(self.connection, version_of(station_id, 1))
            bindings.bind(
                self.connection, node_id=node_id, source=source, station_id=station_id, now_ms=self.clock.now_ms()
            )
        self.memory.load(self.connection)
        self.ticks.start()

    def say(self, leaf: str, payload: bytes, *, node_id: str = NODE) -> list[Ack]:
        """Have one message arrive; return the acks."""
        return self.say_all([Arrived(topic=up(node_id, leaf), payload=payload, mid=1)])

    def say_all(self, arrived: Iterable[Arrived]) -> list[Ack]:
        """Have messages arrive in one go; return the acks."""
        now_ms, ahead_ms = self.clock.now_ms(), ahead_most_ms(rate=self.clock.rate)
        incoming = [decode(one, now_ms=now_ms, ahead_ms=ahead_ms) for one in arrived]
        return [answer.ack for answer in self.committer.commit(incoming)]

    def batch(
        self,
        records: list[dict[str, Any]],
        *,
        low: int | None = None,
        following: int | None = None,
        spool: str = SPOOL,
        node_id: str = NODE,
    ) -> list[Ack]:
        """Have a batch arrive; by default the box holds just these records. Return the acks."""
        return self.say("records", batch_json(records, low=low, following=following, spool=spool), node_id=node_id)

    def hello(self, *, session: str = "s1", node_id: str = NODE, **values: Any) -> list[Ack]:
        """Have a hello arrive; return the acks."""
        return self.say("hello", hello_json(session=session, node_id=node_id, **values), node_id=node_id)

    def tick(self, *, seconds: float = 0.0) -> None:
        """Let time pass, then let the second hand fall."""
        self.clock.advance(seconds)
        self.ticks.tick(listening_real_ms=self.listening_real_ms, durations_s=[])

    def now(self, station_id: str = STATION) -> StationNow:
        """Return what the database says of a station."""
        found = station_now.one(self.connection, station_id)
        assert found is not None, f"nothing is known of {station_id}"
        return found

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return self.connection.execute(sql, parameters).fetchall()

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - names from tests

    def counters(self) -> dict[str, int]:
        """Return every counter but the histogram by name, labels summed."""
        sums: dict[str, int] = {}
        for name, value in self.rows("SELECT name, value FROM counters"):
            if not name.startswith("jagawai_ingest_seconds"):
                sums[name] = sums.get(name, 0) + value
        return sums


def batch_json(
    records: list[dict[str, Any]], *, low: int | None = None, following: int | None = None, spool: str = SPOOL
) -> bytes:
    """Return a batch; by default the box holds just these records."""
    seqs = [one["seq"] for one in records if isinstance(one.get("seq"), int)] or [1]
    return json.dumps(
        {
            "v": 1,
            "spool": spool,
            "low": min(seqs) if low is None else low,
            "next": max(seqs) + 1 if following is None else following,
            "records": records,
        }
    ).encode()


def hello_json(*, session: str = "s1", node_id: str = NODE, spool: str = SPOOL, **values: Any) -> bytes:
    """Return a hello of a box with one gauge spool."""
    fields = {
        "v": 1,
        "session": session,
        "node": node_id,
        "spools": {"gauge": {"spool": spool, "low": 1, "next": 1}},
        "boot": 1,
        "kernel_boot": "k1",
        "agent": "0.1.0",
        "models": {},
        "queued": {"0": 0, "1": 0, "2": 0, "3": 0},
        "clock": "ntp",
        "applied": {"db_epoch": "", "version": 0},
    }
    return json.dumps(fields | values).encode()


def version_of(station_id: str, version: int, *, valid_from_ms: int = 0, above_cm: float = 0.0) -> ThresholdVersion:
    """Return thresholds of a version, shifted up by `above_cm`."""
    low, middle, high = (value + above_cm for value in RAISE_CM)
    clear_low, clear_middle, clear_high = (value + above_cm for value in CLEAR_CM)
    return ThresholdVersion(
        station_id=station_id,
        version=version,
        raise_cm=(low, middle, high),
        clear_cm=(clear_low, clear_middle, clear_high),
        valid_from_ms=valid_from_ms,
        author="BPBD",
        reason="survei",
    )
