"""Days of a box without a hub, written in seconds: the real outbox, rule and sampling on a clock that jumps."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import msgspec

from contract.clock import ClockTrust
from contract.desired import DesiredSource
from contract.identity import record_key
from contract.level.rule import StageReading, step
from contract.level.settings import Thresholds
from contract.level.state import LevelState
from contract.records import Health, Level, Reading, RecordClass, decode_record
from edge_agent.alarm.level import level_record, rule_settings
from edge_agent.alarm.sampling import interval_s
from edge_agent.health.stamp import Envelope, Stamp, envelope
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.transaction import Transaction
from tests.support.clocks import FakeClock
from tests.support.pole import CLEAR_CM, MOUNTED_OFFSET_CM, RAISE_CM, Pole

READINGS_A_COMMIT = 200
"""A real gauge commits each one; what is tested here is the way out, not the way in."""

HEALTH_EVERY_S = 300.0
HOUR_S = 3600.0

StageAt = Callable[[float], float]
"""Seconds before the end to stage, cm."""


def floods(*, every_h: float = 12.0, high_h: float = 7.2, last_ended_h: float = 3.0) -> StageAt:
    """Return a creek that stands at 140 cm for `high_h` of every `every_h` hours and at 40 cm between.

    Args:
        every_h: hours from flood to flood.
        high_h: how long it stands high; it takes half an hour to rise and to fall.
        last_ended_h: how long before the end it last began to fall; negative: it still stands high.
    """

    def stage_cm(before_end_s: float) -> float:
        since_fall_h = (-before_end_s / HOUR_S + last_ended_h) % every_h
        ripple_cm = 0.4 * math.sin(before_end_s / 37)
        if since_fall_h < 0.5:
            return 140.0 - 200.0 * since_fall_h + ripple_cm
        until_fall_h = every_h - since_fall_h
        if until_fall_h > high_h + 0.5:
            return 40.0 + ripple_cm
        return min(140.0, 40.0 + 200.0 * (high_h + 0.5 - until_fall_h)) + ripple_cm

    return stage_cm


class _Box:
    """One box without its processes."""

    def __init__(self, pole: Pole, *, ends_ms: int, hours: float, rate: float) -> None:
        self.pole = pole
        self.clock = FakeClock(now_ms=ends_ms - round(1000 * HOUR_S * hours), rate=rate)
        self.desired = DesiredSource(
            station=pole.station_id,
            name=pole.name,
            offset_cm=MOUNTED_OFFSET_CM,
            thresholds=Thresholds(version=1, raise_cm=RAISE_CM, clear_cm=CLEAR_CM),
            siren=True,
        )
        self.state = LevelState()
        self.ends_ms = ends_ms

    def envelope(self, outbox: Outbox, transaction: Transaction, record_class: int, source: str = "") -> Envelope:
        stamp = Stamp(
            boot=outbox.boot, up_ms=self.clock.up_ms(), at_ms=self.clock.now_ms(), clock=ClockTrust.NTP, err_ms=12
        )
        return envelope(stamp, seq=transaction.next_seq, record_class=record_class, source=source)

    def read(self, outbox: Outbox, transaction: Transaction, stage_cm: float) -> None:
        """Write one reading, and its level record if the rule speaks; let the time to the next one pass."""
        clock, key = self.clock, record_key(self.pole.node_id, outbox.spool_id, transaction.next_seq + 1)
        pause_s = interval_s(self.state, sampling=self.desired.sampling_s, rise=self.desired.rise, clock_rate=1.0)
        clock.advance(pause_s)
        head = self.envelope(outbox, transaction, RecordClass.READING, "g1")
        distance_mm = round(10 * (MOUNTED_OFFSET_CM - stage_cm), 1)
        transaction.append(
            Reading(**head, stage_cm=round(stage_cm, 2), flag=1, interval_s=pause_s, distance_mm=distance_mm)
        )
        reading = StageReading(
            stage_cm, 1, pause_s, boot=outbox.boot, up_ms=clock.up_ms(), at_ms=clock.now_ms(), seq=head["seq"]
        )
        done = step(self.state, reading, rule_settings(self.desired, clock_rate=1.0), decision_id=key)
        self.state = done.state
        if done.cause is not None:
            level = self.envelope(outbox, transaction, RecordClass.ALERT, "g1")
            transaction.append(level_record(done, envelope=level, stage_cm=stage_cm, flag=1, threshold_version=1))


def fill_gauge(pole: Pole, outbox: Path, *, stage_at: StageAt, hours: float, ends_ms: int, rate: float) -> int:
    """Write the readings and level records of `hours` that end at `ends_ms`; return how many records."""
    box = _Box(pole, ends_ms=ends_ms, hours=hours, rate=rate)
    with _open(box, outbox, limit_mb=128) as file:
        while box.clock.now_ms() < ends_ms:
            with file.transaction() as transaction:
                for _ in range(READINGS_A_COMMIT):
                    if box.clock.now_ms() < ends_ms:
                        box.read(file, transaction, stage_at((ends_ms - box.clock.now_ms()) / 1000))
                transaction.set_state("level/g1", msgspec.json.encode(box.state))
        return file.next_seq - 1


def fill_uplink(pole: Pole, outbox: Path, *, hours: float, ends_ms: int, rate: float) -> int:
    """Write the health records of `hours` that end at `ends_ms`; return how many."""
    box = _Box(pole, ends_ms=ends_ms, hours=hours, rate=rate)
    rng = random.Random(pole.node_id)
    with _open(box, outbox, limit_mb=25) as file:
        while box.clock.now_ms() < ends_ms:
            with file.transaction() as transaction:
                for _ in range(READINGS_A_COMMIT):
                    if box.clock.now_ms() >= ends_ms:
                        break
                    box.clock.advance(HEALTH_EVERY_S)
                    head = box.envelope(file, transaction, RecordClass.TELEMETRY)
                    celsius = round(45 + rng.gauss(0, 3), 1)
                    transaction.append(Health(**head, cpu_temperature_c=celsius, disk_free_mb=20_000.0))
        return file.next_seq - 1


def newest_level(outbox: Path) -> Level:
    """Return the newest level record of an outbox."""
    rows = OutboxReader.open(outbox).rows(RecordClass.ALERT, newest_first=True, limit=50)
    records = [decode_record(row.body) for row in rows]
    return next(record for record in records if isinstance(record, Level))


def _open(box: _Box, outbox: Path, *, limit_mb: float) -> Outbox:
    return Outbox.open(
        outbox, clock=box.clock, node_id=box.pole.node_id, board="laptop", limit_mb=limit_mb, is_scaled=True
    )
