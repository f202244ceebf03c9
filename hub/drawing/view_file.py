"""A drawing as the text of a box's view file, and back."""

from pathlib import Path

import msgspec

from contract.config_file import read_tables
from contract.toml_text import parse_toml
from contract.views import View


def to_toml(view: View) -> str:
    """Return the view file that says the same; `edge_agent.sightings.view_file` reads it."""
    lines = [f"name = {_text(view.name)}"]
    if view.purpose is not None:
        lines.append(f"purpose = {_text(view.purpose)}")
    for name, zone in view.zones.items():
        lines += ["", f"[zones.{name}]", f"kind = {_text(zone.kind)}", f"outline = {_text(zone.outline)}"]
    for name, line in view.lines.items():
        lines += ["", f"[lines.{name}]", f"start = {_text(line.start)}", f"end = {_text(line.end)}"]
        lines += [f"forward = {_text(line.forward)}", f"backward = {_text(line.backward)}"]
    return "\n".join(lines) + "\n"


def read_toml(text: str) -> tuple[View | None, tuple[str, ...]]:
    """Return the drawing that a view file's text holds and no problems, or None and every problem."""
    values, problem = parse_toml(text)
    if problem:
        return None, (problem,)
    view, problems = read_tables(View, values, folder=Path(), is_bilingual=True)
    return view, tuple(problems)


def _text(value: object) -> str:
    # Strings, numbers and lists of these are written the same in JSON and in TOML, but for the letter DEL.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
