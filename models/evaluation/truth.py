"""What is true of a folder's pictures and clips, as people have labelled it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLASSES = ("person", "bicycle", "motorcycle", "car", "bus", "truck", "boat")
"""Of traffic, in the order of the form's category numbers 1 to 7; the names rule, the numbers are the file's own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledPicture:
    """A picture with the boxes that are in it."""

    file: Path
    name: str
    """As the label file calls it."""
    width_px: int
    height_px: int
    box_xyxy_px: NDArray[np.float64]
    """[n, 4] left, upper, right, lower edge, pixels of the picture."""
    labels: tuple[str, ...]
    """[n] of `CLASSES`."""
    is_crowd: NDArray[np.bool_]
    """[n] COCO's iscrowd: a box around many, in which finds are neither right nor wrong."""


class Axis(StrEnum):
    """Which coordinate a counting line fixes."""

    X = "x"
    Y = "y"


class Direction(StrEnum):
    """Which way something crosses a line, as seen in the picture."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


DIRECTIONS = {Axis.Y: (Direction.UP, Direction.DOWN), Axis.X: (Direction.LEFT, Direction.RIGHT)}
"""By the line's axis: a line y=… lies across the picture and is crossed upwards or downwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLine:
    """A line across the whole picture, at one coordinate in pixels."""

    axis: Axis
    at_px: float

    def __str__(self) -> str:
        """Return the line as counts.csv writes it."""
        return f"{self.axis}={self.at_px:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings:
    """How many of a class a person saw cross a line in one direction."""

    line: CountedLine
    direction: Direction
    label: str
    count: int
    least: int
    most: int
    """`least` to `most` are right, where the person could not be sure; else both are `count`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedClip:
    """A stretch of a clip in which a person has counted."""

    file: Path
    name: str
    first_frame: int
    last_frame: int
    """Both from 0 and both counted."""
    crossings: tuple[Crossings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """One folder's pictures and clips; figures are told per set, never over sets of different places."""

    name: str
    folder: Path
    pictures: tuple[LabelledPicture, ...]
    clips: tuple[CountedClip, ...]
