"""Readings of a station over time."""

from typing import Literal

from pydantic import Field

from hub.api.shapes.shape import Shape


class ReadingStep(Shape):
    """The stage in one step of time, cm; nulls: no usable reading."""

    at_ms: int
    stage_cm: float | None = Field(description="Mean of the step; of a raw reading its value")
    min_cm: float | None
    max_cm: float | None
    flag: int | None = Field(description="The worst quality flag of the step")
    count: int


class Readings(Shape):
    """A series, oldest first."""

    station_id: str
    unit: Literal["cm"] = "cm"
    step: Literal["raw", "60", "600", "3600"] = Field(description="Seconds, or every reading as it came")
    from_ms: int
    to_ms: int
    readings: tuple[ReadingStep, ...]
