"""A view read from a TOML file, with every problem told at once.

    name = "Jalan Pattimura, ke pasar"
    purpose = [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]

    [lines.simpang]
    start = [0.1, 0.8]
    end = [0.9, 0.8]
    forward = "ke pasar"
    backward = "ke pelabuhan"

    [zones.jalur-utara]
    kind = "road"
    outline = [[0.1, 0.4], [0.9, 0.4], [0.9, 0.9], [0.1, 0.9]]

What each key means stands in `contract.views`. All places are parts of the picture.
"""

from pathlib import Path

from contract.config_file import BETWEEN, read_config
from contract.views import View
from edge_agent.sightings.errors import ViewFileError

_PART = "a part of the picture"
_HINT = "Bagian gambar, bukan piksel / Parts of the picture, not pixels: x 640 of 1280 is 0.5, y 540 of 720 is 0.75."


def read_view(path: Path) -> View:
    """Return the view that a file holds.

    Raises:
        ViewFileError: the file cannot be read or is no view; all problems, one a line, each with file and key.
    """
    view, problems = read_config(path, View, is_bilingual=True)
    if view is None:
        is_about_parts = any(_PART in problem for problem in problems)
        lines = [f"{path}: pandangan tidak dapat dipakai / the view cannot be used", *problems]
        raise ViewFileError("\n".join([*lines, _HINT] if is_about_parts else lines), fault=_fault(path, problems))
    return view


def _fault(path: Path, problems: list[str]) -> str:
    """Say it as records do; each problem is Indonesian, ` / `, English, with no other ` / `, or English alone."""
    halves = [problem.removeprefix(f"{path}: ").partition(BETWEEN) for problem in problems]
    return (
        f"{str(path).replace(BETWEEN, '/')}: berkas pandangan tidak dapat dipakai. Perbaiki berkas itu, atau gambar "
        f"zonanya di pusat. {' '.join(first for first, between, _ in halves if between)}{BETWEEN}the view's file "
        "cannot be used. Correct that file, or draw its zones at the hub. "
        f"{' '.join(second or first for first, _, second in halves)}"
    )
