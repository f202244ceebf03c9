"""Where boxes will be: a Kalman filter with constant velocity for any number of boxes at once.

As in SORT (Bewley, Ge, Ott, Ramos and Upcroft 2016, arXiv:1602.00763) and ByteTrack, but in real seconds: cameras and
a busy box give 2 to 25 frames a second, and not evenly. State per box: middle x, middle y, width, height, each with its
velocity. The four are independent of each other, so that each is a filter of two numbers in closed form, and a frame
of 100 boxes costs a few array operations. All noise is in sides of the box (`side` = root of width times height): what
is near moves faster in the picture and its box jitters more.
"""

from dataclasses import dataclass

import numpy as np

from edge_agent.sightings.boxes import Floats

JITTER_SIDES = 0.05
"""Standard deviation of a measured edge: ByteTrack's 1/20 of the height."""
ACCELERATION_SIDES_PER_S2 = 3.0
"""A motorcycle braking at 4 m/s², 1.4 m to its side."""
GROWTH_SIDES_PER_S2 = 1.0
"""Sizes change only with distance and turning."""
FIRST_SPEED_SIDES_PER_S = 4.0
"""Of a box seen once nothing is known: 60 km/h across the picture of a car 2.5 m to its side is 6.7, along it less."""
FIRST_GROWTH_SIDES_PER_S = 0.5
SMALLEST_SIDE_PX = 2.0
"""A box is never thinner; the filter's own width must not fall to nothing while a thing is hidden."""

_NOISE = np.array([ACCELERATION_SIDES_PER_S2] * 2 + [GROWTH_SIDES_PER_S2] * 2)
_FIRST_SPEED = np.array([FIRST_SPEED_SIDES_PER_S] * 2 + [FIRST_GROWTH_SIDES_PER_S] * 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """Estimates of n boxes; the last axis of each [n, 4] array is middle x, middle y, width, height."""

    at: Floats
    """[n, 4] px."""
    speed: Floats
    """[n, 4] px/s."""
    var_at: Floats
    """[n, 4] px²."""
    var_speed: Floats
    """[n, 4] (px/s)²."""
    covar: Floats
    """[n, 4] px²/s."""

    def __len__(self) -> int:
        """Return how many boxes there are."""
        return len(self.at)

    @property
    def boxes(self) -> Floats:
        """The boxes [n, 4], px."""
        half = np.maximum(self.at[:, 2:], SMALLEST_SIDE_PX) / 2
        return np.concatenate([self.at[:, :2] - half, self.at[:, :2] + half], axis=1)

    @property
    def sides(self) -> Floats:
        """Root of width times height [n], px."""
        width_height = np.maximum(self.at[:, 2:], SMALLEST_SIDE_PX)
        return np.asarray(np.sqrt(width_height[:, 0] * width_height[:, 1]))

    @property
    def doubt_sides(self) -> Floats:
        """Standard deviation of the middle [n], in sides of the box."""
        return np.asarray(np.sqrt(self.var_at[:, :2].max(axis=1)) / self.sides)

    def only(self, chosen: np.ndarray) -> "Motion":
        """Return the boxes that a mask [n] or indices choose."""
        return Motion(
            at=self.at[chosen],
            speed=self.speed[chosen],
            var_at=self.var_at[chosen],
            var_speed=self.var_speed[chosen],
            covar=self.covar[chosen],
        )


def begin(boxes: Floats) -> Motion:
    """Return the estimates of boxes [n, 4] that are seen for the first time."""
    at = _middles(boxes)
    side = _sides(at)
    return Motion(
        at=at,
        speed=np.zeros_like(at),
        var_at=np.broadcast_to((JITTER_SIDES * side) ** 2, at.shape).copy(),
        var_speed=(_FIRST_SPEED * side) ** 2,
        covar=np.zeros_like(at),
    )


def joined(one: Motion, other: Motion) -> Motion:
    """Return the estimates of both, one after the other."""
    return Motion(
        at=np.concatenate([one.at, other.at]),
        speed=np.concatenate([one.speed, other.speed]),
        var_at=np.concatenate([one.var_at, other.var_at]),
        var_speed=np.concatenate([one.var_speed, other.var_speed]),
        covar=np.concatenate([one.covar, other.covar]),
    )


def predict(motion: Motion, seconds: float) -> Motion:
    """Return the estimates `seconds` later, with white noise of acceleration on them."""
    noise = (_NOISE * motion.sides[:, None]) ** 2
    return Motion(
        at=motion.at + motion.speed * seconds,
        speed=motion.speed,
        var_at=motion.var_at + 2 * seconds * motion.covar + seconds**2 * motion.var_speed + noise * seconds**4 / 4,
        var_speed=motion.var_speed + noise * seconds**2,
        covar=motion.covar + seconds * motion.var_speed + noise * seconds**3 / 2,
    )


def correct(motion: Motion, boxes: Floats) -> Motion:
    """Return the estimates after each of the n boxes was measured at `boxes` [n, 4]."""
    measured = _middles(boxes)
    var = motion.var_at + (JITTER_SIDES * _sides(measured)) ** 2
    gain_at, gain_speed = motion.var_at / var, motion.covar / var
    error = measured - motion.at
    return Motion(
        at=motion.at + gain_at * error,
        speed=motion.speed + gain_speed * error,
        var_at=(1 - gain_at) * motion.var_at,
        var_speed=motion.var_speed - gain_speed * motion.covar,
        covar=(1 - gain_at) * motion.covar,
    )


def replaced(motion: Motion, places: np.ndarray, by: Motion) -> Motion:
    """Return the estimates with those at `places` [k] replaced by the k of `by`."""
    fresh = {name: getattr(motion, name).copy() for name in ("at", "speed", "var_at", "var_speed", "covar")}
    for name, values in fresh.items():
        values[places] = getattr(by, name)
    return Motion(**fresh)


def at_rest(motion: Motion) -> Motion:
    """Return the estimates of boxes that are known not to move now."""
    return Motion(
        at=motion.at,
        speed=np.zeros_like(motion.speed),
        var_at=motion.var_at,
        var_speed=motion.var_speed,
        covar=np.zeros_like(motion.covar),
    )


def _middles(boxes: Floats) -> Floats:
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], SMALLEST_SIDE_PX)
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, sizes], axis=1)


def _sides(at: Floats) -> Floats:
    return np.asarray(np.sqrt(at[:, 2:3] * at[:, 3:4]))
