"""Builders for alerts: a database with one station and its people, and what the level rule says of it."""

from pathlib import Path

from contract.level.rule import RULE_VERSION, StageReading, step
from contract.level.settings import RuleSettings, Thresholds
from contract.level.state import LevelState
from contract.level.why import sentence
from hub.alerting.events import StationChange
from hub.alerting.inputs import StepInputs, encode_inputs, encode_state
from hub.alerting.routing import ALL_STATIONS, Recipient, Role
from hub.storage import recipients, stations, thresholds
from hub.storage.connection import Connection, write
from hub.storage.stations import Station
from hub.storage.thresholds import ThresholdVersion
from tests.support.databases import new_database

STATION = "wai-ruhu-1"
NODE = "n-7f3k2m9q"
SPOOL = "5e0c6f0a1b2c3d4e5f60718293a4b5c6"
START_MS = 1_763_712_000_000
"""21 November 2025, 17:00 WIT."""

THRESHOLDS = Thresholds(version=3, raise_cm=(120.0, 170.0, 220.0), clear_cm=(112.0, 162.0, 212.0))
SETTINGS = RuleSettings(thresholds=THRESHOLDS)


def decision(number: int = 1) -> str:
    """Return a decision id."""
    return f"{NODE}/{SPOOL}/{number}"


def change(
    severity: int | None,
    *,
    at_ms: int = START_MS,
    from_severity: int | None = 0,
    decision_id: str | None = "first",
    stage_cm: float | None = 178.0,
    since_ms: int | None = None,
    is_stale: bool = False,
    is_suspect: bool = False,
    is_late: bool = False,
    is_hour_known: bool = True,
    threshold_version: int = 3,
    why: str = "3 dari 5 bacaan di atas 170 cm",
    station_id: str = STATION,
) -> StationChange:
    """Return a change of a station's level; `at_ms` is its commit, half a second after the sample."""
    begun_ms = at_ms - 500 if since_ms is None else since_ms
    return StationChange(
        station_id=station_id,
        severity=severity,
        from_severity=from_severity,
        since_ms=begun_ms if is_hour_known else None,
        stage_cm=stage_cm,
        flag=1,
        is_stale=is_stale,
        is_suspect=is_suspect,
        decision_id=decision() if decision_id == "first" else decision_id,
        decision_ended=severity == 0,
        rule_version=RULE_VERSION,
        threshold_version=threshold_version,
        why=why,
        cause=None,
        sample_ms=at_ms - 500 if is_hour_known else None,
        decided_ms=at_ms - 300 if is_hour_known else None,
        committed_ms=at_ms,
        is_late=is_late,
        inputs=b"{}",
        after=b"{}",
    )


def changes_of(stages_cm: list[float], *, interval_s: float = 60.0) -> list[StationChange]:
    """Return what the level rule says of a series of stages, with everything needed to run it again."""
    state, told = LevelState(), []
    for index, stage_cm in enumerate(stages_cm):
        at_ms = START_MS + round(1000 * interval_s * index)
        reading = StageReading(stage_cm, 1, interval_s, 1, at_ms - START_MS + 1000, at_ms, 2 * index + 1)
        name = decision(reading.seq + 1)
        done = step(state, reading, SETTINGS, decision_id=name)
        if done.cause is not None:
            told.append(
                StationChange(
                    station_id=STATION,
                    severity=done.state.severity,
                    from_severity=done.from_severity,
                    since_ms=done.state.since_ms,
                    stage_cm=stage_cm,
                    flag=1,
                    is_stale=done.state.is_stale,
                    is_suspect=done.state.is_suspect,
                    decision_id=done.decision_id,
                    decision_ended=done.state.severity == 0,
                    rule_version=RULE_VERSION,
                    threshold_version=THRESHOLDS.version,
                    why=sentence(done.cause),
                    cause=done.cause,
                    sample_ms=at_ms,
                    decided_ms=at_ms,
                    committed_ms=at_ms + 400,
                    is_late=False,
                    inputs=encode_inputs(
                        StepInputs(before=state, reading=reading, settings=SETTINGS, decision_id=name)
                    ),
                    after=encode_state(done.state),
                )
            )
        state = done.state
    return told


def person(
    recipient_id: str,
    role: Role,
    *,
    min_severity: int = 1,
    target: str = "http://127.0.0.1:9/messages",
    channel: str = "webhook",
    is_active: bool = True,
) -> Recipient:
    """Return a recipient."""
    return Recipient(
        recipient_id=recipient_id,
        name=f"Orang {recipient_id}",
        role=role,
        channel=channel,
        target=target,
        min_severity=min_severity,
        is_active=is_active,
    )


def hub_database(folder: Path | None, *people: Recipient) -> Connection:
    """Return an open database with one station and these people on its list; without a folder, one in memory."""
    connection = new_database() if folder is None else new_database(folder / "hub.db")
    with write(connection):
        stations.save(
            connection,
            Station(
                station_id=STATION,
                name="Wai Ruhu 1",
                kelurahan="Batu Merah",
                offset_cm=300.0,
                sop="Awas: tutup jembatan.\nTitik kumpul: SD Negeri 5",
            ),
        )
        thresholds.add(
            connection,
            ThresholdVersion(
                station_id=STATION,
                version=THRESHOLDS.version,
                raise_cm=THRESHOLDS.raise_cm,
                clear_cm=THRESHOLDS.clear_cm,
                valid_from_ms=0,
            ),
        )
        for one in people:
            is_local = one.role in {Role.LURAH, Role.RT}
            recipients.save(connection, one, station_ids=[STATION if is_local else ALL_STATIONS])
    return connection
