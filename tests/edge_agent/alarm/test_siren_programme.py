"""When the box's own siren sounds."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_agent.alarm.siren_programme import (
    PROGRAMME_MS,
    REST_MS,
    ROUNDS,
    SOUND_MS,
    GaugeSigns,
    SirenState,
    begin_test,
    is_sounding,
    judge,
    pass_time,
    sound_left_ms,
)

BOOT = "0b6c2f4e"
SINCE_MS = 1_763_712_000_000


def signs(
    severity: int | None = 3,
    *,
    arrival: int = 1,
    is_suspect: bool = False,
    has_siren: bool = True,
    is_seen_at_awas: bool = True,
    is_borne_out: bool = False,
    source: str = "g1",
) -> GaugeSigns:
    return GaugeSigns(
        source=source,
        severity=severity,
        since_ms=SINCE_MS + arrival,
        decision_id=f"n-7f3k2m9q/{arrival}",
        is_suspect=is_suspect,
        has_siren=has_siren,
        is_seen_at_awas=is_seen_at_awas,
        is_borne_out=is_borne_out,
    )


def sounding(real_ms: int = 0) -> SirenState:
    state, change = judge(SirenState(), signs(), real_ms=real_ms, kernel_boot=BOOT)
    assert change is not None
    assert change.on
    return state


def at(state: SirenState, real_ms: int, *, kernel_boot: str = BOOT) -> SirenState:
    return pass_time(state, real_ms=real_ms, kernel_boot=kernel_boot)[0]


def test_a_reading_at_awas_sounds_it_and_says_by_which_decision() -> None:
    state, change = judge(SirenState(), signs(arrival=7), real_ms=0, kernel_boot=BOOT)
    assert is_sounding(state)
    assert change is not None
    assert (change.on, change.trigger, change.decision_id) == (True, "level", "n-7f3k2m9q/7")


def test_below_awas_it_is_silent() -> None:
    for severity in (None, 0, 1, 2):
        assert judge(SirenState(), signs(severity), real_ms=0, kernel_boot=BOOT) == (SirenState(), None)


def test_an_awas_that_no_reading_shows_now_begins_nothing() -> None:
    assert judge(SirenState(), signs(is_seen_at_awas=False), real_ms=0, kernel_boot=BOOT) == (SirenState(), None)


def test_a_suspect_awas_needs_a_second_sign() -> None:
    alone, change = judge(SirenState(), signs(is_suspect=True), real_ms=0, kernel_boot=BOOT)
    assert (is_sounding(alone), change) == (False, None)
    borne_out, _ = judge(alone, signs(is_suspect=True, is_borne_out=True), real_ms=0, kernel_boot=BOOT)
    assert is_sounding(borne_out)


def test_a_suspect_awas_that_good_readings_verify_sounds_then() -> None:
    alone, _ = judge(SirenState(), signs(is_suspect=True), real_ms=0, kernel_boot=BOOT)
    verified, _ = judge(alone, signs(), real_ms=5_000, kernel_boot=BOOT)
    assert is_sounding(verified)


def test_a_station_without_a_siren_stays_silent() -> None:
    state, change = judge(SirenState(), signs(has_siren=False), real_ms=0, kernel_boot=BOOT)
    assert (is_sounding(state), change) == (False, None)


def test_a_siren_switched_on_later_does_not_sound_for_an_old_arrival_but_for_the_next_one() -> None:
    without, _ = judge(SirenState(), signs(has_siren=False), real_ms=0, kernel_boot=BOOT)
    later_ms = 20 * 60_000
    assert judge(without, signs(), real_ms=later_ms, kernel_boot=BOOT) == (without, None)
    again, _ = judge(without, signs(arrival=2), real_ms=later_ms, kernel_boot=BOOT)
    assert is_sounding(again)


def test_a_doubtful_arrival_without_a_siren_may_still_sound_when_it_is_borne_out() -> None:
    doubtful, _ = judge(SirenState(), signs(has_siren=False, is_suspect=True), real_ms=0, kernel_boot=BOOT)
    verified, _ = judge(doubtful, signs(), real_ms=5_000, kernel_boot=BOOT)
    assert is_sounding(verified)


def test_the_programme_is_minutes_of_sound_with_rests_and_then_over() -> None:
    state, pattern = sounding(), []
    for second in range(PROGRAMME_MS // 1000 + 10):
        state = at(state, 1000 * second)
        pattern.append(is_sounding(state))
    assert sum(pattern) == ROUNDS * SOUND_MS // 1000
    assert pattern[:60] == [True] * 60
    assert pattern[60:90] == [False] * 30
    assert pattern[240:] == [False] * 10


def test_the_end_of_the_programme_is_told_once() -> None:
    state, change = pass_time(sounding(), real_ms=PROGRAMME_MS, kernel_boot=BOOT)
    assert change is not None
    assert not change.on
    assert pass_time(state, real_ms=PROGRAMME_MS + 1, kernel_boot=BOOT) == (state, None)


def test_a_programme_that_is_over_does_not_begin_again_while_the_water_stays_high() -> None:
    over = at(sounding(), PROGRAMME_MS)
    assert judge(over, signs(), real_ms=PROGRAMME_MS, kernel_boot=BOOT) == (over, None)


def test_another_arrival_at_awas_has_a_programme_of_its_own() -> None:
    over = at(sounding(), PROGRAMME_MS)
    again, _ = judge(over, signs(arrival=2), real_ms=PROGRAMME_MS, kernel_boot=BOOT)
    assert is_sounding(again)


def test_a_failed_reading_changes_nothing() -> None:
    state = sounding()
    held, change = judge(state, signs(is_seen_at_awas=False), real_ms=0, kernel_boot=BOOT)
    assert (held, change) == (state, None)


def test_below_awas_again_it_falls_silent_at_once() -> None:
    state, change = judge(sounding(), signs(2), real_ms=0, kernel_boot=BOOT)
    assert not is_sounding(state)
    assert change is not None
    assert not change.on


def test_a_station_that_loses_its_siren_falls_silent_at_once() -> None:
    state, _ = judge(sounding(), signs(has_siren=False, is_seen_at_awas=False), real_ms=0, kernel_boot=BOOT)
    assert not is_sounding(state)


def test_another_gauge_that_is_low_does_not_silence_this_one() -> None:
    state, _ = judge(sounding(), signs(0, source="g2"), real_ms=0, kernel_boot=BOOT)
    assert is_sounding(state)


def test_two_gauges_at_awas_do_not_start_each_other_again() -> None:
    state = sounding()
    for second in range(0, 3 * PROGRAMME_MS // 1000, 5):
        state = at(state, 1000 * second)
        for source in ("g1", "g2"):
            state, _ = judge(state, signs(source=source), real_ms=1000 * second, kernel_boot=BOOT)
    assert state.run is None


def test_a_restart_in_the_same_boot_goes_on_with_what_is_left() -> None:
    state = at(sounding(real_ms=1_000), 1_000 + PROGRAMME_MS - 5_000)
    assert sound_left_ms(state) == 5_000


def test_a_reboot_does_not_count_the_time_without_power() -> None:
    state = at(at(sounding(), 20_000), 45_000, kernel_boot="another")
    assert sound_left_ms(state) == SOUND_MS - 20_000


def test_a_test_sounds_for_its_seconds_and_tells_its_end() -> None:
    begun = begin_test(SirenState(), seconds=3, real_ms=0, kernel_boot=BOOT)
    assert begun is not None
    state, change = begun
    assert (change.on, change.trigger, sound_left_ms(state)) == (True, "test", 3_000)
    state, end = pass_time(state, real_ms=3_000, kernel_boot=BOOT)
    assert not is_sounding(state)
    assert end is not None
    assert (end.on, end.trigger) == (False, "test")


def test_a_test_never_goes_beside_a_programme_even_in_its_rest() -> None:
    resting = at(sounding(), SOUND_MS + 1)
    assert not is_sounding(resting)
    assert begin_test(resting, seconds=3, real_ms=SOUND_MS + 1, kernel_boot=BOOT) is None


def test_an_arrival_at_awas_ends_a_test() -> None:
    begun = begin_test(SirenState(), seconds=30, real_ms=0, kernel_boot=BOOT)
    assert begun is not None
    state, change = judge(begun[0], signs(), real_ms=1_000, kernel_boot=BOOT)
    assert state.run is not None
    assert state.run.trigger == "level"
    assert change is not None
    assert change.trigger == "level"


@given(st.lists(st.integers(0, 60_000), max_size=40))
def test_sound_left_is_how_long_it_sounds_on(steps_ms: list[int]) -> None:
    state, now_ms = sounding(), 0
    for step_ms in steps_ms:
        now_ms += step_ms
        state = at(state, now_ms)
        left_ms = sound_left_ms(state)
        if left_ms > 0:
            assert is_sounding(at(state, now_ms + left_ms - 1))
            assert not is_sounding(at(state, now_ms + left_ms))


@dataclass
class Water:
    """What the level rule would say; an arrival is counted each time the level comes to Awas from below."""

    severity: int = 0
    arrival: int = 0
    is_suspect: bool = False
    seen_good: set[int] = field(default_factory=set)


class SirenMachine(RuleBasedStateMachine):
    """Any order of readings, restarts, reboots, documents and tests against what must always hold."""

    def __init__(self) -> None:
        super().__init__()
        self.state = SirenState()
        self.water = Water()
        self.real_ms = 0
        self.kernel_boot = 0
        self.has_siren = True
        self.level_sound_ms: dict[int, int] = {}

    def _judge(self, *, is_seen_at_awas: bool) -> None:
        given_signs = signs(
            self.water.severity,
            arrival=self.water.arrival,
            is_suspect=self.water.is_suspect,
            has_siren=self.has_siren,
            is_seen_at_awas=is_seen_at_awas,
        )
        was_on = self.state.run is not None and self.state.run.trigger == "level"
        self.state, _ = judge(self.state, given_signs, real_ms=self.real_ms, kernel_boot=str(self.kernel_boot))
        is_on = self.state.run is not None and self.state.run.trigger == "level"
        assert was_on or not is_on or is_seen_at_awas, "only a reading begins a programme"

    @rule(severity=st.integers(0, 3), is_suspect=st.booleans())
    def reading(self, severity: int, is_suspect: bool) -> None:  # noqa: FBT001 -- hypothesis calls by name
        if severity == 3 and self.water.severity < 3:
            self.water.arrival += 1
            self.water.is_suspect = is_suspect
        if not is_suspect:
            self.water.is_suspect = False
        self.water.severity = severity
        if severity == 3 and not self.water.is_suspect:
            self.water.seen_good.add(self.water.arrival)
        self._judge(is_seen_at_awas=severity == 3)

    @rule()
    def failed_reading(self) -> None:
        before = self.state
        self._judge(is_seen_at_awas=False)
        assert self.state == before

    @rule(seconds=st.integers(1, 200))
    def time(self, seconds: int) -> None:
        for _ in range(seconds):
            run = self.state.run
            if run is not None and run.trigger == "level" and is_sounding(self.state):
                self.level_sound_ms[self.water.arrival] = self.level_sound_ms.get(self.water.arrival, 0) + 1000
            self.real_ms += 1000
            self.state, _ = pass_time(self.state, real_ms=self.real_ms, kernel_boot=str(self.kernel_boot))

    @rule(dead_s=st.integers(0, 300))
    def restart_of_the_process(self, dead_s: int) -> None:
        self.real_ms += 1000 * dead_s
        self.state, _ = pass_time(self.state, real_ms=self.real_ms, kernel_boot=str(self.kernel_boot))

    @rule()
    def reboot(self) -> None:
        self.kernel_boot += 1
        self.real_ms = 0
        self.state, _ = pass_time(self.state, real_ms=self.real_ms, kernel_boot=str(self.kernel_boot))

    @rule(has_siren=st.booleans())
    def desired_state(self, has_siren: bool) -> None:  # noqa: FBT001 -- hypothesis calls by name
        self.has_siren = has_siren
        self._judge(is_seen_at_awas=False)

    @precondition(lambda self: self.state.run is None)
    @rule(seconds=st.integers(1, 30))
    def test_command(self, seconds: int) -> None:
        begun = begin_test(self.state, seconds=seconds, real_ms=self.real_ms, kernel_boot=str(self.kernel_boot))
        assert begun is not None
        self.state = begun[0]

    @invariant()
    def a_level_sounds_only_at_awas_of_good_quality_where_a_siren_is_wanted(self) -> None:
        run = self.state.run
        if run is not None and run.trigger == "level":
            assert self.water.severity == 3
            assert self.has_siren
            assert self.water.arrival in self.water.seen_good

    @invariant()
    def no_arrival_sounds_longer_than_its_programme(self) -> None:
        assert all(sound_ms <= ROUNDS * SOUND_MS for sound_ms in self.level_sound_ms.values())

    @invariant()
    def what_is_left_is_bounded(self) -> None:
        assert 0 <= sound_left_ms(self.state) <= SOUND_MS
        assert self.state.run is None or self.state.run.length_ms <= PROGRAMME_MS
        assert REST_MS > 0


TestSirenMachine = SirenMachine.TestCase
