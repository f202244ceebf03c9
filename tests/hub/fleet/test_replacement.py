"""Another box at a site: its right to speak, its bindings, and two histories that never mix."""

from pathlib import Path

import pytest

from contract.clock import SystemClock, aware
from contract.messages import Ack
from hub.__main__ import main
from hub.alerting.policy import AlertPolicy
from hub.fleet import claims as codes
from hub.fleet import enrolment, replacement
from hub.fleet.authority import making
from hub.fleet.authority.shelf import Authority
from hub.fleet.city_file import BindingEntry, CityFile
from hub.fleet.city_register import enter
from hub.fleet.enrolment import Moment
from hub.fleet.errors import CityFileError, SiteError, StandingError
from hub.fleet.standing import Standing, revoke, standing
from hub.storage import audit, bindings, claims, node_certificates, quotas, sites, stations
from hub.storage import connection as database
from hub.storage.board import series
from hub.storage.sites import Site
from hub.storage.stations import Station
from provisioning.identity import box_key, claim_code
from provisioning.identity.enrolment import Ask, Broker
from tests.support.authorities import NAMES, NOW, PASSPHRASE, make_authority
from tests.support.hub_worlds import NODE, OTHER_SPOOL, START_MS, STATION, HubWorld, reading

OTHER_STATION = "wai-tomu-1"
SITE, NOW_MS = "tiang-a", round(NOW.timestamp() * 1000)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    """A station whose gauge hangs on NODE, which has claimed the site."""
    world = HubWorld(tmp_path)
    world.add_station()
    with database.write(world.connection) as writer:
        sites.save(writer, Site(site_id=SITE, name="Tiang A"))
        quotas.save(writer, NODE, quota_mb=99)
        new = codes.new(writer, SITE, now_real_ms=NOW_MS, code=claim_code.new_code())
        claims.mark_taken(writer, new.claim_id, key_fingerprint="f" * 64, node_id=NODE, now_real_ms=NOW_MS)
    return world


def replace(hub: HubWorld, reason: str = "terbakar", *, node_id: str | None = None) -> str:
    with database.write(hub.connection) as writer:
        now_ms = hub.clock.now_ms()
        return replacement.replace(writer, SITE, reason=reason, now_ms=now_ms, actor="uji", node_id=node_id)


def second_box(hub: HubWorld, authority: Authority) -> str:
    """Let a second box claim the site, whose gauge has the same name; return its name."""
    node_id = claimed(hub, authority)
    hub.add_station(OTHER_STATION, node_id=node_id)
    return node_id


def lost_claim(hub: HubWorld) -> None:
    """Let a restore have lost the box's claim; it has come by HTTPS since, with its certificate."""
    with database.write(hub.connection) as writer:
        writer.execute("DELETE FROM claims")
        node_certificates.add(
            writer, node_id=NODE, key_fingerprint="f" * 64, chain=b"", issued_real_ms=NOW_MS, used_real_ms=NOW_MS
        )


def told(hub: HubWorld) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in audit.all_rows(hub.connection)]


def gauges(hub: HubWorld) -> dict[str, str]:
    """Return which box each station hangs on now."""
    counting = bindings.counting(bindings.all_bindings(hub.connection)).values()
    return {one.station_id: one.node_id for one in counting}


def claimed(hub: HubWorld, authority: Authority) -> str:
    """Let a new box take a new code of the site; return its name."""
    code = claim_code.new_code()
    with database.write(hub.connection) as writer:
        codes.new(writer, SITE, now_real_ms=NOW_MS, code=code)
        answer = enrolment.enrol(
            writer,
            Ask(claim=code, csr=box_key.request_of(box_key.new_key())),
            authority=authority,
            broker=Broker(),
            moment=Moment(real_ms=NOW_MS, hub_ms=hub.clock.now_ms()),
            policy=AlertPolicy(),
            actor="-",
        ).answer
    assert answer is not None
    hub.start()
    return answer.node


