"""The wall to look at by hand: a flooded city whose water moves, served until Ctrl-C."""

import math
import signal
import sys
import threading
from pathlib import Path

from contract.clock import ScaledClock, SystemClock
from hub.alerting.policy import AlertPolicy
from hub.api.process import run
from hub.wall.city import City
from tests.support.cities import flooded_city
from tests.support.hub_data import PASSWORD, HubData

PORT = 8080
MOVES = ("wai-ruhu-1", "wai-batu-merah", "wai-tomu", "wai-batu-gajah")


def main() -> int:
    """Make the city in the folder that was named, and serve it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hub.db").unlink(missing_ok=True)
    city = flooded_city(folder / "hub.db")
    clock = ScaledClock.start(anchor_real_ms=SystemClock().now_ms(), anchor_data_ms=city.now_ms, rate=1.0)
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    threading.Thread(target=_let_it_move, args=(city, clock, stop), daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{PORT}/dinding   admin / {PASSWORD}\n")
    return run(
        host="127.0.0.1",
        port=PORT,
        db_path=city.path,
        clock=clock,
        city=City(mark="CONTOH"),
        policy=AlertPolicy(),
        stop=stop,
    )


def _let_it_move(city: HubData, clock: ScaledClock, stop: threading.Event) -> None:
    levels = {station_id: 60.0 + 50 * number for number, station_id in enumerate(reversed(MOVES))}
    seconds = 0
    while not stop.wait(1.0):
        seconds += 1
        for process in ("ingest", "dispatch"):
            city.beat(process, at_real_ms=clock.real_ms())
        station_id = MOVES[seconds % len(MOVES)]
        cm = levels[station_id] + 6 * math.sin(seconds / 9)
        city.update("station_now", "station_id", station_id, stage_cm=round(cm, 1), at_ms=clock.now_ms())
        city.change("station", station_id)
