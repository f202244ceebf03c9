import csv
import io
import json
from datetime import datetime

import httpx
import pytest

from hub.api.routes.times import MOST_ROWS
from tests.support.hub_data import HOUR_MS, HubData, flood


def test_all_stations_come_in_the_citys_order_with_value_unit_age_and_state(hub: httpx.Client) -> None:
    stations = hub.get("/api/v1/stations").json()
    assert [st["letter"] for st in stations] == list("ABCDEF")
    first = stations[0]
    assert (first["stage_cm"], first["unit"], first["age_s"], first["state"]) == (226.4, "cm", 14.0, "fresh")
    assert first["thresholds"]["raise_cm"] == [120, 170, 220]


def test_each_kind_of_trouble_is_a_state_of_its_own(hub: httpx.Client) -> None:
    states = {st["id"]: st["state"] for st in hub.get("/api/v1/stations").json()}
    assert states["wai-tomu"] == "suspect"
    assert states["wai-lela"] == "lost"
    assert states["wai-heru"] == "never"


def test_a_station_that_never_spoke_has_no_severity(hub: httpx.Client) -> None:
    station = hub.get("/api/v1/stations/wai-heru").json()
    assert (station["severity"], station["stage_cm"], station["age_s"]) == (None, None, None)


def test_thresholds_come_into_force_at_their_time(hub: httpx.Client, city: HubData) -> None:
    city.insert(
        "thresholds",
        station_id="wai-ruhu-1",
        version=4,
        raise_cm="[100,150,200]",
        clear_cm="[90,140,190]",
        valid_from_ms=city.now_ms + HOUR_MS,
    )
    assert hub.get("/api/v1/stations/wai-ruhu-1").json()["thresholds"]["version"] == 3
    city.update("thresholds", "version", "4", valid_from_ms=city.now_ms)
    assert hub.get("/api/v1/stations/wai-ruhu-1").json()["thresholds"]["version"] == 4


def test_an_unknown_station_is_answered_in_both_languages(hub: httpx.Client) -> None:
    answer = hub.get("/api/v1/stations/wai-besar")
    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": "not_found",
        "id": "Tidak ada pos 'wai-besar'.",
        "en": "There is no station 'wai-besar'.",
    }


def test_readings_without_a_step_take_the_finest_that_suits_the_span(hub: httpx.Client) -> None:
    found = hub.get("/api/v1/stations/wai-ruhu-1/readings").json()
    assert (found["step"], len(found["readings"])) == ("60", 1440)
    wide = hub.get("/api/v1/stations/wai-ruhu-1/readings", params={"from": "2015-05-01T00:00:00+09:00"}).json()
    assert wide["step"] == "600"


def test_readings_hold_the_lowest_and_the_highest_of_each_step(hub: httpx.Client) -> None:
    step = hub.get("/api/v1/stations/wai-ruhu-1/readings?step=3600").json()["readings"][-1]
    assert step["min_cm"] < step["stage_cm"] < step["max_cm"]


def test_from_and_to_bound_the_readings_whatever_zone_they_are_in(hub: httpx.Client, city: HubData) -> None:
    found = hub.get(
        "/api/v1/stations/wai-ruhu-1/readings",
        params={"from": "2015-05-14T13:00:00+09:00", "to": "2015-05-14T04:30:00Z", "step": "60"},
    ).json()
    assert len(found["readings"]) == 30
    assert found["from_ms"] == datetime.fromisoformat("2015-05-14T04:00:00+00:00").timestamp() * 1000
    digits = hub.get(f"/api/v1/stations/wai-ruhu-1/readings?from={city.now_ms - HOUR_MS}&to={city.now_ms}").json()
    assert len(digits["readings"]) == 60


@pytest.mark.parametrize(
    "query",
    ["from=kemarin", "from=2015-05-14T13:00:00", "from=2015-05-14T13:00:00Z&to=2015-05-14T12:00:00Z", "step=7",
     "format=xml", f"from=0&to={MOST_ROWS * 60_000 * 2}&step=60"],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused_in_both_languages(hub: httpx.Client, query: str) -> None:
    answer = hub.get(f"/api/v1/stations/wai-ruhu-1/readings?{query}")
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "id", "en"}


