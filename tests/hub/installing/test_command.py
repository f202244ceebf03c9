"""`hub install`, typed by hand instead of by its script."""

import os

import pytest

from hub.__main__ import main
from tests.support.strangers import STRANGER, being


def test_typed_by_hand_it_changes_nothing_and_names_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install"]) == 1
    assert "install-hub" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else can become somebody else")
def test_whoever_is_not_root_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    with being(STRANGER):
        assert main(["install", "--remove"]) == 1
    assert "root alone" in capsys.readouterr().err
