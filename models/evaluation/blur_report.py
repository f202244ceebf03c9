"""The figures of `--task blur`, as JSON and as text."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from models.evaluation.report import Machine, Model

FORM = 2


class BlurRow(Struct, frozen=True, kw_only=True):
    """Heads, or places of plates, of one label and size."""

    label: str
    over_px: float
    to_px: float | None
    """Height of the labelled box in the frame, width of a vehicle's; None: any."""
    places: int
    readable: int


class BlurSet(Struct, frozen=True, kw_only=True):
    """One set."""

    name: str
    pictures: int
    heads: int
    unreadable_share: float | None
    """Of the heads, 0 to 1; None without heads."""
    vehicles: int
    plates_unreadable_share: float | None
    """Of the vehicles where their plates are, 0 to 1; None without vehicles."""
    readable_part: float
    """Of the pictures' area, mean, 0 to 1: a still that is all mosaic is of no use."""
    rows: tuple[BlurRow, ...]
    remarks: tuple[str, ...]


class BlurReport(Struct, frozen=True, kw_only=True):
    """Everything."""

    form: int
    task: str
    made_ms: int
    """UTC ms."""
    model: Model
    machine: Machine
    least_score: float
    still_width_px: int
    sets: tuple[BlurSet, ...]


def encode(report: BlurReport) -> bytes:
    """Return the report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"


def lines(report: BlurReport) -> Iterator[str]:
    """Yield the report, line by line."""
    yield f"model {report.model.name} {report.model.release} {report.model.sha256[:12]}"
    yield f"skor dari / score from {report.least_score:g}, lebar / width {report.still_width_px} px"
    for one in report.sets:
        yield ""
        yield (
            f"{one.name}: {one.pictures} gambar / pictures; {one.heads} kepala / heads, tak terbaca / unreadable "
            f"{_percent(one.unreadable_share)}; {one.vehicles} tempat pelat / places of plates, tak terbaca / "
            f"unreadable {_percent(one.plates_unreadable_share)}; gambar yang tetap terbaca / picture that stays "
            f"readable {100 * one.readable_part:.0f} %"
        )
        for row in one.rows:
            size = f"> {row.over_px:g} px" if row.to_px is None else f"{row.over_px:g}-{row.to_px:g} px"
            yield (
                f"  {row.label:<12}{size:>12}{row.places:>6}  terbaca / readable {row.readable}, tak terbaca / "
                f"unreadable {100 * (1 - row.readable / row.places):.1f} %"
            )
        for remark in one.remarks:
            yield f"  ! {remark}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
