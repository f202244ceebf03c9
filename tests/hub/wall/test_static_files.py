from pathlib import Path

import pytest

from hub.wall import static_files
from hub.wall.errors import FrontEndError

SCRIPTS = sorted((static_files.FOLDER / "js").glob("*.js"))
SCRIPT_LINES_MOST = 600
PHONE_BYTES_MOST = 150_000


def test_the_digest_changes_with_any_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    font = tmp_path / "font.woff2"
    font.write_bytes(b"font")
    monkeypatch.setattr(static_files, "FOLDER", tmp_path)
    monkeypatch.setattr(static_files, "FONT", font)
    before = static_files.digest.__wrapped__()
    (tmp_path / "wall.css").write_text("a", encoding="utf-8")
    assert static_files.digest.__wrapped__() != before


def test_a_missing_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(static_files, "FONT", tmp_path / "font.woff2")
    with pytest.raises(FrontEndError, match="Try: make setup"):
        static_files.digest.__wrapped__()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_asks_to_be_checked_and_is_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check\n")
    assert text.count("\n") < SCRIPT_LINES_MOST


def test_no_style_sheet_or_script_names_another_place() -> None:
    for path in [*SCRIPTS, *(static_files.FOLDER / "css").glob("*.css")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, path.name


def test_letters_scripts_and_styles_of_the_wall_are_light_enough_for_a_phone() -> None:
    css = sum((static_files.FOLDER / "css" / name).stat().st_size for name in ("tokens.css", "wall.css"))
    others = ("desk", "drawing", "stills")  # of the other pages
    scripts = sum(path.stat().st_size for path in SCRIPTS if not path.stem.startswith(others))
    total = css + scripts + static_files.FONT.stat().st_size
    assert total < PHONE_BYTES_MOST * 0.7, total
