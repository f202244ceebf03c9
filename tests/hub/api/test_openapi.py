"""/openapi.json is true: every documented answer is given, and every answer given is documented and of its form."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.sightings import watched_city
from tests.support.stills import MARKET_EYE, add_asked
from tests.support.webs import answering, keeping_pictures

Case = tuple[str, str, int, dict[str, Any]]

SEEN, OLD = {"json": {"seen_version": 3}}, {"json": {"seen_version": 1}}
WHY = {"why": "dilihat di jembatan"}
TOO_MUCH = {"beside": "x" * 70_000}
# What a person may do to an alert: word, a body that is right, what makes it possible, and one that cannot be used.
DEEDS: tuple[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    ("bear-out", {"seen_version": 3, **WHY}, {"alert": {"is_suspect": 1}}, {"seen_version": 3, "why": " "}),
    (
        "shelve",
        {"seen_version": 3, "minutes": 15, **WHY},
        {"alert": {"severity": 1}},
        {"seen_version": 3, "minutes": 0},
    ),
    ("unshelve", {"seen_version": 3}, {"alert": {"shelved_until_ms": 2 * 10**12}}, {}),
    ("comments", {"seen_version": 3, "text": "jembatan aman"}, {}, {"text": "x" * 501}),
)
STATION, ALERT = "/api/v1/stations/{station_id}", "/api/v1/alerts/{alert_id}"
VIEW = "/api/v1/views/{view_id}"
STILLS = f"{VIEW}/stills"
NUMBER = "/api/v1/deliveries/{delivery_id}/number"

# One real request for each documented answer: path as documented, method, status, request.
CASES: list[Case] = [
    ("/api/v1/stations", "get", 200, {}),
    (STATION, "get", 200, {}),
    (STATION, "get", 404, {"path": "/api/v1/stations/none"}),
    (f"{STATION}/readings", "get", 200, {}),
    (f"{STATION}/readings", "get", 200, {"params": {"format": "csv"}}),
    (f"{STATION}/readings", "get", 404, {"path": "/api/v1/stations/none/readings"}),
    (f"{STATION}/readings", "get", 422, {"params": {"step": "7"}}),
    ("/api/v1/views", "get", 200, {}),
    (VIEW, "get", 200, {}),
    (VIEW, "get", 404, {"path": "/api/v1/views/none"}),
    (STILLS, "get", 200, {"as": "actor", "asked": {"result": "failed", "result_text": "gelap / dark"}}),
    (STILLS, "get", 401, {}),
    (STILLS, "get", 403, {"as": "reader"}),
    (STILLS, "get", 404, {"as": "actor", "path": "/api/v1/views/none/stills"}),
    (STILLS, "get", 422, {"as": "actor", "params": {"limit": "0"}}),
    (STILLS, "post", 202, {"as": "actor"}),
    (STILLS, "post", 401, {}),
    (STILLS, "post", 403, {"as": "reader"}),
    (STILLS, "post", 404, {"as": "actor", "path": "/api/v1/views/none/stills"}),
    (STILLS, "post", 409, {"as": "actor", "is_away": True}),
    (STILLS, "post", 429, {"as": "actor", "asked": {"result": "failed", "result_text": "gelap / dark"}}),
    ("/api/v1/sightings", "get", 200, {}),
    ("/api/v1/sightings", "get", 200, {"params": {"format": "csv"}}),
    ("/api/v1/sightings", "get", 422, {"params": {"step": "7"}}),
    ("/api/v1/alerts", "get", 200, {}),
    ("/api/v1/alerts", "get", 422, {"params": {"limit": "0"}}),
    (ALERT, "get", 200, {}),
    (ALERT, "get", 404, {"path": "/api/v1/alerts/none"}),
    (f"{ALERT}/acknowledge", "post", 401, SEEN),
    (f"{ALERT}/acknowledge", "post", 403, SEEN | {"as": "reader"}),
    (f"{ALERT}/acknowledge", "post", 404, SEEN | {"as": "actor", "path": "/api/v1/alerts/none/acknowledge"}),
    (f"{ALERT}/acknowledge", "post", 409, OLD | {"as": "actor"}),
    (f"{ALERT}/acknowledge", "post", 413, {"json": TOO_MUCH, "as": "actor"}),
    (f"{ALERT}/acknowledge", "post", 422, {"json": {"seen_version": "x"}, "as": "actor"}),
    (f"{ALERT}/acknowledge", "post", 200, SEEN | {"as": "actor"}),
    (f"{ALERT}/downgrade", "post", 401, SEEN),
    (f"{ALERT}/downgrade", "post", 403, SEEN | {"as": "reader"}),
    (f"{ALERT}/downgrade", "post", 404, SEEN | {"as": "actor", "path": "/api/v1/alerts/none/downgrade"}),
    (f"{ALERT}/downgrade", "post", 409, SEEN | {"as": "actor"}),
    (f"{ALERT}/downgrade", "post", 413, {"json": TOO_MUCH, "as": "actor"}),
    (f"{ALERT}/downgrade", "post", 422, {"json": {}, "as": "actor"}),
    (f"{ALERT}/downgrade", "post", 200, SEEN | {"as": "actor", "latched": True}),
    (f"{ALERT}/tell-rt", "post", 401, {}),
    (f"{ALERT}/tell-rt", "post", 403, {"as": "reader"}),
    (f"{ALERT}/tell-rt", "post", 404, {"as": "actor", "path": "/api/v1/alerts/none/tell-rt"}),
    (f"{ALERT}/tell-rt", "post", 409, {"as": "actor"}),
    (f"{ALERT}/tell-rt", "post", 200, {"as": "actor", "waiting": True}),
    *(
        (f"{ALERT}/{deed}", "post", status, request)
        for deed, right, possible, wrong in DEEDS
        for status, request in (
            (401, {"json": right}),
            (403, {"json": right, "as": "reader"}),
            (404, {"json": right, "as": "actor", "path": f"/api/v1/alerts/none/{deed}"}),
            (409, {"json": right | {"seen_version": 1}, "as": "actor"}),
            (413, {"json": right | TOO_MUCH, "as": "actor"}),
            (422, {"json": wrong, "as": "actor"}),
            (200, {"json": right, "as": "actor"} | possible),
        )
    ),
    ("/api/v1/nodes", "get", 200, {}),
    ("/api/v1/deliveries", "get", 200, {}),
    ("/api/v1/deliveries", "get", 422, {"params": {"state": "lost"}}),
    (NUMBER, "post", 200, {"as": "actor"}),
    (NUMBER, "post", 401, {}),
    (NUMBER, "post", 403, {"as": "reader"}),
    (NUMBER, "post", 404, {"as": "actor", "path": "/api/v1/deliveries/none/number"}),
    ("/api/v1/dead-letters", "get", 200, {}),
    ("/api/v1/dead-letters", "get", 422, {"params": {"limit": "x"}}),
    ("/api/v1/wall", "get", 200, {}),
    ("/healthz", "get", 200, {}),
    ("/metrics", "get", 200, {}),
]
# Shown elsewhere: the stream never ends, and what is busy takes long to make so.
ELSEWHERE = (
    {("/api/v1/events", "get", 200), ("/api/v1/events", "get", 503), (NUMBER, "post", 503), (STILLS, "post", 503)}
    | {
        (f"{ALERT}/{deed}", "post", 503)
        for deed in ("acknowledge", "downgrade", "tell-rt", *(deed for deed, *_ in DEEDS))
    }
    | {("/api/v1/blobs/{sha256}", "get", status) for status in (200, 401, 403, 404, 422, 503)}
)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood, with cameras."""
    made = watched_city(tmp_path / "hub.db", minutes=5)
    yield made
    made.close()


