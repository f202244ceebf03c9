"""Starts everything the demo is made of, and ends it.

Order: files and database, broker, hub, phone, boxes. The clock begins when all files are there, and with TLS after all
boxes are known, so that the first minute of the demo is not spent on that. The clip of the camera is fetched beside.
"""

import sys
import threading
from pathlib import Path

from contract.clock import ScaledClock, SystemClock
from contract.severity import DEFAULT_WORDS
from hub.demo import joining, pause
from hub.demo.camera import LINK, camera_box
from hub.demo.files import write_box_config, write_hub_config
from hub.demo.footage import Fetching
from hub.demo.people import prepare_database
from hub.demo.place import Place
from hub.demo.ports import Ports
from hub.demo.ready import wait_until_ready
from hub.demo.scenario import BoxToStart, boxes_to_start, load_scenario
from hub.demo.tell import Teller
from hub.demo.where import say_where
from hub.storage import connection as database
from hub.supervisor import Program, Supervisor

LOOK_EVERY_S = 0.25
PREPARING_RATE = 1.0
"""Of the clock while boxes become known: the audit log has its time, and the river waits."""


def run_demo(
    *, rate: float, box_count: int, map_pack: str, stop: threading.Event, is_tls: bool = False, has_camera: bool = True
) -> int:
    """Run the demo until `stop` is set; return the exit code.

    Raises:
        HubError: a port is taken, or a program of the demo failed.
    """
    place, ports = Place.from_environment(is_tls=is_tls), Ports.from_environment(is_tls=is_tls)
    scenario = load_scenario()
    boxes = boxes_to_start(scenario, count=box_count, is_tls=is_tls)
    camera = camera_box(scenario, place, is_tls=is_tls) if has_camera else None
    boxes += [] if camera is None else [camera]
    ports.verify_free()
    first_ms = round(scenario.starts_at.timestamp() * 1000)
    if is_tls:
        boxes = _known(place, boxes, ports=ports, first_ms=first_ms, stop=stop)
        if stop.is_set():
            return 0
    clock = _start_clock(place, first_ms=first_ms, rate=rate)
    write_hub_config(place, clock=clock, ports=ports, map_pack=map_pack)
    names = {box.node_id: box.identity.node_id for box in boxes if box.identity is not None}
    api_token = prepare_database(
        place, clock=clock, phone_port=ports.phone, names=names if is_tls else None, has_views=has_camera
    )
    for box in boxes:
        write_box_config(place, box, clock=clock, ports=ports)
    link = None if camera is None else place.box_home(camera.name) / LINK
    return _run(place, ports, boxes, clock=clock, stop=stop, api_token=api_token, link=link)


def _known(
    place: Place, boxes: list[BoxToStart], *, ports: Ports, first_ms: int, stop: threading.Event
) -> list[BoxToStart]:  # fmt: skip
    """Return the boxes as the hub knows them."""
    known = joining.with_identities(place, boxes)
    if not joining.is_left_to_do(place, known):
        return known
    clock = _start_clock(place, first_ms=first_ms, rate=PREPARING_RATE)
    joining.join(place, known, ports=ports, clock=clock, stop=stop)
    pause.note(place.clock_file, clock=clock)
    return joining.with_identities(place, known)


def _start_clock(place: Place, *, first_ms: int, rate: float) -> ScaledClock:
    stopped = pause.load_stopped(place.clock_file)
    return ScaledClock.start(
        anchor_real_ms=SystemClock().now_ms(),
        anchor_data_ms=pause.resume_at_ms(stopped, first_ms=first_ms),
        rate=rate,
    )


def _programs(place: Place, ports: Ports, boxes: list[BoxToStart]) -> list[Program]:
    place.logs.mkdir(parents=True, exist_ok=True)
    python = sys.executable
    phone = [python, "-m", "hub.demo.phone", "--port", str(ports.phone), "--home", str(place.home)]
    return [
        Program(
            name="hub",
            command=[python, "-m", "hub", "run", "--config", str(place.hub_config)],
            log=place.logs / "hub.log",
        ),
        Program(name="telepon", command=phone, log=place.logs / "phone.log"),
        *(
            Program(
                name=box.name,
                command=[python, "-m", "edge_agent", "run", "--config", str(place.box_config(box.name))],
                log=place.logs / f"{box.name}.log",
            )
            for box in boxes
        ),
    ]


def _run(
    place: Place,
    ports: Ports,
    boxes: list[BoxToStart],
    *,
    clock: ScaledClock,
    stop: threading.Event,
    api_token: str,
    link: Path | None,
) -> int:
    supervisor = Supervisor(_programs(place, ports, boxes), clock=clock)
    connection = database.read_only(place.home / "hub.db")
    fetching = None if link is None else Fetching(link=link)
    try:
        supervisor.start()
        wait_until_ready(ports, supervisor, clock=clock, stop=stop, logs=place.logs)
        say_where(place, ports, boxes, clock=clock, api_token=api_token)
        teller = Teller(connection, clock=clock, words=DEFAULT_WORDS)
        noted_real_ms = 0
        while not stop.wait(LOOK_EVERY_S):
            if supervisor.look_after():
                return 2
            teller.look()
            if clock.real_ms() - noted_real_ms >= 1000 * pause.WRITE_EVERY_S:
                noted_real_ms = clock.real_ms()
                pause.note(place.clock_file, clock=clock)
    finally:
        if fetching is not None:
            fetching.end()
        supervisor.end()
        connection.close()
        pause.note(place.clock_file, clock=clock)
    again = "make demo" if ports.https is None else "make demo TLS=1"
    print(f"Berhenti. Lanjut dari sini: {again}. Mulai dari awal: hapus {place.whole}")
    return 0
