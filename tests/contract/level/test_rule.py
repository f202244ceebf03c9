"""The rules of the level machine, one by one."""

from msgspec.structs import replace

from contract.level.rule import AWAS, NORMAL, SIAGA, WASPADA, StageReading, Step, adopt, reevaluate, restart, step
from contract.level.settings import Persistence, Rise, RuleSettings, Thresholds
from contract.level.state import LevelState
from contract.level.why import Cause, sentence

SETTINGS = RuleSettings(
    thresholds=Thresholds(version=3, raise_cm=(120, 170, 220), clear_cm=(112, 162, 212)), rise=Rise(cm=1000, in_s=300)
)
RISING = RuleSettings(thresholds=SETTINGS.thresholds, rise=Rise(cm=10, in_s=300))
MINUTE_MS = 60_000


class River:
    """Feeds readings to the rule, one a minute unless told otherwise, and remembers every step."""

    def __init__(self, settings: RuleSettings = SETTINGS) -> None:
        self.settings = settings
        self.state = LevelState()
        self.steps: list[Step] = []
        self.up_ms = 0
        self.seq = 0
        self.boot = 1

    def read(self, *stages_cm: float | None, flag: int = 1, every_s: float = 60) -> "River":
        for stage_cm in stages_cm:
            self.up_ms += round(1000 * every_s)
            self.seq += 1
            reading = StageReading(
                stage_cm, flag if stage_cm is not None else 9, every_s, self.boot, self.up_ms, self.up_ms, self.seq
            )
            self.steps.append(step(self.state, reading, self.settings, decision_id=f"n/{self.seq + 1}"))
            self.state = self.steps[-1].state
        return self

    def severities(self) -> list[int | None]:
        return [one.state.severity for one in self.steps]

    def why(self) -> list[str]:
        return [sentence(one.cause) for one in self.steps if one.cause]


def test_the_first_usable_reading_ends_knowing_nothing() -> None:
    river = River().read(None, 50)
    assert river.severities() == [None, NORMAL]
    assert river.why() == ["bacaan pertama 50 cm"]


def test_waspada_needs_three_of_the_last_five() -> None:
    river = River().read(125, 100, 125, 100, 125)
    assert river.severities() == [0, 0, 0, 0, WASPADA]
    assert river.why()[-1] == "3 dari 5 bacaan di atas 120 cm"


def test_awas_needs_two_of_the_last_three() -> None:
    assert River().read(100, 230, 100, 100, 230).severities()[-1] == WASPADA - 1
    river = River().read(100, 230, 100, 230)
    assert river.severities() == [0, 0, 0, AWAS]
    assert river.why()[-1] == "2 dari 3 bacaan di atas 220 cm"


def test_a_slow_series_needs_one_reading() -> None:
    assert River().read(125, every_s=300).severities() == [WASPADA]


def test_a_failed_reading_holds_the_last_good_level() -> None:
    river = River().read(230, 230).read(20, 20, 20, flag=4)
    assert river.state.severity == AWAS


def test_a_level_falls_one_step_after_thirty_minutes_below_its_clear_value() -> None:
    river = River().read(230, 230, *[215] * 60)
    assert river.state.severity == AWAS, "between clear and raise value nothing falls"
    river.read(*[100] * 30)
    assert river.state.severity == AWAS
    river.read(100)
    assert river.state.severity == SIAGA
    assert river.why()[-1] == "30 menit di bawah 212 cm"
    river.read(*[100] * 29)
    assert river.state.severity == SIAGA, "the next step waits as long again"
    river.read(*[100] * 31)
    assert river.state.severity == NORMAL


def test_a_reading_above_the_clear_value_restarts_the_wait() -> None:
    river = River().read(130, 130, 130, *[100] * 29, 115, *[100] * 30)
    assert river.state.severity == WASPADA
    assert river.read(100).state.severity == NORMAL


def test_suspect_readings_raise_but_never_lower() -> None:
    river = River().read(130, 130, 130, flag=3)
    assert river.state.severity == WASPADA
    assert river.state.is_suspect
    river.read(*[100] * 90, flag=3)
    assert river.state.severity == WASPADA


def test_good_readings_lift_the_doubt_and_the_rule_says_so() -> None:
    river = River().read(230, 230, flag=3)
    assert (river.state.severity, river.state.is_suspect) == (AWAS, True)
    river.read(230, 230)
    assert (river.state.severity, river.state.is_suspect) == (AWAS, False)
    assert river.why()[-1] == "2 dari 3 bacaan bermutu baik di atas 220 cm"


def test_a_fast_rise_takes_waspada_to_siaga_early() -> None:
    river = River(RISING).read(121, 121, 121, 121, 121, 121, 131, 133)
    assert river.state.severity == SIAGA
    assert river.why()[-1].startswith("naik 12 cm dalam 5 menit")


def test_a_fast_rise_alone_makes_neither_waspada_nor_awas() -> None:
    assert River(RISING).read(*range(20, 119, 5)).state.severity == NORMAL
    assert River(RISING).read(*range(20, 210, 10)).state.severity == SIAGA


def test_a_level_that_the_stage_itself_reached_is_told_by_the_stage_also_while_it_rises_fast() -> None:
    river = River(RISING).read(*range(60, 250, 12))
    assert river.state.severity == AWAS
    assert river.why()[-1] == "2 dari 3 bacaan di atas 220 cm"


def test_a_gap_over_three_intervals_empties_the_window() -> None:
    river = River().read(125, 125)
    river.up_ms += 3 * MINUTE_MS
    assert river.read(125).state.severity == NORMAL
    assert len(river.state.window) == 1


def test_going_from_peace_to_flood_sampling_is_no_gap() -> None:
    river = River().read(125, 125)
    river.up_ms += 55_000
    assert river.read(125, every_s=5).state.severity == WASPADA