@pytest.fixture
def hub(city: HubData, clock: FakeClock, tmp_path: Path) -> Iterator[httpx.Client]:
    """A hub that keeps pictures."""
    with answering(city.path, clock=clock, through=keeping_pictures(tmp_path / "blobs")) as client:
        yield client


@pytest.fixture
def described(hub: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = hub.get("/openapi.json").json()
    return found


def documented(described: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if operation["tags"] == ["boxes"]:  # asked by new boxes, in `test_enrol`
                continue
            for status in operation["responses"]:
                yield path, method, int(status)


def test_every_documented_answer_is_asked_for(described: dict[str, Any]) -> None:
    asked = {(path, method, status) for path, method, status, _ in CASES}
    assert set(documented(described)) == asked | ELSEWHERE


@pytest.mark.parametrize("case", CASES, ids=[f"{n} {m} {p} {s}" for n, (p, m, s, _) in enumerate(CASES)])
def test_the_answer_is_the_documented_one(
    hub: httpx.Client, city: HubData, described: dict[str, Any], case: Case
) -> None:
    path, method, status, request = case
    answer = ask(hub, city, path, method, request)
    assert answer.status_code == status, answer.text
    kind = answer.headers["content-type"].split(";")[0]
    content = described["paths"][path][method]["responses"][str(status)]["content"]
    assert kind in content
    if kind == "application/json":
        problems = list(differences(answer.json(), content[kind]["schema"], described, "$"))
        assert not problems, "\n".join(problems)


def ask(hub: httpx.Client, city: HubData, path: str, method: str, request: dict[str, Any]) -> httpx.Response:
    if request.get("latched"):
        city.update("alerts", "alert_id", "a-awas", is_latched=1, water=1)
    if "alert" in request:
        city.update("alerts", "alert_id", "a-awas", **request["alert"])
    if "asked" in request:
        add_asked(city, MARKET_EYE, ago_s=3, **request["asked"])
    if request.get("is_away"):
        city.update("nodes", "node_id", MARKET_EYE[0], is_online=0)
    if request.get("waiting"):
        city.add_delivery("a-awas", "k2", "owed", due_ms=city.now_ms + 60_000)
    headers = {}
    if "as" in request:
        scopes = {"scopes": "look"} if request["as"] == "reader" else {}
        headers["Authorization"] = f"Bearer {city.api_token(**scopes)}"
    real = {"{station_id}": "wai-ruhu-1", "{alert_id}": "a-awas", "{delivery_id}": "a-awas-3-r1"}
    real["{view_id}"] = "pasar-mardika"
    real_path = request.get("path") or functools.reduce(lambda so_far, one: so_far.replace(*one), real.items(), path)
    return hub.request(
        method.upper(), real_path, params=request.get("params"), json=request.get("json"), headers=headers
    )


def differences(value: Any, schema: dict[str, Any], whole: dict[str, Any], place: str) -> Iterator[str]:
    """Yield where a value is not of its documented form; an undocumented member counts."""
    while "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        found = [list(differences(value, one, whole, place)) for one in schema["anyOf"]]
        if all(found):
            yield f"{place}: {value!r} fits none of {len(found)} forms"
    elif "enum" in schema or "const" in schema:
        if value not in schema.get("enum", [schema.get("const")]):
            yield f"{place}: {value!r} is not one of the documented words"
    elif schema.get("type") == "object":
        yield from object_differences(value, schema, whole, place)
    elif schema.get("type") == "array" and isinstance(value, list):
        forms = schema.get("prefixItems")
        for number, one in enumerate(value):
            yield from differences(one, forms[number] if forms else schema["items"], whole, f"{place}[{number}]")
    elif "type" in schema and not is_of(value, schema["type"]):
        yield f"{place}: {value!r} is no {schema['type']}"


def object_differences(value: Any, schema: dict[str, Any], whole: dict[str, Any], place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: {value!r} is no object"
        return
    members = schema.get("properties", {})
    yield from (f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value)
    for name, one in value.items():
        form = members.get(name, schema.get("additionalProperties"))
        if not isinstance(form, dict):
            yield f"{place}.{name} is not documented"
        else:
            yield from differences(one, form, whole, f"{place}.{name}")


def is_of(value: Any, kind: str) -> bool:
    if kind in {"integer", "number"} and isinstance(value, bool):
        return False
    kinds: dict[str, Any] = {
        "string": str,
        "array": list,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    return isinstance(value, kinds[kind])


def test_the_comparison_sees_what_is_wrong() -> None:
    form = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    assert list(differences({"a": 1}, form, {}, "$")) == []
    assert list(differences({"a": "1", "b": 2}, form, {}, "$")) == ["$.a: '1' is no integer", "$.b is not documented"]
    assert list(differences({}, form, {}, "$")) == ["$.a is missing"]


def test_the_description_names_no_form_that_nobody_answers_with(described: dict[str, Any]) -> None:
    text = json.dumps(described)
    unused = [name for name in described["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text]
    assert not unused


def test_who_may_post_is_described(described: dict[str, Any]) -> None:
    assert set(described["components"]["securitySchemes"]) == {"session", "token"}
    for path, method, _ in documented(described):
        assert ("security" in described["paths"][path][method]) == (method == "post"), path


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_that_would_fetch_from_elsewhere_is_served(hub: httpx.Client, path: str) -> None:
    assert hub.get(path).status_code == 404
