import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.clock import ClockTrust
from contract.records import Sighting, decode_record, encode_record
from contract.views import Line, View, Zone, ZoneKind
from edge_agent.sightings.doubts import CANNOT_SEE
from edge_agent.sightings.presence import Appearance
from edge_agent.sightings.view_watch import ViewWatch
from edge_agent.sightings.window import PlaceSighting
from tests.support.detections import CLASSES, Found, detections, standing_on

SIZE = {"width_px": 640, "height_px": 480}
AT_MS = 1_763_712_000_000
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
VIEW = View(
    zones={
        "jalur": Zone(kind=ZoneKind.ROAD, outline=WHOLE),
        "tepi": Zone(kind=ZoneKind.BANK, outline=((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))),
    },
    lines={"simpang": Line(start=(0, 0.5), end=(1, 0.5)), "keluar": Line(start=(0, 0.9), end=(1, 0.9))},
)


def _watch(view: View = VIEW) -> ViewWatch:
    return ViewWatch(view, classes=CLASSES, up_ms=0)


def _by_zone(sightings: tuple[PlaceSighting, ...]) -> dict[str, PlaceSighting]:
    return {sighting.zone: sighting for sighting in sightings}


def _street(frame: int) -> list[Found]:
    """Two cars downwards, a motorcycle with rider upwards, ten frames a second."""
    rider_y = 460 - 14 * frame
    return [
        standing_on("car", 100, 100 + 12 * frame),
        standing_on("car", 250, 60 + 12 * frame),
        standing_on("motorcycle", 450, rider_y, width=30, height=44),
        standing_on("person", 450, rider_y - 8, width=26, height=60),
    ]


def test_a_minute_of_a_street() -> None:
    watch = _watch()
    for frame in range(25):
        watch.step(detections(_street(frame)), up_ms=100 * frame, **SIZE)
    got = _by_zone(watch.close(up_ms=60_000, at_ms=AT_MS))
    assert {name: place.is_line for name, place in got.items()} == {
        "jalur": False, "tepi": False, "simpang": True, "keluar": True
    }  # fmt: skip
    assert got["simpang"].forward == {"car": 2}
    assert got["simpang"].backward == {"motorcycle": 1}
    assert (got["simpang"].count, got["simpang"].frames, got["simpang"].window_s) == (3, 25, 60.0)
    assert got["jalur"].by_label == {"car": 2, "motorcycle": 1}
    assert (got["jalur"].count, got["jalur"].stopped) == (3, 0)
    assert got["jalur"].occupied == pytest.approx(2 * 60 * 40 / (640 * 480) + 30 * 60 / (640 * 480), abs=0.01)
    assert got["tepi"].by_label == {}
    assert CANNOT_SEE in got["jalur"].doubts  # nothing came for 57 s


def test_the_sighting_fits_the_record_and_its_wire() -> None:
    watch = _watch()
    for frame in range(25):
        watch.step(detections(_street(frame)), up_ms=100 * frame, **SIZE)
    for place in watch.close(up_ms=2500, at_ms=AT_MS):
        fields = {name: getattr(place, name) for name in place.__dataclass_fields__}
        record = Sighting(
            **fields,
            source="c1",
            seq=1,
            boot=1,
            up_ms=2500,
            at_ms=AT_MS,
            clock=ClockTrust.NTP,
            err_ms=1,
            record_class=2,
        )
        assert decode_record(encode_record(record)) == record


def test_a_parked_car_stands_through_the_end_of_a_window() -> None:
    watch = _watch()
    for up_ms in range(0, 90_000, 500):
        watch.step(detections([standing_on("car", 300, 200)]), up_ms=up_ms, **SIZE)
        if up_ms == 60_000:
            first = _by_zone(watch.close(up_ms=up_ms, at_ms=AT_MS))
            assert (first["jalur"].stopped, first["jalur"].longest_stop_s) == (1, 60.0)
    second = _by_zone(watch.close(up_ms=90_000, at_ms=AT_MS + 30_000))
    assert second["jalur"].longest_stop_s == 89.5
    assert second["jalur"].window_s == 30.0
    assert second["simpang"].count == 0


def test_frames_in_which_nothing_moves_keep_counting_time() -> None:
    watch = _watch()
    for up_ms in (0, 100, 200):
        watch.step(detections([standing_on("car", 300, 200)]), up_ms=up_ms, **SIZE)
    for up_ms in range(700, 60_001, 500):
        watch.rest(up_ms=up_ms)
    got = _by_zone(watch.close(up_ms=60_000, at_ms=AT_MS))["jalur"]
    assert (got.count, got.stopped, got.doubts) == (1, 1, ())
    assert got.longest_stop_s == pytest.approx(59.7, abs=0.1)


def test_a_jam_is_told_with_since_when_and_outlives_the_window() -> None:
    watch = _watch()
    closed: list[PlaceSighting] = []
    crowd = [standing_on("bus", 150 * x + 95, 120 * y + 130, width=120, height=90) for x in range(4) for y in range(3)]
    for up_ms in range(0, 120_000, 1000):
        watch.step(detections(crowd), up_ms=up_ms, **SIZE)
        if up_ms in {60_000, 119_000}:
            closed.append(_by_zone(watch.close(up_ms=up_ms, at_ms=AT_MS - 60_000 + up_ms))["jalur"])
    first, second = closed
    assert (first.state, second.state) == ("macet", "macet")
    assert first.since_ms == second.since_ms
    assert first.since_ms is not None
    assert AT_MS - 30_000 <= first.since_ms < AT_MS


