"""The golden picture: a car and someone on foot in a street, drawn. Nobody's rights and nobody's privacy are in it.

A drawing, and so no measure of how well a model sees; it only says whether a file still says what it said. Both street
models see the car and the figure in it.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SIDE_PX = 416
"""Of the square in which places are told; other sizes are the same picture, scaled."""
FINE = 4
"""The picture is drawn so many times larger, and made small by means: soft edges."""
SEED = 7
GRAIN_LEVELS = 3.0
CLOUD_LEVELS = 4.0
"""Standard deviation of the grain, and of what is uneven over some 8 pixels, of 255."""

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]

COAT, SLEEVE, FAR_SLEEVE = (60, 70, 110), (67, 78, 123), (45, 52, 82)
TROUSERS, FAR_TROUSERS, SHOE = (40, 42, 50), (30, 31, 37), (25, 22, 22)
SKIN, FAR_SKIN, HAIR = (196, 150, 120), (147, 112, 90), (40, 28, 22)
LIMBS_BEHIND: tuple[tuple[Point, Point, float, float, Colour], ...] = (
    ((0.25, 1.75), (0.85, 3.0), 0.28, 0.24, FAR_SLEEVE),
    ((0.85, 3.0), (1.0, 4.0), 0.22, 0.16, FAR_SLEEVE),
    ((1.0, 4.05), (1.03, 4.35), 0.15, 0.12, FAR_SKIN),
    ((-0.1, 4.2), (-0.55, 5.9), 0.46, 0.34, FAR_TROUSERS),
    ((-0.55, 5.9), (-1.15, 7.4), 0.32, 0.2, FAR_TROUSERS),
    ((-1.15, 7.55), (-0.8, 7.85), 0.18, 0.13, SHOE),
)
"""From, to, half width at both ends, colour; in heads, of which eight are a person, from the middle of the crown."""
TRUNK: tuple[Point, ...] = ((-0.75, 1.55), (0.7, 1.55), (0.72, 2.6), (0.6, 4.4), (-0.6, 4.4), (-0.72, 2.6))
LIMBS_BEFORE: tuple[tuple[Point, Point, float, float, Colour], ...] = (
    ((-0.5, 1.75), (0.45, 1.75), 0.3, 0.3, COAT),
    ((-0.3, 4.2), (0.3, 4.2), 0.42, 0.42, COAT),
    ((0.0, 1.0), (0.0, 1.5), 0.22, 0.26, SKIN),
    ((0.15, 4.4), (0.5, 6.0), 0.48, 0.36, TROUSERS),
    ((0.5, 6.0), (0.55, 7.55), 0.33, 0.21, TROUSERS),
    ((0.55, 7.75), (1.0, 7.85), 0.2, 0.14, SHOE),
    ((-0.6, 1.85), (-0.95, 3.1), 0.3, 0.26, SLEEVE),
    ((-0.95, 3.1), (-0.7, 4.1), 0.24, 0.18, SLEEVE),
    ((-0.68, 4.2), (-0.62, 4.45), 0.16, 0.12, SKIN),
)

PAINT, SHADED, GLASS, GLARE, TYRE = (170, 30, 34), (119, 21, 24), (52, 64, 76), (120, 136, 150), (22, 22, 24)
BODY: tuple[tuple[Colour, tuple[Point, ...]], ...] = (
    (
        PAINT,
        (
            *((1, 12), (1, 20), (3, 24), (14, 27), (22, 28), (34, 39), (40, 41), (66, 41)),
            *((72, 39), (84, 28), (96, 25), (99, 20), (99, 12), (96, 9), (4, 9)),
        ),
    ),
    (SHADED, ((1, 12), (1, 17), (99, 17), (99, 12), (96, 9), (4, 9))),
    (GLASS, ((26, 28), (36, 38), (40, 39), (51, 39), (51, 28))),
    (GLASS, ((53, 28), (53, 39), (65, 39), (70, 38), (80, 28))),
    (GLARE, ((28, 28), (36, 36.5), (39, 37), (33, 28))),
    (SHADED, ((51.7, 27), (52.3, 27), (52.3, 11), (51.7, 11))),
    (SHADED, ((56, 24.5), (61, 24.5), (61, 23.3), (56, 23.3))),
    ((240, 236, 210), ((95, 25), (99, 21), (99, 19), (93, 20))),
    ((120, 10, 14), ((1, 20), (2, 23), (6, 23), (6, 20))),
)
"""Colour and corners, in hundredths of the car's length, from its rear on the ground, upwards."""
RINGS: tuple[tuple[float, Colour], ...] = ((9, TYRE), (5.5, (165, 168, 172)), (2, (90, 92, 95)))
WHEELS = (20, 80)

PERSON_AT: Point = (330, 330)
PERSON_PX = 200.0
CAR_AT: Point = (20, 300)
CAR_PX = 230.0


