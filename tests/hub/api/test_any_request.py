"""Whatever is asked, the hub answers as /openapi.json says, and never fails inside. Requests by schemathesis."""

import datetime
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.support.hub_data import HubData
from tests.support.sightings import watched_city

OF_A_DAY, OF_A_NIGHT = 5, 250
STREAMS = {"/api/v1/events"}
REAL_IDS = {"station_id": "wai-ruhu-1", "alert_id": "a-awas", "delivery_id": "a-awas-3-r1", "sha256": "0" * 64,
            "view_id": "pasar-mardika"}  # fmt: skip
"""Half of all requests are about something that is there: a drawn name never is."""

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
HEADERS_OF_EVERY_ANSWER = ("content-security-policy", "x-content-type-options", "referrer-policy")

Operation = APIOperation[Any, Any, Any, Any]
Drawn = Case[Any]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood, with cameras."""
    made = watched_city(tmp_path / "hub.db", minutes=5)
    yield made
    made.close()


@pytest.fixture
def operations(hub: httpx.Client) -> list[Operation]:
    """Everything that the description names, but for endless answers."""
    schema = schemathesis.openapi.from_dict(hub.get("/openapi.json").json())
    found = list(schema.get_all_operations())
    assert all(isinstance(one, Ok) for one in found), "the description itself is wrong"
    return [one.ok() for one in found if isinstance(one, Ok) and one.ok().path not in STREAMS]


def statuses_of(
    operation: Operation, mode: GenerationMode, *, hub: httpx.Client, token: str | None, count: int
) -> list[int]:
    """Send `count` requests that fit the description, or that do not; return the status of each answer."""
    seen: list[int] = []

    @settings(max_examples=count, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Drawn) -> None:
        if len(seen) % 2 and case.path_parameters:
            case.path_parameters.update({name: REAL_IDS[name] for name in case.path_parameters})
        answer = ask(hub, case, token)
        seen.append(answer.status_code)
        case.validate_response(answer, checks=PROMISES)
        assert all(header in answer.headers for header in HEADERS_OF_EVERY_ANSWER)

    send()
    return seen


def may_be_wrong(operation: Operation) -> bool:
    """Answer whether there is anything in a request that could be wrong; any text may be a name in a path."""
    return bool(operation.query or operation.body)


def ask(hub: httpx.Client, case: Drawn, token: str | None) -> httpx.Response:
    """Send a case as a client would, without the cookies and tokens that were drawn for it."""
    drawn = case.as_transport_kwargs(base_url=str(hub.base_url))
    headers = {name: value for name, value in drawn["headers"].items() if name.lower() != "authorization"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = {name: drawn[name] for name in ("json", "content", "files") if drawn.get(name) is not None}
    if drawn.get("data") is not None:
        body["content" if isinstance(drawn["data"], bytes | str) else "data"] = drawn["data"]
    answer = hub.request(drawn["method"], drawn["url"], params=drawn.get("params"), headers=headers, **body)
    answer.elapsed = datetime.timedelta(0)  # there was no network
    return answer


def walk(hub: httpx.Client, city: HubData, operations: list[Operation], *, count: int) -> Counter[int]:
    """Ask everything, as a program that may do all and as nobody."""
    statuses: Counter[int] = Counter()
    for token in (city.api_token(), None):
        for operation in operations:
            for mode in GenerationMode:
                if mode is GenerationMode.POSITIVE or may_be_wrong(operation):
                    statuses.update(statuses_of(operation, mode, hub=hub, token=token, count=count))
    return statuses


def test_no_request_makes_the_hub_fail_or_the_description_lie(
    hub: httpx.Client, city: HubData, operations: list[Operation]
) -> None:
    statuses = walk(hub, city, operations, count=OF_A_DAY)
    assert {200, 401, 404, 422} <= statuses.keys(), statuses


@pytest.mark.nightly
def test_thousands_of_requests_make_the_hub_neither_fail_nor_lie(
    hub: httpx.Client, city: HubData, operations: list[Operation]
) -> None:
    statuses = walk(hub, city, operations, count=OF_A_NIGHT)
    told = f"{sum(statuses.values())} requests at {len(operations)} addresses: {dict(sorted(statuses.items()))}\n"
    sys.stdout.write(told)
    assert sum(statuses.values()) > len(operations) * OF_A_NIGHT


def test_the_checks_see_an_answer_that_is_not_described(operations: list[Operation]) -> None:
    operation = next(one for one in operations if one.path == "/healthz")
    case = operation.Case()
    lie = httpx.Response(200, json={"status": 7}, request=httpx.Request("GET", "http://127.0.0.1/healthz"))
    lie.elapsed = datetime.timedelta(0)
    with pytest.raises(FailureGroup, match="distinct failures"):
        case.validate_response(lie, checks=PROMISES)
