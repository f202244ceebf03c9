"""Readings of a station over time."""

from typing import Literal

from pydantic import Field

from hub.api.shapes.shape import Shape

StepName = Literal["raw", "60", "600", "3600"]


class ReadingStep(Shape):
    """The stage in one step of time, cm; nulls: no usable reading."""

    at_ms: int
    stage_cm: float | None = Field(description="Mean of the step; of a raw reading its value")
    min_cm: float | None = Field(description="Least of all readings that it stands for")
    max_cm: float | None = Field(description="Greatest of all readings that it stands for")
    flag: int | None = Field(description="The worst quality flag of the step")
    count: int = Field(description="Usable readings of the step; of a raw reading how many it stands for, if thinned")
    distance_mm: float | None = Field(default=None, description="What the sensor measured; null for steps")
    reason: str | None = Field(default=None, description="Why the flag, in quality control's word; null for steps")
    interpolated: bool | None = Field(default=None, description="Reckoned between two samples; null for steps")
    received_ms: int | None = Field(default=None, description="When the hub had it; null for steps")


class Readings(Shape):
    """A series, oldest first."""

    station_id: str
    unit: Literal["cm"] = "cm"
    step: StepName = Field(description="Seconds, or every reading as it came")
    from_ms: int
    to_ms: int
    readings: tuple[ReadingStep, ...]
