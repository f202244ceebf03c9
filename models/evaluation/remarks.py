"""What of the truth could not be used: left out, named and counted, never silently."""

from dataclasses import dataclass, field

NAMED_MOST = 5
"""Examples that one remark names; the rest is a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One kind of thing that was left out or corrected."""

    text: str
    """What and why, in Indonesian and English."""
    count: int
    examples: tuple[str, ...]

    def sentence(self) -> str:
        """Return the remark as one line."""
        more = self.count - len(self.examples)
        rest = f" (+{more})" if more > 0 else ""
        return f"{self.count} × {self.text}: {', '.join(self.examples)}{rest}"


@dataclass(slots=True)
class Remarks:
    """Collects what is left out, by kind, in the order in which the kinds were first met."""

    _found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, text: str, example: str) -> None:
        """Count one more of a kind."""
        self._found.setdefault(text, []).append(example)

    def all(self) -> tuple[Remark, ...]:
        """Return one remark a kind."""
        return tuple(
            Remark(text=text, count=len(examples), examples=tuple(dict.fromkeys(examples))[:NAMED_MOST])
            for text, examples in self._found.items()
        )
