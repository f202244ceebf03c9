"""What TLS costs: connects a second and durable records a second against plain, on each broker, in one run.

A broker is rendered as a city has it, with mutual TLS and rights by name; its plain peer has the same bounds and lets
anybody in, so the ratio holds the check of rights too. Records go the whole way: 50 boxes, 50 readings a batch, broker,
`hub ingest`, commit and ack; on the way both boxes and hub speak TLS, or neither.
"""

import statistics
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks import broker
from benchmarks.connects import Connects, connects
from benchmarks.figure import Bar, Figure, figure, rounded
from benchmarks.hub_home import HubHome
from benchmarks.ingest_turn import Turn, median, node_id, prepared_boxes, take_turn
from benchmarks.secure_city import SecureCity
from tests.support.processes import Child

RECORDS_BAR = Bar(sign=">=", limit=0.6, of="ratio")
"""Measured when brokers were chosen: 0.72 and more, with no hub behind them."""
BOXES = 50
BATCH_RECORDS = 50
RECORDS = 60_000
ROUNDS = 3
CONNECTING = 8
CONNECT_S = 1.5
_WAYS = {"plain": False, "tls": True}


def figures(
    name: str,
    *,
    folder: Path,
    kind: broker.Kind,
    boxes: int = BOXES,
    rounds: int = ROUNDS,
    records: int = RECORDS,
    connect_s: float = CONNECT_S,
) -> Iterator[Figure]:
    """Yield two figures for each kind of broker."""
    del kind  # it is about both
    names = [node_id(number) for number in range(boxes)]
    city = SecureCity(folder / "city", node_ids=names)
    for one in broker.KINDS:
        yield _connects(f"{name}-connects-{one}", city, one, folder=folder / one, rounds=rounds, seconds=connect_s)
        yield _records(f"{name}-records-{one}", city, one, folder=folder / one, rounds=rounds, per_box=records // boxes)


def _connects(name: str, city: SecureCity, kind: broker.Kind, *, folder: Path, rounds: int, seconds: float) -> Figure:
    clients = city.node_ids[:CONNECTING]
    by_tls = {client: city.context(client) for client in clients}
    turns: dict[str, list[Connects]] = {way: [] for way in _WAYS}
    for number in range(rounds):
        for way in _order(number):
            place = folder / f"connects-{way}-{number}"
            with city.running_broker(kind, folder=place, is_tls=_WAYS[way]) as running:
                contexts = by_tls if _WAYS[way] else dict.fromkeys(clients)
                turns[way].append(connects(running, contexts, seconds=seconds))
    rate = {way: statistics.median(turn.per_s for turn in found) for way, found in turns.items()}
    cpu_ms = {way: statistics.median(turn.broker_cpu_ms for turn in found) for way, found in turns.items()}
    return figure(
        name,
        rate["tls"],
        "connects/s",
        ratio=_ratio([one.per_s for one in turns["tls"]], [one.per_s for one in turns["plain"]]),
        detail={
            "plain_connects_per_s": rounded(rate["plain"]),
            "broker_cpu_ms_a_connect": rounded(cpu_ms["tls"]),
            "plain_broker_cpu_ms_a_connect": rounded(cpu_ms["plain"]),
            "clients": len(clients),
        },
    )


def _records(name: str, city: SecureCity, kind: broker.Kind, *, folder: Path, rounds: int, per_box: int) -> Figure:
    turns: dict[str, list[Turn]] = {way: [] for way in _WAYS}
    for number in range(rounds):
        for way in _order(number):
            turns[way].append(_turn(city, kind, folder=folder / f"{way}-{number}", is_tls=_WAYS[way], per_box=per_box))
    tls, plain = median(turns["tls"]), median(turns["plain"])
    return figure(
        name,
        tls.records_per_s,
        "records/s",
        bar=RECORDS_BAR,
        ratio=_ratio([one.records_per_s for one in turns["tls"]], [one.records_per_s for one in turns["plain"]]),
        cpu_us_per_record=tls.cpu_us,
        detail={
            "boxes": len(city.node_ids),
            "records_a_round": per_box * len(city.node_ids),
            "plain_records_per_s": rounded(plain.records_per_s),
            "plain_cpu_us_per_record": rounded(plain.cpu_us),
            "broker_cpu_us_per_record": rounded(tls.broker_cpu_us),
            "plain_broker_cpu_us_per_record": rounded(plain.broker_cpu_us),
            "load_cpu_us_per_record": rounded(tls.load_cpu_us),
            "plain_load_cpu_us_per_record": rounded(plain.load_cpu_us),
        },
    )


def _turn(city: SecureCity, kind: broker.Kind, *, folder: Path, is_tls: bool, per_box: int) -> Turn:
    boxes = prepared_boxes(
        len(city.node_ids),
        per_box=per_box,
        batch_records=BATCH_RECORDS,
        context_of=city.context if is_tls else lambda _: None,
    )

    def start_hub(place: Path, port: int) -> AbstractContextManager[Child]:
        extra = city.hub_toml() if is_tls else ""
        return HubHome(place, mqtt_port=port, extra=extra).running("ingest")

    return take_turn(
        start_hub,
        folder=folder,
        kind=kind,
        boxes=boxes,
        opened=lambda place: city.running_broker(kind, folder=place, is_tls=is_tls),
    )


def _order(number: int) -> list[str]:
    """Return who goes first in a round: it changes, so that a machine that grows busier favours nobody."""
    return list(_WAYS) if number % 2 == 0 else list(_WAYS)[::-1]


def _ratio(tls: list[float], plain: list[float]) -> float:
    """Return the median of the ratios of each round."""
    return statistics.median(one / other for one, other in zip(tls, plain, strict=True))
