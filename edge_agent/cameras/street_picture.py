"""A simulated street as a picture, by day and by night. A drawing: no detector is judged by what it finds in it."""

from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge_agent.cameras.frame import Image
from edge_agent.cameras.street import STREET_M, Heading, Street, Vehicle

Colour: TypeAlias = tuple[int, int, int]
"""R, G, B."""
Canvas: TypeAlias = NDArray[np.float32]
"""[height_px, width_px, 3], RGB, 0 to 255."""

LANE_BOTTOM = {Heading.RIGHT: 0.66, Heading.LEFT: 0.90}
"""Where the wheels of a lane stand, as a part of the picture's height."""
LANE_SCALE = {Heading.RIGHT: 0.8, Heading.LEFT: 1.0}
"""The far lane is drawn smaller in height; its length fills the picture as the near one's does."""
NOISE_LEVELS = 4
"""Standard deviation of the sensor's noise in a dim street, of 255."""
NIGHT_SHARE = 0.22
"""Of the daylight that is left by night, under lamps."""

_PALETTE: tuple[Colour, ...] = (
    (196, 30, 36), (235, 235, 230), (40, 44, 52), (30, 74, 150), (170, 174, 178), (242, 180, 24), (24, 110, 70),
)  # fmt: skip
_WINDOW: Colour = (60, 82, 100)
_TYRE: Colour = (18, 18, 20)
_LAMP: Colour = (255, 244, 205)


class Light(StrEnum):
    """When it is."""

    DAY = "day"
    NIGHT = "night"


class StreetPicture:
    """Draws one street from the side, always from the same place."""

    def __init__(self, *, width_px: int, height_px: int, light: Light, seed: int) -> None:
        """Draw what does not move, once."""
        self._width_px, self._height_px = width_px, height_px
        self._light = light
        rng = np.random.default_rng(seed)
        self._scene = _scene(width_px, height_px, rng)
        self._noise = rng.normal(0, NOISE_LEVELS, (height_px, 2 * width_px, 1)).astype(np.float32)
        self._seed = seed

    def drawn(self, street: Street, *, number: int) -> Image:
        """Return picture `number` of the street as it is now, RGB [height, width, 3]."""
        image = self._scene.copy()
        boxes = [(vehicle, self.box_xyxy_px(vehicle)) for vehicle in street.vehicles()]
        for vehicle, box in boxes:
            _draw_vehicle(image, vehicle, box)
        if self._light is Light.NIGHT:
            image *= NIGHT_SHARE
            for vehicle, box in boxes:
                _draw_lamps(image, vehicle, box)
        shift = int(np.random.default_rng((self._seed, number)).integers(self._width_px))
        image += self._noise[:, shift : shift + self._width_px]
        return np.clip(image, 0, 255).astype(np.uint8)

    def box_xyxy_px(self, vehicle: Vehicle) -> tuple[float, float, float, float]:
        """Return where a vehicle is drawn: left, upper, right, lower, px; may lie outside the picture."""
        px_per_m = self._width_px / STREET_M
        left_m, right_m = vehicle.span_m()
        lower = LANE_BOTTOM[vehicle.heading] * self._height_px
        upper = lower - vehicle.build.height_m * px_per_m * LANE_SCALE[vehicle.heading]
        return left_m * px_per_m, upper, right_m * px_per_m, lower


