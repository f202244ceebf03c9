"""Each way in which a model's file and its manifest do not fit is told in words, before a box runs."""

from pathlib import Path

import pytest

from edge_agent.inference.errors import ModelError
from edge_agent.inference.fit import verify_model
from tests.support.model_folders import STREET, UNFIT, copy_of_street


def test_the_street_model_fits() -> None:
    verify_model(STREET)


@pytest.mark.parametrize("kind", UNFIT)
def test_what_does_not_fit_is_told_with_what_to_do_and_nothing_else_is_printed(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil, told = UNFIT[kind]
    folder = copy_of_street(tmp_path / "street")
    spoil(folder)
    with pytest.raises(ModelError, match=told) as caught:
        verify_model(folder)
    text = str(caught.value)
    assert str(folder) in text
    assert "asang ulang model" in text
    assert "nstall" in text
    assert "passed over" not in text, "there is no frame yet"
    assert ".cc:" not in text, "a place in the runtime's own source helps nobody"
    assert capfd.readouterr() == ("", ""), "the runtime logs beside us"
