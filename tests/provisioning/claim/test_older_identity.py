"""A claim never begins beside the certificate of a renewal: the uplink would show that one, under the new name."""

from pathlib import Path

import pytest

from edge_agent.config import TlsConfig
from edge_agent.uplink.tls import files_in_use
from provisioning.__main__ import main
from provisioning.claim.box_config import BoxConfigFile
from provisioning.claim.errors import BoxHomeError, ClaimUsageError
from provisioning.claim.identity_folder import IdentityFolder, Journal, Step
from provisioning.claim.journey import Journey
from provisioning.identity import claim_code
from provisioning.identity.claim_text import ClaimText
from tests.support.new_hubs import NewBox

FILES = ("key.pem", "certificate.pem", "bundle.pem")
MOVE = "mv {path} {path}.lama"


def label() -> ClaimText:
    return ClaimText(code=claim_code.new_code(), fingerprint="0" * 64, address="127.0.0.1:1")


def folder_of(box: NewBox) -> IdentityFolder:
    return IdentityFolder(BoxConfigFile(box.config).home)


def journey_of(box: NewBox) -> Journey:
    return Journey(folder=folder_of(box), config=BoxConfigFile(box.config))


@pytest.fixture
def renewed(box: NewBox) -> NewBox:
    """A box that was renewed once, without a journal."""
    journey_of(box)
    (box.identity / "a").mkdir()
    for name in FILES:
        (box.identity / "a" / name).write_text("of the old name")
    (box.identity / "current").symlink_to("a")
    return box


def journal(step: Step) -> Journal:
    return Journal(step=step, code="", code_digest="d", fingerprint="0" * 64, address="127.0.0.1:1", node="n-old")


def test_without_a_journal_it_is_refused_and_what_to_move_is_said(renewed: NewBox) -> None:
    before = renewed.everything()
    with pytest.raises(ClaimUsageError, match="older name") as told:
        journey_of(renewed).begin(label())
    assert MOVE.format(path=renewed.identity) in str(told.value)
    with pytest.raises(ClaimUsageError, match="older name"):
        journey_of(renewed).take_new_key(label())
    assert renewed.everything() == before


@pytest.mark.parametrize("step", [Step.LABELLED, Step.KEYED, Step.ANSWERED])
def test_a_claim_that_was_begun_beside_one_does_not_go_on_either(renewed: NewBox, step: Step) -> None:
    folder_of(renewed).keep_journal(journal(step))
    with pytest.raises(ClaimUsageError, match="older name"):
        journey_of(renewed).go_on(NobodyAsks())


@pytest.mark.parametrize("left", ["current", "a", "b"])
def test_each_of_the_three_alone_is_in_the_way(box: NewBox, left: str) -> None:
    journey = journey_of(box)
    if left == "current":
        (box.identity / left).symlink_to("a")
    else:
        (box.identity / left).mkdir()
        (box.identity / left / "step").write_text("tried")
    with pytest.raises(ClaimUsageError, match=left):
        journey.begin(label())


def test_empty_places_of_a_retired_box_are_in_nobody_s_way(box: NewBox) -> None:
    journey = journey_of(box)
    (box.identity / "a").mkdir()
    (box.identity / "b").mkdir()
    assert journey.begin(label()).step is Step.LABELLED


def test_a_renewed_box_whose_claim_is_done_is_no_news(renewed: NewBox) -> None:
    folder_of(renewed).keep_journal(journal(Step.DONE))
    assert journey_of(renewed).go_on(NobodyAsks()).step is Step.DONE


def test_a_broken_journal_sends_a_renewed_box_to_move_the_folder_and_any_other_to_remove_the_file(
    renewed: NewBox, tmp_path: Path
) -> None:
    (renewed.identity / "journal.json").write_text("{")
    with pytest.raises(BoxHomeError) as told:
        journey_of(renewed).begin(label())
    assert MOVE.format(path=renewed.identity) in str(told.value)
    assert "the key stays" not in str(told.value)
    other = NewBox(tmp_path / "other")
    journey = journey_of(other)
    (other.identity / "journal.json").write_text("{")
    with pytest.raises(BoxHomeError, match="the key stays"):
        journey.begin(label())


def test_after_what_is_said_was_done_the_box_uses_what_the_new_claim_lays_out(
    renewed: NewBox, capsys: pytest.CaptureFixture[str]
) -> None:
    (renewed.identity / "journal.json").write_text("{")
    assert main(renewed.claiming("--code", label().code, "--hub", "127.0.0.1:1", "--fingerprint", "0" * 64)) == 1
    assert MOVE.format(path=renewed.identity) in capsys.readouterr().err
    renewed.identity.rename(f"{renewed.identity}.lama")
    assert journey_of(renewed).begin(label()).step is Step.LABELLED
    key, certificate, ca = (renewed.identity / name for name in FILES)
    tls = TlsConfig(ca=ca, certificate=certificate, key=key)
    assert files_in_use(tls) == tls


class NobodyAsks:
    """A way that is not to be gone."""

    def ask(self, *_: object, **__: object) -> bytes:
        raise AssertionError

    def ask_anew(self, *_: object, **__: object) -> None:
        raise AssertionError