def _scene(width_px: int, height_px: int, rng: np.random.Generator) -> Canvas:
    """Return sky, houses, pavement and road, float32 [height, width, 3]."""
    scene = np.empty((height_px, width_px, 3), np.float32)
    scene[:] = (150, 190, 225)
    left = 0
    while left < width_px:
        right = left + int(rng.integers(width_px // 12, width_px // 6))
        roof = int(height_px * rng.uniform(0.12, 0.3))
        scene[roof : int(0.46 * height_px), left:right] = rng.integers(110, 215, 3)
        for x in range(left + 6, right - 14, 24):
            scene[roof + 10 : roof + 26, x : x + 12] = (70, 80, 95)
        left = right
    scene[int(0.46 * height_px) : int(0.52 * height_px)] = (165, 160, 152)
    scene[int(0.52 * height_px) :] = (96, 96, 98)
    middle = int(0.71 * height_px)
    for x in range(0, width_px, max(2, width_px // 12)):
        scene[middle : middle + 3, x : x + width_px // 24] = (225, 225, 215)
    scene += rng.normal(0, 5, (height_px, width_px, 1)).astype(np.float32)
    return scene


def _fill(canvas: Canvas, corners_px: tuple[float, float, float, float], colour: Colour) -> None:
    """Fill a rectangle (left, upper, right, lower) as far as it lies in the picture."""
    height_px, width_px = canvas.shape[:2]
    left, upper, right, lower = corners_px
    across = slice(min(width_px, max(0, round(left))), min(width_px, max(0, round(right))))
    down = slice(min(height_px, max(0, round(upper))), min(height_px, max(0, round(lower))))
    canvas[down, across] = colour


def _disc(canvas: Canvas, x_px: float, y_px: float, radius_px: float, colour: Colour, *, glow: bool = False) -> None:
    """Draw a disc; `glow`: light that is added and fades outwards."""
    height_px, width_px = canvas.shape[:2]
    left, right = max(0, int(x_px - radius_px)), min(width_px, int(x_px + radius_px) + 2)
    upper, lower = max(0, int(y_px - radius_px)), min(height_px, int(y_px + radius_px) + 2)
    if left >= right or upper >= lower:
        return
    y, x = np.ogrid[upper:lower, left:right]
    far = np.hypot(x - x_px, y - y_px) / radius_px
    part = canvas[upper:lower, left:right]
    if glow:
        part += (np.clip(1 - far, 0, 1) ** 2)[..., None] * np.asarray(colour, np.float32)
    else:
        part[far <= 1] = colour


def _draw_vehicle(canvas: Canvas, vehicle: Vehicle, box: tuple[float, float, float, float]) -> None:
    left, upper, right, lower = box
    long, high = right - left, lower - upper
    colour = _PALETTE[vehicle.colour % len(_PALETTE)]
    wheel = 0.17 * high if vehicle.kind != "motorcycle" else 0.2 * high
    if vehicle.kind == "motorcycle":
        _fill(canvas, (left + 0.2 * long, lower - 0.5 * high, right - 0.2 * long, lower - 0.25 * high), colour)
        _fill(canvas, (left + 0.36 * long, upper + 0.18 * high, right - 0.36 * long, lower - 0.4 * high), _TYRE)
        _disc(canvas, (left + right) / 2, upper + 0.12 * high, 0.12 * high, colour)
    elif vehicle.kind == "car":
        _fill(canvas, (left, upper + 0.45 * high, right, lower - 0.12 * high), colour)
        _fill(canvas, (left + 0.2 * long, upper, right - 0.2 * long, upper + 0.45 * high), colour)
        _fill(canvas, (left + 0.25 * long, upper + 0.08 * high, right - 0.25 * long, upper + 0.42 * high), _WINDOW)
    else:
        _fill(canvas, (left, upper, right, lower - 0.12 * high), colour)
        _fill(canvas, (left + 0.06 * long, upper + 0.15 * high, right - 0.06 * long, upper + 0.42 * high), _WINDOW)
    for x_px in (left + 0.2 * long, right - 0.2 * long):
        _disc(canvas, x_px, lower - wheel, wheel, _TYRE)


def _draw_lamps(canvas: Canvas, vehicle: Vehicle, box: tuple[float, float, float, float]) -> None:
    """Light a vehicle's front lamp, and the road before it."""
    left, upper, right, lower = box
    high = lower - upper
    front, ahead = (right, 1) if vehicle.heading is Heading.RIGHT else (left, -1)
    _disc(canvas, front, lower - 0.45 * high, 0.25 * high, _LAMP, glow=True)
    _disc(canvas, front + ahead * 0.8 * high, lower, 0.7 * high, (120, 112, 90), glow=True)
