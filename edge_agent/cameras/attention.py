"""When a picture goes to the detector, and when the last answer stands. Pure.

The rules:

1. While something moves, and for `LINGERS_S` after it: each picture. So the last answer is of a scene that is still.
2. While tracks stand there: every `STANDING_S`. What stands must stay known, and may be covered or driven off unseen.
3. Otherwise every `LEAST_S`: what came in too slowly to be seen as motion is found, and a detector that fails too.
"""

LINGERS_S = 2.0
STANDING_S = 10.0
LEAST_S = 60.0


class Attention:
    """One view's."""

    def __init__(self) -> None:
        """Begin with the first picture going to the detector."""
        self._moved_ms: int | None = None
        self._asked_ms: int | None = None

    def is_wanted(self, *, is_moving: bool, has_tracks: bool, real_ms: int) -> bool:
        """Answer whether a picture is to go to the detector; if so, it counts as asked.

        Args:
            is_moving: the motion gate's word on this picture.
            has_tracks: the tracker knows of something.
            real_ms: when the picture was taken.
        """
        if is_moving:
            self._moved_ms = real_ms
        if not (self.is_awake(real_ms=real_ms) or self._is_overdue(STANDING_S if has_tracks else LEAST_S, real_ms)):
            return False
        self._asked_ms = real_ms
        return True

    def is_awake(self, *, real_ms: int) -> bool:
        """Answer whether something moves or has just moved (rule 1)."""
        return self._moved_ms is not None and real_ms - self._moved_ms <= 1000 * LINGERS_S

    def _is_overdue(self, after_s: float, real_ms: int) -> bool:
        return self._asked_ms is None or real_ms - self._asked_ms >= 1000 * after_s
