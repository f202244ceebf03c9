"""A simulated street: vehicles that arrive by chance, drive, follow each other and are counted. Pure.

Arrivals are a Poisson process per direction; who follows whom brakes and speeds up by the Intelligent Driver Model
(Treiber, Hennecke, Helbing: Congested traffic states in empirical observations and microscopic simulations, Physical
Review E 62, 2000). The same seed gives the same street, whatever the rate at which it is looked at.
"""

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from random import Random

STREET_M = 40.0
"""Length of the street in the picture."""
MARGIN_M = 15.0
"""Vehicles begin and end so far outside the picture: the longest is 10 m."""
STEP_S = 0.05
COUNTED_AT_M = STREET_M / 2

_HEADWAY_S = 1.4  # IDM: desired time to the vehicle ahead
_GAP_M = 2.0  # IDM: least distance
_PULL_MPS2 = 1.2  # IDM: acceleration
_BRAKE_MPS2 = 2.0  # IDM: comfortable deceleration


class Heading(StrEnum):
    """Where a lane leads in the picture."""

    LEFT = "left"
    """The near lane: in Indonesia traffic keeps to the left, so seen from the kerb the near one goes left."""
    RIGHT = "right"
    """The far lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What vehicles of one kind are like."""

    length_m: float
    height_m: float
    speed_mps: float
    """That they like; each one's own differs by up to 20 %."""
    share: float
    """Of all that come."""


BUILDS = {
    "motorcycle": Build(length_m=2.0, height_m=1.6, speed_mps=11.0, share=0.60),
    "car": Build(length_m=4.3, height_m=1.5, speed_mps=10.0, share=0.30),
    "truck": Build(length_m=7.5, height_m=2.9, speed_mps=8.0, share=0.07),
    "bus": Build(length_m=10.0, height_m=3.1, speed_mps=8.0, share=0.03),
}
"""By the class names of detections. Shares: motorcycles lead in Indonesian towns; the split is an assumption."""


@dataclass(slots=True, kw_only=True)
class Vehicle:
    """One vehicle on its lane."""

    kind: str
    heading: Heading
    colour: int
    """0 to 255, a place on whatever palette draws it."""
    speed_mps: float
    wish_mps: float
    front_m: float
    """How far its front has come, from the edge of the picture where it enters."""

    @property
    def build(self) -> Build:
        """What its kind is like."""
        return BUILDS[self.kind]

    @property
    def centre_m(self) -> float:
        """How far its middle has come."""
        return self.front_m - self.build.length_m / 2

    def span_m(self) -> tuple[float, float]:
        """Return its left and right end, m from the picture's left edge."""
        ends = (self.front_m - self.build.length_m, self.front_m)
        return ends if self.heading is Heading.RIGHT else (STREET_M - ends[1], STREET_M - ends[0])


class Street:
    """Both lanes, and what has crossed the middle of the picture so far."""

    def __init__(self, *, vehicles_per_min: float, seed: int) -> None:
        """Begin with an empty street at time 0."""
        self._rng = Random(seed)  # noqa: S311 -- a drawn street that must be repeatable, no secret
        self._mean_gap_s = math.inf if vehicles_per_min <= 0 else 2 * 60 / vehicles_per_min
        self._steps = 0
        self._next_s = {heading: self._drawn_gap_s() for heading in Heading}
        self.lanes: dict[Heading, list[Vehicle]] = {heading: [] for heading in Heading}
        """In driving order, the first in front."""
        self.crossed: Counter[tuple[Heading, str]] = Counter()
        """The truth: vehicles whose middle has passed the middle of the picture, by heading and kind."""

    def run_to(self, at_s: float) -> None:
        """Let time pass up to `at_s` since the beginning."""
        while self._steps * STEP_S < at_s:
            self._steps += 1
            for heading, lane in self.lanes.items():
                self._let_in(heading, lane)
                self._drive(lane)

    def vehicles(self) -> list[Vehicle]:
        """Return all, those of the far lane first: who draws them in this order draws the near ones on top."""
        return [*self.lanes[Heading.RIGHT], *self.lanes[Heading.LEFT]]

    def _drawn_gap_s(self) -> float:
        return math.inf if math.isinf(self._mean_gap_s) else self._rng.expovariate(1 / self._mean_gap_s)

    def _let_in(self, heading: Heading, lane: list[Vehicle]) -> None:
        """Let the next vehicle begin when it has come and there is room for it."""
        now_s = self._steps * STEP_S
        has_room = not lane or lane[-1].front_m - lane[-1].build.length_m > _GAP_M - MARGIN_M
        if now_s < self._next_s[heading] or not has_room:
            return
        kinds = list(BUILDS)
        kind = self._rng.choices(kinds, weights=[BUILDS[one].share for one in kinds])[0]
        wish_mps = BUILDS[kind].speed_mps * self._rng.uniform(0.8, 1.2)
        lane.append(
            Vehicle(
                kind=kind,
                heading=heading,
                colour=self._rng.randrange(256),
                speed_mps=min(wish_mps, lane[-1].speed_mps) if lane else wish_mps,
                wish_mps=wish_mps,
                front_m=-MARGIN_M,
            )
        )
        self._next_s[heading] = now_s + self._drawn_gap_s()

    def _drive(self, lane: list[Vehicle]) -> None:
        ahead: Vehicle | None = None
        for vehicle in lane:
            before_m = vehicle.centre_m
            pull_mps2 = _idm_mps2(vehicle, ahead)
            vehicle.speed_mps = max(0.0, vehicle.speed_mps + pull_mps2 * STEP_S)
            vehicle.front_m += vehicle.speed_mps * STEP_S
            if before_m < COUNTED_AT_M <= vehicle.centre_m:
                self.crossed[vehicle.heading, vehicle.kind] += 1
            ahead = vehicle
        if lane and lane[0].front_m - lane[0].build.length_m > STREET_M + MARGIN_M:
            del lane[0]


def _idm_mps2(vehicle: Vehicle, ahead: Vehicle | None) -> float:
    """Return how a driver speeds up or brakes (equations 2 and 3 of the paper, delta 4)."""
    free = 1 - (vehicle.speed_mps / vehicle.wish_mps) ** 4
    if ahead is None:
        return _PULL_MPS2 * free
    gap_m = max(0.1, ahead.front_m - ahead.build.length_m - vehicle.front_m)
    closing_mps = vehicle.speed_mps - ahead.speed_mps
    wanted_m = _GAP_M + max(
        0.0,
        vehicle.speed_mps * _HEADWAY_S + vehicle.speed_mps * closing_mps / (2 * math.sqrt(_PULL_MPS2 * _BRAKE_MPS2)),
    )
    return _PULL_MPS2 * (free - (wanted_m / gap_m) ** 2)
