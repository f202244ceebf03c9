"""Which bytes a call carries: what the header says, and nothing that it does not say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.blobs import BLOB_MOST_BYTES
from hub.blobs.errors import BlobTooLargeError, ExtentError
from hub.blobs.extent import Extent, read_extent


@settings(max_examples=40)
@given(st.integers(1, BLOB_MOST_BYTES), st.data())
def test_a_range_says_what_it_says(total: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, total - 1))
    last = data.draw(st.integers(first, total - 1))
    expected = Extent(first=first, length=last - first + 1, total=total)
    for content_length in (None, expected.length):
        assert read_extent(f"bytes {first}-{last}/{total}", content_length=content_length) == expected
    assert not expected.is_question


@settings(max_examples=60)
@given(st.text(max_size=40) | st.from_regex(r"bytes [0-9*-]{0,9}/[0-9*]{0,9}"), st.none() | st.integers(0, 10**9))
def test_what_is_no_range_of_a_picture_is_refused(header: str, content_length: int | None) -> None:
    try:
        extent = read_extent(header, content_length=content_length)
    except (ExtentError, BlobTooLargeError):
        return
    assert 0 <= extent.first <= extent.total <= BLOB_MOST_BYTES
    assert extent.total > 0
    assert extent.first + extent.length <= extent.total
    assert content_length in {None, extent.length}


def test_without_a_range_it_is_the_whole_and_has_to_say_how_long() -> None:
    assert read_extent(None, content_length=7) == Extent(first=0, length=7, total=7)
    for content_length in (None, 0):
        with pytest.raises(ExtentError, match="Content-Length"):
            read_extent(None, content_length=content_length)


def test_a_star_asks_and_carries_nothing() -> None:
    asked = read_extent("bytes */700", content_length=0)
    assert (asked, asked.is_question) == (Extent(first=700, length=0, total=700), True)
    with pytest.raises(ExtentError):
        read_extent("bytes */700", content_length=3)


@pytest.mark.parametrize(
    "header",
    ["bytes 5-4/10", "bytes 0-10/10", "bytes 0-9/*", "bytes */0", "bytes 0-9", "bits 0-9/10", "bytes 0-9/10, 20-29/30",
     "bytes ٠-٩/10", "bytes -1-9/10", " bytes 0-9/10"],
)  # fmt: skip
def test_a_range_that_cannot_be_is_refused_and_the_form_is_told(header: str) -> None:
    with pytest.raises(ExtentError, match="FIRST-LAST/TOTAL"):
        read_extent(header, content_length=None)


def test_a_length_that_differs_from_the_range_is_refused() -> None:
    with pytest.raises(ExtentError):
        read_extent("bytes 0-9/10", content_length=9)


def test_the_whole_is_what_counts_against_the_bound() -> None:
    assert read_extent(f"bytes 0-9/{BLOB_MOST_BYTES}", content_length=10).total == BLOB_MOST_BYTES
    for header, length in ((f"bytes 0-9/{BLOB_MOST_BYTES + 1}", 10), (None, BLOB_MOST_BYTES + 1)):
        with pytest.raises(BlobTooLargeError, match=str(BLOB_MOST_BYTES)):
            read_extent(header, content_length=length)
