"""The siren belongs to the box: it sounds at the crossing with no hub at all, and no reconnect sounds it again."""

from pathlib import Path

from contract.records import Level, Siren, decode_record
from tests.support.audit import rows_in, verify_all_arrived, verify_no_incident, view_of
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising
from tests.support.processes import wait_until
from tests.support.town import Town, running_town

POLE = Pole(
    node_id="n-siren-01",
    station_id="wai-uji",
    river=rising(peace_minutes=1, from_cm=58.0, to_cm=160.0, cm_per_minute=10.0),
    has_own_thresholds=True,
)


def _alert_records(town: Town) -> list[object]:
    outbox = town.outbox(POLE)
    if view_of(outbox) is None:
        return []
    return [decode_record(body) for record_class, body in rows_in(outbox).values() if record_class == 0]


def _sounded(town: Town) -> list[Siren]:
    return [record for record in _alert_records(town) if isinstance(record, Siren) and record.on]


def test_the_siren_sounds_with_no_hub_and_a_reconnect_joins_the_decision_without_sounding_it(tmp_path: Path) -> None:
    with running_phone() as phone, running_town(tmp_path) as town:
        town.broker.terminate()
        town.start_box(POLE)
        siren = wait_until(lambda: _sounded(town), what="the siren", deadline_s=40, poll_s=0.1)[0]
        rise = next(r for r in _alert_records(town) if isinstance(r, Level) and r.severity and r.severity > 0)
        assert siren.decision_id == rise.decision_id
        assert siren.severity == 3

        town.broker.start()
        town.import_stations(POLE, recipients=officer(phone))
        town.start_hub("ingest", "dispatch")
        town.wait_for_row("SELECT 1 FROM alerts WHERE kind = 'level' AND severity = 3", what="the alert", deadline_s=40)
        wait_until(phone.messages, what="the message", deadline_s=60)
        verify_all_arrived(town, town.outbox(POLE))
        verify_no_incident(town)

        alerts = town.rows("SELECT alert_id, severity FROM alerts WHERE kind = 'level'")
        assert [severity for _, severity in alerts] == [3]
        decisions = town.rows("SELECT decision_id FROM alert_decisions WHERE alert_id = ?", alerts[0][0])
        assert decisions == [(siren.decision_id,)]
        assert [message["severity"] for message in phone.messages()] == [3]
        assert len(_sounded(town)) == 1
        at_hub = town.rows("SELECT count(*) FROM records WHERE kind = 'siren' AND json_extract(body, '$.on')")
        assert at_hub == [(1,)]
