"""Flat line and attenuated signal: does the sensor still live?

Both look at raw distances in mm, not at the stage: a creek at rest is truly flat for hours (measured: 239 h of
identical stage in steps of 3 mm), but the distances of a sensor that lives never are. A sensor too quiet to tell
(its bursts usually spread under `living_spread_mm`) is not judged.
"""

from msgspec.structs import replace

from contract.quality import Flag
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.quality.state import FlatRun, QualityState

FEWEST_SPREADS = 30
"""Bursts before the usual spread is known."""

REMEMBERED_SPREADS = 2000
"""The usual spread follows slowly, about a day and a half at one reading a minute, so that a nest is not usual soon."""

Finding = tuple[Flag, Reason]


def remember_distance(
    state: QualityState, *, up_ms: int, distance_mm: float, spread_mm: float | None, limits: QualityLimits
) -> QualityState:
    """Return the state after a burst: flat run, usual spread, and since when bursts are dull."""
    state = replace(state, flat=_flat_run(state.flat, up_ms, distance_mm, limits.flat_tolerance_mm))
    if spread_mm is None:
        return state
    spreads = min(state.spreads + 1, REMEMBERED_SPREADS)
    usual_mm = state.usual_spread_mm + (spread_mm - state.usual_spread_mm) / spreads
    is_dull = _knows_usual(state, limits) and spread_mm < limits.dull_share * state.usual_spread_mm
    dull_since_up_ms = (state.dull_since_up_ms or up_ms) if is_dull else None
    return replace(state, usual_spread_mm=usual_mm, spreads=spreads, dull_since_up_ms=dull_since_up_ms)


def judge_flat(state: QualityState, *, up_ms: int, limits: QualityLimits) -> Finding:
    """Return what the flat line test says of the newest burst."""
    if state.flat is None or not _knows_usual(state, limits):
        return Flag.PASS, Reason.GOOD
    flat_s = (up_ms - state.flat.since_up_ms) / 1000
    if flat_s >= limits.flat_fail_s:
        return Flag.FAIL, Reason.FLAT_LINE
    if flat_s >= limits.flat_suspect_s:
        return Flag.SUSPECT, Reason.FLAT_LINE
    return Flag.PASS, Reason.GOOD


def judge_dull(state: QualityState, *, up_ms: int, limits: QualityLimits) -> Finding:
    """Return what the attenuated signal test says of the newest burst."""
    if state.dull_since_up_ms is None or up_ms - state.dull_since_up_ms < 1000 * limits.dull_s:
        return Flag.PASS, Reason.GOOD
    return Flag.SUSPECT, Reason.ATTENUATED


def _knows_usual(state: QualityState, limits: QualityLimits) -> bool:
    return state.spreads >= FEWEST_SPREADS and state.usual_spread_mm >= limits.living_spread_mm


def _flat_run(run: FlatRun | None, up_ms: int, distance_mm: float, tolerance_mm: float) -> FlatRun:
    if run is None:
        return FlatRun(up_ms, distance_mm, distance_mm)
    low_mm, high_mm = min(run.low_mm, distance_mm), max(run.high_mm, distance_mm)
    if high_mm - low_mm > tolerance_mm:
        return FlatRun(up_ms, distance_mm, distance_mm)
    return FlatRun(run.since_up_ms, low_mm, high_mm)
