"""Renders templates. Everything a template says goes through a `Wording`; what it is given is escaped."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hub.wall import static_files
from hub.wall.reasons import reason_words
from hub.wall.view_words import fault_words, label_words, road_words
from hub.wall.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = f"/static/{static_files.digest()}"
    environment.globals["json_block"] = json_block
    return environment


def json_block(text: str) -> Markup:
    """Return JSON as it may stand inside a data block of a page: no `<` can end the block."""
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - JSON, and nothing in it can end the block


def render(name: str, *, wording: Wording, **values: object) -> str:
    """Return the page `name`.

    Args:
        name: of the template.
        wording: language and city; templates call it `w`, and `say` for short.
        **values: what the template shows.
    """
    template = _environment().get_template(name)
    return template.render(
        w=wording,
        say=wording.say,
        city=wording.city,
        reasons=reason_words(wording.language),
        labels=label_words(wording.language),
        roads=road_words(wording.language),
        faults=fault_words(wording.language),
        **values,
    )
