"""A picture is known by its first bytes."""

import pytest

from hub.blobs.kinds import kind_of
from tests.support.pictures import HEADS, picture


@pytest.mark.parametrize("kind", HEADS)
def test_each_kind_that_is_kept_is_known(kind: str) -> None:
    assert kind_of(picture(head=HEADS[kind])[:12]) == kind


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff\xd8", b"<svg xmlns=", b"GIF89a", b"RIFF\x00\x00\x00\x00AVI ", b"%PDF-1.7", b"<!doctype ht", b"MZ"],
)
def test_anything_else_is_none(head: bytes) -> None:
    assert kind_of(head) is None
