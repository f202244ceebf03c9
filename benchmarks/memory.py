"""Resident memory of a real box and of a hub with 500 simulated boxes that send, a browser's stream open.

MB are 10^6 bytes of resident memory, pages shared between processes counted in each; the highest of one sample a
second. The broker is not one of the hub's processes and is told beside them.
"""

import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks import broker
from benchmarks.city import found_city
from benchmarks.errors import ProductError
from benchmarks.figure import Bar, Figure, figure, rounded
from benchmarks.hub_home import HubHome
from benchmarks.load import ended_load, running_load
from benchmarks.real_box import RealBox, resident_mb
from benchmarks.river import calm_csv
from benchmarks.whole_hub import BROKER, new_home, resident_mb_by_program, running_hub
from contract.clock import SystemClock
from contract.desired import Sampling
from tests.support.processes import Child, wait_until

GAUGE_BAR = Bar(sign="<", limit=40)
UPLINK_BAR = Bar(sign="<", limit=60)
HUB_BAR = Bar(sign="<", limit=250)
NODE_ID = "n-bench-memory"
LOAD_IDS = "n-mem"
BOXES = 500
RECORDS_PER_S = 400.0
MEASURED_S = 30.0
READINGS_FIRST = 5


def figures(
    name: str, *, folder: Path, kind: broker.Kind, boxes: int = BOXES, measured_s: float = MEASURED_S
) -> Iterator[Figure]:
    """Yield gauge process, uplink, and all processes of the hub together."""
    del kind  # the hub brings its own
    home = new_home(folder / "hub")
    node_ids = [NODE_ID, *(f"{LOAD_IDS}{number:04}" for number in range(boxes))]
    found_city(home, node_ids=node_ids, sampling=Sampling(peace=1.0, flood=1.0))
    with ExitStack() as stack:
        hub = stack.enter_context(running_hub(home))
        river_csv = calm_csv(from_ms=SystemClock().now_ms() - 3_600_000)
        real = RealBox(folder / "box", node_id=NODE_ID, broker_port=home.mqtt_port, river_csv=river_csv)
        box = stack.enter_context(real.running())
        load = stack.enter_context(
            running_load(
                folder=folder, port=home.mqtt_port, node_ids=LOAD_IDS, boxes=boxes, batch_records=1,
                records_per_s=RECORDS_PER_S, is_wave=True,
            )
        )  # fmt: skip
        stack.enter_context(_open_stream(home))
        wait_until(lambda: _readings(home) >= READINGS_FIRST, what="the real box's first readings", deadline_s=40.0)
        highest = _highest(hub, box, measured_s=measured_s)
        real_readings = _readings(home)
        run = ended_load(load)
    detail = {"boxes": boxes, "records_per_s": rounded(run.records_per_s), "measured_s": measured_s}
    box_detail = {"readings": real_readings, "measured_s": measured_s}
    yield figure(f"{name}-gauge", highest["gauge"], "MB", bar=GAUGE_BAR, detail=box_detail)
    yield figure(f"{name}-uplink", highest["uplink"], "MB", bar=UPLINK_BAR, detail=box_detail)
    parts = {program: rounded(mb) for program, mb in highest.items() if program not in {"gauge", "uplink", "hub"}}
    yield figure(f"{name}-hub", highest["hub"], "MB", bar=HUB_BAR, detail={**detail, **parts})


def _highest(hub: Child, box: Child, *, measured_s: float) -> dict[str, float]:
    """Return the highest resident memory of each program, and under `hub` that of the hub's programs together."""
    highest: dict[str, float] = {}
    end_s = time.monotonic() + measured_s
    while time.monotonic() < end_s:
        now = resident_mb_by_program(hub)
        now["hub"] = sum(mb for program, mb in now.items() if program != BROKER)
        now |= {command: resident_mb(box, command) for command in ("gauge", "uplink")}
        highest = {program: max(mb, highest.get(program, 0.0)) for program, mb in now.items()}
        time.sleep(1.0)
    return highest


def _readings(home: HubHome) -> int:
    return home.number(
        "SELECT count(*) FROM records JOIN spools USING (spool_no) WHERE node_id = ? AND kind = 'reading'", NODE_ID
    )


@contextmanager
def _open_stream(home: HubHome) -> Iterator[None]:
    """Look at the wall once and hold its event stream open, as a browser does."""
    with closing(http.client.HTTPConnection("127.0.0.1", home.web_port, timeout=30.0)) as connection:
        connection.request("GET", "/dinding")
        response = connection.getresponse()
        response.read()
        if response.status != http.client.OK:
            raise ProductError(f"GET /dinding: {response.status}")
        connection.request("GET", "/api/v1/events")
        connection.getresponse()
        yield
