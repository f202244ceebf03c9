"""The life of a claim code, against a plain model, and in the hands of two who take it at once."""

import multiprocessing
from dataclasses import dataclass
from functools import cache
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from contract.identity import verify_node_id
from hub.fleet import claims as codes
from hub.fleet.claims import AGAIN_WITHIN_MS, LIFE_MS, Outcome, Phase
from hub.fleet.errors import ClaimError, SiteError
from hub.storage import claims, sites
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.sites import Site
from provisioning.identity import claim_code
from tests.support.databases import new_database

NOW_MS = 1_795_000_000_000
KEYS = tuple(letter * 64 for letter in "abc")


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return city_at(tmp_path / "hub.db")


def city_at(path: Path) -> Connection:
    opened = new_database(path)
    with database.write(opened):
        for site_id in ("tiang-a", "tiang-b"):
            sites.save(opened, Site(site_id=site_id, name=site_id))
    return opened


def new(connection: Connection, site_id: str = "tiang-a", *, now_ms: int = NOW_MS) -> codes.NewCode:
    with database.write(connection):
        return codes.new(connection, site_id, now_real_ms=now_ms, code=claim_code.new_code())


def take(connection: Connection, code: str, key: str = KEYS[0], *, now_ms: int = NOW_MS) -> codes.Take:
    with database.write(connection):
        return codes.take(connection, code, key_fingerprint=key, now_real_ms=now_ms)


def test_a_fresh_code_makes_a_box_known_at_its_site(connection: Connection) -> None:
    made = new(connection)
    taken = take(connection, claim_code.shown(made.code).lower())
    assert (taken.outcome, taken.site_id, taken.certificate) == (Outcome.TAKEN, "tiang-a", None)
    verify_node_id(taken.node_id)


def test_the_database_never_holds_the_code(connection: Connection) -> None:
    made = new(connection)
    take(connection, made.code)
    dump = "\n".join(connection.iterdump())
    assert claim_code.digest(made.code) in dump
    assert made.code not in dump
    assert made.code not in repr(made)


def test_a_lost_answer_is_given_again_word_for_word_for_24_hours(connection: Connection) -> None:
    made = new(connection)
    first = take(connection, made.code)
    with database.write(connection):
        claims.keep_certificate(connection, first.claim_id, b"certificate")
    for now_ms in (NOW_MS, NOW_MS + AGAIN_WITHIN_MS, NOW_MS - 5):
        again = take(connection, made.code, now_ms=now_ms)
        assert (again.outcome, again.node_id, again.certificate) == (Outcome.AGAIN, first.node_id, b"certificate")
    late = take(connection, made.code, now_ms=NOW_MS + AGAIN_WITHIN_MS + 1)
    assert late == codes.Take(outcome=Outcome.USED)
    assert claims.all_alarms(connection) == []


def test_another_key_is_refused_told_nothing_and_becomes_an_alarm(connection: Connection) -> None:
    made = new(connection)
    take(connection, made.code)
    for delay_ms in (1, 2, LIFE_MS * 3):
        stranger = take(connection, made.code, KEYS[1], now_ms=NOW_MS + delay_ms)
        assert stranger == codes.Take(outcome=Outcome.OTHER_KEY)
    (alarm,) = claims.all_alarms(connection)
    assert (alarm.key_fingerprint, alarm.times) == (KEYS[1], 3)
    assert (alarm.first_real_ms, alarm.last_real_ms) == (NOW_MS + 1, NOW_MS + LIFE_MS * 3)


def test_a_thousand_strange_keys_fill_no_disk_and_are_all_counted(connection: Connection) -> None:
    made = new(connection)
    take(connection, made.code)
    with database.write(connection):
        for number in range(1_000):
            codes.take(connection, made.code, key_fingerprint=f"{number:064x}", now_real_ms=NOW_MS)
    alarms = claims.all_alarms(connection)
    assert len(alarms) == claims.ALARM_KEYS_MAX
    assert sum(alarm.times for alarm in alarms) == 1_000


def test_a_code_ends_after_14_days_to_the_millisecond(connection: Connection) -> None:
    made = new(connection)
    assert made.expires_real_ms == NOW_MS + 14 * 24 * 3_600_000
    assert take(connection, made.code, now_ms=made.expires_real_ms).outcome is Outcome.EXPIRED
    assert take(connection, made.code, now_ms=made.expires_real_ms - 1).outcome is Outcome.TAKEN


def test_one_key_is_never_two_boxes(connection: Connection) -> None:
    take(connection, new(connection).code)
    second = new(connection, "tiang-b")
    assert take(connection, second.code).outcome is Outcome.KEY_KNOWN
    assert take(connection, second.code, KEYS[1]).outcome is Outcome.TAKEN


def test_a_new_code_ends_the_sites_unused_ones_and_names_its_boxes(connection: Connection) -> None:
    first = new(connection)
    box = take(connection, first.code)
    second = new(connection)
    third = new(connection)
    assert (second.replaced, third.replaced) == ((), (second.claim_id,))
    assert third.boxes == (box.node_id,)
    assert take(connection, second.code, KEYS[1]).outcome is Outcome.REVOKED


def test_only_an_unused_code_can_be_revoked(connection: Connection) -> None:
    made = new(connection)
    with database.write(connection):
        codes.revoke(connection, made.claim_id, now_real_ms=NOW_MS)
    assert take(connection, made.code).outcome is Outcome.REVOKED
    used = new(connection, "tiang-b")
    box = take(connection, used.code)
    for number, says in ((made.claim_id, "revoked"), (used.claim_id, box.node_id), (99, "there is none")):
        with pytest.raises(ClaimError, match=says), database.write(connection):
            codes.revoke(connection, number, now_real_ms=NOW_MS)


