"""How many records a second may go. Pure; real time.

A bucket that may be overdrawn by one batch: whole batches go as soon as it is not in debt, and the debt is waited off.
So the long mean is the rate exactly, and no batch is torn into small ones for a few records' sake.
"""

from contract.flow import BACKLOG_SHARE, CREDIT_BEFORE_ACK_RPS, CREDIT_FLOOR_RPS

MS_PER_S = 1000.0


class Bucket:
    """Records that may go, filled at a rate, never more than one second's worth in store."""

    def __init__(self, *, rate_rps: float, now_ms: int) -> None:
        """Begin full: `rate_rps` records a second, `now_ms` on the real clock."""
        self._rate_rps = rate_rps
        self._records = rate_rps
        self._at_ms = now_ms

    def set_rate(self, rate_rps: float, *, now_ms: int) -> None:
        """Fill at another rate from now on."""
        self._fill(now_ms)
        self._rate_rps = rate_rps
        self._records = min(self._records, rate_rps)

    def take(self, records: int, *, now_ms: int) -> None:
        """Take out `records`, into debt if need be."""
        self._fill(now_ms)
        self._records -= records

    def open_at_ms(self, *, now_ms: int) -> int:
        """Return when the bucket is out of debt; `now_ms` if it is."""
        self._fill(now_ms)
        if self._records >= 0:
            return now_ms
        return now_ms + int(-self._records / self._rate_rps * MS_PER_S) + 1

    def _fill(self, now_ms: int) -> None:
        passed_s = max(0, now_ms - self._at_ms) / MS_PER_S
        self._records = min(self._rate_rps, self._records + passed_s * self._rate_rps)
        self._at_ms = max(self._at_ms, now_ms)


class Credit:
    """What the hub lets this box send: all of it for what happens now, 70 % of it for backlog."""

    def __init__(self, *, now_ms: int) -> None:
        """Begin as at every connect: with what is allowed before the first acknowledgement."""
        self.rps = CREDIT_BEFORE_ACK_RPS
        self._whole = Bucket(rate_rps=self.rps, now_ms=now_ms)
        self._backlog = Bucket(rate_rps=self.rps * BACKLOG_SHARE, now_ms=now_ms)

    def grant(self, rps: int, *, now_ms: int) -> None:
        """Take the hub's word. Less than the contract's floor is taken for the floor, so that nothing ever starves."""
        rps = max(CREDIT_FLOOR_RPS, rps)
        if rps == self.rps:
            return
        self.rps = rps
        self._whole.set_rate(rps, now_ms=now_ms)
        self._backlog.set_rate(rps * BACKLOG_SHARE, now_ms=now_ms)

    def spend(self, records: int, *, is_backlog: bool, now_ms: int) -> None:
        """Count records that went."""
        self._whole.take(records, now_ms=now_ms)
        if is_backlog:
            self._backlog.take(records, now_ms=now_ms)

    def open_at_ms(self, *, is_backlog: bool, now_ms: int) -> int:
        """Return when the next batch may go; `now_ms` if it may now."""
        whole_ms = self._whole.open_at_ms(now_ms=now_ms)
        return max(whole_ms, self._backlog.open_at_ms(now_ms=now_ms)) if is_backlog else whole_ms
