"""The code need not stand among the arguments, where everybody on the machine reads it."""

import io
import json
from pathlib import Path

import pytest

from provisioning.__main__ import main
from provisioning.claim import typed_label
from provisioning.claim.errors import ClaimUsageError
from provisioning.identity import claim_code, fingerprint, stick
from provisioning.identity.claim_text import ClaimText
from tests.support.new_hubs import NewBox

LABEL = ClaimText(code=claim_code.new_code(), fingerprint="ab" * 32, address="192.168.10.2:8443")
SHORT = fingerprint.short(LABEL.fingerprint)
WAITING = 3


class Terminal(io.StringIO):
    """Somebody who types these lines."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def types(monkeypatch: pytest.MonkeyPatch, *lines: str, at: type[io.StringIO] = Terminal) -> None:
    monkeypatch.setattr("sys.stdin", at("".join(f"{line}\n" for line in lines)))


def test_a_code_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, claim_code.shown(LABEL.code).lower(), at=io.StringIO)
    given = typed_label.label_of("-", hub=LABEL.address, root=LABEL.fingerprint)
    assert given == LABEL


def test_the_text_of_a_qr_by_standard_input_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, LABEL.encoded(), at=io.StringIO)
    assert typed_label.label_of("-", hub=None, root=None) == LABEL


def test_a_code_from_a_pipe_needs_its_hub_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, LABEL.code, at=io.StringIO)
    with pytest.raises(ClaimUsageError, match="--hub HOST:PORT"):
        typed_label.label_of("-", hub=None, root=None)


@pytest.mark.parametrize("code", [None, "-"])
def test_at_a_terminal_what_is_missing_is_asked_for_and_a_slip_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str | None
) -> None:
    slip = LABEL.code[1] + LABEL.code[0] + LABEL.code[2:] if LABEL.code[0] != LABEL.code[1] else LABEL.code[:-1]
    types(monkeypatch, slip, claim_code.shown(LABEL.code), "192.168.10.2", "nonsense", SHORT)
    given = typed_label.label_of(code, hub=None, root=None)
    assert (given.code, given.address, given.fingerprint) == (LABEL.code, LABEL.address, SHORT)
    told = capsys.readouterr()
    assert told.err.count("Kode di label") == 2
    assert told.err.count("Sidik jari hub / fingerprint:") == 2
    assert told.out == ""


def test_wrong_five_times_or_nothing_at_all_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, *["nonsense"] * 9)
    with pytest.raises(ClaimUsageError, match="wrong 5 times"):
        typed_label.label_of(None, hub=None, root=None)
    types(monkeypatch)
    with pytest.raises(ClaimUsageError, match="nothing was typed"):
        typed_label.label_of(None, hub=None, root=None)


def test_a_line_without_an_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = io.StringIO("x" * 1_000_000)
    monkeypatch.setattr("sys.stdin", endless)
    with pytest.raises(ValueError, match="expected"):
        typed_label.label_of("-", hub=LABEL.address, root=SHORT)
    assert endless.tell() == typed_label.LINE_MAX


def test_the_command_alone_asks_once_and_then_goes_on_without_asking(
    box: NewBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "usb").mkdir()
    types(monkeypatch, LABEL.code, LABEL.address, SHORT)
    assert main(box.claiming("--usb", tmp_path / "usb")) == WAITING
    (ask,) = (tmp_path / "usb" / stick.ASKS).iterdir()
    assert json.loads(ask.read_bytes())["claim"] == LABEL.code
    types(monkeypatch)
    assert main(box.claiming("--usb", tmp_path / "usb")) == WAITING


def test_what_goes_wrong_while_typing_leaves_no_label(
    box: NewBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, LABEL.code)
    assert main(box.claiming()) == 2
    assert "nothing was typed" in capsys.readouterr().err
    assert not (box.identity / "journal.json").exists()