@pytest.mark.parametrize("code", ["", "x", "0" * 21, "1" * 21, "KX4M-2P9T"])
def test_an_unknown_code_writes_nothing(connection: Connection, code: str) -> None:
    before = list(connection.iterdump())
    assert take(connection, code).outcome is Outcome.UNKNOWN
    assert list(connection.iterdump()) == before


def test_a_code_is_for_a_site_of_the_city_file(connection: Connection) -> None:
    with pytest.raises(SiteError, match="tiang-a, tiang-b"):
        new(connection, "tiang-x")


def _take_at_once(path: Path, code: str, key: str, barrier: Barrier, answers: "multiprocessing.Queue[str]") -> None:
    connection = database.open(path)
    barrier.wait(60)
    answers.put(take(connection, code, key).outcome)
    connection.close()


def test_of_two_processes_that_take_one_code_exactly_one_wins(tmp_path: Path) -> None:
    connection = city_at(tmp_path / "hub.db")
    context = multiprocessing.get_context("spawn")
    code = new(connection).code
    barrier, answers = context.Barrier(2), context.Queue()
    takers = [
        context.Process(target=_take_at_once, args=(tmp_path / "hub.db", code, key, barrier, answers))
        for key in KEYS[:2]
    ]
    for taker in takers:
        taker.start()
    found = {answers.get(timeout=90) for _ in takers}
    for taker in takers:
        taker.join(10)
    assert found == {Outcome.OTHER_KEY, Outcome.TAKEN}
    (kept,), (alarm,) = claims.all_claims(connection), claims.all_alarms(connection)
    assert {kept.key_fingerprint, alarm.key_fingerprint} == set(KEYS[:2])


@cache
def _empty_city() -> bytes:
    """Return a migrated database as bytes: making it anew for each example would take most of the time."""
    return city_at(Path(":memory:")).serialize()


@dataclass
class _Model:
    """What a code should be, in the plainest words."""

    site: str
    made_ms: int
    key: str | None = None
    taken_ms: int = 0
    node: str = ""
    is_revoked: bool = False


class ClaimLife(RuleBasedStateMachine):
    """Any order of making, taking, revoking and waiting."""

    made = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.connection = database.open(Path(":memory:"))
        self.connection.deserialize(_empty_city())
        self.now_ms = NOW_MS
        self.models: dict[str, _Model] = {}
        self.numbers: dict[str, int] = {}
        self.alarms = 0

    @rule(target=made, site=st.sampled_from(["tiang-a", "tiang-b"]))
    def make(self, site: str) -> str:
        for model in self.models.values():
            if model.site == site and model.key is None:
                model.is_revoked = True
        one = new(self.connection, site, now_ms=self.now_ms)
        self.models[one.code] = _Model(site=site, made_ms=self.now_ms)
        self.numbers[one.code] = one.claim_id
        return one.code

    @rule(code=made, key=st.sampled_from(KEYS))
    def take(self, code: str, key: str) -> None:
        model = self.models[code]
        expected = self._expected(model, key)
        found = take(self.connection, code, key, now_ms=self.now_ms)
        assert found.outcome is expected
        if expected is Outcome.TAKEN:
            assert found.node_id not in {one.node for one in self.models.values()}
            model.key, model.taken_ms, model.node = key, self.now_ms, found.node_id
        if expected in {Outcome.TAKEN, Outcome.AGAIN}:
            assert (found.site_id, found.node_id) == (model.site, model.node)
        else:
            assert (found.site_id, found.node_id, found.certificate) == ("", "", None)
        self.alarms += expected is Outcome.OTHER_KEY

    @rule(code=made)
    def revoke(self, code: str) -> None:
        model = self.models[code]
        try:
            with database.write(self.connection):
                codes.revoke(self.connection, self.numbers[code], now_real_ms=self.now_ms)
        except ClaimError:
            assert model.key is not None or model.is_revoked
        else:
            assert model.key is None
            assert not model.is_revoked
            model.is_revoked = True

    @rule(hours=st.sampled_from([1, 23, 24, 25, 13 * 24, 14 * 24]))
    def wait(self, hours: int) -> None:
        self.now_ms += hours * 3_600_000

    @invariant()
    def the_list_tells_the_same(self) -> None:
        for code, model in self.models.items():
            kept = claims.one(self.connection, self.numbers[code])
            assert kept is not None
            assert (kept.key_fingerprint, kept.node_id or "") == (model.key, model.node)
            assert codes.phase(kept, now_real_ms=self.now_ms) is self._phase(model)
        assert sum(alarm.times for alarm in claims.all_alarms(self.connection)) == self.alarms

    def _phase(self, model: _Model) -> Phase:
        if model.key is not None:
            return Phase.TAKEN
        if model.is_revoked:
            return Phase.REVOKED
        return Phase.FRESH if self.now_ms < model.made_ms + LIFE_MS else Phase.EXPIRED

    def _expected(self, model: _Model, key: str) -> Outcome:
        if model.key is not None and model.key != key:
            return Outcome.OTHER_KEY
        if model.key == key:
            return Outcome.AGAIN if self.now_ms <= model.taken_ms + AGAIN_WITHIN_MS else Outcome.USED
        if self._phase(model) is not Phase.FRESH:
            return Outcome(self._phase(model).value)
        is_known = any(one.key == key for one in self.models.values())
        return Outcome.KEY_KNOWN if is_known else Outcome.TAKEN

    def teardown(self) -> None:
        self.connection.close()


TestClaimLife = ClaimLife.TestCase
TestClaimLife.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
