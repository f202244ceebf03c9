"""Water, silence, faults, people, time and the dispatcher in any order, on a real database."""

import contextlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.alerting import desk, people
from hub.alerting.alert import AlertKind, AlertState, EventKind
from hub.alerting.errors import RefusedError
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch.delivery import Delivery, DeliveryState, is_forward
from hub.storage import alerts, deliveries
from hub.storage.connection import write
from tests.support.alerts import NODE, START_MS, STATION, change, decision, hub_database, person

POLICY = AlertPolicy()
EVERYBODY = (
    person("petugas", Role.OFFICER),
    person("rt", Role.RT, min_severity=2),
    person("regu", Role.LEAD),
    person("piket", Role.ONCALL),
)


class Town(RuleBasedStateMachine):
    """One station whose decisions, silences and faults come as they like."""

    @initialize()
    def begin(self) -> None:
        self.connection = hub_database(None, *EVERYBODY)
        self.now_ms = START_MS
        self.number = 1
        self.seen: dict[str, Delivery] = {}
        self.versions: dict[str, int] = {}
        self.events: dict[str, int] = {}
        self.fallen: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    @rule(severity=st.one_of(st.none(), st.integers(0, 3)), is_new=st.booleans(), is_stale=st.booleans())
    def water_moves(self, *, severity: int | None, is_new: bool, is_stale: bool) -> None:
        self.number += is_new
        told = change(severity, at_ms=self.now_ms, decision_id=decision(self.number), is_stale=is_stale)
        with write(self.connection):
            desk.on_station_change(self.connection, told, policy=POLICY)

    @rule(last=st.one_of(st.none(), st.integers(0, 3)))
    def station_falls_silent(self, *, last: int | None) -> None:
        with write(self.connection):
            desk.on_silence(
                self.connection,
                STATION,
                silent_since_ms=self.now_ms,
                now_ms=self.now_ms,
                last_severity=last,
                policy=POLICY,
            )

    @rule()
    def station_speaks(self) -> None:
        with write(self.connection):
            desk.on_voice(self.connection, STATION, now_ms=self.now_ms, policy=POLICY)

    @rule(code=st.sampled_from(["maybe_very_high", "tamper"]), active=st.booleans())
    def fault_moves(self, *, code: str, active: bool) -> None:
        with write(self.connection):
            desk.on_fault(
                self.connection,
                station_id=STATION,
                node_id=NODE,
                code=code,
                active=active,
                text="uji",
                at_ms=self.now_ms,
                now_ms=self.now_ms,
                policy=POLICY,
            )

    @rule(deed=st.sampled_from(["acknowledge", "downgrade", "tell_rt", "bear_out", "unshelve", "shelve"]))
    def person_acts(self, *, deed: str) -> None:
        for alert in alerts.list_open(self.connection):
            with contextlib.suppress(RefusedError), write(self.connection):
                self._act(deed, alert.alert_id, alert.version)

    def _act(self, deed: str, alert_id: str, version: int) -> None:
        connection, now_ms = self.connection, self.now_ms
        if deed == "acknowledge":
            people.acknowledge(connection, alert_id, seen_version=version, by="Sari", now_ms=now_ms)
        elif deed == "downgrade":
            people.confirm_downgrade(
                connection, alert_id, seen_version=version, by="Sari", now_ms=now_ms, policy=POLICY
            )
        elif deed == "tell_rt":
            people.tell_rt_now(connection, alert_id, by="Sari", now_ms=now_ms)
        elif deed == "bear_out":
            people.bear_out(
                connection, alert_id, seen_version=version, by="Sari", why="uji", now_ms=now_ms, policy=POLICY
            )
        elif deed == "unshelve":
            people.unshelve(connection, alert_id, seen_version=version, by="Yan", now_ms=now_ms, policy=POLICY)
        else:
            people.shelve(
                connection,
                alert_id,
                seen_version=version,
                by="Yan",
                why="uji",
                until_ms=now_ms + 600_000,
                now_ms=now_ms,
                policy=POLICY,
            )

    @rule(seconds=st.sampled_from([1, 60, 180, 900]))
    def time_passes(self, *, seconds: int) -> None:
        self.now_ms += 1000 * seconds
        with write(self.connection):
            desk.tick(self.connection, now_ms=self.now_ms, policy=POLICY)

    @rule(outcome=st.sampled_from(["handed", "failed", "again", "crash"]))
    def dispatcher_offers_what_is_due(self, *, outcome: str) -> None:
        due = deliveries.waiting(self.connection, now_ms=self.now_ms, now_real_ms=0, per_target=2)
        with write(self.connection):
            for one in due:
                assert deliveries.begin(self.connection, one.delivery_id, next_try_real_ms=0) is not None
                if outcome in {"handed", "failed"}:
                    assert deliveries.move(self.connection, one.delivery_id, DeliveryState(outcome), at_ms=self.now_ms)
                elif outcome == "again":
                    deliveries.try_again(self.connection, one.delivery_id, next_try_real_ms=0, error="uji")

    @rule(index=st.integers(0, 5), state=st.sampled_from(list(DeliveryState)))
    def somebody_moves_a_message(self, *, index: int, state: DeliveryState) -> None:
        known = sorted(self.seen)
        if index < len(known):
            before = self.seen[known[index]].state
            with write(self.connection):
                has_moved = deliveries.move(self.connection, known[index], state, at_ms=self.now_ms)
            assert has_moved == is_forward(before, state)
            self.messages_only_move_forward()

    @invariant()
    def messages_only_move_forward(self) -> None:
        if not hasattr(self, "connection"):
            return
        ids = [row[0] for row in self.connection.execute("SELECT delivery_id FROM deliveries")]
        assert set(self.seen) <= set(ids)
        for delivery_id in ids:
            now = deliveries.one(self.connection, delivery_id)
            assert now is not None
            before = self.seen.get(delivery_id)
            if before is not None and before.state is not now.state:
                assert is_forward(before.state, now.state)
            assert (now.handed_ms is None) or now.state in {DeliveryState.HANDED, DeliveryState.READ}
            self.seen[delivery_id] = now

    @invariant()
    def no_station_has_two_open_level_alerts(self) -> None:
        if not hasattr(self, "connection"):
            return
        kinds = [alert.kind for alert in alerts.list_open(self.connection)]
        assert kinds.count(AlertKind.LEVEL) <= 1
        assert kinds.count(AlertKind.SILENCE) <= 1

    @invariant()
    def every_alert_is_resolved_or_stays_visible(self) -> None:
        if not hasattr(self, "connection"):
            return
        visible = {alert.alert_id for alert in alerts.list_open(self.connection)}
        for (alert_id,) in self.connection.execute("SELECT alert_id FROM alerts").fetchall():
            alert = alerts.one(self.connection, alert_id)
            assert alert is not None
            assert (alert_id in visible) == (alert.state is not AlertState.RESOLVED)
            assert alert.version >= self.versions.get(alert_id, 1)
            self.versions[alert_id] = alert.version
            events = alerts.events(self.connection, alert_id)
            assert [event.n for event in events] == list(range(1, len(events) + 1))
            assert events[-1].version == alert.version
            assert events[-1].severity == alert.severity

    @invariant()
    def nobody_is_told_of_a_severity_twice_in_a_peak(self) -> None:
        if not hasattr(self, "connection"):
            return
        twice = self.connection.execute(
            "SELECT 1 FROM deliveries GROUP BY alert_id, peak_no, severity, recipient_id, channel HAVING count(*) > 1"
        ).fetchall()
        assert twice == []

    @invariant()
    def a_rise_after_a_fall_is_owed_to_the_officer_again(self) -> None:
        if not hasattr(self, "connection"):
            return
        for (alert_id,) in self.connection.execute("SELECT alert_id FROM alerts WHERE kind = 'level'").fetchall():
            events = alerts.events(self.connection, alert_id)
            for event in events[self.events.get(alert_id, 0) :]:
                before = events[event.n - 2].severity if event.n > 1 else 0
                has_risen = event.severity > before and event.severity > 0
                if has_risen and alert_id in self.fallen:
                    owed = deliveries.of_alert(self.connection, alert_id)
                    assert any(
                        row.recipient_id == "petugas"
                        and (row.severity, row.created_ms, row.state)
                        == (event.severity, event.at_ms, DeliveryState.OWED)
                        for row in owed
                    )
                self.fallen -= {alert_id} if has_risen else set()
                has_fallen = event.kind in {EventKind.DOWNGRADED, EventKind.FELL} and event.by_whom != "alat"
                self.fallen |= {alert_id} if has_fallen and event.severity < before else set()
            self.events[alert_id] = len(events)

    @invariant()
    def what_is_over_warns_nobody_any_more(self) -> None:
        if not hasattr(self, "connection"):
            return
        waiting = self.connection.execute(
            "SELECT count(*) FROM deliveries JOIN alerts USING (alert_id) WHERE deliveries.severity > 0"
            " AND alerts.resolved_ms IS NOT NULL AND deliveries.state IN ('owed', 'sending')"
        ).fetchone()
        assert waiting == (0,)


Town.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestTown = Town.TestCase
