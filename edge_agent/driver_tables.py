"""A gauge or camera and the table of its driver: `driver = "replay"` in `[gauge.g1]`, `[gauge.g1.replay]` below it."""

from collections.abc import Sequence

from contract.errors import RefusedError


def verify_tables(kind: str, driver: str, *, written: Sequence[str], is_needed: bool) -> None:
    """Refuse a driver whose table is missing, and the table of another driver.

    Args:
        kind: of the table above: gauge or camera.
        driver: the one that was chosen.
        written: drivers whose tables are there.
        is_needed: the driver does not go without a table.

    Raises:
        RefusedError: the text says which.
    """
    if is_needed and driver not in written:
        table = f"[{kind}.<source>.{driver}]"
        raise RefusedError(
            indonesian=f"driver {driver} memerlukan tabelnya sendiri: tulis {table} di bawahnya",
            english=f"driver {driver} needs its own table: write {table} below it",
        )
    others = [name for name in written if name != driver]
    if others:
        raise RefusedError(
            indonesian=f"driver-nya {driver}, tetapi ada tabel {others[0]}: hapus tabel itu, atau ganti driver-nya",
            english=f"driver is {driver}, but the table of {others[0]} is there: remove that table, or change driver",
        )
