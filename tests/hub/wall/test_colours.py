"""Contrast of every pair of colours that carries meaning, computed as in WCAG 2.2."""

import re

import pytest

from hub.wall.static_files import FOLDER

TOKENS = (FOLDER / "css" / "tokens.css").read_text(encoding="utf-8")
DESK = (FOLDER / "css" / "desk.css").read_text(encoding="utf-8")
LIGHT, DARK, *_ = DESK.split("@media (prefers-color-scheme: dark)", 1)


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", css))


def luminance(colour: str) -> float:
    text = colour.lstrip("#")
    text = "".join(c * 2 for c in text) if len(text) == 3 else text
    parts = [int(text[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


WALL = colours(TOKENS)
PAGES = {
    "light": colours(TOKENS) | colours(LIGHT),
    "dark": colours(TOKENS) | colours(DARK.split("}\n}", 1)[0]),
}


@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [
        ("text", "panel", 7),
        ("text", "bg", 7),
        ("muted", "panel", 6.5),
        ("on-awas", "awas", 4.5),
        ("ink", "waspada", 7),
        ("ink", "siaga", 7),
        ("waspada", "panel", 3),
        ("siaga", "panel", 3),
        ("nodata", "panel", 4.5),
        ("info", "bg", 4.5),
        ("amber", "bg", 4.5),
    ],
)
def test_the_wall_can_be_read(front: str, ground: str, least: float) -> None:
    assert contrast(WALL[front], WALL[ground]) >= least


@pytest.mark.parametrize("theme", PAGES)
@pytest.mark.parametrize("front", ["text", "muted", "nodata", "info", "waspada-text", "siaga-text", "awas-text"])
@pytest.mark.parametrize("ground", ["panel", "bg"])
def test_the_pages_can_be_read_by_day_and_by_night(theme: str, front: str, ground: str) -> None:
    found = PAGES[theme]
    assert contrast(found[front], found[ground]) >= 4.5, (front, ground)
