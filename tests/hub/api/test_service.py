import re

import httpx
from prometheus_client.parser import text_string_to_metric_families

from contract.clock import ClockTrust
from contract.records import Health, encode_record
from hub.fleet import retirement, standing
from hub.storage import counters
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData


def figures(hub: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample, read by Prometheus' own parser."""
    families = text_string_to_metric_families(hub.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def test_the_hub_says_how_its_processes_do(hub: httpx.Client, city: HubData, clock: FakeClock) -> None:
    assert hub.get("/healthz").json()["status"] == "degraded"
    city.beat("ingest", at_real_ms=0)
    city.beat("dispatch", at_real_ms=0)
    clock.advance(10)
    health = hub.get("/healthz").json()
    assert health["status"] == "ok"
    assert health["processes"]["ingest"] == {"state": "ok", "age_s": 10.0}
    clock.advance(21)
    assert hub.get("/healthz").json()["processes"]["ingest"]["state"] == "late"


def test_a_hub_that_no_box_reaches_is_not_well(hub: httpx.Client, city: HubData) -> None:
    city.insert("heartbeats", process="ingest", at_real_ms=0, at_ms=city.now_ms, detail="broker tidak terjangkau")
    city.beat("dispatch", at_real_ms=0)
    health = hub.get("/healthz").json()
    assert (health["status"], health["processes"]["ingest"]["state"]) == ("degraded", "deaf")


def test_the_promised_figures_are_there_before_anything_was_counted(hub: httpx.Client) -> None:
    text = hub.get("/metrics").text
    for name in ("jagawai_records_committed_total", "jagawai_records_duplicate_total", "jagawai_record_gaps_total"):
        assert f"\n{name} 0.0" in text
    for name in ("jagawai_dead_letters_total", "jagawai_ingest_seconds", "jagawai_alerts_firing"):
        assert f"# TYPE {name.removesuffix('_total')}" in text.replace("_total counter", " counter")


def test_counters_of_all_processes_come_with_their_labels(hub: httpx.Client, city: HubData) -> None:
    counters.add(
        city.connection,
        {
            (counters.RECORDS_COMMITTED, ""): 41,
            (counters.DEAD_LETTERS, 'reason="record"'): 3,
            (counters.DEAD_LETTERS, 'reason="batch"'): 2,
        }
        | counters.histogram([0.0004, 0.004, 7.0]),
    )
    found = figures(hub)
    assert found["jagawai_records_committed_total", frozenset()] == 41
    assert found["jagawai_dead_letters_total", frozenset({("reason", "record")})] == 3
    buckets = {labels: value for (name, labels), value in found.items() if name == "jagawai_ingest_seconds_bucket"}
    assert buckets[frozenset({("le", "0.005")})] == 2
    assert buckets[frozenset({("le", "+Inf")})] == found["jagawai_ingest_seconds_count", frozenset()] == 3
    assert found["jagawai_ingest_seconds_sum", frozenset()] == 7.0044


def test_open_alerts_are_counted_by_severity(hub: httpx.Client) -> None:
    found = figures(hub)
    by_severity = {n: found["jagawai_alerts_firing", frozenset({("severity", str(n))})] for n in range(4)}
    assert by_severity == {0: 1, 1: 1, 2: 1, 3: 1}


def test_dead_letters_are_shown_with_what_they_held(hub: httpx.Client, city: HubData) -> None:
    city.insert(
        "dead_letters", node_id="n-7f3k2m90", topic="records", reason="record", error="no seq", payload=b"\xff{}",
        received_ms=city.now_ms,
    )  # fmt: skip
    (letter,) = hub.get("/api/v1/dead-letters").json()
    assert (letter["node_id"], letter["reason"], letter["payload"]) == ("n-7f3k2m90", "record", "\\xff{}")


def test_nodes_tell_how_they_do_and_what_waits_on_them(hub: httpx.Client, city: HubData, clock: FakeClock) -> None:
    standing.quarantine(city.connection, "n-7f3k2m91", reason="dua papan", now_ms=city.now_ms)
    city.update("nodes", "node_id", "n-7f3k2m90", queued='{"0": 1, "1": 5}')
    clock.advance(300)
    city.update("nodes", "node_id", "n-7f3k2m93", last_seen_ms=city.now_ms - 120_000)
    nodes = {node["id"]: node for node in hub.get("/api/v1/nodes").json()}
    states = {name[-1]: node["state"] for name, node in nodes.items()}
    assert states == {"0": "online", "1": "quarantined", "2": "online", "3": "quiet", "4": "lost"}
    assert nodes["n-7f3k2m90"]["queued"] == {"0": 1, "1": 5}
    assert nodes["n-7f3k2m90"]["station_ids"] == ["wai-ruhu-1"]


def test_how_a_box_stands_why_and_by_whom_is_told_and_shown(hub: httpx.Client, city: HubData) -> None:
    standing.quarantine(city.connection, "n-7f3k2m91", reason="dua papan <b>", now_ms=city.now_ms)
    standing.revoke(city.connection, "n-7f3k2m92", reason="dicuri", now_ms=city.now_ms, actor="shell:ani")
    nodes = {node["id"]: node for node in hub.get("/api/v1/nodes").json()}
    quarantined, revoked, live = nodes["n-7f3k2m91"], nodes["n-7f3k2m92"], nodes["n-7f3k2m90"]
    assert (quarantined["state"], quarantined["standing"], quarantined["standing_by"]) == ("quarantined",) * 2 + (
        "hub",
    )
    assert (quarantined["is_quarantined"], quarantined["clone_evidence"]) == (True, "dua papan <b>")
    assert (revoked["state"], revoked["standing_reason"], revoked["standing_by"]) == ("revoked", "dicuri", "shell:ani")
    assert (revoked["standing_ms"], revoked["is_quarantined"], revoked["clone_evidence"]) == (city.now_ms, False, "")
    assert (live["standing"], live["standing_reason"], live["standing_ms"]) == ("live", None, None)
    page = hub.get("/simpul").text
    assert "DICABUT" in page
    assert "Dicabut untuk selamanya: dicuri · shell:ani" in page.replace("</p>", "")
    assert "dua papan &lt;b&gt;" in page


def test_a_box_that_is_to_retire_is_live_and_shown_as_one_that_is_to_go(hub: httpx.Client, city: HubData) -> None:
    retirement.begin(city.connection, "n-7f3k2m90", reason="pos <i>", now_ms=city.now_ms, actor="shell:ani")
    nodes = {node["id"]: node for node in hub.get("/api/v1/nodes").json()}
    leaving, staying = nodes["n-7f3k2m90"], nodes["n-7f3k2m91"]
    assert (leaving["state"], leaving["standing"]) == ("online", "live")
    assert (leaving["retiring_reason"], leaving["retiring_by"]) == ("pos <i>", "shell:ani")
    assert (leaving["retiring_ms"], staying["retiring_ms"]) == (city.now_ms, None)
    page = hub.get("/simpul").text
    assert page.count("Diminta pensiun") == 1
    assert "pos &lt;i&gt; · shell:ani" in page


def test_a_box_that_was_revoked_is_no_trouble_of_the_wall(hub: httpx.Client, city: HubData) -> None:
    before = hub.get("/api/v1/wall").json()["nodes"]
    standing.revoke(city.connection, "n-7f3k2m94", reason="dicuri", now_ms=city.now_ms, actor="shell:ani")
    after = hub.get("/api/v1/wall").json()["nodes"]
    assert (before["lost"], after["lost"]) == (1, 0)


def test_what_waits_on_a_box_is_as_new_as_its_newest_word(hub: httpx.Client, city: HubData) -> None:
    node_id = "n-7f3k2m90"
    city.update("nodes", "node_id", node_id, clock="saved", queued='{"0": 1, "1": 5}')
    city.insert("spools", spool_no=900, node_id=node_id, spool_id="9" * 32, producer="uplink", first_ms=city.now_ms)
    hello_ms = next(node for node in hub.get("/api/v1/nodes").json() if node["id"] == node_id)["last_hello_ms"]
    for seq, told_ms, waiting in ((1, hello_ms - 5_000, 7), (2, hello_ms + 5_000, 2)):
        health = Health(
            seq=seq, boot=1, up_ms=1000 * seq, at_ms=told_ms, clock=ClockTrust.NTP, err_ms=5, record_class=2,
            outbox_rows={"1": waiting},
        )  # fmt: skip
        city.insert(
            "records", spool_no=900, seq=seq, kind="health", **{"class": 2}, source="", boot=1, up_ms=1000 * seq,
            at_ms=told_ms, clock="ntp", err_ms=5, received_ms=told_ms, body=encode_record(health),
        )  # fmt: skip
        told = next(node for node in hub.get("/api/v1/nodes").json() if node["id"] == node_id)
        newest = (hello_ms, "saved", {"0": 1, "1": 5}) if seq == 1 else (told_ms, "ntp", {"1": 2})
        assert (told["told_ms"], told["clock"], told["queued"]) == newest


def test_nodes_tell_losses_apart_from_what_a_restore_could_not_bring_back(hub: httpx.Client, city: HubData) -> None:
    for first, last, kind in ((1, 4, "loss"), (9, 9, "loss"), (20, 29, "restore"), (40, 90, "policy")):
        city.insert(
            "gaps", node_id="n-7f3k2m90", spool_id="0" * 32, first_seq=first, last_seq=last, kind=kind, reason="",
            found_ms=city.now_ms,
        )  # fmt: skip
    node = next(node for node in hub.get("/api/v1/nodes").json() if node["id"] == "n-7f3k2m90")
    assert (node["lost_count"], node["restore_count"]) == (5, 10)


def test_nodes_tell_what_was_given_up_and_when_it_was_last_missed(hub: httpx.Client, city: HubData) -> None:
    node_id, seen_ms = "n-7f3k2m90", city.now_ms - 60_000
    for first, last, kind, reason in ((1, 4, "loss", ""), (40, 90, "policy", "quota"), (91, 91, "policy", "odd")):
        city.insert(
            "gaps", node_id=node_id, spool_id="0" * 32, first_seq=first, last_seq=last, kind=kind, reason=reason,
            found_ms=seen_ms,
        )  # fmt: skip
    for spool_no, superseded in ((901, 1), (902, 0)):
        city.insert(
            "spools", spool_no=spool_no, node_id=node_id, spool_id=f"{spool_no:032d}", producer="gauge",
            first_ms=seen_ms, superseded=superseded,
        )  # fmt: skip
    nodes = {node["id"]: node for node in hub.get("/api/v1/nodes").json()}
    node, other = nodes[node_id], nodes["n-7f3k2m91"]
    assert (node["dropped"], node["dropped_ms"]) == ({"quota": 51, "odd": 1}, seen_ms)
    assert (node["lost_count"], node["lost_ms"], node["restore_ms"]) == (4, seen_ms, None)
    assert (node["replaced_spools"], node["replaced_ms"]) == (1, seen_ms)
    assert (other["lost_count"], other["lost_ms"], other["dropped"], other["replaced_spools"]) == (0, None, {}, 0)


def test_nodes_tell_the_quota_and_whether_what_is_wanted_has_been_applied(hub: httpx.Client, city: HubData) -> None:
    city.update("desired", "node_id", "n-7f3k2m91", version=8, body=b'{"db_epoch":"d1a0","version":8,"quota_mb":64}')
    city.update("nodes", "node_id", "n-7f3k2m92", applied_epoch="another life of the database")
    nodes = {node["id"]: node for node in hub.get("/api/v1/nodes").json()}
    told = [(nodes[f"n-7f3k2m9{n}"]["quota_mb"], nodes[f"n-7f3k2m9{n}"]["is_desired_applied"]) for n in range(3)]
    assert told == [(256, True), (64, False), (256, False)]
    city.connection.execute("DELETE FROM desired WHERE node_id = 'n-7f3k2m90'")
    node = hub.get("/api/v1/nodes").json()[0]
    assert (node["quota_mb"], node["desired_version"], node["is_desired_applied"]) == (None, None, None)


def test_the_page_of_the_boxes_tells_each_number_with_its_unit_and_age(hub: httpx.Client, city: HubData) -> None:
    node_id = "n-7f3k2m90"
    city.update("nodes", "node_id", node_id, queued='{"0": 1, "1": 5}', clock="unsynced")
    city.update("desired", "node_id", node_id, version=9, changed_ms=city.now_ms - 240_000)
    city.insert(
        "gaps", node_id=node_id, spool_id="0" * 32, first_seq=1, last_seq=4, kind="loss", reason="",
        found_ms=city.now_ms - 120_000,
    )  # fmt: skip
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", hub.get("/simpul").text))
    box = text[text.index(node_id) : text.index("n-7f3k2m91")]
    for words in (
        "v9 belum dipakai, masih v7 · 4 mnt lalu",
        "belum disetel",
        "alarm 1 · bacaan 5 · pantauan 0 · rincian 0 catatan · 6 j 0 mnt lalu",
        "Hilang tanpa kabar4 catatan · 2 mnt lalu",
        "256 MB · diminta 4 mnt lalu",
    ):
        assert words in box
