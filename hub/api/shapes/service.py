"""What those who run the hub ask it."""

from typing import Literal

from hub.api.shapes.shape import Shape


class ProcessHealth(Shape):
    """One process of the hub; seconds are real, since it last said that it works. `deaf`: no broker, so no box."""

    state: Literal["ok", "late", "deaf", "never"]
    age_s: float | None


class Health(Shape):
    """Whether this process serves, and how the others do."""

    status: Literal["ok", "degraded"]
    db_epoch: str
    hub_ms: int
    processes: dict[str, ProcessHealth]


class DeadLetter(Shape):
    """A message or record that could not be read; `payload` is its text, with unreadable bytes shown as such."""

    id: int
    node_id: str
    topic: str
    spool_id: str | None
    seq: int | None
    reason: str
    error: str
    payload: str
    received_ms: int
