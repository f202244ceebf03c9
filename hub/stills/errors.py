"""Why a camera is not asked for a picture.

AskError
├── NoCameraError   no box looks at this view
├── BoxAwayError    the box is not connected, so nothing would come in time
├── BoxRefusedError the box is in quarantine or revoked
└── TooSoonError    it was asked a moment ago, or one person asks very often; carries when to ask again
"""

from hub.errors import HubError


class AskError(HubError):
    """It is not asked.

    Attributes:
        sentence_id: why and what to do, in Indonesian.
        sentence_en: the same in English.
        again_s: when to ask again, where it helps to wait; real seconds.
    """

    def __init__(self, sentence_id: str, sentence_en: str, *, again_s: int | None = None) -> None:
        """Keep both sentences; the text of the error is the English one."""
        super().__init__(sentence_en)
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en
        self.again_s = again_s


class NoCameraError(AskError, LookupError):
    """No box looks at this view."""


class BoxAwayError(AskError):
    """The box is not connected."""


class BoxRefusedError(AskError, PermissionError):
    """The box is in quarantine or revoked."""


class TooSoonError(AskError):
    """It was asked a moment ago, or one person asks very often."""
