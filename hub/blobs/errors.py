"""Why a blob, or a piece of one, is not taken.

BlobError
├── ExtentError        422  it cannot be understood which bytes are sent
├── BlobTooLargeError  413  more than any picture of ours
├── PartlyHereError    409  other bytes are needed next; carries how many are here
├── CutError           409  the connection ended; nobody hears that
├── OustedError        409  a newer call of the same box goes on in its place
├── WrongHashError     422  the whole is not what its name says
├── WrongKindError     415  the whole is no picture of a kind that is kept
├── SentEnoughError    429  the day's quota is used up; carries when to come again
└── NoRoomError        507  the hub's disk is too full for pictures; carries when to come again
"""

from typing import ClassVar


class BlobError(Exception):
    """It is not taken.

    Attributes:
        reason: one word for programs and figures.
        sentence_id: what is wrong and what to do, in Indonesian.
        sentence_en: the same in English.
        here_bytes: how many bytes of it are here, where that matters.
        again_s: when to come again, where it helps to wait; real seconds.
    """

    reason: ClassVar[str]

    def __init__(
        self, sentence_id: str, sentence_en: str, *, here_bytes: int | None = None, again_s: int | None = None
    ) -> None:
        """Keep both sentences; the text of the error is the English one."""
        super().__init__(sentence_en)
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en
        self.here_bytes = here_bytes
        self.again_s = again_s


class ExtentError(BlobError, ValueError):
    """It cannot be understood which bytes are sent."""

    reason = "range"


class BlobTooLargeError(BlobError, ValueError):
    """It is larger than any picture of ours."""

    reason = "too_large"


class PartlyHereError(BlobError):
    """Other bytes are needed next."""

    reason = "offset"


class CutError(BlobError):
    """The connection ended before all had come that was announced; what came stays."""

    reason = "cut"


class OustedError(BlobError):
    """A newer call of the same box goes on in its place."""

    reason = "ousted"


class WrongHashError(BlobError, ValueError):
    """The whole is not what its name says; what was here of it is gone."""

    reason = "hash"


class WrongKindError(BlobError, ValueError):
    """The whole is no picture of a kind that is kept; what was here of it is gone."""

    reason = "type"


class SentEnoughError(BlobError):
    """The day's quota is used up, the box's or that of all boxes."""

    reason = "quota"


class NoRoomError(BlobError, OSError):
    """The hub's disk is too full for pictures."""

    reason = "disk"


REASONS = tuple(kind.reason for kind in BlobError.__subclasses__())
