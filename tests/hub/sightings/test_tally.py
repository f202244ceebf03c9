"""What is counted adds up to the same in any order, and stays bounded whatever a box calls things."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from contract.clock import ClockTrust
from contract.records import Sighting
from hub.sightings.tally import LABELS_MOST, OTHERS, Tally, added, decode, encode, tally_of

LABELS = st.sampled_from(["motorcycle", "car", "bus", "person"])
COUNTS = st.dictionaries(LABELS, st.integers(0, 50), max_size=4)


def sighting(**values: object) -> Sighting:
    fields = {
        "seq": 1,
        "boot": 1,
        "up_ms": 1,
        "at_ms": 1,
        "clock": ClockTrust.NTP,
        "err_ms": 1,
        "record_class": 2,
        "source": "c1",
        "zone": "jalan",
        "label": "",
        "count": 0,
        "window_s": 60,
    }
    return Sighting(**(fields | values))  # type: ignore[arg-type]


WINDOWS = st.builds(
    lambda count, forward, backward, labels, doubt, state: sighting(
        count=count,
        forward=forward,
        backward=backward,
        by_label={} if forward or backward else labels,
        doubts=("too_slow",) if doubt else (),
        state=state,
    ),
    st.integers(0, 90),
    COUNTS,
    COUNTS,
    COUNTS,
    st.booleans(),
    st.sampled_from(["", "lancar", "padat", "macet"]),
)


@given(st.lists(WINDOWS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_windows_add_up_to_the_same_in_any_order(windows: list[Sighting], chance: object) -> None:
    tallies = [tally_of(one) for one in windows]
    shuffled = [*tallies]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    whole = reduce(added, tallies)
    assert reduce(added, shuffled) == whole
    assert decode(encode(whole)) == whole
    assert whole.windows == len(windows)
    assert whole.crossings == sum(sum(one.forward.values()) + sum(one.backward.values()) for one in windows)
    assert whole.doubts.get("too_slow", 0) == sum("too_slow" in one.doubts for one in windows)
    assert sum(whole.states.values()) == 60 * sum(one.state != "" for one in windows)


def test_a_line_adds_crossings_and_a_zone_keeps_the_most() -> None:
    line = reduce(added, [tally_of(sighting(count=3, forward={"car": 2}, backward={"bus": 1}))] * 3)
    assert (line.is_line, line.crossings, line.forward, line.most) == (True, 9, {"car": 6}, 0)
    zone = added(
        tally_of(sighting(count=7, by_label={"car": 7}, occupied=0.5, stopped=2)),
        tally_of(sighting(count=3, by_label={"car": 1, "bus": 2}, occupied=0.1, stopped=1)),
    )
    assert (zone.is_line, zone.most, zone.total, zone.by_label) == (False, 7, 10, {"car": 7, "bus": 2})
    assert (zone.occupied_s, zone.stopped) == (36.0, 2)


def test_an_empty_place_is_a_line_where_the_box_says_so_and_an_older_form_with_a_label_counts() -> None:
    assert tally_of(sighting()).is_line is False
    line = tally_of(sighting(is_line=True))
    assert (line.is_line, line.crossings, line.most) == (True, 0, 0)
    assert added(line, line).is_line is True
    assert tally_of(sighting(label="person", count=4)).by_label == {"person": 4}


def test_who_comes_is_told_at_once_and_was_no_look() -> None:
    told = tally_of(sighting(label="person", count=3, window_s=None))
    assert (told.windows, told.seconds, told.most, told.total) == (0, 0.0, 3, 0)
    window = added(told, tally_of(sighting(count=1, by_label={"person": 1}, occupied=0.1)))
    assert (window.windows, window.seconds, window.most, window.total) == (1, 60.0, 3, 1)


def test_what_a_box_calls_things_stays_bounded() -> None:
    wild = {f"class-{number:02d}": 1 for number in range(40)}
    tally = tally_of(sighting(count=40, by_label=wild, doubts=tuple(f"d{n}" for n in range(30))))
    assert len(tally.by_label) == LABELS_MOST
    assert tally.by_label[OTHERS] == 40 - LABELS_MOST + 1
    line = Tally()
    for number in range(60):
        line = added(line, tally_of(sighting(count=1, forward={f"class-{number}": 1})))
    assert len(line.forward) <= LABELS_MOST
    assert line.crossings == 60, "what is counted under others is counted"
    assert len(tally.doubts) <= 8
