"""The next certificate of a box, rule by rule, on a clock that the test moves."""

from collections.abc import Iterator

import pytest

from hub.audit import new_life
from hub.fleet import claims as codes
from hub.fleet import renewal, standing
from hub.fleet.authority.presented import Presented, read_presented
from hub.fleet.authority.shelf import Authority
from hub.fleet.enrolment import Moment
from hub.fleet.renewal import APART_MS, HOUR_MS, Outcome, Rank, Renewal
from hub.storage import audit, node_certificates, sites
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.sites import Site
from provisioning.identity import box_key, claim_code
from tests.support.authorities import NOW, make_authority
from tests.support.databases import new_database
from tests.support.new_hubs import SITES
from tests.support.renewals import DAY_MS, DUE_DAYS, LIFE_DAYS, issued, known

BEGIN_MS = round(NOW.timestamp() * 1000)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = new_database()
    with database.write(opened):
        for site_id in SITES:
            sites.save(opened, Site(site_id=site_id, name=site_id))
    yield opened
    opened.close()


class Desk:
    """A hub that renews, at whatever day the test says since the box became known."""

    def __init__(self, connection: Connection, authority: Authority) -> None:
        self.connection, self.authority = connection, authority
        self.box = known(connection, authority=authority, at_ms=BEGIN_MS)

    def ask(
        self, day: float, key: bytes, *, shown: Presented | None = None, is_after_end: bool = False
    ) -> Renewal:  # fmt: skip
        with database.write(self.connection) as writer:
            return renewal.renew(
                writer,
                shown or self.box.presented,
                box_key.request_of(key).encode(),
                authority=self.authority,
                moment=moment(day),
                is_after_end=is_after_end,
            )

    def given(self, day: float, key: bytes) -> Presented:
        chain = self.ask(day, key).chain
        assert chain is not None
        return read_presented(chain, authority=self.authority)

    def come(self, day: float, shown: Presented) -> Rank:
        """Let the box come with a certificate, as to a pre-flight; return how it stood."""
        rank = self.rank(day, shown)
        with database.write(self.connection) as writer:
            renewal.note_shown(writer, shown, rank=rank, moment=moment(day))
        return rank

    def forget_box(self) -> None:
        """Put back a database of before this box was known."""
        with database.write(self.connection) as writer:
            writer.execute("DELETE FROM claims WHERE node_id = ?", (self.box.node_id,))
            new_life.begin(writer, now_ms=BEGIN_MS, actor="uji")

    def rank(self, day: float, shown: Presented) -> Rank:
        return renewal.place(self.connection, shown, now_real_ms=moment(day).real_ms).rank


def moment(day: float) -> Moment:
    now_ms = BEGIN_MS + round(day * DAY_MS)
    return Moment(real_ms=now_ms, hub_ms=now_ms)


@pytest.fixture
def desk(connection: Connection, authority: Authority) -> Desk:
    return Desk(connection, authority)


KEY, OTHER = box_key.new_key(), box_key.new_key()


def test_a_certificate_is_renewed_from_two_thirds_of_its_life_on_and_within_three_days_of_that(desk: Desk) -> None:
    due = renewal.place(desk.connection, desk.box.presented, now_real_ms=BEGIN_MS).due_ms
    assert 2 * LIFE_DAYS / 3 <= (due - BEGIN_MS) / DAY_MS <= 2 * LIFE_DAYS / 3 + 3
    assert desk.ask(266, KEY).outcome is Outcome.EARLY
    assert desk.ask(DUE_DAYS, KEY).outcome is Outcome.ISSUED