def test_a_new_boot_keeps_the_severity_and_empties_the_window() -> None:
    river = River().read(125, 125, 125)
    before = river.state
    river.boot, river.up_ms = 2, 0
    river.read(118)
    after = river.state
    assert (after.severity, after.since_ms, after.decision_id) == (
        before.severity,
        before.since_ms,
        before.decision_id,
    )
    assert len(after.window) == 1


def test_no_usable_reading_for_three_intervals_is_stale_and_keeps_the_severity() -> None:
    river = River().read(230, 230).read(*[None] * 3)
    assert not river.state.is_stale
    river.read(None)
    assert (river.state.is_stale, river.state.severity) == (True, AWAS)
    assert river.why()[-1] == "tidak ada bacaan layak selama 4 menit"
    river.read(None)
    assert river.steps[-1].cause is None, "said once"
    river.read(225)
    assert not river.state.is_stale
    assert river.why()[-1] == "bacaan layak kembali, 225 cm"


def test_nothing_is_stale_before_ten_real_seconds() -> None:
    fast = RuleSettings(thresholds=SETTINGS.thresholds, clock_rate=60)
    river = River(fast).read(100).read(*[None] * 10)
    assert not river.state.is_stale
    assert river.read(None).state.is_stale


def test_a_rise_keeps_the_decision_id_of_its_first_level_record_until_it_is_back_at_zero() -> None:
    river = River().read(125, 125, 125, 230, 230)
    assert river.state.decision_id == "n/4"
    assert river.read(*[50] * 100).state.decision_id is None
    assert river.severities()[-1] == NORMAL
    last = [one for one in river.steps if one.cause][-1]
    assert last.decision_id == "n/4", "the step that ends a rise still names it"
    river.read(125, 125, 125)
    assert river.state.decision_id == f"n/{river.seq + 1}"


def test_lower_thresholds_raise_at_once_from_the_values_remembered() -> None:
    river = River().read(100, 100, 100, 100)
    lower = RuleSettings(thresholds=Thresholds(version=4, raise_cm=(90, 150, 200), clear_cm=(80, 140, 190)))
    changed = reevaluate(river.state, lower, at_ms=river.up_ms, decision_id="n/9")
    assert (changed.state.severity, changed.state.threshold_version, changed.state.decision_id) == (WASPADA, 4, "n/9")
    assert changed.cause is not None
    assert sentence(changed.cause) == "ambang versi 4 dipakai"


def test_higher_thresholds_never_make_a_level_fall_faster() -> None:
    river = River().read(125, 125, 125, *[100] * 29)
    higher = RuleSettings(thresholds=Thresholds(version=4, raise_cm=(300, 400, 500), clear_cm=(290, 390, 490)))
    changed = reevaluate(river.state, higher, at_ms=river.up_ms, decision_id="x")
    river.settings, river.state = higher, changed.state
    river.read(*[100] * 30)
    assert river.state.severity == WASPADA
    assert river.read(100).state.severity == NORMAL


def test_the_hub_adopts_the_box_state_at_equal_versions() -> None:
    box = River().read(230, 230)
    hub = adopt(LevelState(), box.state, SETTINGS, key=(1, box.up_ms, 9), at_ms=box.up_ms, decision_id="x")
    assert hub.state.severity == AWAS
    assert hub.state.window == box.state.window
    assert hub.state.key() == (1, box.up_ms, 9)


def test_the_hub_judges_the_box_values_by_its_own_thresholds_when_versions_differ() -> None:
    box = River().read(125, 125, 125)
    hub_settings = RuleSettings(thresholds=Thresholds(version=4, raise_cm=(60, 90, 121), clear_cm=(55, 85, 115)))
    hub = adopt(LevelState(), box.state, hub_settings, key=(1, box.up_ms, 9), at_ms=5, decision_id="x")
    assert (hub.state.severity, hub.state.threshold_version) == (AWAS, 4)


def test_the_doubt_is_none_when_the_level_is_normal() -> None:
    assert not River().read(50, 50, flag=3).state.is_suspect


def test_restarting_twice_changes_nothing_more() -> None:
    river = River().read(125, 125, 125)
    once = restart(river.state, boot=2)
    assert restart(once, boot=2) == once


def test_persistence_of_one_reading_decides_at_once() -> None:
    quick = RuleSettings(thresholds=SETTINGS.thresholds, persistence=Persistence(of=(1, 1, 1), need=(1, 1, 1)))
    assert River(quick).read(100, 230).severities() == [0, AWAS]


def test_an_older_box_that_names_no_settings_is_believed_by_the_version_of_its_thresholds() -> None:
    river = River().read(230, 230)
    older = replace(river.state, fingerprint=0)
    hub = adopt(LevelState(), older, SETTINGS, key=(1, river.up_ms, 9), at_ms=river.up_ms, decision_id="x")
    assert hub.cause == Cause(code="state")
    assert hub.state.below_since_up_ms == river.state.below_since_up_ms
    falling = replace(older, below_since_up_ms=river.up_ms)
    hub = adopt(river.state, falling, SETTINGS, key=(1, river.up_ms, 9), at_ms=river.up_ms, decision_id="x")
    assert hub.state.below_since_up_ms == river.up_ms  # a hold that has begun is not begun again


def test_a_state_by_other_settings_of_the_same_version_is_judged_and_not_adopted() -> None:
    river = River().read(230, 230)
    other = replace(river.state, fingerprint=7, severity=0)
    hub = adopt(river.state, other, SETTINGS, key=(1, river.up_ms, 9), at_ms=river.up_ms, decision_id="x")
    assert hub.cause == Cause(code="thresholds", version=3)
    assert hub.state.severity == AWAS
