"""What a maintainer asks of an evaluation, and what became of it."""

import pytest

from models.evaluation.bars import judged, parsed
from models.evaluation.report import BarResult, Clip, CountRow, Row, Scored, SetReport, Time
from models.evaluation.table import bar_value, bar_words, verdict


def scored() -> Scored:
    return Scored(ap50=0.5, recall=0.5, precision=0.5, recall_at_precision=0.5)


def street(name: str, *, gain: float | None, times: float = 1.4, errors: tuple[int, ...] = ()) -> SetReport:
    """Return a set with one question, a time and lines of one clip."""
    row = Row(
        question="car",
        title="mobil / car",
        labels=("car",),
        truths=9,
        at_precision=0.5,
        baseline=scored(),
        product=scored(),
        gain_points=gain,
    )
    time = Time(
        pictures=1,
        baseline_ms=10,
        product_ms=10 * times,
        ratio=times,
        baseline_cpu_ms=10,
        product_cpu_ms=30,
        cpu_ratio=3.0,
    )
    lines = tuple(
        CountRow(line="y=1", direction="up", labels=("car",), truth=1, least=1, most=1, found=1 + error, error=error)
        for error in errors
    )
    clip = Clip(
        clip="a.mp4",
        first_frame=0,
        last_frame=9,
        frames=10,
        frame_rate=10.0,
        by_class=(),
        together=lines,
        median_ms=1.0,
        doubts=(),
    )
    clips = (clip,) if errors else ()
    return SetReport(name=name, pictures=1, boxes=9, rows=(row,), time=time, clips=clips, remarks=())


def only(text: str, *sets: SetReport) -> BarResult:
    (result,) = judged([parsed(text)], sets)
    return result


@pytest.mark.parametrize(
    ("text", "value", "is_met"),
    [
        ("car=10", 10.0, True),
        ("car=10.1", 10.0, False),
        ("car=0", 10.0, True),
        ("ms=1.4", 1.4, True),
        ("ms=1.3", 1.4, False),
        ("cpu_ms=3", 3.0, True),
        ("cpu_ms=2.9", 3.0, False),
        ("counts=2", 2, True),
        ("counts=1", 2, False),
    ],
)
def test_a_bar_is_met_from_its_limit_on(text: str, value: float, *, is_met: bool) -> None:
    result = only(text, street("jalan", gain=10.0, errors=(0, -2)))
    assert (result.value, result.is_met) == (value, is_met)


def test_a_bar_without_a_set_is_for_each_that_answers() -> None:
    sets = [street("a", gain=3.0), street("b", gain=None), street("c", gain=-1.0)]
    found = judged([parsed("car=0")], sets)
    assert [(one.set_name, one.is_met) for one in found] == [("a", True), ("c", False)]


def test_a_bar_of_one_set_leaves_the_others_alone() -> None:
    sets = [street("a", gain=3.0), street("b", gain=-9.0)]
    assert only("a:car=0", *sets).is_met


@pytest.mark.parametrize("text", ["tol:car=0", "truck=-99", "counts=9"])
def test_a_bar_that_nothing_answers_is_missed(text: str) -> None:
    result = only(text, street("jalan", gain=3.0))
    assert result.value is None
    assert not result.is_met
    assert "nothing answers" in verdict(result)


def test_it_reads_as_a_line() -> None:
    result = only("jalan:car=10", street("jalan", gain=3.0))
    assert result.bar == "jalan:car=10"
    assert (bar_words(result), bar_value(result), verdict(result)) == ("car, ≥ +10.0", "+3.0", "GAGAL / MISS")


@pytest.mark.parametrize("text", ["bike=1", "car", "car=viel", "ms=-1", "counts=nan", ""])
def test_what_cannot_be_a_bar_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"diharapkan .*/ expected"):
        parsed(text)
