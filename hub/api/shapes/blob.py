"""What a box is told of a picture that it has sent."""

from typing import Annotated, Literal

from fastapi import Path

from hub.api.shapes.shape import Problem, Shape

Sha256 = Annotated[
    str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the whole content, 64 hexadecimal digits")
]


class BlobKept(Shape):
    """The hub has it."""

    v: Literal[1]
    sha256: str
    bytes: int
    type: str


class BlobPartly(Problem):
    """Other bytes are needed next, or none may come now."""

    here_bytes: int | None = None
