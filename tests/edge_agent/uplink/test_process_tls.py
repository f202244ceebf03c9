"""The uplink over mutual TLS: the same talk, the last will, strangers kept out, and what it costs in memory."""

from pathlib import Path

import pytest

from tests.support.brokers import NODE_IDS, Broker
from tests.support.certificates import Authority
from tests.support.outbox_records import level, reading
from tests.support.plain_hub import PlainHub
from tests.support.processes import wait_until
from tests.support.uplink_box import UplinkBox

DEADLINE_S = 20.0
UPLINK_MB = 60.0


def test_records_acks_and_the_last_will_pass_over_tls(tls_broker: Broker, tmp_path: Path) -> None:
    hub = PlainHub(tls_broker)
    hub.start()
    with UplinkBox(tmp_path / "box", tls_broker) as box:
        seqs = [box.write(level if n == 5 else reading) for n in range(20)]
        box.start()
        wait_until(lambda: hub.hellos, what="hello", deadline_s=DEADLINE_S)
        wait_until(box.is_empty, what="everything at the hub", deadline_s=DEADLINE_S)
        assert set(seqs) <= hub.seen[box.gauge.spool_id]
        box.uplink.kill()
        wait_until(lambda: hub.gone, what="the last will")
        assert hub.gone[0]["session"] == hub.hellos[-1]["session"]
    hub.stop()


def test_35_000_records_of_72_hours_drain_newest_alert_first_in_under_60_mb(tls_broker: Broker, tmp_path: Path) -> None:
    hub = PlainHub(tls_broker, credit_rps=5_000)
    hub.start()
    with UplinkBox(tmp_path / "box", tls_broker) as box:
        for _ in range(70):
            box.write_many([reading] * 499 + [level])
            box.clock.advance(3_700)
        newest = box.gauge.next_seq - 1
        box.start()
        wait_until(lambda: hub.arrivals, what="the first record", deadline_s=DEADLINE_S)
        most_mb = 0.0

        def is_drained() -> bool:
            nonlocal most_mb
            most_mb = max(most_mb, box.uplink.resident_mb())
            return len(hub.seen[box.gauge.spool_id]) >= newest and box.is_empty()

        wait_until(is_drained, what="all 35,000 at the hub", deadline_s=60, poll_s=0.5)
        alerts = [a.record["seq"] for a in hub.arrivals if a.record["class"] == 0 and a.record["seq"] <= newest]
        readings = [a.record["seq"] for a in hub.arrivals if a.record["class"] == 1 and a.spool == box.gauge.spool_id]
        assert alerts == sorted(alerts, reverse=True)
        assert alerts[0] == newest
        assert readings[0] > newest - 1_000
        assert most_mb < UPLINK_MB
    hub.stop()


def test_a_box_that_does_not_know_the_brokers_authority_says_so_and_tries_again(
    tls_broker: Broker, tmp_path: Path
) -> None:
    assert tls_broker.tls is not None
    stranger = Authority(tmp_path / "stranger")
    with UplinkBox(tmp_path / "box", tls_broker) as box:
        known = str(tls_broker.tls.authority.ca_certificate)
        box.config.write_text(box.config.read_text().replace(known, str(stranger.ca_certificate)))
        uplink = box.start()
        uplink.wait_for_output("CERTIFICATE_VERIFY_FAILED")
        uplink.wait_for_output("Tried again in")
        assert uplink.is_running


def test_a_box_with_a_certificate_of_another_authority_is_kept_out_and_says_so(
    tls_broker: Broker, tmp_path: Path
) -> None:
    assert tls_broker.tls is not None
    pair = Authority(tmp_path / "stranger").client(NODE_IDS[0])
    with UplinkBox(tmp_path / "box", tls_broker) as box:
        mine = tls_broker.tls.client(NODE_IDS[0])
        text = box.config.read_text().replace(str(mine.certificate), str(pair.certificate))
        box.config.write_text(text.replace(str(mine.key), str(pair.key)))
        uplink = box.start()
        uplink.wait_for_output("no connection")
        assert "connected, session" not in uplink.output()


@pytest.mark.parametrize("name", ["ca", "certificate", "key"])
def test_a_tls_file_that_is_missing_ends_the_uplink_with_a_word_what_to_do(
    tls_broker: Broker, tmp_path: Path, name: str
) -> None:
    with UplinkBox(tmp_path / "box", tls_broker) as box:
        lines = box.config.read_text().splitlines()
        lines = [f'{name} = "/nowhere/at-all"' if line.startswith(f"{name} =") else line for line in lines]
        box.config.write_text("\n".join(lines))
        uplink = box.start()
        assert uplink.wait() == 1
        assert f"hub.tls.{name}: /nowhere/at-all" in uplink.output()
