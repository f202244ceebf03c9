"""Whether anything moves in a view: a look at the picture that costs a hundredth of an inference.

The picture is averaged into cells, about `cells.ACROSS` of them from left to right, and each cell is compared with its
own running mean (exponential, Wren et al. 1997, "Pfinder", reduced to one Gaussian of grey per cell). The rules:

1. A cell moves when it differs from its mean by more than `NOISE_TIMES` its noise, at least `FLOOR`, at most `CEILING`
   grey levels. Its noise is the mean of its own differences, and at least the grain: the median of all cells', which
   may not jump. So a sensor that grains at night makes every threshold higher, leaves that flicker their own cells'.
2. Something moves when two cells side by side do, or one does by twice as much. One alone by a little is chance.
3. A change of the whole picture's brightness is taken out first: the median of all cells tells it.
4. When more than `SUDDEN` of the cells move, it is the light or the camera: that look counts as motion, and everything
   is learned anew from this picture, so the next one does not.
5. What stands still becomes part of the mean in about twice `MEAN_S`. That it stands there is the tracker's knowledge.
6. Only cells that the view asks about are compared: those of its purpose; without one, where lines are drawn the whole
   picture, and otherwise the zones and `MARGIN` around them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.views import Outline, View
from edge_agent.cameras.cells import Cells
from edge_agent.cameras.frame import Pixels
from edge_agent.sightings.places import inside

FLOOR = 6.0
"""Grey levels of 255. Key frames of a video make still cells jump by 2 to 4."""
CEILING = 40.0
"""A car at dusk differs from the road by more."""
NOISE_TIMES = 6.0
"""Of the mean absolute difference: 4.8 standard deviations of a normal one, one cell in a million."""
GRAIN_JUMP = 2.0
"""So many times the grain until now the grain of one look may be, and a grey level more."""
STRONG = 2.0
"""Of the threshold."""
SUDDEN = 0.6
MEAN_S = 4.0
"""A cell that something crosses within one look keeps an eighth of it."""
STILL_NOISE_S = 30.0
MOVING_NOISE_S = 600.0
"""Traffic must not become noise in an hour of rush; a tree in the wind may."""
FIRST_NOISE = 1.0
GAIN_MOST = 2.0
"""A brighter or darker picture than by that is another scene."""
FORGOTTEN_S = 30.0
"""After so long without a picture, everything is learned anew."""
MARGIN = 0.05
"""Of the picture, around a zone: what is about to come in."""

Mask = NDArray[np.bool_]
"""[rows, columns]"""
Places = NDArray[np.int64]
"""[n] of cells, counted in rows: several times as fast as a mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """What one look has shown."""

    is_moving: bool
    part: float
    """Of the cells that are compared, how many differ, 0 to 1."""
    is_sudden: bool = False
    """The light or the camera, or the first picture: everything was learned anew."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Scene:
    """What is remembered of a picture of one size."""

    size_px: tuple[int, int]
    mean: Cells
    noise: Cells
    asked: Mask
    asked_at: Places
    looked_ms: int
    grain: float | None = None
    """Mean over `MEAN_S` of the median difference; None: not known yet."""


class MotionGate:
    """Looks at one view. Small, and needs no model."""

    def __init__(self, view: View) -> None:
        """Hold what is asked about; nothing was seen yet."""
        self._view = view
        self._scene: _Scene | None = None

    def look(self, pixels: Pixels, *, real_ms: int) -> Motion:
        """Return what moves since the looks before; the first look, and one at another size, counts as motion.

        Args:
            pixels: of a picture.
            real_ms: when it was taken.
        """
        size_px = pixels.size_px
        grey = pixels.cells()
        scene = self._scene
        if scene is None or scene.size_px != size_px or real_ms - scene.looked_ms > 1000 * FORGOTTEN_S:
            return self._learn_anew(grey, size_px, real_ms)
        passed_s = max(0.0, (real_ms - scene.looked_ms) / 1000)
        differs, level, grain = _compared(grey, scene)
        moves = (differs > level) & scene.asked
        part = int(np.count_nonzero(moves)) / len(scene.asked_at)
        if part > SUDDEN:
            return self._learn_anew(grey, size_px, real_ms, part=part)
        _learn(scene, grey, differs, moves, passed_s)
        scene.grain = grain if scene.grain is None else scene.grain + _weight(passed_s, MEAN_S) * (grain - scene.grain)
        scene.looked_ms = real_ms
        is_strong = bool((differs[moves] > STRONG * level[moves]).any())
        return Motion(is_moving=is_strong or _has_neighbours(moves), part=part)

    def _learn_anew(self, grey: Cells, size_px: tuple[int, int], real_ms: int, *, part: float = 1.0) -> Motion:
        old = self._scene
        is_same_camera = old is not None and old.size_px == size_px
        asked = old.asked if old is not None and is_same_camera else _asked(self._view, *grey.shape)
        self._scene = _Scene(
            size_px=size_px,
            mean=grey.copy(),
            noise=old.noise if old is not None and is_same_camera else np.full_like(grey, FIRST_NOISE),
            asked=asked,
            asked_at=np.flatnonzero(asked),
            looked_ms=real_ms,
        )
        return Motion(is_moving=True, part=part, is_sudden=True)


def _compared(grey: Cells, scene: _Scene) -> tuple[Cells, Cells, float]:
    """Return by how much each cell differs, without the light's part, from where on it moves, and the grain."""
    at = scene.asked_at
    bright: Cells = np.maximum(scene.mean.ravel()[at], np.float32(1))
    gain = _median(np.divide(grey.ravel()[at], bright, dtype=np.float32))
    gain = min(GAIN_MOST, max(1 / GAIN_MOST, gain))
    differs = np.abs(grey - gain * scene.mean)
    grain = _median(differs.ravel()[at])
    if scene.grain is not None:
        grain = min(grain, GRAIN_JUMP * scene.grain + 1.0)
    level = np.asarray(np.clip(NOISE_TIMES * np.maximum(scene.noise, grain), FLOOR, CEILING), np.float32)
    return differs, level, grain