def test_the_csv_says_what_the_json_says(hub: httpx.Client) -> None:
    query = "/api/v1/stations/wai-ruhu-1/readings?step=600"
    rows = list(csv.DictReader(io.StringIO(hub.get(f"{query}&format=csv").text)))
    steps = hub.get(query).json()["readings"]
    assert [float(row["stage_cm"]) for row in rows] == [step["stage_cm"] for step in steps]
    times = [datetime.fromisoformat(row["time"]).timestamp() * 1000 for row in rows]
    assert times == [step["at_ms"] for step in steps]
    for name in ("min_cm", "max_cm", "count", "flag"):
        assert [float(row[name]) for row in rows] == [step[name] for step in steps]


@pytest.mark.parametrize("step", ["raw", "60"])
def test_json_and_csv_have_the_same_fields_whatever_the_step(hub: httpx.Client, city: HubData, step: str) -> None:
    city.add_readings("n-7f3k2m93", flood(80.0), count=3, interval_s=60)
    path = f"/api/v1/stations/wai-batu-gajah/readings?step={step}"
    columns = hub.get(f"{path}&format=csv").text.splitlines()[0].split(",")
    fields = set(hub.get(path).json()["readings"][0])
    assert fields == {{"time": "at_ms", "received": "received_ms"}.get(column, column) for column in columns}
    documented = hub.get("/openapi.json").json()["components"]["schemas"]["ReadingStep"]["properties"]
    assert set(documented) == fields


def test_the_csv_is_a_series_file_and_is_offered_as_a_download(hub: httpx.Client) -> None:
    answer = hub.get("/api/v1/stations/wai-ruhu-1/readings?step=60&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="wai-ruhu-1-60.csv"'
    assert answer.text.startswith("time,stage_cm,flag,")


def test_a_step_without_a_usable_reading_is_empty_in_the_csv(hub: httpx.Client, city: HubData) -> None:
    city.insert("rollups_60", station_id="wai-heru", start_ms=city.now_ms - 60_000, count=0, worst_flag=9)
    lines = hub.get("/api/v1/stations/wai-heru/readings?step=60&format=csv").text.splitlines()
    assert lines[1].endswith(",,9,,,0,,,,")


def test_raw_readings_come_from_every_box_that_was_bound_then(hub: httpx.Client, city: HubData) -> None:
    readings = city.add_readings("n-7f3k2m93", flood(80.0), count=2_500, interval_s=5)
    found = hub.get("/api/v1/stations/wai-batu-gajah/readings?step=raw&format=csv").text.splitlines()
    assert found[0] == "time,stage_cm,flag,min_cm,max_cm,count,distance_mm,reason,interpolated,received"
    assert len(found) == readings + 1
    times = [datetime.fromisoformat(line.split(",")[0]) for line in found[1:]]
    assert times == sorted(times)


def test_a_thinned_raw_reading_keeps_its_peak_and_the_words_of_a_box_stay_in_one_cell(
    hub: httpx.Client, city: HubData
) -> None:
    city.add_readings("n-7f3k2m93", flood(80.0), count=1, interval_s=5)
    ((body,),) = city.connection.execute("SELECT body FROM records").fetchall()
    thinned = json.loads(body) | {"mean_of": 120, "min_cm": 70.0, "max_cm": 231.0, "reason": 'a, "b"\nc'}
    city.update("records", "seq", "1", body=json.dumps(thinned).encode())
    path = "/api/v1/stations/wai-batu-gajah/readings?step=raw"
    (step,) = hub.get(path).json()["readings"]
    assert (step["min_cm"], step["max_cm"], step["count"]) == (70.0, 231.0, 120)
    (row,) = csv.DictReader(io.StringIO(hub.get(f"{path}&format=csv").text))
    assert (row["min_cm"], row["max_cm"], row["count"]) == ("70", "231", "120")
    assert (row["reason"], row["distance_mm"], row["interpolated"]) == ('a, "b"\nc', "1500", "0")
    assert (step["reason"], step["distance_mm"], step["interpolated"]) == ('a, "b"\nc', 1500.0, False)