def test_the_old_box_and_the_new_one_never_mix_and_the_station_has_both(hub: HubWorld, authority: Authority) -> None:
    hub.batch([reading(1, 50.0, at_ms=START_MS + 1_000)])
    hub.clock.advance(600)
    assert replace(hub) == NODE
    hub.start()
    assert ranges(hub.batch([reading(2, 70.0, at_ms=START_MS + 2_000)])) == [], "nothing is taken from the old one"
    hub.clock.advance(600)
    new = claimed(hub, authority)
    assert new != NODE
    at_ms = hub.clock.now_ms() + 1_000
    assert ranges(hub.batch([reading(1, 90.0, at_ms=at_ms)], node_id=new, spool=OTHER_SPOOL)) == [(1, 1)]
    found = series.readings(hub.connection, STATION, from_ms=0, to_ms=2**53 + 1)
    assert [(one.at_ms, one.stage_cm) for one in found] == [(START_MS + 1_000, 50.0), (at_ms, 90.0)]
    stored = hub.rows("SELECT node_id, seq, stage_cm FROM records JOIN spools USING (spool_no) ORDER BY id")
    assert stored == [(NODE, 1, 50.0), (new, 1, 90.0)]
    assert hub.count("conflicts") == 0


def ranges(acks: list[Ack]) -> list[tuple[int, int]]:
    return [piece for ack in acks for piece in ack.ranges]


def test_the_binding_moves_at_the_claim_with_the_quota_and_stands_in_the_audit_log(
    hub: HubWorld, authority: Authority
) -> None:
    replace(hub)
    hub.clock.advance(600)
    new = claimed(hub, authority)
    old, now = bindings.of_station(hub.connection, STATION)
    assert (old.node_id, old.ended_ms) == (NODE, START_MS + 600_000)
    assert (now.node_id, now.source, now.bound_ms, now.ended_ms) == (new, "g1", START_MS + 600_000, None)
    assert quotas.all_quotas(hub.connection)[new] == 99
    assert ("node.revoked", NODE) in told(hub)
    assert ("binding.moved", STATION) in told(hub)


def test_a_second_box_of_a_site_takes_nothing_from_one_that_lives(hub: HubWorld, authority: Authority) -> None:
    claimed(hub, authority)
    assert [one.node_id for one in bindings.of_station(hub.connection, STATION)] == [NODE]


def test_of_two_boxes_none_is_revoked_before_a_person_has_named_it(hub: HubWorld, authority: Authority) -> None:
    other = second_box(hub, authority)
    with pytest.raises(SiteError, match="--node") as caught:
        replace(hub)
    assert NODE in str(caught.value)
    assert other in str(caught.value)
    with pytest.raises(SiteError, match="bukan di sini"):
        replace(hub, node_id="n-elsewhere")
    assert [standing(hub.connection, one) for one in (NODE, other)] == [Standing.LIVE, Standing.LIVE]
    assert replace(hub, node_id=other) == other
    assert standing(hub.connection, NODE) is Standing.LIVE
    with pytest.raises(SiteError, match="sudah dicabut"):
        replace(hub, node_id=other)
    new = claimed(hub, authority)
    assert gauges(hub) == {STATION: NODE, OTHER_STATION: new}


def test_of_two_gauges_of_one_name_the_last_revoked_moves_and_the_other_is_named(
    hub: HubWorld, authority: Authority
) -> None:
    other = second_box(hub, authority)
    replace(hub, node_id=other)
    hub.clock.advance(60)
    replace(hub, node_id=NODE)
    left = replacement.inheritance(hub.connection, SITE)
    assert [(one.station_id, one.node_id) for one in left.staying] == [(OTHER_STATION, other)]
    first = claimed(hub, authority)
    assert gauges(hub) == {STATION: first, OTHER_STATION: other}, "a bind of the second would have ended the first"
    assert ("binding.moved", STATION) in told(hub)
    assert ("binding.stayed", OTHER_STATION) in told(hub)
    second = claimed(hub, authority)
    assert gauges(hub) == {STATION: first, OTHER_STATION: second}, "the next box of the site takes it"


def test_a_gauge_that_the_new_box_has_already_stays_where_it_is(hub: HubWorld) -> None:
    hub.add_station(OTHER_STATION, node_id="n-new")
    replace(hub)
    with database.write(hub.connection) as writer:
        left = replacement.take_over(writer, SITE, "n-new", now_ms=hub.clock.now_ms(), actor="uji")
    assert [one.station_id for one in left.staying] == [STATION]
    assert gauges(hub) == {STATION: NODE, OTHER_STATION: "n-new"}


