"""From a sensor value over a threshold to the change painted in a browser, real milliseconds, one clock at both ends.

Four real boxes hang above water that steps over Waspada and back; persistence is one reading, readings come each
second, so that a step seldom waits for the sensor and never for the rule. The way begins with the time of the first
reading above the threshold and ends when Chromium has painted the station's tile with its new severity: a mutation of
the tile, the next animation frame, and a message that the browser handles after painting it. In the background 50
other boxes send 400 records a second of bound stations, one a batch.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, sync_playwright

from benchmarks import broker
from benchmarks.city import found_city, station_id
from benchmarks.errors import ProductError
from benchmarks.figure import Bar, Figure, figure, p95, rounded, spread
from benchmarks.hub_home import HubHome
from benchmarks.load import ended_load, running_load
from benchmarks.real_box import RealBox
from benchmarks.river import steps_csv
from benchmarks.whole_hub import new_home, running_hub
from contract.clock import SystemClock
from contract.desired import Sampling
from contract.level.settings import Persistence
from tests.support.processes import wait_until

BAR = Bar(sign="<", limit=500)
BOXES = 4
MEASURED_S = 60.0
LOAD_BOXES = 50
LOAD_IDS = "n-load"
RECORDS_PER_S = 400.0
STEP_S = 2.0
"""So long the water stands above the threshold, and so long below it."""
LOW_CM, HIGH_CM = 118.0, 122.0
"""Around Waspada at 120 cm, so near that quality control has nothing to doubt."""
PAINTED_WITHIN_MS = 2000 * STEP_S
"""A change that is not painted before the next rise was never painted."""
VIEWPORT = ViewportSize(width=1920, height=1080)

_WATCH = """(stations) => {
  const last = new Map();
  window.painted = [];
  const look = () => {
    const changed = [];
    for (const station of stations) {
      const tile = document.querySelector(`[data-station="${station}"][data-severity]`);
      const severity = tile === null ? "" : tile.dataset.severity;
      if (severity !== last.get(station)) { last.set(station, severity); changed.push([station, severity]); }
    }
    if (changed.length === 0) return;
    requestAnimationFrame(() => {
      const afterPaint = new MessageChannel();
      afterPaint.port1.onmessage = () => {
        const at_ms = performance.timeOrigin + performance.now();
        for (const [station, severity] of changed) window.painted.push([station, severity, at_ms]);
        afterPaint.port1.close();
      };
      afterPaint.port2.postMessage(0);
    });
  };
  new MutationObserver(look).observe(document.body, {attributes: true, childList: true, subtree: true});
  look();
}"""


def figures(
    name: str, *, folder: Path, kind: broker.Kind, measured_s: float = MEASURED_S, load_boxes: int = LOAD_BOXES
) -> Iterator[Figure]:
    """Yield the 95th percentile over every rise of the measured time."""
    del kind  # the hub brings its own
    home = new_home(folder / "hub")
    node_ids = [f"n-step{number:04}" for number in range(BOXES)]
    found_city(
        home,
        node_ids=[*node_ids, *(f"{LOAD_IDS}{number:04}" for number in range(load_boxes))],
        persistence=Persistence(of=(1, 1, 1), need=(1, 1, 1)),
        hold_s=0.0,
        sampling=Sampling(peace=1.0, flood=1.0),
        clear_below_cm=0.5,
    )
    stations = [station_id(node_id) for node_id in node_ids]
    with ExitStack() as stack:
        stack.enter_context(running_hub(home))
        load = stack.enter_context(
            running_load(
                folder=folder, port=home.mqtt_port, node_ids=LOAD_IDS, boxes=load_boxes, batch_records=1,
                records_per_s=RECORDS_PER_S, is_wave=False,
            )
        )  # fmt: skip
        for number, node_id in enumerate(node_ids):
            stack.enter_context(_box(folder / node_id, home, node_id=node_id, phase=number / BOXES).running())
        page = stack.enter_context(_watched_wall(home, stations))
        wait_until(lambda: _has_painted(page, stations), what="each station to rise on the wall", deadline_s=60.0)
        from_ms = SystemClock().now_ms()
        page.wait_for_timeout(1000 * measured_s)
        to_ms = SystemClock().now_ms() - PAINTED_WITHIN_MS
        painted = _painted(page)
        run = ended_load(load)
        rises = [rise for rise in _rises(home) if from_ms <= rise.at_ms <= to_ms and rise.station in stations]
    yield _figure(name, rises, painted, records_per_s=run.records_per_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rise:
    """A rise to Waspada: where, the time of the reading above the threshold, and when the hub took the level record."""

    station: str
    at_ms: int
    received_ms: int


def _figure(name: str, rises: list[_Rise], painted: list[tuple[str, str, float]], *, records_per_s: float) -> Figure:
    if not rises:
        raise ProductError("crossing to paint: the hub has no level record of the measured time")
    waits_ms = [_wait_ms(rise, painted) for rise in rises]
    detail = {
        **spread(waits_ms),
        "to_hub_ms": spread([rise.received_ms - rise.at_ms for rise in rises]),
        "never_painted": waits_ms.count(PAINTED_WITHIN_MS),
        "background_records_per_s": rounded(records_per_s),
        "viewport": f"{VIEWPORT['width']}x{VIEWPORT['height']}",
    }
    return figure(name, p95(waits_ms), "ms", bar=BAR, detail=detail)


def _wait_ms(rise: _Rise, painted: list[tuple[str, str, float]]) -> float:
    """Return the time from a rise to its paint, or the longest there is when it was never painted."""
    seen = (at_ms - rise.at_ms for station, severity, at_ms in painted if (station, severity) == (rise.station, "1"))
    return next((wait_ms for wait_ms in seen if 0 <= wait_ms < PAINTED_WITHIN_MS), PAINTED_WITHIN_MS)


def _rises(home: HubHome) -> list[_Rise]:
    """Return each rise to Waspada that a box has told."""
    rows: list[tuple[Any, ...]] = home.ask(
        "SELECT spools.node_id, reading.at_ms, level.received_ms FROM records AS level JOIN spools USING (spool_no)"
        " JOIN records AS reading ON reading.spool_no = level.spool_no AND reading.seq = level.seq - 1"
        " WHERE level.kind = 'level' AND reading.kind = 'reading' AND json_extract(level.body, '$.severity') = 1"
        " AND json_extract(level.body, '$.from') = 0 ORDER BY level.id"
    )
    return [
        _Rise(station=station_id(node_id), at_ms=at_ms, received_ms=received_ms) for node_id, at_ms, received_ms in rows
    ]


def _box(folder: Path, home: HubHome, *, node_id: str, phase: float) -> RealBox:
    """Return a box above stepping water; `phase` from 0 to 1 sets it apart from the others."""
    starts_at_ms = SystemClock().now_ms() - round(2000 * STEP_S * (1 + phase))
    river_csv = steps_csv(from_ms=starts_at_ms, low_cm=LOW_CM, high_cm=HIGH_CM, step_s=STEP_S)
    return RealBox(folder, node_id=node_id, broker_port=home.mqtt_port, river_csv=river_csv, noise_mm=0.0)


@contextmanager
def _watched_wall(home: HubHome, stations: list[str]) -> Iterator[Page]:
    """Open the wall in Chromium and note each painted change of these stations."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=broker.program("chromium"))
        try:
            page = browser.new_page(viewport=VIEWPORT)
            page.goto(f"{home.web_url}/dinding", wait_until="load")
            page.evaluate(_WATCH, stations)
            yield page
        finally:
            browser.close()


def _painted(page: Page) -> list[tuple[str, str, float]]:
    return [(station, severity, at_ms) for station, severity, at_ms in page.evaluate("window.painted")]


def _has_painted(page: Page, stations: list[str]) -> bool:
    """Answer whether every station has been painted at Waspada; lets the page live while it asks."""
    page.wait_for_timeout(200)
    return {station for station, severity, _ in _painted(page) if severity == "1"} >= set(stations)
