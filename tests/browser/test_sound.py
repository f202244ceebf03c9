"""What the wall would sound: the rules of static/js/sound.js, asked in the browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from hub.wall import static_files
from tests.support.browsers import watched
from tests.support.hub_data import HubData
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

CHOOSE = """async ([open, stale, isGone, now, heard]) => {
  const { choose } = await import(`/static/%s/js/sound.js`);
  const wanted = choose(open, stale, isGone, now, new Set(heard));
  return wanted && { key: wanted.key, tones: wanted.form.tones, every: wanted.form.everyMs, volume: wanted.volume };
}"""
NOW = 1_000_000


def alert(severity: int, **values: Any) -> dict[str, Any]:
    known = {"id": f"a-{severity}", "version": 1, "kind": "level", "severity": severity, "acknowledged_ms": None}
    return known | {"escalation_step": 0, "shelved_until_ms": None} | values


@pytest.fixture(scope="module")
def ask(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    data = HubData(tmp_path_factory.mktemp("sound") / "hub.db")
    with serving(data.path, clock=StandingClock(NOW)) as web, watched(browser) as seen:
        seen.page.goto(f"{web.base_url}/masuk")

        def choose(
            *alerts: dict[str, Any], stale: tuple[str, ...] = (), gone: bool = False, heard: tuple[str, ...] = ()
        ) -> Any:
            source = CHOOSE % static_files.digest()
            return seen.page.evaluate(source, [list(alerts), list(stale), gone, NOW, list(heard)])

        yield choose
    data.close()


def test_the_most_urgent_is_heard_alone(ask: Any) -> None:
    found = ask(alert(1), alert(3), alert(2), gone=True)
    assert (found["key"], found["tones"], found["every"]) == ("awas", [660, 880, 1100], 4000)


def test_siaga_sounds_every_fifteen_seconds(ask: Any) -> None:
    found = ask(alert(1), alert(2))
    assert (found["tones"], found["every"]) == ([660, 880], 15000)


def test_an_acknowledged_alert_is_silent_and_stays_on_the_wall(ask: Any) -> None:
    assert ask(alert(3, acknowledged_ms=5)) is None


def test_an_escalated_awas_is_louder(ask: Any) -> None:
    assert ask(alert(3, escalation_step=1))["volume"] > ask(alert(3))["volume"]


def test_waspada_is_heard_once_per_version(ask: Any) -> None:
    assert ask(alert(1))["key"] == "waspada/a-1/1"
    assert ask(alert(1), heard=("waspada/a-1/1",)) is None
    assert ask(alert(1, version=2), heard=("waspada/a-1/1",))["key"] == "waspada/a-1/2"


def test_a_shelved_alert_is_silent_until_its_shelf_ends(ask: Any) -> None:
    assert ask(alert(2, shelved_until_ms=NOW + 1)) is None
    assert ask(alert(2, shelved_until_ms=NOW - 1)) is not None


def test_faults_of_devices_make_no_sound(ask: Any) -> None:
    assert ask(alert(3, kind="silence"), alert(0, kind="fault")) is None


def test_a_lost_link_is_heard_below_siaga_and_above_waspada(ask: Any) -> None:
    assert ask(alert(1), gone=True)["tones"] == [330, 260]
    assert ask(alert(2), gone=True)["key"] == "siaga"


def test_a_siaga_that_goes_stale_gives_one_soft_tone(ask: Any) -> None:
    found = ask(stale=("wai-tomu",))
    assert found["volume"] < 0.1
    assert ask(stale=("wai-tomu",), heard=("stale/wai-tomu",)) is None
