"""Box and hub come to the same levels by any order of delivery that the sending rules allow.

The world is small and plain: a box steps the rule and queues records by the sending rules of the contract; a link
loses, repeats and cuts; a hub steps readings newer than its last step and adopts level records. At the end, with
everything delivered and thresholds of equal version, both hold the same state.
"""

from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.level.rule import StageReading, adopt, reevaluate, step
from contract.level.settings import Persistence, Rise, RuleSettings, Thresholds
from contract.level.state import LevelState
from contract.level.why import Cause

VERSIONS = {
    1: RuleSettings(thresholds=Thresholds(version=1, raise_cm=(50, 70, 90), clear_cm=(45, 65, 85)), hold_s=300),
    2: RuleSettings(
        thresholds=Thresholds(version=2, raise_cm=(60, 80, 100), clear_cm=(50, 70, 90)), rise=Rise(cm=8), hold_s=120
    ),
    3: RuleSettings(
        thresholds=Thresholds(version=2, raise_cm=(60, 80, 100), clear_cm=(50, 70, 90)),
        persistence=Persistence(need=(1, 1, 1)),
        rise=Rise(cm=20),
        hold_s=600,
    ),
}
"""The third has the thresholds of the second: a city may change the rest without a new version of them."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A level record: the state in it, and whose key it has."""

    seq: int
    boot: int
    up_ms: int
    state: LevelState
    decision_id: str | None


@dataclass(kw_only=True)
class Box:
    """A gauge process: readings and level records in one spool."""

    version: int = 1
    state: LevelState = field(default_factory=lambda: LevelState(threshold_version=1))
    seq: int = 0
    boot: int = 1
    up_ms: int = 0
    records: list[StageReading | Told] = field(default_factory=list)
    unacknowledged: set[int] = field(default_factory=set)

    def _next(self) -> int:
        self.seq += 1
        self.unacknowledged.add(self.seq)
        return self.seq

    def _tell(self, decision_id: str | None) -> None:
        seq = self._next()
        self.records.append(Told(seq=seq, boot=self.boot, up_ms=self.up_ms, state=self.state, decision_id=decision_id))

    def read(self, stage_cm: float, flag: int, wait_s: int) -> None:
        self.up_ms += 1000 * wait_s
        seq = self._next()
        reading = StageReading(stage_cm, flag, 60, self.boot, self.up_ms, self.up_ms, seq)
        self.records.append(reading)
        done = step(self.state, reading, VERSIONS[self.version], decision_id=f"d/{seq + 1}")
        self.state = done.state
        if done.cause is not None:
            self._tell(done.decision_id)

    def say_state_of_now(self) -> None:
        self._tell(self.state.decision_id)

    def take_thresholds(self, version: int) -> None:
        if version == self.version:
            return
        self.version = version
        done = reevaluate(self.state, VERSIONS[version], at_ms=self.up_ms, decision_id=f"d/{self.seq + 1}")
        self.state = done.state
        self._tell(done.decision_id)

    def reboot(self) -> None:
        self.boot, self.up_ms = self.boot + 1, 0


@dataclass(kw_only=True)
class Hub:
    """City hall: commits each record once, steps only what is newer than its last step."""

    version: int = 1
    state: LevelState = field(default_factory=LevelState)
    seen: set[int] = field(default_factory=set)

    def take(self, record: StageReading | Told) -> None:
        if record.seq in self.seen:
            return
        self.seen.add(record.seq)
        key = (record.boot, record.up_ms, record.seq)
        if key <= self.state.key():
            return
        rule = VERSIONS[self.version]
        if isinstance(record, Told):
            self.state = adopt(
                self.state, record.state, rule, key=key, at_ms=record.up_ms, decision_id=record.decision_id or "x"
            ).state
        else:
            self.state = step(self.state, record, rule, decision_id=f"d/{record.seq + 1}").state


