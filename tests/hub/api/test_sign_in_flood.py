"""A thousand attempts to sign in, from a thousand places at once: alerts are acknowledged meanwhile as ever.

The places stand in X-Forwarded-For, which the server believes from loopback alone, as of a TLS proxy beside it.
"""

import http.client
import json
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode, urlsplit

from contract.clock import SystemClock
from hub.storage import audit
from hub.storage.audit import Wanted
from tests.support.hub_data import HubData
from tests.support.webs import serving

ATTEMPTS = 1_000
AT_ONCE = 32
ACKNOWLEDGED_WITHIN_MS = 200
"""At p95, as at full ingest load; on a machine that others use, at most four times what it takes beside as many callers
who only ask whether the hub lives: they and the one who acknowledges share this process's interpreter."""


def line_to(base_url: str) -> http.client.HTTPConnection:
    """Return one connection to the hub."""
    parts = urlsplit(base_url)
    return http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)


def post(line: http.client.HTTPConnection, path: str, body: str, headers: dict[str, str]) -> int:
    line.request("POST", path, body, headers)
    answer = line.getresponse()
    answer.read()
    return answer.status


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def acknowledge(base_url: str, token: str, *, until: threading.Event, at_least: int) -> list[float]:
    """Acknowledge one alert again and again; return how long each took, milliseconds."""
    took: list[float] = []
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(line_to(base_url)) as line:
        while not until.is_set() or len(took) < at_least:
            began_ms = SystemClock().real_ms()
            status = post(line, "/api/v1/alerts/a-awas/acknowledge", json.dumps({"seen_version": 3}), headers)
            took.append(SystemClock().real_ms() - began_ms)
            assert status == 200
    return took


def attempts(base_url: str, numbers: range) -> Counter[int]:
    answers = Counter[int]()
    with closing(line_to(base_url)) as line:
        for number in numbers:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
            }
            form = urlencode({"name": "admin" if number % 2 else f"siapa-{number}", "password": "salah sekali"})
            answers[post(line, "/masuk", form, headers)] += 1
    return answers


def ask_whether_it_lives(base_url: str, *, until: threading.Event) -> None:
    with closing(line_to(base_url)) as line:
        while not until.is_set():
            line.request("GET", "/healthz")
            line.getresponse().read()


def beside_the_harmless(base_url: str, token: str, pool: ThreadPoolExecutor) -> list[float]:
    """Return how long acknowledging takes beside as many who ask for nothing that costs, milliseconds."""
    over, done = threading.Event(), threading.Event()
    done.set()
    asking = [pool.submit(ask_whether_it_lives, base_url, until=over) for _ in range(AT_ONCE)]
    try:
        return acknowledge(base_url, token, until=done, at_least=50)
    finally:
        over.set()
        for one in asking:
            one.result()


def test_a_thousand_attempts_at_once_do_not_keep_an_alert_from_being_acknowledged(city: HubData) -> None:
    token = city.api_token()
    with serving(city.path, clock=SystemClock()) as web, ThreadPoolExecutor(AT_ONCE + 1) as pool:
        base_url, over = str(web.base_url), threading.Event()
        usual = beside_the_harmless(base_url, token, pool)
        acknowledging = pool.submit(acknowledge, base_url, token, until=over, at_least=50)
        began_ms = SystemClock().real_ms()
        asking = [pool.submit(attempts, base_url, range(n, ATTEMPTS, AT_ONCE)) for n in range(AT_ONCE)]
        answers = sum((one.result() for one in asking), Counter[int]())
        took_s = (SystemClock().real_ms() - began_ms) / 1000
        over.set()
        busy = acknowledging.result()
        figures = web.get("/metrics").text
    sys.stdout.write(
        f"{ATTEMPTS} attempts in {took_s:.1f} s: {dict(answers)}; "
        f"acknowledge p95 {p95(busy):.0f} ms of {len(busy)}, beside the harmless {p95(usual):.0f} ms\n"
    )
    assert answers.total() == ATTEMPTS
    assert set(answers) <= {401, 503}
    assert answers[401] >= 1, "passwords are verified meanwhile, in turn"
    assert p95(busy) < max(ACKNOWLEDGED_WITHIN_MS, 4 * p95(usual))
    assert f'jagawai_sign_ins_total{{result="busy"}} {answers[503]}.0' in figures
    rows = list(audit.rows(city.connection, Wanted(action="sign_in")))
    assert len(rows) < 110, "a flood of failures makes counted rows"
