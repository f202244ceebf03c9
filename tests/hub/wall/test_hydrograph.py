from hub.wall.city import City
from hub.wall.hydrograph import HOUR_MS, SPANS, Step, hydrographs
from hub.wall.language import language
from hub.wall.wording import Wording

NOW_MS = 1_431_579_180_000
WORDING = Wording(language=language("id"), city=City())


def test_a_series_is_drawn_once_for_a_desk_and_once_for_a_hand() -> None:
    wide, narrow = hydrographs(
        [], span=SPANS[0], now_ms=NOW_MS, gap_ms=180_000, raise_cm=(), severity=None, wording=WORDING
    )
    assert (wide.size.name, narrow.size.name) == ("wide", "narrow")
    assert len(wide.chart.holes) == 1


def test_hours_are_those_of_the_city_and_days_carry_the_date() -> None:
    spans = {span.hours: span for span in SPANS}
    texts = {}
    for hours, span in spans.items():
        (graph, _) = hydrographs([], span=span, now_ms=NOW_MS, gap_ms=1, raise_cm=(), severity=None, wording=WORDING)
        texts[hours] = [line.text for line in graph.hours]
    assert texts[6] == ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00"]
    assert texts[120] == ["10 Mei", "11 Mei", "12 Mei", "13 Mei", "14 Mei"]


def test_the_axis_is_in_metres_with_a_comma() -> None:
    (graph, _) = hydrographs(
        [Step(at_ms=NOW_MS - HOUR_MS, mean_cm=80.0, low_cm=60.0, high_cm=90.0)],
        span=SPANS[0],
        now_ms=NOW_MS,
        gap_ms=180_000,
        raise_cm=(120, 170, 220),
        severity=0,
        wording=WORDING,
    )
    assert [line.text for line in graph.metres] == ["0,50", "1,00", "1,50", "2,00"]


def test_the_spread_of_a_stretch_is_one_closed_area() -> None:
    steps = [Step(at_ms=NOW_MS - n * 60_000, mean_cm=80.0, low_cm=70.0, high_cm=90.0) for n in (30, 29, 28, 10, 9)]
    (graph, _) = hydrographs(
        steps, span=SPANS[0], now_ms=NOW_MS, gap_ms=180_000, raise_cm=(), severity=None, wording=WORDING
    )
    assert graph.spread.count("M") == graph.spread.count("Z") == 2