def test_boxes_of_one_day_are_due_at_different_hours(connection: Connection, authority: Authority) -> None:
    boxes = [known(connection, authority=authority, at_ms=BEGIN_MS) for _ in range(12)]
    hours = {renewal.place(connection, one.presented, now_real_ms=BEGIN_MS).due_ms // HOUR_MS for one in boxes}
    assert len(hours) > 6


def test_a_lost_answer_is_given_again_word_for_word_and_another_key_gets_nothing_meanwhile(desk: Desk) -> None:
    first = desk.ask(DUE_DAYS, KEY)
    again = desk.ask(DUE_DAYS + 100, KEY)
    assert (again.outcome, again.chain) == (Outcome.AGAIN, first.chain)
    assert len(node_certificates.of_node(desk.connection, desk.box.node_id)) == 2


def test_each_certificate_has_a_key_of_its_own(desk: Desk) -> None:
    stranger = known(desk.connection, authority=desk.authority, at_ms=BEGIN_MS)
    assert desk.ask(DUE_DAYS, desk.box.key).outcome is Outcome.KEY_KNOWN
    assert desk.ask(DUE_DAYS, stranger.key).outcome is Outcome.KEY_KNOWN
    new = desk.given(DUE_DAYS, KEY)
    desk.come(DUE_DAYS, new)
    assert desk.ask(DUE_DAYS + 300, KEY, shown=new).outcome is Outcome.KEY_KNOWN


def test_a_key_of_a_renewal_cannot_take_a_claim_code(desk: Desk) -> None:
    new = desk.given(DUE_DAYS, KEY)
    code = claim_code.new_code()
    now_ms = moment(DUE_DAYS).real_ms
    with database.write(desk.connection) as writer:
        codes.new(writer, SITES[1], now_real_ms=now_ms, code=code)
        take = codes.take(writer, code, key_fingerprint=new.key_fingerprint, now_real_ms=now_ms)
    assert take.outcome is codes.Outcome.KEY_KNOWN


def test_the_old_certificate_is_good_until_seven_days_after_the_new_one_first_came(desk: Desk) -> None:
    new = desk.given(DUE_DAYS, KEY)
    assert desk.rank(DUE_DAYS + 60, desk.box.presented) is Rank.CURRENT, "the box may not even have the new one"
    assert desk.come(DUE_DAYS + 60, new) is Rank.NEW
    assert desk.rank(DUE_DAYS + 60, new) is Rank.CURRENT
    assert desk.rank(DUE_DAYS + 67, desk.box.presented) is Rank.OVERLAP
    assert desk.rank(DUE_DAYS + 67.1, desk.box.presented) is Rank.CLOSED
    assert desk.ask(DUE_DAYS + 67.1, OTHER).outcome is Outcome.CLOSED
    assert desk.ask(DUE_DAYS + 67.1, KEY).outcome is Outcome.AGAIN, "its own certificate may be fetched again"


def test_in_the_overlap_a_box_that_has_lost_its_newest_gets_another(desk: Desk) -> None:
    desk.come(DUE_DAYS, desk.given(DUE_DAYS, KEY))
    assert desk.ask(DUE_DAYS + 1, OTHER).outcome is Outcome.ISSUED


def test_a_certificate_that_has_ended_is_not_given_again(desk: Desk) -> None:
    desk.ask(DUE_DAYS, KEY)
    assert desk.ask(DUE_DAYS + LIFE_DAYS - 0.1, KEY, is_after_end=True).outcome is Outcome.AGAIN
    assert desk.ask(DUE_DAYS + LIFE_DAYS + 0.1, KEY, is_after_end=True).outcome is Outcome.KEY_KNOWN


def test_a_box_that_a_restore_has_lost_gets_nothing_for_the_key_of_another(desk: Desk) -> None:
    stranger = known(desk.connection, authority=desk.authority, at_ms=BEGIN_MS, site_id=SITES[1])
    desk.forget_box()
    assert desk.ask(DUE_DAYS, stranger.key).outcome is Outcome.KEY_KNOWN


def test_what_was_given_and_never_came_gives_way_to_the_next_but_not_within_the_hour(desk: Desk) -> None:
    desk.ask(DUE_DAYS, KEY)
    assert desk.ask(DUE_DAYS + 0.5 * APART_MS / DAY_MS, OTHER).outcome is Outcome.OFTEN
    assert desk.ask(DUE_DAYS + 1, OTHER).outcome is Outcome.ISSUED
    keys = [one.key_fingerprint for one in node_certificates.of_node(desk.connection, desk.box.node_id)]
    assert keys == [desk.box.presented.key_fingerprint, fingerprint(OTHER)]


def fingerprint(key: bytes) -> str:
    return box_key.fingerprint_of(box_key.loaded(key).public_key())


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(399.9, Outcome.NOT_ENDED), (400.1, Outcome.ISSUED), (579.9, Outcome.ISSUED), (580.1, Outcome.TOO_LATE)],
)
def test_after_its_end_a_certificate_is_renewed_for_180_days(desk: Desk, day: float, outcome: Outcome) -> None:
    assert desk.ask(day, KEY, is_after_end=True).outcome is outcome


