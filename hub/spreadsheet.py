"""Words of others in a CSV: a spreadsheet must show them, and never take them for a formula.

A name that begins with `=` would be worked out on the computer of whoever opens the file, and could send away what
stands beside it. Such text gets an apostrophe in front (OWASP, CSV Injection; ASVS 5.0, 1.2.10), and our own reader
takes it off again. The same after a semicolon, a tab or a new line inside of it: where numbers have a decimal comma,
as in Indonesia, spreadsheets part cells there. Only text is touched: numbers stay numbers, also `-3.7`.

`as_meant(as_cell(text)) == text` for every text.
"""

import re

# The wide forms at the end come from keyboards of East Asia; some spreadsheets read them as the narrow ones.
_SIGNS = r"[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"(^|[;\t\r\n])('*)(?={_SIGNS})")
_MARKED = re.compile(rf"(^|[;\t\r\n])'('*)(?={_SIGNS})")


def as_cell(text: str) -> str:
    """Return text as it is written into a CSV: an apostrophe before each sign with which a formula could begin."""
    return _FORMULA.sub(r"\1'\2", text)


def as_meant(cell: str) -> str:
    """Return the text that a cell of such a CSV stands for."""
    return _MARKED.sub(r"\1\2", cell)
