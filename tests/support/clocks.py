"""A clock that moves only when a test says so."""

DEFAULT_NOW_MS = 1_750_000_000_000
"""2025-06-15 15:06:40 UTC; any fixed instant will do."""

DEFAULT_UP_MS = 60_000


class FakeClock:
    """All three times of a `Clock`, moved together by `advance`; the scaled ones at `rate`."""

    def __init__(
        self, *, now_ms: int = DEFAULT_NOW_MS, up_ms: int = DEFAULT_UP_MS, real_ms: int = 0, rate: float = 1.0
    ) -> None:
        """Start at these times, milliseconds; `rate` in scaled seconds per real second."""
        self._now_ms = now_ms
        self._up_ms = up_ms
        self._real_ms = real_ms
        self._rate = rate

    @property
    def rate(self) -> float:
        """Scaled seconds per real second."""
        return self._rate

    def now_ms(self) -> int:
        """Return scaled wall time, UTC milliseconds."""
        return self._now_ms

    def up_ms(self) -> int:
        """Return the scaled boot clock, milliseconds."""
        return self._up_ms

    def real_ms(self) -> int:
        """Return the real monotonic clock, milliseconds."""
        return self._real_ms

    def advance(self, seconds: float) -> None:
        """Let `seconds` of scaled time pass; real time moves by `seconds / rate`."""
        self._now_ms += round(seconds * 1000)
        self._up_ms += round(seconds * 1000)
        self._real_ms += round(seconds * 1000 / self._rate)

    def step_wall(self, seconds: float) -> None:
        """Step the wall clock alone, as NTP or a person does; may go back."""
        self._now_ms += round(seconds * 1000)