@pytest.mark.parametrize("is_after_end", [False, True])
@pytest.mark.parametrize("deed", [standing.quarantine, standing.revoke])
def test_a_box_that_is_not_live_gets_nothing_not_even_what_it_was_given(
    desk: Desk, deed: object, *, is_after_end: bool
) -> None:
    desk.ask(DUE_DAYS, KEY)
    with database.write(desk.connection) as writer:
        deed(writer, desk.box.node_id, reason="uji", now_ms=BEGIN_MS, actor="uji")  # type: ignore[operator]
    for key in (KEY, OTHER):
        assert desk.ask(LIFE_DAYS + 1, key, is_after_end=is_after_end).outcome is Outcome.NOT_LIVE


def test_a_certificate_that_a_restore_has_lost_counts_as_the_newest(desk: Desk) -> None:
    new = desk.given(DUE_DAYS, KEY)
    desk.come(DUE_DAYS, new)
    lose(desk)
    assert desk.come(DUE_DAYS + 1, new) is Rank.UNKNOWN
    assert desk.rank(DUE_DAYS + 1, new) is Rank.CURRENT
    assert desk.rank(DUE_DAYS + 9, desk.box.presented) is Rank.CLOSED
    actions = [row.action for row in audit.all_rows(desk.connection)]
    assert actions.count("certificate.adopted") == 1


def lose(desk: Desk) -> None:
    """Put back a database of before the renewal."""
    with database.write(desk.connection) as writer:
        writer.execute("DELETE FROM node_certificates")
        new_life.begin(writer, now_ms=BEGIN_MS, actor="uji")


def test_a_box_whose_certificate_a_restore_has_lost_is_renewed_after_its_end(desk: Desk) -> None:
    new = desk.given(DUE_DAYS, KEY)
    desk.come(DUE_DAYS, new)
    lose(desk)
    assert desk.ask(DUE_DAYS + LIFE_DAYS + 1, OTHER, shown=new, is_after_end=True).outcome is Outcome.ISSUED


def test_what_the_hub_never_gave_is_no_certificate_of_a_box_whoever_signed_it(desk: Desk) -> None:
    forged = issued(KEY, desk.box.node_id, authority=desk.authority, at_ms=BEGIN_MS)
    shown = read_presented(forged, authority=desk.authority)
    assert desk.come(1, shown) is Rank.CLOSED
    assert desk.ask(DUE_DAYS, OTHER, shown=shown).outcome is Outcome.CLOSED


def test_a_short_life_is_not_renewed_for_ever(desk: Desk) -> None:
    """A certificate that is cut short by its issuer's end is due at two thirds of what it has, not at once."""
    five_years = 5 * 365
    box = known(desk.connection, authority=desk.authority, at_ms=moment(five_years - 30).real_ms, site_id=SITES[1])
    place = renewal.place(desk.connection, box.presented, now_real_ms=moment(five_years - 30).real_ms)
    assert 19 < (place.due_ms - moment(five_years - 30).real_ms) / DAY_MS < 24


def test_what_was_given_stands_in_the_audit_log_once(desk: Desk) -> None:
    desk.ask(DUE_DAYS, KEY)
    desk.ask(DUE_DAYS, KEY)
    told = [(row.action, row.subject) for row in audit.all_rows(desk.connection)]
    assert told.count(("certificate.renewed", desk.box.node_id)) == 1
