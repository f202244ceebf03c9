"""The background load keeps its pace, and says what it came to when it is ended."""

from pathlib import Path

import pytest

from benchmarks import broker, ingest_turn
from benchmarks.fleet import Fleet
from benchmarks.ingest_durable import start_reference
from benchmarks.load import ended_load, running_load


@pytest.mark.broker
@pytest.mark.parametrize("is_wave", [True, False])
def test_a_load_that_is_ended_has_every_record_settled(is_wave: bool, tmp_path: Path) -> None:  # noqa: FBT001
    with (
        broker.running_broker("nats-server", folder=tmp_path / "broker") as running,
        start_reference(tmp_path, running.port),
        running_load(
            folder=tmp_path,
            port=running.port,
            node_ids="n-load",
            boxes=3,
            batch_records=10,
            records_per_s=None,
            is_wave=is_wave,
        ) as load,
    ):
        run = ended_load(load)
    assert run.records == 10 * run.batches > 0
    ingest_turn.verify_stored(tmp_path / ingest_turn.DATABASE, run.records)


@pytest.mark.broker
def test_a_paced_load_is_no_faster_than_its_pace(tmp_path: Path) -> None:
    boxes = ingest_turn.prepared_boxes(4, per_box=25, batch_records=1)
    with (
        broker.running_broker("nats-server", folder=tmp_path / "broker") as running,
        start_reference(tmp_path, running.port),
    ):
        fleet = Fleet(boxes, port=running.port)
        fleet.connect()
        run = fleet.run(deadline_s=10.0, records_per_s=200.0)
        fleet.close()
    assert run.records == 100
    assert run.records_per_s <= 205.0