def drawn(width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Return the picture, [height_px, width_px, 3] RGB."""
    image = Image.new("RGB", (SIDE_PX * FINE, SIDE_PX * FINE))
    pen = ImageDraw.Draw(image)
    rng = np.random.default_rng(SEED)
    _street(pen, rng)
    _person(pen)
    _car(pen)
    small = np.asarray(image.resize((width_px, height_px), Image.Resampling.BOX), np.float64)
    clouds = rng.normal(0, CLOUD_LEVELS, (height_px // 8 + 1, width_px // 8 + 1)).repeat(8, 0).repeat(8, 1)
    grain = rng.normal(0, GRAIN_LEVELS, (height_px, width_px))
    return np.clip(small + (clouds[:height_px, :width_px] + grain)[:, :, None], 0, 255).astype(np.uint8)


def _street(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    """Draw sky, houses, pavement and road."""
    _box(pen, (0, 0, SIDE_PX, 150), (175, 198, 222))
    left = 0
    while left < SIDE_PX:
        right, roof = left + int(rng.integers(50, 100)), int(rng.integers(8, 84))
        red, green, blue = (int(level) for level in rng.integers(120, 200, 3))
        _box(pen, (left, roof, right, 208), (red, green, blue))
        for x in range(left + 8, right - 12, 22):
            for y in range(roof + 10, 183, 30):
                _box(pen, (x, y, x + 11, y + 17), (62, 72, 84))
        left = right
    _box(pen, (0, 208, SIDE_PX, 240), (168, 163, 155))
    _box(pen, (0, 239, SIDE_PX, 246), (120, 118, 114))
    _box(pen, (0, 245, SIDE_PX, SIDE_PX), (98, 98, 101))
    for x in range(-20, SIDE_PX, 90):
        _fill(pen, ((x, 333), (x + 50, 333), (x + 46, 339), (x - 4, 339)), (215, 215, 208))


def _person(pen: ImageDraw.ImageDraw) -> None:
    head_px = PERSON_PX / 8
    x, top = PERSON_AT[0], PERSON_AT[1] - PERSON_PX

    def at(place: Point) -> Point:
        return x + place[0] * head_px, top + place[1] * head_px

    for limbs in (LIMBS_BEHIND, LIMBS_BEFORE):
        if limbs is LIMBS_BEFORE:
            _fill(pen, [at(place) for place in TRUNK], COAT)
        for begin, end, wide, narrow, colour in limbs:
            _limb(pen, (at(begin), at(end)), (wide * head_px, narrow * head_px), colour)
    middle = at((0.05, 0.55))
    _oval(pen, middle, (0.42 * head_px, 0.55 * head_px), SKIN)
    (left, upper), (right, lower) = at((-0.41, -0.05)), at((0.51, 1.0))
    pen.pieslice([left * FINE, upper * FINE, right * FINE, lower * FINE], 170, 350, fill=HAIR)


def _car(pen: ImageDraw.ImageDraw) -> None:
    part_px = CAR_PX / 100

    def at(place: Point) -> Point:
        return CAR_AT[0] + place[0] * part_px, CAR_AT[1] - place[1] * part_px

    _oval(pen, at((50, 0)), (48 * part_px, 3 * part_px), (45, 45, 48))
    for colour, corners in BODY:
        _fill(pen, [at(corner) for corner in corners], colour)
    for x in WHEELS:
        _oval(pen, at((x, 10)), (10.5 * part_px, 10.5 * part_px), TYRE)
        for radius, colour in RINGS:
            _oval(pen, at((x, 9)), (radius * part_px, radius * part_px), colour)


def _limb(pen: ImageDraw.ImageDraw, ends: tuple[Point, Point], radii: tuple[float, float], colour: Colour) -> None:
    """Draw a stroke with round ends, of another width at each."""
    (x1, y1), (x2, y2) = ends
    length = max(float(np.hypot(x2 - x1, y2 - y1)), 1e-6)
    across = (y1 - y2) / length, (x2 - x1) / length
    corners = [
        (x + side * across[0] * radius, y + side * across[1] * radius)
        for (x, y), radius, side in (
            (ends[0], radii[0], 1),
            (ends[1], radii[1], 1),
            (ends[1], radii[1], -1),
            (ends[0], radii[0], -1),
        )
    ]
    _fill(pen, corners, colour)
    for end, radius in zip(ends, radii, strict=True):
        _oval(pen, end, (radius, radius), colour)


def _oval(pen: ImageDraw.ImageDraw, middle: Point, half_px: Point, colour: Colour) -> None:
    (x, y), (across, down) = middle, half_px
    pen.ellipse([(x - across) * FINE, (y - down) * FINE, (x + across) * FINE, (y + down) * FINE], fill=colour)


def _box(pen: ImageDraw.ImageDraw, corners: tuple[float, float, float, float], colour: Colour) -> None:
    left, upper, right, lower = corners
    pen.rectangle([left * FINE, upper * FINE, right * FINE - 1, lower * FINE - 1], fill=colour)


def _fill(pen: ImageDraw.ImageDraw, corners: Sequence[Point], colour: Colour) -> None:
    pen.polygon([(x * FINE, y * FINE) for x, y in corners], fill=colour)
