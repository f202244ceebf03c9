"""Starts everything the demo is made of, and ends it.

Order: files and database, broker, hub, phone, boxes. The clock begins when the hub answers, so that the first minute
of the demo is not spent on starting programs.
"""

import os
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from contract.clock import ScaledClock, SystemClock
from contract.severity import DEFAULT_WORDS
from hub.broker.embedded import verify_port_is_free
from hub.config import LOOPBACK
from hub.demo import pause
from hub.demo.files import secret, write_box_config, write_hub_config
from hub.demo.people import ADMIN_PASSWORD, prepare_database
from hub.demo.place import Place
from hub.demo.scenario import BoxToStart, boxes_to_start, load_scenario
from hub.demo.tell import Teller
from hub.errors import HubError
from hub.storage import connection as database
from hub.supervisor import Program, Supervisor

READY_WITHIN_S = 90.0
"""On a busy laptop the hub has been seen to need half a minute."""
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the demo listens, all on loopback."""

    mqtt: int
    web: int
    phone: int

    @classmethod
    def from_environment(cls) -> "Ports":
        """Return the ports that JAGAWAI_MQTT_PORT, JAGAWAI_WEB_PORT and JAGAWAI_PHONE_PORT name, or the defaults."""
        return cls(
            mqtt=int(os.environ.get("JAGAWAI_MQTT_PORT", "1883")),
            web=int(os.environ.get("JAGAWAI_WEB_PORT", "8080")),
            phone=int(os.environ.get("JAGAWAI_PHONE_PORT", "8081")),
        )

    def verify_free(self) -> None:
        """Return if nothing listens on any of them.

        Raises:
            PortTakenError: something does.
        """
        verify_port_is_free(LOOPBACK, self.mqtt, what="MQTT", variable="JAGAWAI_MQTT_PORT")
        verify_port_is_free(LOOPBACK, self.web, what="web", variable="JAGAWAI_WEB_PORT")
        verify_port_is_free(LOOPBACK, self.phone, what="phone", variable="JAGAWAI_PHONE_PORT")


def run_demo(*, rate: float, box_count: int, map_pack: str, stop: threading.Event) -> int:
    """Run the demo until `stop` is set; return the exit code."""
    place, ports = Place.from_environment(), Ports.from_environment()
    scenario = load_scenario()
    boxes = boxes_to_start(scenario, count=box_count)
    ports.verify_free()
    clock = _start_clock(place, first_ms=round(scenario.starts_at.timestamp() * 1000), rate=rate)
    write_hub_config(
        place,
        rate=rate,
        anchor_real_ms=clock.anchor_real_ms,
        anchor_data_ms=clock.anchor_data_ms,
        mqtt_port=ports.mqtt,
        web_port=ports.web,
        map_pack=map_pack,
    )
    api_token = prepare_database(place, clock=clock, phone_port=ports.phone)
    for box in boxes:
        write_box_config(
            place,
            box,
            rate=rate,
            anchor_real_ms=clock.anchor_real_ms,
            anchor_data_ms=clock.anchor_data_ms,
            mqtt_port=ports.mqtt,
        )
    return _run(place, ports, boxes, clock=clock, stop=stop, api_token=api_token)


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
                name=box.node_id,
                command=[python, "-m", "edge_agent", "run", "--config", str(place.box_config(box.node_id))],
                log=place.logs / f"{box.node_id}.log",
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
) -> int:
    supervisor = Supervisor(_programs(place, ports, boxes), clock=clock)
    connection = database.read_only(place.home / "hub.db")
    try:
        supervisor.start()
        _wait_until_ready(ports, supervisor, clock=clock, stop=stop, logs=place.logs)
        _say_where(place, ports, clock=clock, api_token=api_token)
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
        supervisor.end()
        connection.close()
        pause.note(place.clock_file, clock=clock)
    print(f"Berhenti. Lanjut dari sini: make demo. Mulai dari awal: hapus {place.home}")
    return 0


def _wait_until_ready(
    ports: Ports, supervisor: Supervisor, *, clock: ScaledClock, stop: threading.Event, logs: Path
) -> None:
    """Return when the pages answer.

    Raises:
        HubError: they did not in time, or the hub's config cannot be used.
    """
    deadline_ms = clock.real_ms() + round(1000 * READY_WITHIN_S)
    while not stop.wait(0.1):
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{ports.web}/healthz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            if supervisor.look_after() or clock.real_ms() > deadline_ms:
                message = f"demo: the hub did not answer within {READY_WITHIN_S:g} s. Look into {logs}"
                raise HubError(message) from None


def _say_where(place: Place, ports: Ports, *, clock: ScaledClock, api_token: str) -> None:
    password = secret(place, ADMIN_PASSWORD)
    print(
        f"\nJagawai · PERAGAAN {clock.rate:g}x\n\n"
        f"  Dinding   http://{LOOPBACK}:{ports.web}/dinding\n"
        f"  Masuk     http://{LOOPBACK}:{ports.web}/masuk   admin / {password}\n"
        f"  Telepon   http://{LOOPBACK}:{ports.phone}/\n"
        f"  API       Authorization: Bearer {api_token}\n"
        f"  Catatan   {place.logs}\n\n"
        "Waspada pertama dalam 60 detik, Awas dalam 4 menit. Ctrl-C menghentikan semuanya.\n",
        flush=True,
    )
