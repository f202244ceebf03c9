"""Which bytes of a blob one call carries: `Content-Range` of RFC 9110 14.4, used on PUT as its 14.5 allows.

- without it: all of the file, from its first byte.
- `bytes 65536-131071/200000`: these, both ends included, of so many.
- `bytes */200000` and no body: none; what is here is asked, and finished if it is whole.
"""

import re
from dataclasses import dataclass

from contract.blobs import BLOB_MOST_BYTES
from hub.blobs.errors import BlobTooLargeError, ExtentError

_RANGE = re.compile(r"bytes (?:([0-9]{1,12})-([0-9]{1,12})|\*)/([0-9]{1,12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Bytes of a file."""

    first: int
    """Number of the first one, from 0; of a question that of the one behind the last."""
    length: int
    """How many; 0: none, it is a question."""
    total: int
    """Of the whole file."""

    @property
    def is_question(self) -> bool:
        """Answer whether only asks how far it is."""
        return self.length == 0


def read_extent(content_range: str | None, *, content_length: int | None) -> Extent:
    """Return what the headers of a call say.

    Args:
        content_range: the header, if there is one.
        content_length: bytes of the body; None: it comes in pieces, and no header says how many there are.

    Raises:
        ExtentError: they say nothing that could be.
        BlobTooLargeError: the whole would be too large.
    """
    if content_range is None:
        if not content_length:
            raise _unreadable("Content-Length")
        return _bounded(Extent(first=0, length=content_length, total=content_length))
    found = _RANGE.fullmatch(content_range)
    if found is None:
        raise _unreadable(content_range[:80])
    first, last, total = found.groups()
    if first is None:
        extent = Extent(first=int(total), length=0, total=int(total))
    else:
        extent = Extent(first=int(first), length=int(last) - int(first) + 1, total=int(total))
        if not int(first) <= int(last) < int(total):
            raise _unreadable(content_range)
    if extent.total == 0 or (content_length is not None and content_length != extent.length):
        raise _unreadable(f"{content_range}, Content-Length {content_length}")
    return _bounded(extent)


def _bounded(extent: Extent) -> Extent:
    if extent.total > BLOB_MOST_BYTES:
        raise BlobTooLargeError(
            f"Gambar {extent.total} byte, paling banyak {BLOB_MOST_BYTES}. Kecilkan gambar di kotak.",
            f"The picture has {extent.total} bytes, at most {BLOB_MOST_BYTES} are taken. Make it smaller on the box.",
        )
    return extent


def _unreadable(what: str) -> ExtentError:
    return ExtentError(
        f"Byte mana yang dikirim tidak jelas: {what}. Kirim Content-Range: bytes AWAL-AKHIR/SELURUHNYA.",
        f"Which bytes are sent is not clear: {what}. Send Content-Range: bytes FIRST-LAST/TOTAL.",
    )
