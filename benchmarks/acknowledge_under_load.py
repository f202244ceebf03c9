"""How long a person's acknowledgement takes, the POST answered, while ingest takes all that 50 boxes can send.

120 stations stand at Awas. Their alerts are acknowledged one after the other through the API, each with the version
it shows, while 50 other boxes send readings of bound stations, 50 a batch, as fast as the hub acknowledges them.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import broker
from benchmarks.city import api_token, found_city
from benchmarks.errors import ProductError
from benchmarks.figure import Bar, Figure, figure, p95, rounded, spread
from benchmarks.fleet import Fleet
from benchmarks.hub_home import HubHome
from benchmarks.load import ended_load, running_load
from benchmarks.readings import live_batches, still_water
from benchmarks.simulated_box import Box
from benchmarks.whole_hub import ApiClient, new_home, running_hub
from contract.clock import SystemClock
from contract.flow import BATCHES_IN_FLIGHT
from tests.support.processes import wait_until

BAR = Bar(sign="<", limit=200)
ALERTS = 120
EVERY_S = 0.15
LOAD_BOXES = 50
BATCH_RECORDS = 50
LOAD_IDS = "n-load"
AWAS_CM = 240.0
ENOUGH_READINGS = 3
"""What the level rule's persistence asks for before Awas."""


def figures(
    name: str, *, folder: Path, kind: broker.Kind, alerts: int = ALERTS, load_boxes: int = LOAD_BOXES
) -> Iterator[Figure]:
    """Yield the 95th percentile of the answer times."""
    del kind  # the hub brings its own
    home = new_home(folder / "hub")
    high_ids = [f"n-high{number:04}" for number in range(alerts)]
    found_city(home, node_ids=[*high_ids, *(f"{LOAD_IDS}{number:04}" for number in range(load_boxes))])
    token = api_token(home)
    with running_hub(home):
        client = ApiClient(home, token=token)
        _raise_alerts(home, high_ids)
        wait_until(
            lambda: len(_raised(client, high_ids)) == alerts, what=f"{alerts} alerts", deadline_s=30.0, poll_s=0.2
        )
        with running_load(
            folder=folder, port=home.mqtt_port, node_ids=LOAD_IDS, boxes=load_boxes, batch_records=BATCH_RECORDS,
            records_per_s=None, is_wave=True,
        ) as load:  # fmt: skip
            answers_ms = [_acknowledge(client, alert) for alert in _raised(client, high_ids)]
            run = ended_load(load)
        client.close()
    yield figure(
        name, p95(answers_ms), "ms", bar=BAR,
        detail={**spread(answers_ms), "load_records_per_s": rounded(run.records_per_s), "load_records": run.records},
    )  # fmt: skip


def _raise_alerts(home: HubHome, node_ids: list[str]) -> None:
    """Let each box send a few readings far above Awas, and go."""
    clock = SystemClock()
    boxes = [Box(node_id) for node_id in node_ids]
    for box in boxes:
        made = live_batches(
            node_id=box.node_id, spool_id=box.spool_id, batch_records=ENOUGH_READINGS, values=still_water(AWAS_CM),
            window=BATCHES_IN_FLIGHT, clock=clock,
        )  # fmt: skip
        box.batches = iter([next(made)])
    fleet = Fleet(boxes, port=home.mqtt_port)
    fleet.connect()
    fleet.run(deadline_s=30.0)
    fleet.close()


def _raised(client: ApiClient, node_ids: list[str]) -> list[dict[str, Any]]:
    """Return the open, unacknowledged level alerts of these boxes' stations."""
    wanted = {f"wai-{node_id}" for node_id in node_ids}
    listed: list[dict[str, Any]] = client.get("alerts?state=raised&limit=500")
    return [alert for alert in listed if alert["station_id"] in wanted and alert["kind"] == "level"]


def _acknowledge(client: ApiClient, alert: dict[str, Any]) -> float:
    """Acknowledge one alert; return how long the answer took, real ms, and wait a moment."""
    started_s = time.monotonic()
    status, body = client.ask("POST", f"alerts/{alert['id']}/acknowledge", {"seen_version": alert["version"]})
    took_s = time.monotonic() - started_s
    if status != 200:
        raise ProductError(f"acknowledging {alert['id']}: {status} {body!r:.500}")
    time.sleep(max(0.0, EVERY_S - took_s))
    return 1000 * took_s