def _median(values: Cells) -> float:
    """Return the median of values [n], at least one; it may put them in another order. A third of numpy's time."""
    middle = len(values) // 2
    values.partition(middle)
    upper = values[middle]
    return float(upper if len(values) % 2 else (values[:middle].max() + upper) / np.float32(2))


def _learn(scene: _Scene, grey: Cells, differs: Cells, moves: Mask, passed_s: float) -> None:
    scene.mean += np.float32(_weight(passed_s, MEAN_S)) * (grey - scene.mean)
    weight = np.where(moves, _weight(passed_s, MOVING_NOISE_S), _weight(passed_s, STILL_NOISE_S)).astype(np.float32)
    scene.noise += weight * (np.minimum(differs, CEILING / NOISE_TIMES) - scene.noise)


def _weight(passed_s: float, mean_s: float) -> float:
    """Return the weight of a new value in a mean over `mean_s`, whatever the rate of looks."""
    return 1 - math.exp(-passed_s / mean_s)


def _has_neighbours(moves: Mask) -> bool:
    return bool((moves[:, 1:] & moves[:, :-1]).any() or (moves[1:] & moves[:-1]).any())


def _asked(view: View, rows: int, columns: int) -> Mask:
    """Return the cells that the view asks about; never none (rule 6)."""
    outlines: list[Outline] = [zone.outline for zone in view.zones.values()]
    if view.purpose is not None:
        outlines = [view.purpose]
    elif view.lines or not outlines:
        return np.ones((rows, columns), bool)
    x, y = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    middles = np.stack([x.ravel(), y.ravel()], axis=1)
    held = [inside(middles, np.array(outline)).reshape(rows, columns) for outline in outlines]
    asked = _widened(np.any(held, axis=0), max(1, round(MARGIN * rows)), max(1, round(MARGIN * columns)))
    return asked if asked.any() else np.ones((rows, columns), bool)


def _widened(mask: Mask, rows: int, columns: int) -> Mask:
    """Return the mask grown by so many cells to all sides."""
    grown = np.pad(mask, ((rows, rows), (columns, columns)))
    wide = np.lib.stride_tricks.sliding_window_view(grown, (2 * rows + 1, 2 * columns + 1))
    return np.asarray(wide.any(axis=(2, 3)))
