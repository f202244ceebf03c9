"""The life of one alert against a plain model of the same rules, and its edges by example."""

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from hub.alerting import life_cycle
from hub.alerting.alert import Alert, AlertKind, AlertState, EventKind
from hub.alerting.bearing_out import bear_out
from hub.alerting.errors import RefusedError, StaleVersion
from hub.alerting.life_cycle import Moment, Move
from hub.alerting.policy import AlertPolicy
from hub.alerting.shelf import end_shelf, shelve, unshelve
from tests.support.alerts import START_MS, STATION, change

POLICY = AlertPolicy()


def fresh(kind: AlertKind = AlertKind.LEVEL) -> Alert:
    return life_cycle.blank(alert_id="A-7K3Q9", kind=kind, station_id=STATION, now_ms=START_MS)


def raised(severity: int) -> Alert:
    return changed(fresh(), severity)


def changed(alert: Alert, severity: int | None, *, at_ms: int = START_MS, **more: object) -> Alert:
    told = change(severity, at_ms=at_ms, **more)  # type: ignore[arg-type]
    move = life_cycle.change_level(alert, told, is_new_decision=False, policy=POLICY)
    return alert if move is None else move.after


def moment(at_ms: int) -> Moment:
    return Moment(now_ms=at_ms, since_ms=at_ms, sample_ms=at_ms, decided_ms=at_ms, why="uji")


@dataclass
class Model:
    """The same alert as a person would keep it on paper."""

    water: int = 0
    floor: int = 0
    is_latched: bool = False
    is_seen: bool = False
    is_suspect: bool = False
    is_borne_out: bool = False
    is_over: bool = False
    steps_due_ms: tuple[int, ...] = ()
    shelved_until_ms: int | None = None
    seen_news: int = 1

    @property
    def shown(self) -> int:
        return 3 if self.is_latched else max(self.water, self.floor)

    @property
    def is_in_doubt(self) -> bool:
        return self.shown >= 2 and (self.is_suspect or (self.floor > 0 and self.shown < 3))

    def arm(self, now_ms: int) -> None:
        times_s = {3: (60, 180, 300), 2: (300, 900)}.get(self.shown, ())
        self.steps_due_ms = tuple(now_ms + 1000 * at_s for at_s in times_s)

    def move(self, *, water: int, floor: int, now_ms: int) -> None:
        shown, was_water = self.shown, self.water
        self.water, self.floor = water, floor
        back_at_awas = self.is_latched and was_water < 3 <= water
        self.is_latched |= water == 3
        if self.shown > shown or back_at_awas:
            self.is_seen, self.shelved_until_ms = False, None
            self.arm(now_ms)
        elif self.shown == 0 and shown > 0:
            self.end()
        elif self.shown < shown and self.shown < 2:
            self.steps_due_ms = ()
        has_news = self.shown != shown or back_at_awas or (self.is_latched and water != was_water)
        self.seen_news += has_news

    def end(self) -> None:
        self.is_over, self.steps_due_ms, self.shelved_until_ms = True, (), None


