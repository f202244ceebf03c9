from pathlib import Path

import pytest

from hub.__main__ import main
from hub.dispatch.errors import SecretError
from hub.dispatch.signature import is_signed, make_secret, read_secret, sign


def test_the_signature_is_that_of_rfc_4231_test_case_2() -> None:
    assert sign(b"Jefe", b"what do ya want for nothing?") == (
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_another_body_secret_or_form_is_not_signed() -> None:
    signature = sign(b"s" * 32, b"body")
    assert is_signed(b"s" * 32, b"body", signature)
    assert not is_signed(b"s" * 32, b"bodY", signature)
    assert not is_signed(b"t" * 32, b"body", signature)
    assert not is_signed(b"s" * 32, b"body", "")
    assert not is_signed(b"s" * 32, b"body", "sha256=✓")


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "webhook.key"
    first = make_secret(path)
    assert make_secret(path) == first
    assert len(first) == 64
    assert path.stat().st_mode & 0o077 == 0


def test_a_secret_that_is_missing_or_short_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=r"webhook\.key: No such file"):
        read_secret(tmp_path / "webhook.key")
    (tmp_path / "webhook.key").write_text("short\n")
    with pytest.raises(SecretError, match="expected at least 16 bytes, got 5"):
        read_secret(tmp_path / "webhook.key")


def test_the_command_names_a_bad_secret_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hub.toml").write_text('[webhook]\nsecret_file = "short.key"\n')
    (tmp_path / "short.key").write_text("short\n")
    assert main(["dispatch", "--config", str(tmp_path / "hub.toml")]) == 2
    assert "expected at least 16 bytes, got 5" in capsys.readouterr().err
