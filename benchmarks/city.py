"""A city for a bench: one station per simulated box, bound to its gauge, in the hub's own database."""

from collections.abc import Sequence
from contextlib import closing

from benchmarks.hub_home import HubHome
from contract.clock import SystemClock
from contract.desired import Sampling
from contract.level.settings import HOLD_S, Persistence
from hub.storage import api_tokens, bindings, connection, stations, thresholds
from hub.storage.migrations import migrate

OFFSET_CM = 300.0
RAISE_CM = (120.0, 170.0, 220.0)
SOURCE = "g1"


def station_id(node_id: str) -> str:
    """Return the name of the station at which this box hangs."""
    return f"wai-{node_id}"


def found_city(
    home: HubHome,
    *,
    node_ids: Sequence[str],
    persistence: Persistence | None = None,
    hold_s: float = HOLD_S,
    sampling: Sampling | None = None,
    clear_below_cm: float = 8.0,
) -> None:
    """Make the hub's database and bind each box to a station of its own.

    Args:
        home: of a hub that has not been started yet.
        node_ids: one station each.
        persistence: of the level rule; None: as a city has it.
        hold_s: of the level rule.
        sampling: of each gauge; None: as a city has it.
        clear_below_cm: how far below its raise value a level clears.
    """
    first, second, third = (raise_cm - clear_below_cm for raise_cm in RAISE_CM)
    now_ms = SystemClock().now_ms()
    with closing(connection.open(home.database)) as database:
        migrate(database)
        with connection.write(database):
            for number, node_id in enumerate(node_ids):
                stations.save(
                    database,
                    stations.Station(
                        station_id=station_id(node_id),
                        name=f"Wai {number + 1}",
                        river=f"Wai {number + 1}",
                        position=number,
                        offset_cm=OFFSET_CM,
                        persistence=persistence or Persistence(),
                        hold_s=hold_s,
                        sampling=sampling or Sampling(),
                        lat=-3.69,
                        lon=128.18 + number / 1000,
                    ),
                )
                thresholds.add(
                    database,
                    thresholds.ThresholdVersion(
                        station_id=station_id(node_id),
                        version=1,
                        raise_cm=RAISE_CM,
                        clear_cm=(first, second, third),
                        valid_from_ms=0,
                    ),
                )
                bindings.bind(database, node_id=node_id, source=SOURCE, station_id=station_id(node_id), now_ms=now_ms)


def api_token(home: HubHome) -> str:
    """Return a token with which a program may do what a signed-in operator may."""
    with closing(connection.open(home.database)) as database, connection.write(database):
        now_real_ms = SystemClock().now_ms()
        return api_tokens.add(
            database,
            name="bench",
            scopes="look,acknowledge",
            now_real_ms=now_real_ms,
            expires_real_ms=now_real_ms + 3_600_000,
        )