class LifeOfAnAlert(RuleBasedStateMachine):
    """Water, faults, people and time in any order."""

    @initialize(severity=st.integers(1, 3))
    def begin(self, severity: int) -> None:
        self.now_ms = START_MS
        self.alert = raised(severity)
        self.model = Model(water=severity, is_latched=severity == 3)
        self.model.arm(self.now_ms)

    def take(self, move: Move | None) -> None:
        if move is not None:
            assert move.before == self.alert
            self.alert = move.after

    @precondition(lambda self: not self.model.is_over)
    @rule(severity=st.one_of(st.none(), st.integers(0, 3)), is_stale=st.booleans(), is_suspect=st.booleans())
    def water_moves(self, *, severity: int | None, is_stale: bool, is_suspect: bool) -> None:
        told = change(severity, at_ms=self.now_ms, is_stale=is_stale, is_suspect=is_suspect)
        self.take(life_cycle.change_level(self.alert, told, is_new_decision=False, policy=POLICY))
        water = self.model.water if severity is None else severity
        self.model.is_suspect = is_suspect
        self.model.move(water=water, floor=self.model.floor, now_ms=self.now_ms)

    @precondition(lambda self: not self.model.is_over)
    @rule(is_active=st.booleans())
    def fault_moves(self, *, is_active: bool) -> None:
        at = moment(self.now_ms)
        self.take(life_cycle.change_floor(self.alert, is_active=is_active, moment=at, policy=POLICY))
        self.model.move(water=self.model.water, floor=2 if is_active else 0, now_ms=self.now_ms)

    @rule(behind=st.integers(0, 2))
    def person_acknowledges(self, behind: int) -> None:
        seen_version = self.alert.version - behind
        if behind:
            with pytest.raises(StaleVersion):
                life_cycle.acknowledge(self.alert, seen_version=seen_version, by="Sari", now_ms=self.now_ms)
            return
        move = life_cycle.acknowledge(self.alert, seen_version=seen_version, by="Sari", now_ms=self.now_ms)
        assert (move is None) == self.model.is_seen
        self.take(move)
        self.model.is_seen = True
        self.model.steps_due_ms = ()

    @rule()
    def person_confirms_the_downgrade(self) -> None:
        model = self.model
        if model.is_over or not model.is_latched or model.water == 3:
            with pytest.raises(RefusedError):
                life_cycle.confirm_downgrade(self.alert, seen_version=self.alert.version, by="Sari", now_ms=self.now_ms)
            return
        self.take(
            life_cycle.confirm_downgrade(self.alert, seen_version=self.alert.version, by="Sari", now_ms=self.now_ms)
        )
        model.is_latched, model.is_seen, model.steps_due_ms, model.is_borne_out = False, True, (), False
        model.seen_news += 1
        if model.shown == 0:
            model.end()

    @rule()
    def person_bears_it_out(self) -> None:
        model = self.model
        if model.is_over or not (model.is_borne_out or model.is_in_doubt):
            with pytest.raises(RefusedError):
                self._bear_out()
            return
        move = self._bear_out()
        assert (move is None) == model.is_borne_out
        self.take(move)
        if not model.is_borne_out and model.shown < 3:
            model.is_latched, model.is_seen, model.shelved_until_ms = True, False, None
            model.arm(self.now_ms)
            model.seen_news += 1
        model.is_borne_out = True

    def _bear_out(self) -> Move | None:
        return bear_out(
            self.alert, seen_version=self.alert.version, by="Sari", why="uji", now_ms=self.now_ms, policy=POLICY
        )

    @rule()
    def person_ends_the_shelf(self) -> None:
        version = self.alert.version
        if self.model.shelved_until_ms is None:
            with pytest.raises(RefusedError):
                unshelve(self.alert, seen_version=version, now_ms=self.now_ms, policy=POLICY)
            return
        self.take(unshelve(self.alert, seen_version=version, now_ms=self.now_ms, policy=POLICY))
        self.model.shelved_until_ms = None
        self.model.seen_news += 1
        if not self.model.is_seen:
            self.model.arm(self.now_ms)

    @rule(minutes=st.sampled_from([0, 1, 60, 61, 480, 481]))
    def person_shelves(self, minutes: int) -> None:
        until_ms = self.now_ms + 60_000 * minutes
        longest = {3: 0, 2: 60}.get(self.model.shown, 480)
        if self.model.is_over or not 0 < minutes <= longest:
            with pytest.raises(RefusedError):
                self._shelve(until_ms)
            return
        self.take(self._shelve(until_ms))
        self.model.shelved_until_ms, self.model.steps_due_ms = until_ms, ()

    def _shelve(self, until_ms: int) -> Move:
        return shelve(
            self.alert,
            seen_version=self.alert.version,
            by="Yan",
            why="uji",
            until_ms=until_ms,
            now_ms=self.now_ms,
            policy=POLICY,
        )

    @rule(seconds=st.sampled_from([1, 59, 60, 120, 300, 3600, 30_000]))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += 1000 * seconds
        model = self.model
        self.take(end_shelf(self.alert, now_ms=self.now_ms, policy=POLICY))
        if model.shelved_until_ms is not None and model.shelved_until_ms <= self.now_ms:
            model.shelved_until_ms = None
            model.seen_news += 1
            if not model.is_seen:
                model.arm(self.now_ms)
        steps = 0
        while (move := life_cycle.escalate(self.alert, now_ms=self.now_ms, policy=POLICY)) is not None:
            self.take(move)
            steps += 1
        assert steps == sum(1 for due_ms in model.steps_due_ms if due_ms <= self.now_ms)
        model.steps_due_ms = tuple(due_ms for due_ms in model.steps_due_ms if due_ms > self.now_ms)

    @invariant()
    def people_see_what_the_model_says(self) -> None:
        alert, model = self.alert, self.model
        assert alert.severity == model.shown
        assert (alert.water, alert.floor, alert.is_latched) == (model.water, model.floor, model.is_latched)
        assert alert.version == model.seen_news
        assert alert.next_escalation_ms == (model.steps_due_ms[0] if model.steps_due_ms else None)
        assert alert.shelved_until_ms == model.shelved_until_ms
        assert (alert.acknowledged_ms is not None) == model.is_seen
        assert (alert.borne_out_ms is not None) == model.is_borne_out

    @invariant()
    def an_alert_is_resolved_or_stays_visible(self) -> None:
        assert self.alert.is_open != self.model.is_over
        assert self.alert.is_open == (self.alert.severity > 0)
        assert (self.alert.resolved_ms is None) == self.alert.is_open
        assert self.alert.peak >= self.alert.severity
        if self.alert.is_open:
            expected = AlertState.ACKNOWLEDGED if self.model.is_seen else AlertState.RAISED
            assert self.alert.state is expected


