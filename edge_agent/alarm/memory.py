"""What the gauge process remembers, as one value; kept in the outbox file beside the records that it explains.

Read tolerantly: a memory that cannot be read begins anew and says so in the log. A gauge that refuses to start warns
nobody.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from contract.desired import Applied, Desired, DesiredSource
from contract.level.state import LevelState
from contract.quality import Flag
from contract.records import FlagNumber
from edge_agent.alarm.commands import CommandBook
from edge_agent.alarm.siren_programme import SirenState
from edge_agent.gauges.quality.state import QualityState
from edge_agent.outbox.remembered import remembered

TOLD = ("answered", "faults", "refused")
"""Keys of what the hub has been told; true only of the outbox in which it was told."""


class GaugeMemory(Struct, frozen=True, kw_only=True):
    """One gauge: what rule and quality control remember, what it should be, its newest reading."""

    level: LevelState = LevelState()
    quality: QualityState = QualityState()
    desired: DesiredSource | None = None
    """None: no datum and no thresholds are known; it is read, and no level is judged."""
    stage_cm: float | None = None
    flag: FlagNumber = Flag.MISSING.value


class Memory(Struct, frozen=True, kw_only=True):
    """The whole process."""

    gauges: dict[str, GaugeMemory]
    document: Desired | None = None
    """The desired state applied last."""
    refused: Applied | None = None
    """The document refused last: it is told once."""
    answered: int = 0
    """How many answered hellos have had their level record."""
    siren: SirenState = SirenState()
    book: CommandBook = CommandBook()
    faults: tuple[str, ...] = ()
    """Faults that are active, each `code/source`."""
    lost: int = 0
    """Records that the disk did not take, ever; the uplink tells it with the box's health."""

    def with_gauge(self, source: str, gauge: GaugeMemory) -> "Memory":
        """Return the memory with this gauge in it."""
        return replace(self, gauges={**self.gauges, source: gauge})


def load(read: Callable[[str], bytes | None], *, fallbacks: Mapping[str, DesiredSource | None]) -> Memory:
    """Return what the last process remembered.

    Args:
        read: the outbox's state by key.
        fallbacks: every gauge of this box, with what it should be until the hub has said so.
    """
    document: Desired | None = remembered(read, "desired", Desired, None)
    known: Mapping[str, DesiredSource] = document.sources if document else {}
    gauges = {
        source: GaugeMemory(
            level=remembered(read, f"level/{source}", LevelState, LevelState()),
            quality=remembered(read, f"qc/{source}", QualityState, QualityState()),
            desired=known.get(source, fallback),
        )
        for source, fallback in fallbacks.items()
    }
    return Memory(
        gauges=gauges,
        document=document,
        refused=remembered(read, "refused", Applied, None),
        answered=remembered(read, "answered", int, 0),
        siren=remembered(read, "siren", SirenState, SirenState()),
        book=remembered(read, "commands", CommandBook, CommandBook()),
        faults=remembered(read, "faults", tuple[str, ...], ()),
        lost=remembered(read, "lost", int, 0),
    )


def parts(memory: Memory) -> Iterator[tuple[str, Any]]:
    """Yield the keys under which the memory is kept, each with its value."""
    for source, gauge in memory.gauges.items():
        yield f"level/{source}", gauge.level
        yield f"qc/{source}", gauge.quality
    yield "desired", memory.document
    yield "refused", memory.refused
    yield "answered", memory.answered
    yield "siren", memory.siren
    yield "commands", memory.book
    yield "faults", memory.faults
    yield "lost", memory.lost