def _ordered_as_sent(pending: list[StageReading | Told], live_from: int) -> list[StageReading | Told]:
    """Order as the contract says: live class 0, the state of now, backlog class 0 newest first, then readings.

    Readings of the newest hour go newest hour first; within an hour in order.
    """
    alerts = [record for record in pending if isinstance(record, Told)]
    readings = [record for record in pending if isinstance(record, StageReading)]
    live = [record for record in alerts if record.seq >= live_from]
    backlog = sorted((record for record in alerts if record.seq < live_from), key=lambda told: -told.seq)
    hours = sorted({(r.boot, r.up_ms // 3_600_000) for r in readings}, reverse=True)
    by_hour = [r for hour in hours for r in readings if (r.boot, r.up_ms // 3_600_000) == hour]
    return [*live, *backlog, *by_hour]


READ = st.tuples(
    st.just("read"),
    st.sampled_from([30.0, 48.0, 55.0, 62.0, 75.0, 88.0, 95.0, 120.0]),
    st.sampled_from([1, 1, 1, 2, 3, 4, 9]),
    st.sampled_from([60, 60, 60, 120, 400]),
)
OTHER = st.tuples(
    st.sampled_from(["cut", "connect", "deliver", "deliver-lossy", "reboot"]),
    st.integers(0, 7),
    st.randoms(use_true_random=False),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(READ | OTHER, max_size=60))
def test_box_and_hub_agree_by_any_allowed_order(  # noqa: C901 - one branch per event of the world
    events: list[tuple],  # type: ignore[type-arg]
) -> None:
    box, hub = Box(), Hub()
    linked, live_from = True, 1

    def deliver(limit: int, lose: object = None) -> None:
        pending = [record for record in box.records if record.seq in box.unacknowledged]
        for place, record in enumerate(_ordered_as_sent(pending, live_from)[:limit]):
            if lose is not None and lose.random() < 0.3:  # type: ignore[attr-defined]
                if lose.random() < 0.5:  # type: ignore[attr-defined]
                    hub.take(record)  # committed, but the acknowledgement is lost: it comes again
                continue
            hub.take(record)
            box.unacknowledged.discard(record.seq)
            assert place < limit

    for event in events:
        match event:
            case ("read", stage_cm, flag, wait_s):
                box.read(stage_cm, flag, wait_s)
            case ("cut", _, _):
                linked = False
            case ("connect", _, _) if not linked:
                linked = True
                live_from = box.seq + 1
                box.say_state_of_now()
            case ("deliver", limit, _) if linked:
                deliver(limit)
            case ("deliver-lossy", limit, random) if linked:
                deliver(limit, random)
            case ("reboot", _, _):
                box.reboot()
    live_from = box.seq + 1
    box.say_state_of_now()
    deliver(len(box.records))
    assert not box.unacknowledged
    assert _comparable(hub.state) == _comparable(box.state)


def _comparable(state: LevelState) -> tuple[object, ...]:
    """Everything but the place in the spool, which the level record that told it moves on."""
    return (
        state.severity,
        state.since_ms,
        state.decision_id,
        state.is_stale,
        state.is_suspect,
        state.window,
        state.minutes,
        state.below_since_up_ms,
        state.threshold_version,
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(READ, max_size=40), st.lists(READ, max_size=40), st.booleans(), st.sampled_from([(1, 2), (2, 3), (3, 2)])
)
def test_after_a_change_of_settings_they_agree_as_soon_as_the_box_has_reported_it(
    before: list[tuple],  # type: ignore[type-arg]
    after: list[tuple],  # type: ignore[type-arg]
    hub_first: bool,  # noqa: FBT001
    change: tuple[int, int],
) -> None:
    old, new = change
    box, hub = Box(version=old), Hub(version=old)
    for _, stage_cm, flag, wait_s in before:
        box.read(stage_cm, flag, wait_s)
    if hub_first:
        hub.version = new
    for record in box.records:
        hub.take(record)
    hub.version = new
    box.take_thresholds(new)
    for _, stage_cm, flag, wait_s in after:
        box.read(stage_cm, flag, wait_s)
    for record in box.records:
        hub.take(record)
    assert _comparable(hub.state) == _comparable(box.state)


@settings(max_examples=150, deadline=None)
@given(st.lists(READ, max_size=40), st.sampled_from([(1, 2), (2, 1), (2, 3), (3, 2)]))
def test_what_a_box_says_by_other_settings_lowers_no_level(
    readings: list[tuple],  # type: ignore[type-arg]
    versions: tuple[int, int],
) -> None:
    box, hub = Box(version=versions[0]), Hub(version=versions[1])
    for _, stage_cm, flag, wait_s in readings:
        box.read(stage_cm, flag, wait_s)
    box.say_state_of_now()
    for record in box.records:
        before = hub.state.severity or 0
        hub.take(record)
        assert isinstance(record, StageReading) or (hub.state.severity or 0) >= before


@given(st.lists(READ, max_size=60))
def test_a_state_that_went_over_the_wire_steps_as_the_one_that_did_not(readings: list[tuple]) -> None:  # type: ignore[type-arg]
    box = Box()
    for _, stage_cm, flag, wait_s in readings:
        box.read(stage_cm, flag, wait_s)
    assert msgspec.json.decode(msgspec.json.encode(box.state), type=LevelState) == box.state


def test_a_cause_is_a_plain_value() -> None:
    assert Cause(code="rise", cm=1.5) == Cause(code="rise", cm=1.5)
