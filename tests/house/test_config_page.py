"""docs/config.md names every key that the two programs read, and no other of the hub's."""

import re
from pathlib import Path

from msgspec import inspect

from edge_agent.config import EdgeConfig
from hub.config import HubConfig

PAGE = Path(__file__).resolve().parents[2] / "docs" / "config.md"
_TABLES = (inspect.StructType, inspect.DataclassType)


def _keys(kind: object, prefix: str = "") -> set[str]:
    """Return every key below `kind` in dotted form; tables of named tables have `<source>` for the name."""
    if isinstance(kind, inspect.UnionType):
        return set().union(*(_keys(part, prefix) for part in kind.types))
    if isinstance(kind, inspect.DictType) and isinstance(kind.value_type, _TABLES):
        return _keys(kind.value_type, f"{prefix}<source>.")
    if isinstance(kind, _TABLES):
        found: set[str] = set()
        for field in kind.fields:
            below = _keys(field.type, f"{prefix}{field.encode_name}.")
            found |= below or {f"{prefix}{field.encode_name}"}
        return found
    return set()


def _documented() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_key_of_the_hub_stands_on_the_page() -> None:
    text = _documented()
    assert {key for key in _keys(inspect.type_info(HubConfig)) if f"`{key}`" not in text} == set()


def test_every_key_of_the_box_stands_on_the_page() -> None:
    text = _documented()
    leaves = {
        key
        for key in _keys(inspect.type_info(EdgeConfig))
        if ".desired" not in key
        and f"`{key}`" not in text
        and f"`.{key.rpartition('.')[2]}`" not in text
        and f"`{key.rpartition('.')[2]}`" not in text
    }
    assert leaves == set()


def test_every_key_on_the_page_is_one() -> None:
    hub_part = _documented().partition("## The box")[0]
    named = set(re.findall(r"`((?:clock|mqtt|broker|web|city|alerts|webhook|retention)\.[a-z0-9_.]+)`", hub_part))
    assert named <= _keys(inspect.type_info(HubConfig)) | {"city.words"}
