"""The machinery of the ingest benches at a tiny size: real brokers, the plain program, Debian's tools."""

from pathlib import Path

import pytest

from benchmarks import broker, debian_pipeline, ingest_durable, ingest_turn
from benchmarks.errors import LoadError, MissingError
from benchmarks.fleet import Fleet
from benchmarks.simulated_box import Box

_KINDS = [pytest.param(kind, marks=pytest.mark.broker) for kind in broker.KINDS]


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("batch_records", [1, 50])
def test_the_plain_program_acknowledges_every_record(kind: broker.Kind, batch_records: int, tmp_path: Path) -> None:
    _skip_without("mosquitto")
    turn = ingest_turn.take_turn(
        ingest_durable.start_reference,
        folder=tmp_path,
        kind=kind,
        boxes=ingest_turn.prepared_boxes(3, per_box=120, batch_records=batch_records),
    )
    assert turn.records_per_s > 0


@pytest.mark.parametrize("kind", _KINDS)
def test_the_pipeline_of_debian_stores_every_record(kind: broker.Kind, tmp_path: Path) -> None:
    for program in ("mosquitto", "mosquitto_sub", "sqlite3"):
        _skip_without(program)
    boxes = ingest_turn.prepared_boxes(2, per_box=100, batch_records=50)
    found = debian_pipeline.measure(
        "tiny", folder=tmp_path / "pipeline", kind=kind, boxes=boxes, records=200, peer_records_per_s=1.0
    )
    assert found.value > 0
    assert found.is_passed is None


@pytest.mark.broker
def test_a_load_that_nobody_answers_says_so(tmp_path: Path) -> None:
    with broker.running_broker("nats-server", folder=tmp_path / "broker") as running:
        fleet = Fleet([Box("n-bench0001")], port=running.port)
        with pytest.raises(LoadError, match="nobody answered hello"):
            fleet.connect(deadline_s=0.2)
        fleet.close()


def _skip_without(program: str) -> None:
    try:
        broker.program(program)
    except MissingError as problem:
        pytest.skip(str(problem))
