"""How far what is read of a live stream lies behind what the camera sees. Pure.

A box that has no time for its camera reads more slowly than the camera sends; the pictures in between wait in the
buffers of both sides, and "the newest" is seconds old. The stamps tell: while all is well, the camera's time and the
box's run side by side; behind is who has read less camera time than has passed.
"""

WINDOW_MS = 30_000
"""The best of the last one to two windows counts as "not behind": clocks of cameras drift, by a second in hours."""


class Lag:
    """One stream, from its opening on."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._window = 0
        self._best_ms: tuple[float, float] | None = None
        """Least difference of the box's and the camera's clock, in the window before and in this one."""

    def behind_s(self, *, media_s: float, real_ms: int) -> float:
        """Return by how much a packet comes later than the fastest ones of late, s.

        Args:
            media_s: its time on the camera's clock.
            real_ms: now, real clock.
        """
        apart_ms = real_ms - 1000 * media_s
        if self._best_ms is None:
            self._best_ms = (apart_ms, apart_ms)
        elif real_ms // WINDOW_MS != self._window:
            self._best_ms = (self._best_ms[1], apart_ms)
        else:
            self._best_ms = (self._best_ms[0], min(self._best_ms[1], apart_ms))
        self._window = real_ms // WINDOW_MS
        return (apart_ms - min(self._best_ms)) / 1000
