"""What can be wrong with the box's own programs; each folder below draws its own tree.

EdgeError
├── ConfigError    the config file cannot be used; holds every problem found in it
└── WiringError    the config asks for a part that this box or this installation does not have
"""

from collections.abc import Sequence
from pathlib import Path


class EdgeError(Exception):
    """A program of the box cannot go on; the text says what to do."""


class ConfigError(EdgeError, ValueError):
    """A config file cannot be used.

    Attributes:
        path: the file.
        problems: every problem found, each beginning with its key.
    """

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        """Hold the problems of `path`; there is at least one."""
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in self.problems))


class WiringError(EdgeError, RuntimeError):
    """A part that the config names is not there."""
