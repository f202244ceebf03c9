"""Does traffic flow? `lancar` (flowing), `padat` (dense), `macet` (jammed), and never to and fro.

A pure state machine over what a road zone shows. Rules:

1. What is judged are means over about `average_s`: the part of the zone under vehicles, and their speed. A red light
   is over before they change much.
2. `macet`: the zone is filled and the vehicles go at most 30 % of the free speed; `padat`: it is very full, or filled
   and slower than half of the free speed. These are levels F and D/E of the Highway Capacity Manual for city streets
   (speed as a part of the free speed: D down to 40 %, E to 30 %, F below), where dense is told a little earlier.
3. A state that holds is left only past a bound that lies off by `slack`; between the two bounds nothing changes.
4. A new state must be asked for without break for `hold_s`. So there are at least `hold_s` between two changes.
5. While nothing can be seen nothing changes; after `forget_s` of it the state is not known.
"""

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Annotated

from msgspec import Meta, Struct

Part = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]


class Flow(IntEnum):
    """How traffic flows, the worse the higher."""

    LANCAR = 0
    PADAT = 1
    MACET = 2

    @property
    def word(self) -> str:
        """As it stands on the record."""
        return self.name.lower()


class TrafficBounds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When traffic is called dense and jammed."""

    free_heights_per_s: Annotated[float, Meta(gt=0, le=50)] = 1.2
    """Speed of an undisturbed vehicle in this zone, in heights of its box a second. Depends on how the camera looks:
    seen from a pole along the road 1.0 to 1.7 (measured on a wet toll road), across the road several times that. To be
    taken from the site's own quiet hours."""
    padat_speed: Part = 0.5
    """Of the free speed."""
    macet_speed: Part = 0.3
    filled: Part = 0.15
    """Part of the zone under vehicles from which their speed speaks of the road and not of one who parks."""
    padat_filled: Part = 0.4
    """From here on it is dense at any speed: boxes then touch in every second lane."""
    slack: Annotated[float, Meta(ge=0, le=0.9)] = 0.3
    """A bound is left when it is passed by this part of itself."""
    average_s: Seconds = 30.0
    hold_s: Seconds = 30.0
    forget_s: Seconds = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a zone shows in one frame."""

    up_ms: int
    filled: float
    """Part of its area under vehicles."""
    heights_per_s: float | None
    """Mean speed of the vehicles in it; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficState:
    """What is remembered of a zone. `flow` None: not known."""

    flow: Flow | None = None
    since_up_ms: int | None = None
    up_ms: int | None = None
    """Of the last look."""
    filled: float = 0.0
    heights_per_s: float | None = None
    asked: Flow | None = None
    """Another state that the means speak for."""
    asked_since_up_ms: int = 0


def judge(state: TrafficState, look: Look, bounds: TrafficBounds) -> TrafficState:
    """Return the state after a look, which must not be older than the one before."""
    state = _averaged(_forgotten(state, look.up_ms, bounds), look, bounds)
    wanted = _wanted(state, bounds)
    if wanted == state.flow:
        return replace(state, asked=None)
    if wanted != state.asked:
        state = replace(state, asked=wanted, asked_since_up_ms=look.up_ms)
    if look.up_ms - state.asked_since_up_ms < 1000 * bounds.hold_s:
        return state
    return replace(state, flow=wanted, since_up_ms=look.up_ms, asked=None)


def unseen(state: TrafficState, up_ms: int, bounds: TrafficBounds) -> TrafficState:
    """Return the state when nothing can be seen at this moment."""
    return replace(_forgotten(state, up_ms, bounds), asked=None)


def _forgotten(state: TrafficState, up_ms: int, bounds: TrafficBounds) -> TrafficState:
    is_old = state.up_ms is not None and up_ms - state.up_ms > 1000 * bounds.forget_s
    return TrafficState() if is_old else state


def _averaged(state: TrafficState, look: Look, bounds: TrafficBounds) -> TrafficState:
    """Return the state with its means brought forward (exponential, by real time)."""
    passed_s = math.inf if state.up_ms is None else (look.up_ms - state.up_ms) / 1000
    keep = math.exp(-passed_s / bounds.average_s)
    speed = state.heights_per_s
    if look.heights_per_s is not None:
        speed = look.heights_per_s if speed is None else keep * speed + (1 - keep) * look.heights_per_s
    filled = keep * state.filled + (1 - keep) * look.filled
    return replace(state, up_ms=look.up_ms, filled=filled, heights_per_s=speed)


def _wanted(state: TrafficState, bounds: TrafficBounds) -> Flow:
    for flow in (Flow.MACET, Flow.PADAT):
        ease = 1 - bounds.slack if state.flow is not None and state.flow >= flow else 1.0
        if _shows(flow, state, bounds, ease):
            return flow
    return Flow.LANCAR


def _shows(flow: Flow, state: TrafficState, bounds: TrafficBounds, ease: float) -> bool:
    """Answer whether the means speak for a state or a worse one; `ease` below 1 widens its bounds."""
    share = bounds.macet_speed if flow is Flow.MACET else bounds.padat_speed
    speed = math.inf if state.heights_per_s is None else state.heights_per_s
    is_slow = speed <= share * bounds.free_heights_per_s / ease and state.filled >= bounds.filled * ease
    return is_slow or (flow is Flow.PADAT and state.filled >= bounds.padat_filled * ease)
