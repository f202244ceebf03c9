"""A broker is a convenience: killed and started again empty, it costs no record."""

from pathlib import Path

import pytest

from tests.support.audit import verify_all_arrived, verify_no_incident
from tests.support.brokers import KINDS, Kind
from tests.support.pole import Pole, steady
from tests.support.processes import wait_until
from tests.support.producer import NAME, start_producer, told_in
from tests.support.town import running_town

POLE = Pole(node_id="n-brk-0001", station_id="wai-uji", river=steady(40.0))
DEATHS = 3
NEW_RECORDS = 100


@pytest.mark.broker
@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_that_dies_and_comes_back_empty_costs_no_record(tmp_path: Path, kind: Kind) -> None:
    with running_town(tmp_path, kind=kind) as town:
        town.import_stations(POLE)
        town.start_hub("ingest")
        town.start_box(POLE)
        log = start_producer(town, POLE)

        def stored() -> int:
            return int(town.value("SELECT count(*) FROM records") or 0)

        for death in range(DEATHS + 1):
            before = stored()
            wait_until(
                lambda: stored() > before + NEW_RECORDS,  # noqa: B023 - asked within this turn
                what=f"new records after {death} deaths",
                deadline_s=40,
                poll_s=0.05,
            )
            if death < DEATHS:
                town.broker.restart(store="empty", how="kill")
        outboxes = [town.outbox(POLE, producer) for producer in ("gauge", NAME)]
        assert verify_all_arrived(town, *outboxes, told=told_in(log)) > DEATHS * NEW_RECORDS
        verify_no_incident(town)
