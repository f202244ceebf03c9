import re
from pathlib import Path

import msgspec
import pytest

from hub.alerting import desk
from hub.alerting.alert import DecisionRecord
from hub.alerting.explain import Explanation, explain
from hub.alerting.inputs import AdoptInputs, ReevaluateInputs, decode_inputs, encode_inputs, encode_state, rerun
from hub.alerting.policy import AlertPolicy
from hub.storage import alerts
from hub.storage.connection import Connection, write
from tests.support.alerts import SETTINGS, changes_of, hub_database

RISE = [100.0, 118.4, 130.1, 140.0, 150.2, 165.0, 175.5, 190.3, 205.7, 224.9, 231.2, 229.8]


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    connection = hub_database(tmp_path)
    with write(connection):
        for told in changes_of(RISE):
            desk.on_station_change(connection, told, policy=AlertPolicy())
    return connection


def explained(connection: Connection) -> Explanation:
    found = explain(connection, alerts.list_open(connection)[0].alert_id)
    assert found is not None
    return found


def test_every_decision_of_a_flood_comes_out_the_same_again(connection: Connection) -> None:
    found = explained(connection)
    assert len(found.lines) >= 3
    assert found.alert.severity == 3
    assert all(line.rerun is not None and line.rerun.is_same for line in found.lines)
    assert found.differing == []


def test_a_decision_whose_inputs_were_changed_comes_out_different(connection: Connection) -> None:
    alert_id = alerts.list_open(connection)[0].alert_id
    event = alerts.events(connection, alert_id)[-1]
    assert event.inputs is not None
    tampered = event.inputs.replace(b'"need":[3,3,2]', b'"need":[3,3,3]')
    with write(connection):
        connection.execute(
            "UPDATE alert_events SET inputs = ? WHERE alert_id = ? AND n = ?", (tampered, alert_id, event.n)
        )
    (line,) = explained(connection).differing
    assert line.event.n == event.n
    assert line.rerun is not None
    assert line.rerun.problem == "the same inputs give another state"


def test_a_decision_of_another_rule_version_is_not_called_the_same(connection: Connection) -> None:
    with write(connection):
        connection.execute("UPDATE alert_events SET rule_version = '0' WHERE n = 1")
    (line,) = explained(connection).differing
    assert line.rerun is not None
    assert line.rerun.problem == "decided by rule version 0, this hub has version 1"


def test_inputs_that_cannot_be_read_are_reported_not_raised(connection: Connection) -> None:
    with write(connection):
        connection.execute(
            'UPDATE alert_events SET inputs = CAST(replace(inputs, \'"act":"step"\', \'"act":"x"\') AS BLOB)'
        )
    found = explained(connection)
    assert len(found.differing) == len(found.lines)
    assert all("cannot be read" in line.rerun.problem for line in found.differing if line.rerun)


def test_a_record_that_cannot_be_read_is_reported_not_raised(connection: Connection) -> None:
    with write(connection):
        connection.execute("UPDATE alert_events SET inputs = CAST('{' AS BLOB) WHERE n = 1")
    (line,) = explained(connection).differing
    assert line.rerun is not None
    assert line.rerun.problem.startswith("the stored record cannot be read")


def test_there_is_no_explanation_of_an_alert_that_is_not_there(connection: Connection) -> None:
    assert explain(connection, "A-00000") is None


def test_adopted_and_reevaluated_decisions_run_again_from_json(connection: Connection) -> None:
    record = msgspec.json.decode(explained(connection).lines[-1].event.inputs or b"", type=DecisionRecord)
    state = rerun(decode_inputs(record.inputs)).state
    adopted = AdoptInputs(before=state, record=state, key=(2, 5, 9), at_ms=7, settings=SETTINGS, decision_id="n-1/s/1")
    judged = ReevaluateInputs(before=state, at_ms=7, settings=SETTINGS, decision_id="n-1/s/1")
    for inputs in (adopted, judged):
        again = rerun(decode_inputs(encode_inputs(inputs)))
        assert encode_state(again.state) == encode_state(rerun(inputs).state)


def test_a_decision_from_before_states_named_their_settings_comes_out_the_same(connection: Connection) -> None:
    alert_id = alerts.list_open(connection)[0].alert_id
    with write(connection):
        for event in alerts.events(connection, alert_id):
            older = re.sub(rb',?"fingerprint":\d+', b"", event.inputs or b"")
            connection.execute(
                "UPDATE alert_events SET inputs = ? WHERE alert_id = ? AND n = ?", (older, alert_id, event.n)
            )
    found = explained(connection)
    assert len(found.lines) >= 3
    assert found.differing == []
