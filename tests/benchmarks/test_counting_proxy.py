"""The proxy counts every byte and every segment between a box and a broker."""

from pathlib import Path

import pytest

from benchmarks import broker, ingest_turn
from benchmarks.counting_proxy import running_proxy
from benchmarks.fleet import KEEPALIVE_S, Fleet


@pytest.mark.broker
def test_what_a_box_sends_is_counted_with_its_headers(tmp_path: Path) -> None:
    (box,) = ingest_turn.prepared_boxes(1, per_box=20, batch_records=1)
    prepared = list(box.batches)
    box.batches = iter(prepared)
    with (
        broker.running_broker("nats-server", folder=tmp_path / "broker") as running,
        running_proxy(broker_port=running.port, reads_mqtt=True) as proxy,
    ):
        fleet = Fleet([box], port=proxy.port, settled_by="broker")
        fleet.connect()
        before = proxy.cost()
        fleet.run(deadline_s=10.0)
        steady = proxy.cost().since(before)
        fleet.close()
    pubacks_bytes = 4 * len(prepared)
    assert steady.payload_bytes == sum(len(packet.data) for packet in prepared) + pubacks_bytes
    assert steady.ip_bytes - steady.payload_bytes in (40 * steady.segments, 52 * steady.segments)
    assert steady.segments >= 2
    assert (proxy.seen["records"], proxy.keepalive_s) == (len(prepared), KEEPALIVE_S)
    assert proxy.seen["puback"] == len(prepared)