LifeOfAnAlert.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestLifeOfAnAlert = LifeOfAnAlert.TestCase


def test_acknowledging_an_alert_that_rose_meanwhile_is_refused_with_the_alert_of_now() -> None:
    risen = changed(raised(2), 3)
    with pytest.raises(StaleVersion, match="seen in version 1, now in version 2") as refused:
        life_cycle.acknowledge(risen, seen_version=1, by="Sari", now_ms=START_MS)
    assert refused.value.alert == risen


def test_acknowledging_twice_changes_nothing() -> None:
    move = life_cycle.acknowledge(raised(2), seen_version=1, by="Sari", now_ms=START_MS)
    assert move is not None
    assert life_cycle.acknowledge(move.after, seen_version=1, by="Yan", now_ms=START_MS) is None


def test_a_rise_asks_for_a_new_acknowledgement() -> None:
    seen = life_cycle.acknowledge(raised(2), seen_version=1, by="Sari", now_ms=START_MS)
    assert seen is not None
    risen = changed(seen.after, 3)
    assert (risen.state, risen.acknowledged_by) == (AlertState.RAISED, None)


def test_a_fall_does_not_ask_for_a_new_acknowledgement() -> None:
    seen = life_cycle.acknowledge(raised(2), seen_version=1, by="Sari", now_ms=START_MS)
    assert seen is not None
    assert changed(seen.after, 1).state is AlertState.ACKNOWLEDGED


def test_staleness_keeps_the_severity_and_the_reason_and_is_noted_with_its_own() -> None:
    told = change(2, is_stale=True, why="tidak ada bacaan layak selama 5 menit")
    move = life_cycle.change_level(raised(2), told, is_new_decision=False, policy=POLICY)
    assert move is not None
    assert (move.event, move.why) == (EventKind.NOTED, "tidak ada bacaan layak selama 5 menit")
    assert (move.after.severity, move.after.version, move.after.is_stale) == (2, 1, True)
    assert move.after.why == "3 dari 5 bacaan di atas 170 cm"


def test_a_state_of_now_that_says_nothing_new_is_no_event() -> None:
    alert = raised(2)
    assert life_cycle.change_level(alert, change(2), is_new_decision=False, policy=POLICY) is None


def test_a_severity_that_is_not_known_holds_what_people_see() -> None:
    assert changed(raised(2), None).severity == 2


def test_water_that_falls_to_normal_under_a_fault_ends_with_the_fault() -> None:
    floored = life_cycle.change_floor(raised(1), is_active=True, moment=moment(START_MS), policy=POLICY)
    assert floored is not None
    over = life_cycle.change_floor(
        changed(floored.after, 0), is_active=False, moment=moment(START_MS + 1), policy=POLICY
    )
    assert over is not None
    assert over.event is EventKind.RESOLVED


def test_the_times_of_the_newest_rise_stay_through_a_fall() -> None:
    alert = changed(raised(2), 1, at_ms=START_MS + 60_000)
    assert (alert.sample_ms, alert.committed_ms) == (START_MS - 500, START_MS)


def test_water_back_at_awas_under_the_latch_raises_the_alert_anew() -> None:
    fallen = changed(raised(3), 1)
    move = life_cycle.change_level(fallen, change(3), is_new_decision=False, policy=POLICY)
    assert move is not None
    assert (move.event, move.after.state, move.after.severity) == (EventKind.ROSE, AlertState.RAISED, 3)


def test_a_resolved_alert_may_still_be_acknowledged() -> None:
    over = changed(raised(1), 0)
    move = life_cycle.acknowledge(over, seen_version=2, by="Sari", now_ms=START_MS)
    assert move is not None
    assert (move.after.state, move.after.acknowledged_by) == (AlertState.RESOLVED, "Sari")


def test_a_policy_with_other_times_is_followed() -> None:
    policy = AlertPolicy(awas_escalation_s=(10.0,))
    move = life_cycle.change_level(fresh(), change(3), is_new_decision=True, policy=policy)
    assert move is not None
    step = life_cycle.escalate(move.after, now_ms=START_MS + 10_000, policy=policy)
    assert step is not None
    assert step.after.next_escalation_ms is None
    assert life_cycle.escalate(replace(step.after), now_ms=START_MS + 10**9, policy=policy) is None
