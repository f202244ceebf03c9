"""Reads a QR back from its modules, by the standard (ISO/IEC 18004), independent of what drew it.

Enough for a label: versions 2 to 9, error correction M, alphanumeric and byte mode. The picture of a test is clean, so
the error correction is passed over: one wrong module gives wrong text.
"""

from collections.abc import Iterator

Modules = list[list[bool]]

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FORMAT_MASK = 0b101010000010010
_LEVEL_M = 0
_ALIGNMENT = {2: 18, 3: 22, 4: 26, 5: 30, 6: 34, 7: 38, 8: 42, 9: 46}
_BLOCKS_M = {2: [28], 3: [44], 4: [32] * 2, 5: [43] * 2, 6: [27] * 4, 7: [31] * 4, 8: [38, 38, 39, 39],
             9: [36] * 3 + [37] * 2}  # fmt: skip


def text_of(modules: Modules) -> str:
    """Return the text in a QR without its quiet zone."""
    version = (len(modules) - 17) // 4
    level, mask = _format_of(modules)
    assert level == _LEVEL_M, f"error correction {level:02b} is not M"
    bits = [modules[row][column] ^ _is_masked(mask, row, column) for row, column in _path(version, len(modules))]
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) // 8 * 8, 8)]
    return "".join(_segments(_in_order(words, _BLOCKS_M[version])))


def _format_of(modules: Modules) -> tuple[int, int]:
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    found = int("".join("01"[modules[row][column]] for row, column in places), 2) ^ _FORMAT_MASK
    return found >> 13, found >> 10 & 0b111


def _is_masked(mask: int, row: int, column: int) -> bool:
    product = row * column
    return [
        (row + column) % 2,
        row % 2,
        column % 3,
        (row + column) % 3,
        (row // 2 + column // 3) % 2,
        product % 2 + product % 3,
        (product % 2 + product % 3) % 2,
        ((row + column) % 2 + product % 3) % 2,
    ][mask] == 0


def _is_fixed(version: int, size: int, row: int, column: int) -> bool:
    """Answer whether a module belongs to the pattern and not to the data."""
    is_corner = (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9)
    ends = (row, column) if row < column else (column, row)
    is_version = version >= 7 and ends[0] < 6 and size - 11 <= ends[1] < size - 8
    centres = [6, _ALIGNMENT[version]] if version < 7 else [6, (_ALIGNMENT[version] + 6) // 2, _ALIGNMENT[version]]
    is_alignment = any(
        abs(row - down) <= 2 and abs(column - across) <= 2
        for down in centres
        for across in centres
        if (down, across) not in {(6, 6), (6, centres[-1]), (centres[-1], 6)}
    )
    return is_corner or row == 6 or column == 6 or is_version or is_alignment


def _path(version: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the data modules in the order of the bits: two columns at a time from the right, up and down in turn."""
    is_upward = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(size - 1, -1, -1) if is_upward else range(size):
            for column in (right, right - 1):
                if not _is_fixed(version, size, row, column):
                    yield row, column
        is_upward = not is_upward


def _in_order(words: list[int], lengths: list[int]) -> str:
    """Return the bits of the data words, taken out of their interleaved blocks."""
    blocks: list[list[int]] = [[] for _ in lengths]
    coming = iter(words)
    for place in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if place < length:
                block.append(next(coming))
    return "".join(f"{word:08b}" for block in blocks for word in block)


def _segments(bits: str) -> Iterator[str]:
    at = 0

    def taken(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2)

    while at + 4 <= len(bits) and (mode := taken(4)):
        if mode == 0b0010:
            count = taken(9)
            for _ in range(count // 2):
                first, second = divmod(taken(11), 45)
                yield _ALPHANUMERIC[first] + _ALPHANUMERIC[second]
            if count % 2:
                yield _ALPHANUMERIC[taken(6)]
        elif mode == 0b0100:
            yield bytes(taken(8) for _ in range(taken(8))).decode()
        else:
            raise AssertionError(f"mode {mode:04b} is not one of a label")
