"""What cameras counted over time."""

from typing import Literal

from pydantic import Field

from hub.api.shapes.shape import Shape

SightingStepName = Literal["60", "600", "3600"]


class SightingStep(Shape):
    """What one zone or line counted in one step of time. Where `doubts` stand, numbers are the least that was there."""

    at_ms: int = Field(description="Start of the step")
    view_id: str | None = Field(description="At which the camera looked then; null: it was bound to none")
    node_id: str
    source: str
    zone: str = Field(description="Name of the zone or line")
    is_line: bool
    windows: int = Field(description="Records that the step holds")
    seconds: float = Field(description="Looked at, all windows together; shorter than the step: something is missing")
    frames: int
    count: int = Field(description="Zone: the most at once. Line: crossings in both directions")
    mean: float = Field(description="Zone: mean of the windows' most at once. Line: crossings per minute looked at")
    by_label: dict[str, int] = Field(description="Zone: the most of each class at once. Line: both directions")
    forward: dict[str, int]
    backward: dict[str, int]
    occupied: float | None = Field(description="Zone: part of its area under boxes, mean")
    stopped: int
    longest_stop_s: float
    states: dict[str, float] = Field(description="Road: seconds lancar, padat, macet")
    doubts: dict[str, int] = Field(description="Windows with each doubt: too_slow, cannot_see")


class Sightings(Shape):
    """A series by camera, each oldest first."""

    step: SightingStepName = Field(description="Seconds")
    from_ms: int
    to_ms: int
    sightings: tuple[SightingStep, ...]
