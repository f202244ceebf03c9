"""A key is renewed only where no code can hang on it: another key with a bound code burns the label, rings an alarm."""

import shutil
from pathlib import Path

import pytest

from hub.__main__ import main as hub_main
from hub.alerting.policy import AlertPolicy
from hub.api.routes.enrol import ClaimRefusedError
from hub.fleet import enrolment
from hub.fleet.claims import LIFE_MS
from hub.fleet.enrolment import Moment
from hub.storage import claims
from hub.storage import connection as database
from provisioning.__main__ import main
from provisioning.claim.box_config import BoxConfigFile
from provisioning.claim.errors import HubAwayError, HubRefusedError
from provisioning.claim.identity_folder import IdentityFolder, Journal, Step
from provisioning.claim.journey import Journey
from provisioning.identity import claim_code
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.enrolment import Ask, Broker, encoded
from tests.support.new_hubs import SITES, NewBox, NewHub

WAITING = 3


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> NewHub:
    """A hub whose web process does not run."""
    return NewHub(tmp_path_factory.mktemp("hub"))


class AtOnce:
    """Asks a hub without a network between; what it has decided may get lost."""

    def __init__(self, hub: NewHub, *, loses: bool = False) -> None:
        self._hub = hub
        self._loses = loses

    def ask(self, ask: Ask, *, journal: Journal, key_fingerprint: str) -> bytes:  # noqa: ARG002 - as by HTTPS
        """Ask as by HTTPS."""
        now_ms = self._hub.now_ms()
        with self._hub.database() as connection, database.write(connection):
            entry = enrolment.enrol(
                connection,
                ask,
                authority=self._hub.authority,
                broker=Broker(),
                moment=Moment(real_ms=now_ms, hub_ms=now_ms),
                policy=AlertPolicy(),
                actor="test",
            )
        if self._loses:
            raise HubAwayError("lost")
        if entry.answer is None:
            raise HubRefusedError("no", code=ClaimRefusedError(entry.outcome).code)
        return encoded(entry.answer)

    def ask_anew(self, ask: Ask, *, key_fingerprint: str) -> None:
        """Nothing."""


def journey_of(box: NewBox) -> Journey:
    config = BoxConfigFile(box.config)
    return Journey(folder=IdentityFolder(config.home), config=config)


def key_of(box: NewBox) -> bytes:
    return (box.identity / "key.pem").read_bytes()


def lose_the_answer(hub: NewHub, box: NewBox, label: ClaimText) -> None:
    """Do as `--new-key --code` does, up to an answer that never comes."""
    journey = journey_of(box)
    assert journey.take_new_key(label)
    journey.begin(label)
    with pytest.raises(HubAwayError, match="lost"):
        journey.go_on(AtOnce(hub, loses=True))


def be_refused(hub: NewHub, box: NewBox, label: ClaimText) -> str:
    journey = journey_of(box)
    journey.begin(label)
    with pytest.raises(HubRefusedError) as told:
        journey.go_on(AtOnce(hub))
    return told.value.code


def alarms_of(hub: NewHub, label: ClaimText) -> int:
    with hub.database() as connection:
        (claim,) = [one for one in claims.all_claims(connection) if one.code_hash == claim_code.digest(label.code)]
        return sum(one.claim_id == claim.claim_id for one in claims.all_alarms(connection))


@pytest.mark.parametrize("is_typed_again", [True, False], ids=["with the label", "without"])
def test_after_a_lost_answer_the_key_stays_and_the_label_is_not_burnt(
    hub: NewHub, box: NewBox, *, is_typed_again: bool
) -> None:
    label = hub.label()
    lose_the_answer(hub, box, label)
    key = key_of(box)
    journey = journey_of(box)
    assert not journey.take_new_key(label if is_typed_again else None)
    assert journey.go_on(AtOnce(hub)).step is Step.DONE
    assert (key_of(box), alarms_of(hub, label)) == (key, 0)


def test_a_code_that_hangs_on_the_key_is_not_forgotten_over_a_newer_one(hub: NewHub, box: NewBox) -> None:
    older, newer = hub.label(), hub.label(SITES[1])
    lose_the_answer(hub, box, older)
    assert be_refused(hub, box, newer) == "claim_key_known"
    journey = journey_of(box)
    assert not journey.take_new_key(older)
    journey.begin(older)
    assert journey.go_on(AtOnce(hub)).step is Step.DONE
    assert alarms_of(hub, older) == 0


def test_after_a_clear_no_of_the_hub_the_same_code_may_come_with_a_new_key(hub: NewHub, box: NewBox) -> None:
    older, newer = hub.label(), hub.label(SITES[1])
    lose_the_answer(hub, box, older)
    key = key_of(box)
    assert be_refused(hub, box, newer) == "claim_key_known"
    journey = journey_of(box)
    assert journey.take_new_key(newer)
    assert journey.go_on(AtOnce(hub)).step is Step.DONE
    assert key_of(box) != key
    assert (alarms_of(hub, older), alarms_of(hub, newer)) == (0, 0)


def test_a_code_that_ended_does_not_hold_the_key(hub: NewHub, box: NewBox) -> None:
    old = hub.label(age_ms=LIFE_MS)
    assert be_refused(hub, box, old) == "claim_expired"
    assert journey_of(box).take_new_key(old)


def test_a_key_that_cannot_be_read_is_made_anew_all_the_same(hub: NewHub, box: NewBox) -> None:
    label = hub.label()
    lose_the_answer(hub, box, label)
    (box.identity / "key.pem").write_bytes(b"torn")
    assert journey_of(box).take_new_key(label)


def test_a_stick_lost_on_the_way_back_is_an_answer_lost(
    hub: NewHub, box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label, usb = hub.label(), tmp_path / "usb"
    words = box.claiming("--new-key", "--code", label.encoded(), "--usb", usb)
    for says in (False, True):
        shutil.rmtree(usb, ignore_errors=True)
        usb.mkdir()
        capsys.readouterr()
        assert main(words) == WAITING
        assert ("kunci tetap / the key stays" in capsys.readouterr().out) == says
        assert hub_main(["usb", "import", str(usb), "--config", str(hub.config)]) == 0
    assert main(box.claiming("--usb", usb)) == 0
    assert alarms_of(hub, label) == 0
