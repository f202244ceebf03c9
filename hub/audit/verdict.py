"""What the verification of the audit log has found, in words: Indonesian first, each sentence again in English. Pure.

Everything that comes from a box or out of a row is made harmless for a terminal.
"""

from collections.abc import Sequence

from contract.clock import aware
from hub.audit.damage import Damage, DamageKind
from hub.audit.dissent import Dissent, Origin
from hub.audit.verification import Verified
from hub.audit.witness_file import HUB_ITSELF, Witness

_SHORT = 16
"""Characters of a hash that are told."""

_DEEDS_ID = {
    DamageKind.REMOVED: "dihapus",
    DamageKind.INSERTED: "disisipkan",
    DamageKind.REORDERED: "ditukar urutannya",
}


def plainly(words: str) -> str:
    """Return the words with everything written out that a terminal could take for an order of its own."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in words)


def verdict(found: Verified, *, offered: int, missing_guards: Sequence[str], seconds: float) -> list[str]:
    """Return the lines of a verdict.

    Args:
        found: by the verification.
        offered: how many witnesses of boxes were given.
        missing_guards: triggers of the log that are not there.
        seconds: real, that it took.
    """
    is_whole = found.is_whole and not missing_guards
    lines = _damaged(found.damage) if found.damage is not None else []
    lines += [line for one in found.dissents for line in _disagreeing(one)]
    if missing_guards:
        names = ", ".join(missing_guards)
        lines += [
            f"RUSAK: penjaga log tidak ada lagi: {names}. Seseorang telah membuangnya.",
            f"DAMAGED: guards of the log are missing: {names}. Somebody has dropped them.",
        ]
    lines += _figures(found, offered=offered, seconds=seconds, is_whole=is_whole)
    if not is_whole:
        lines += [
            "Coba: simpan salinan basis data ini apa adanya, lalu bandingkan dengan cadangan terbaru.",
            "Try: keep a copy of the database as it is, and compare it with the newest backup.",
        ]
    elif not offered:
        lines += [
            (
                "Tanpa saksi, log yang dipotong atau dihitung ulang tidak ketahuan. "
                "Coba: edge-agent witness --config box.toml > FILE di kotak, lalu hub audit verify --witness FILE"
            ),
            (
                "Without a witness a log that was cut off or computed anew is not found. "
                "Try: edge-agent witness --config box.toml > FILE on a box, then hub audit verify --witness FILE"
            ),
        ]
    return [plainly(line) for line in lines]


def _figures(found: Verified, *, offered: int, seconds: float, is_whole: bool) -> list[str]:
    last = f"{found.head.hash[:_SHORT]}…" if found.head else "-"
    end_id = f", {found.unreached} di belakang kerusakan" if found.unreached else ""
    end = f", {found.unreached} are behind the damage" if found.unreached else ""
    is_broken = found.damage is not None
    begin_id = "Utuh" if is_whole else "Sebelum itu" if is_broken else "Rantai"
    begin = "Whole" if is_whole else "Before it" if is_broken else "Chain"
    return [
        (
            f"{begin_id}: {found.rows} baris dalam {seconds:.1f} s, sampai {last}; "
            f"{found.witnesses} dari {offered} saksi cocok{end_id}."
        ),
        (
            f"{begin}: {found.rows} rows in {seconds:.1f} s, up to {last}; "
            f"{found.witnesses} of {offered} witnesses agree{end}."
        ),
    ]


def _damaged(damage: Damage) -> list[str]:
    first_n, last_n = damage.first_n, damage.last_n
    rows_id, rows = _rows(first_n, last_n)
    if damage.kind is DamageKind.TOUCHED:
        before_id = f" (atau baris {first_n - 1} beserta hash-nya)" if first_n > 1 else ""
        before = f" (or row {first_n - 1} together with its hash)" if first_n > 1 else ""
        return [f"RUSAK: {rows_id} diubah{before_id}.", f"DAMAGED: {rows} was touched{before}."]
    were = "was" if first_n == last_n else "were"
    return [f"RUSAK: {rows_id} {_DEEDS_ID[damage.kind]}.", f"DAMAGED: {rows} {were} {damage.kind.value}."]


def _disagreeing(one: Dissent) -> list[str]:
    witness = one.damage.witness
    if witness is None:
        return []
    seen_id, seen = _seen(witness)
    count_id = f"{one.witnesses} saksi dari {one.nodes} kotak tidak cocok"
    count = f"{_count(one.witnesses, 'witness', 'witnesses')} of {_count(one.nodes, 'box', 'boxes')} disagree"
    if not one.nodes:
        count_id, count = "catatan hub sendiri tidak cocok", "the hub's own note disagrees"
    if one.origin is Origin.BEFORE_RESTORE and one.restore is not None:
        restored = _time(one.restore.at_ms)
        return [
            (
                f"CATATAN: {count_id}; barisnya hilang oleh pemulihan yang tertulis di baris {one.restore.n}, "
                f"{restored}: {seen_id}. Bila waktu itu tidak ada yang memulihkan hub ini, log telah dipotong."
            ),
            (
                f"NOTE: {count}; their rows went with the restore that row {one.restore.n} tells of, {restored}: "
                f"{seen}. If nobody restored this hub then, the log was cut off."
            ),
        ]
    at_n, agreeing = witness.n, one.agreeing_nodes
    counts_id = f"{count_id}, {agreeing} kotak cocok dengan baris {at_n} atau sesudahnya"
    counts = f"{count}, {_count(agreeing, 'box agrees', 'boxes agree')} with row {at_n} or a later one"
    if one.origin is Origin.UNKNOWN:
        return [
            (
                f"BASIS DATA TAK DIKENAL: {counts_id}; {seen_id}. Coba: tinggalkan berkas dari hub lain. Bila kotak "
                "itu milik hub ini, log ditulis ulang atau kotaknya keliru."
            ),
            (
                f"UNKNOWN DATABASE: {counts}; {seen}. Try: leave out a file of another hub. If that box is one of this "
                "hub, the log was written anew or the box is wrong."
            ),
        ]
    deed_id, deed, then_id, then = _contradicted(one.damage, at_n=at_n, has_agreeing=agreeing > 0)
    return [
        f"RUSAK: {deed_id}; {seen_id}; {counts_id}{then_id}.",
        f"DAMAGED: {deed}; {seen}; {counts}{then}.",
    ]


def _contradicted(damage: Damage, *, at_n: int, has_agreeing: bool) -> tuple[str, str, str, str]:
    """Return what was done, and what follows from boxes that agree; each in both languages."""
    rows_id, rows = _rows(damage.first_n, damage.last_n)
    if has_agreeing:
        return (
            f"baris {at_n} dibantah",
            f"row {at_n} is contradicted",
            ": saksi itu keliru, atau kotaknya diberi log yang lain",
            ": that witness is wrong, or its box was shown another log",
        )
    if damage.is_removal:
        return f"{rows_id} dihapus", f"{rows} {'was' if damage.first_n == damage.last_n else 'were'} removed", "", ""
    return (
        f"log ditulis ulang mulai dari salah satu {rows_id}",
        f"the log was written anew from one of {rows} on",
        "",
        "",
    )


def _seen(witness: Witness) -> tuple[str, str]:
    as_id = f" sebagai {witness.hash[:_SHORT]}…" if witness.hash else ""
    as_what = f" as {witness.hash[:_SHORT]}…" if witness.hash else ""
    where = f"{_time(witness.at_ms)} ({{}} {witness.db_epoch})"
    if witness.node == HUB_ITSELF:
        return (
            f"hub sendiri mencatat baris {witness.n}{as_id}, {where.format('basis data')}",
            f"the hub itself noted row {witness.n}{as_what} at {where.format('database')}",
        )
    return (
        f"kotak {witness.node} diberi baris {witness.n}{as_id}, {where.format('basis data')}",
        f"box {witness.node} was shown row {witness.n}{as_what} at {where.format('database')}",
    )


def _rows(first_n: int, last_n: int) -> tuple[str, str]:
    if first_n == last_n:
        return f"baris {first_n}", f"row {first_n}"
    return f"baris {first_n} sampai {last_n}", f"rows {first_n} to {last_n}"


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _time(at_ms: int) -> str:
    return aware(at_ms).isoformat(timespec="seconds")
