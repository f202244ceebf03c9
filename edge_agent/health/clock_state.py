"""How far the box's wall time can be trusted. Pure; `box_clock` feeds it.

The rules:

1. Before any proof in this boot, wall time is `unsynced` if it lies before what this box has already written,
   `rtc` if a hardware clock set it, otherwise `saved`.
2. While the kernel says that NTP keeps it, it is `ntp`. Otherwise, once the hub has told its time in this boot, the
   box follows the hub: `hub`.
3. Trust earned in a boot stays for that boot; only its error grows, by the drift that the kernel itself allows for.
4. A step of more than two seconds, and the first proof in a boot, call for a clock anchor: the hub dates the rows
   of that boot again with it. Rows already written are never changed.

Times in scaled milliseconds; `zero_ms` is the wall time at which the boot clock stood at 0.
"""

from msgspec import Struct
from msgspec.structs import replace

from contract.clock import ClockTrust

STEP_MS = 2_000
"""A smaller difference between wall and boot clock is slewing and rounding."""

DRIFT_PPM = 500
"""The Linux kernel's own bound for a clock that nobody corrects (MAXFREQ in include/linux/timex.h)."""

SAVED_ERR_MS = 24 * 3600 * 1000
"""A saved clock is behind by the length of the power cut, which the box cannot know; taken as a day."""

UNSYNCED_ERR_MS = 100 * 365 * 24 * 3600 * 1000
"""Wall time means nothing: it may stand at 1970."""

RTC_ERR_MS = 60_000
"""A DS3231 drifts about a minute a year (2 ppm, data sheet); cheaper ones a minute a month."""

PROVEN = frozenset({ClockTrust.NTP, ClockTrust.HUB})


class ClockState(Struct, frozen=True, kw_only=True):
    """What the box knows of its wall time."""

    boot: int
    trust: ClockTrust
    zero_ms: int
    err_ms: int
    """At `proven_up_ms`; later it is greater by the drift."""
    proven_up_ms: int
    newest_ms: int
    """Newest wall time given out, or the last proven one: a later boot that begins before it has lost its clock."""


class ClockSigns(Struct, frozen=True, kw_only=True):
    """What can be seen at one instant."""

    now_ms: int
    up_ms: int
    ntp_err_ms: int | None = None
    """Bound of the error while the kernel says that NTP keeps the wall clock; None: it does not."""
    hub_zero_ms: int | None = None
    """Hub's time at which this boot's clock stood at 0, so that no step of the wall clock moves it; None: not known."""


class Anchor(Struct, frozen=True, kw_only=True):
    """What a `clock_anchor` record tells beside its envelope."""

    step_ms: int
    was: ClockTrust


HUB_ERR_MS = 1_000
"""The hub's time reaches the box in an acknowledgement; a mobile link holds one up this long."""


def begin(remembered: ClockState | None, signs: ClockSigns, *, has_rtc: bool, boot: int) -> ClockState:
    """Return the state at the start of a process (rule 1).

    Args:
        remembered: the state that the last process of this outbox left; kept when it is of the same boot.
        signs: what can be seen now.
        has_rtc: a hardware clock set the wall clock at this boot.
        boot: number of this boot.
    """
    if remembered is not None and remembered.boot == boot:
        return remembered
    newest_ms = remembered.newest_ms if remembered is not None else 0
    if signs.now_ms < newest_ms:
        trust, err_ms = ClockTrust.UNSYNCED, UNSYNCED_ERR_MS
    elif has_rtc:
        trust, err_ms = ClockTrust.RTC, RTC_ERR_MS
    else:
        trust, err_ms = ClockTrust.SAVED, SAVED_ERR_MS
    return ClockState(
        boot=boot,
        trust=trust,
        zero_ms=signs.now_ms - signs.up_ms,
        err_ms=err_ms,
        proven_up_ms=signs.up_ms,
        newest_ms=newest_ms,
    )


def look(state: ClockState, signs: ClockSigns) -> tuple[ClockState, Anchor | None]:
    """Return the state after a look at the signs, and the anchor that is now due (rules 2 to 4)."""
    wall_zero_ms = signs.now_ms - signs.up_ms
    trust, zero_ms, err_ms, proven_up_ms = state.trust, wall_zero_ms, state.err_ms, state.proven_up_ms
    if signs.ntp_err_ms is not None:
        trust, err_ms, proven_up_ms = ClockTrust.NTP, signs.ntp_err_ms, signs.up_ms
    elif signs.hub_zero_ms is not None:
        trust, err_ms, proven_up_ms = ClockTrust.HUB, HUB_ERR_MS, signs.up_ms
        zero_ms = signs.hub_zero_ms
    elif state.trust is ClockTrust.HUB:
        zero_ms = state.zero_ms
    step_ms = zero_ms - state.zero_ms
    is_anchored = abs(step_ms) > STEP_MS or (trust in PROVEN and state.trust not in PROVEN)
    if not is_anchored and trust is ClockTrust.HUB and state.trust is ClockTrust.HUB:
        zero_ms = state.zero_ms  # the jitter of single acknowledgements does not shake the time of records
    at_ms = signs.up_ms + zero_ms
    after = replace(
        state,
        trust=trust,
        zero_ms=zero_ms,
        err_ms=err_ms,
        proven_up_ms=proven_up_ms,
        newest_ms=at_ms if trust in PROVEN else max(state.newest_ms, at_ms),
    )
    return after, Anchor(step_ms=step_ms, was=state.trust) if is_anchored else None


def error_ms(state: ClockState, *, up_ms: int) -> int:
    """Return the estimated error of wall time at `up_ms`: what it was when proven, and the drift since (rule 3)."""
    return state.err_ms + max(0, up_ms - state.proven_up_ms) * DRIFT_PPM // 1_000_000
