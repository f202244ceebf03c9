"""Which packets of a stream need decoding when fewer pictures are wanted than come. Pure.

Rules, in this order:
1. Where every packet is a whole picture (MJPEG), only those that are due are decoded.
2. Where the key pictures have come at a steady distance, and the next one is expected before the next picture is due,
   nothing is decoded until that key picture: no later picture needs what lies between.
3. Otherwise everything is decoded, but pictures that no other one refers to and that are not due are left out
   (`skip_frame = NONREF`).
After rule 2 has dropped one packet, nothing but a key picture can be decoded: if the camera breaks its own rhythm, its
next key picture is waited for, and the rhythm is learned again.
"""

import math
from collections import deque
from enum import Enum

DISTANCES_KNOWN = 2
"""So many distances between key pictures must be alike before rule 2 trusts them."""
UNLIKE_S = 0.2
"""Distances that differ by more are no rhythm: "smart" codecs of cameras stretch them as they like."""
EARLY_SHARE = 0.5
"""Of one picture's duration: a picture so much too early counts as due, for it is nearer than the next one."""
ROUNDING_S = 0.001
"""Containers round stamps to milliseconds."""
SLACK_SHARE = 0.1
"""Of the time between two wanted pictures: so much later may a key picture come and still be waited for."""


class Need(Enum):
    """What is to be done with a packet."""

    DROP = "drop"
    REFERENCE = "reference"
    """Decode it for what refers to it; it is not due itself."""
    PICTURE = "picture"
    ALONE = "alone"
    """It is due, and nothing after it is decoded until the next key picture: the decoder may be emptied."""


class Thrift:
    """What was learned of one stream since it was opened, and when its next picture is due."""

    def __init__(self, *, is_intra_only: bool, interval_s: float) -> None:
        """Begin a stream; `interval_s`: time between two pictures that the camera declares."""
        self._is_intra_only = is_intra_only
        self._early_s = EARLY_SHARE * interval_s + ROUNDING_S
        self._key_s: float | None = None
        self._distances_s: deque[float] = deque(maxlen=DISTANCES_KNOWN)
        self._is_broken = False
        self._given_s: float | None = None

    def need(self, *, media_s: float, is_key: bool, every_s: float) -> Need:
        """Return what is to be done with the packet of this time; s of the camera."""
        due_s = self._due_s(every_s)
        if self._is_intra_only:
            return Need.ALONE if media_s >= due_s else Need.DROP
        if is_key:
            self._learn(media_s)
        is_due = media_s >= due_s
        if (self._is_broken and not is_key) or (not is_due and self._may_rest(due_s, every_s)):
            self._is_broken = True
            return Need.DROP
        self._is_broken = is_key and is_due and self._may_rest(media_s + every_s - self._early_s, every_s)
        if self._is_broken:
            return Need.ALONE
        return Need.PICTURE if is_due else Need.REFERENCE

    def catch_up(self) -> None:
        """Drop everything up to the next key picture; whole pictures, each a key picture, need none of that."""
        self._is_broken = True

    def takes(self, *, media_s: float, every_s: float) -> bool:
        """Answer whether a decoded picture is due; the next one is then due `every_s` later."""
        if media_s < self._due_s(every_s):
            return False
        self._given_s = media_s
        return True

    def _due_s(self, every_s: float) -> float:
        return -math.inf if self._given_s is None or every_s <= 0 else self._given_s + every_s - self._early_s

    def _learn(self, media_s: float) -> None:
        if self._key_s is not None:
            self._distances_s.append(media_s - self._key_s)
        self._key_s = media_s

    def _may_rest(self, due_s: float, every_s: float) -> bool:
        """Answer whether the next key picture is expected before the next picture is due, or hardly after it."""
        if self._key_s is None or len(self._distances_s) < DISTANCES_KNOWN:
            return False
        if max(self._distances_s) - min(self._distances_s) > UNLIKE_S:
            return False
        return self._key_s + max(self._distances_s) <= due_s + 2 * self._early_s + SLACK_SHARE * every_s