def test_a_state_is_taken_up_after_a_restart_and_the_counts_begin_anew() -> None:
    watch = _watch()
    watch.resume(
        {"jalur": ("macet", AT_MS - 600_000), "lain": ("padat", 1), "tepi": ("macet", 1)}, up_ms=0, at_ms=AT_MS
    )
    watch.step(detections([]), up_ms=500, **SIZE)
    got = _by_zone(watch.close(up_ms=1000, at_ms=AT_MS + 1000))
    assert (got["jalur"].state, got["jalur"].since_ms) == ("macet", AT_MS - 600_000)
    assert got["tepi"].state == ""


def test_someone_at_the_bank_is_told_at_once() -> None:
    watch = _watch()
    told: list[tuple[int, Appearance]] = []
    for up_ms in range(0, 5000, 250):
        watched = watch.step(detections([standing_on("person", 300, 400)]), up_ms=up_ms, **SIZE)
        told += [(up_ms, appearance) for appearance in watched.appearances]
    assert [(up_ms, one.zone, one.label, one.count) for up_ms, one in told] == [(1250, "tepi", "person", 1)]
    assert _by_zone(watch.close(up_ms=5000, at_ms=AT_MS))["tepi"].by_label == {"person": 1}


def test_a_person_outside_of_the_bank_is_not_told() -> None:
    watch = _watch()
    for up_ms in range(0, 5000, 250):
        assert not watch.step(detections([standing_on("person", 300, 200)]), up_ms=up_ms, **SIZE).appearances


def test_another_picture_size_ends_the_tracks_and_keeps_the_counts() -> None:
    watch = _watch()
    for frame in range(15):
        watch.step(detections(_street(frame)), up_ms=100 * frame, **SIZE)
    half = [(label, *(edge / 2 for edge in box), score) for label, *box, score in (_street(15))]
    smaller = {"width_px": 320, "height_px": 240}
    after = [watch.step(detections(half), up_ms=100 * frame, **smaller) for frame in (15, 16)]  # type: ignore[arg-type]
    assert {track.number for track in after[-1].tracks} == {1, 2, 3}
    got = _by_zone(watch.close(up_ms=1800, at_ms=AT_MS))
    assert got["simpang"].forward == {"car": 1}


def test_one_that_was_just_leaving_when_the_picture_changed_its_size_counts() -> None:
    watch = _watch(View(lines={"tepi-bawah": Line(start=(0, 0.99), end=(1, 0.99))}))
    for frame, y in enumerate((400, 430, 460, 478)):
        watch.step(detections([standing_on("car", 300, y)]), up_ms=100 * frame, **SIZE)
    watch.step(detections([]), up_ms=400, width_px=320, height_px=240)
    assert watch.close(up_ms=500, at_ms=AT_MS)[0].forward == {"car": 1}


def test_a_blind_minute_is_a_doubt_and_no_zero() -> None:
    watch = _watch()
    for up_ms in range(500, 60_001, 500):
        watch.blind(up_ms=up_ms)
    for sighting in watch.close(up_ms=60_000, at_ms=AT_MS):
        assert sighting.doubts == (CANNOT_SEE,)
        assert (sighting.occupied, sighting.state) == (None, "")


def test_rest_before_any_frame_is_no_error() -> None:
    watch = _watch()
    assert watch.rest(up_ms=500).tracks == ()
    assert watch.close(up_ms=1000, at_ms=AT_MS)[0].frames == 1


def test_a_view_with_nothing_drawn_says_nothing() -> None:
    watch = _watch(View())
    watch.step(detections(_street(0)), up_ms=0, **SIZE)
    assert watch.close(up_ms=1000, at_ms=AT_MS) == ()


STREET = st.lists(
    st.lists(
        st.tuples(st.sampled_from(CLASSES), st.integers(20, 620), st.integers(60, 470)).map(
            lambda one: standing_on(one[0], one[1], one[2])
        ),
        max_size=4,
    ),
    min_size=1,
    max_size=14,
)


def _sums(frames: list[list[Found]], cuts: frozenset[int]) -> dict[str, tuple[int, int]]:
    watch, sums = _watch(), {"simpang": (0, 0), "keluar": (0, 0)}
    closed: list[PlaceSighting] = []
    for frame, found in enumerate(frames):
        watch.step(detections(found), up_ms=150 * frame, **SIZE)
        if frame in cuts:
            closed += watch.close(up_ms=150 * frame, at_ms=AT_MS)
    for one in (*closed, *watch.close(up_ms=150 * len(frames), at_ms=AT_MS)):
        assert one.count >= 0
        if one.zone in sums:
            forward, backward = sums[one.zone]
            assert one.count == sum(one.forward.values()) + sum(one.backward.values())
            sums[one.zone] = forward + sum(one.forward.values()), backward + sum(one.backward.values())
        else:
            assert 0 <= one.stopped <= one.count
            assert max(one.by_label.values(), default=0) <= one.count <= sum(one.by_label.values())
            assert one.occupied is None or 0 <= one.occupied <= 1
    return sums


@settings(max_examples=25)
@given(STREET, st.frozensets(st.integers(0, 13)))
def test_windows_cut_anywhere_add_up_to_the_same_crossings(frames: list[list[Found]], cuts: frozenset[int]) -> None:
    assert _sums(frames, cuts) == _sums(frames, frozenset())


def test_cut_windows_of_a_street_that_does_cross_add_up() -> None:
    frames = [_street(frame) for frame in range(30)]
    whole = _sums(frames, frozenset())
    assert whole == {"simpang": (2, 1), "keluar": (1, 1)}
    assert all(_sums(frames, frozenset({cut, cut + 3})) == whole for cut in range(0, 27, 5))


def test_the_record_knows_each_field() -> None:
    ours = set(PlaceSighting.__dataclass_fields__)
    assert ours <= {field.name for field in msgspec.structs.fields(Sighting)}
