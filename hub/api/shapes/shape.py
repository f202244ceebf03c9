"""What all forms of the API have in common."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A frozen JSON object; times are UTC milliseconds, lengths cm, durations seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ErrorText(Shape):
    """What went wrong and what to do, for programs and in both languages."""

    code: str
    id: str
    en: str


class Problem(Shape):
    """The body of every answer that is no success."""

    error: ErrorText