def test_a_box_whose_claim_a_restore_has_lost_is_replaced_by_its_name_and_its_station_follows(
    hub: HubWorld, authority: Authority
) -> None:
    lost_claim(hub)
    with pytest.raises(SiteError, match=rf"{NODE} \(klaimnya hilang .*--node"):
        replace(hub)
    assert replace(hub, node_id=NODE) == NODE
    new = claimed(hub, authority)
    assert gauges(hub) == {STATION: new}


def test_a_site_with_one_box_asks_too_while_another_may_hang_there_whose_claim_is_lost(
    hub: HubWorld, authority: Authority
) -> None:
    lost_claim(hub)
    other = claimed(hub, authority)
    with pytest.raises(SiteError, match="--node") as caught:
        replace(hub)
    assert NODE in str(caught.value)
    assert other in str(caught.value)


def test_there_must_be_a_box_and_a_reason(hub: HubWorld) -> None:
    with pytest.raises(StandingError, match="--reason"):
        replace(hub, reason=" ")
    assert standing(hub.connection, NODE) is Standing.LIVE
    replace(hub)
    with pytest.raises(SiteError, match="hub claim new tiang-a"):
        replace(hub)


def test_a_city_file_of_before_does_not_bring_the_revoked_box_back(hub: HubWorld, authority: Authority) -> None:
    replace(hub)
    before = CityFile(bindings=(BindingEntry(node=NODE, source="g1", station=STATION),))
    with database.write(hub.connection) as writer:
        enter(writer, before, now_ms=hub.clock.now_ms())
    new = claimed(hub, authority)
    with pytest.raises(CityFileError, match="dicabut"), database.write(hub.connection) as writer:
        enter(writer, before, now_ms=hub.clock.now_ms())
    assert gauges(hub) == {STATION: new}


def test_the_command_revokes_and_prints_a_code_in_one_go_or_does_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "hub.toml"
    config.write_text('home = "home"\n', encoding="utf-8")
    now = aware(SystemClock().now_ms())
    making.init(
        home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, names=NAMES, city="Uji", now=now
    )
    (tmp_path / "city.toml").write_text(f'[[sites]]\nsite = "{SITE}"\nname = "Tiang A"\n', encoding="utf-8")
    assert main(["stations", "import", str(tmp_path / "city.toml"), "--config", str(config)]) == 0
    words = ["site", "replace", SITE, "--reason", "terbakar", "--config", str(config), "--hub", f"{NAMES[1]}:8443"]
    assert main(words) == 2, "nothing hangs there"
    with database.open(tmp_path / "home" / "hub.db") as connection, database.write(connection):
        new = codes.new(connection, SITE, now_real_ms=SystemClock().now_ms(), code=claim_code.new_code())
        claims.mark_taken(connection, new.claim_id, key_fingerprint="f" * 64, node_id=NODE, now_real_ms=1)
        other = codes.new(connection, SITE, now_real_ms=SystemClock().now_ms(), code=claim_code.new_code())
        claims.mark_taken(connection, other.claim_id, key_fingerprint="e" * 64, node_id="n-other", now_real_ms=1)
        for node_id, station_id in ((NODE, STATION), ("n-other", OTHER_STATION)):
            stations.save(connection, Station(station_id=station_id, name=station_id, offset_cm=300.0))
            bindings.bind(connection, node_id=node_id, source="g1", station_id=station_id, now_ms=1)
        revoke(connection, "n-other", reason="dicuri", now_ms=1, actor="uji")
    connection.close()
    assert main([*words, "--sheet", str(tmp_path / "none" / "l.pdf")]) == 2, "no label, no revocation"
    capsys.readouterr()
    assert main([*words, "--node", "n-other"]) == 2, "it is revoked already"
    assert main([*words, "--node", NODE]) == 0
    out = capsys.readouterr().out
    assert f"DICABUT / revoked: {NODE}" in out
    assert "berlaku sampai / valid until" in out
    assert f"ikut / follows: {STATION} (g1)" in out
    assert f"TIDAK ikut / stays behind: {OTHER_STATION} (g1 dari / of n-other)" in out
