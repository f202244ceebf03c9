"""What kind of picture a file is, by its first bytes; whoever sent it may have called it anything.

Sources: JPEG ITU-T T.81 B.1.1.3 (SOI, then a marker); PNG ISO/IEC 15948 5.2; WebP RFC 9649 2.4.
"""

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
SUFFIXES = {JPEG: "jpg", PNG: "png", WEBP: "webp"}
"""Every kind that is kept, and how the name of such a file ends."""
HEAD_BYTES = 12
"""So many tell them apart."""

_JPEG_BEGINS = b"\xff\xd8\xff"
_PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
_RIFF, _WEBP = b"RIFF", b"WEBP"


def kind_of(head: bytes) -> str | None:
    """Return the kind of a file that begins so, or None: it is not one that is kept."""
    if head.startswith(_JPEG_BEGINS):
        return JPEG
    if head.startswith(_PNG_BEGINS):
        return PNG
    if head.startswith(_RIFF) and head[8:HEAD_BYTES] == _WEBP:
        return WEBP
    return None
