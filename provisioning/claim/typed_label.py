"""What a person types from a label: as arguments, by standard input, or asked for at a terminal.

A code among the arguments stands in the list of processes and in the shell's history for everybody on the machine to
read. So `-` reads it from standard input, and at a terminal whatever is missing is asked for. It is shown while it is
typed: it stands on the label in the same hand, and who does not see it mistypes it.
"""

import sys
from collections.abc import Callable
from typing import TextIO

from provisioning.claim.errors import ClaimUsageError
from provisioning.identity import claim_code, claim_text, enrolment, fingerprint
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.errors import IdentityTextError

FROM_INPUT = "-"
LINE_MAX = 1000
"""Characters of a line that are read; the whole text of a QR has about 120."""
TRIES_MAX = 5
_FEW = "juga / also --hub HOST:PORT dan / and --fingerprint, dari label yang sama / from the same label."


def is_terminal() -> bool:
    """Answer whether there is somebody who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def label_of(code: str | None, *, hub: str | None, root: str | None) -> ClaimText:
    """Return the label of which some was given; the rest is read or asked for.

    Args:
        code: typed code, the whole text of a QR, `FROM_INPUT`, or None to ask for it.
        hub: address of the hub, or None.
        root: fingerprint of the hub, or None.

    Raises:
        ClaimUsageError: something is missing and nobody can be asked.
        IdentityTextError: a slip.
    """
    asks = is_terminal() and code in {None, FROM_INPUT}
    text = code
    if asks:
        text = _asked("Kode di label / code on the label: ", _code_or_qr)
    elif code == FROM_INPUT:
        text = _line(sys.stdin)
    if text is None:
        raise ClaimUsageError("--code: tidak ada / missing. Coba / try: --code - or --qr-image FILE")
    if _is_qr(text):
        return claim_text.parsed(text)
    normal = claim_code.normalised(text)
    if not (hub and root) and not asks:
        raise ClaimUsageError(f"--code: {_FEW}")
    return ClaimText(
        code=normal,
        address=_address(hub) if hub else _asked("Alamat hub di label / hub on the label (HOST:PORT): ", _address),
        fingerprint=fingerprint.typed(root) if root else _asked("Sidik jari hub / fingerprint: ", fingerprint.typed),
    )


def _is_qr(text: str) -> bool:
    return text.strip().upper().startswith(f"{claim_text.FORM}:")


def _code_or_qr(text: str) -> str:
    """Return a text that is either; a slip is told while the label is still in the hand."""
    return claim_text.parsed(text).encoded() if _is_qr(text) else claim_code.normalised(text)


def _asked(prompt: str, read: Callable[[str], str]) -> str:
    """Return what a person types, asked again after a slip."""
    for _ in range(TRIES_MAX):
        _say(prompt)
        try:
            return read(_line(sys.stdin))
        except IdentityTextError as problem:
            _say(f"{problem}\n")
    raise ClaimUsageError(f"{TRIES_MAX} kali salah / wrong {TRIES_MAX} times. Foto label / a picture: --qr-image FILE")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _line(source: TextIO) -> str:
    try:
        line = source.readline(LINE_MAX)
    except (KeyboardInterrupt, UnicodeDecodeError) as problem:
        raise ClaimUsageError("Dihentikan / stopped. Tidak ada yang diubah / nothing was changed.") from problem
    if not line.strip():
        raise ClaimUsageError("Tidak ada yang diketik / nothing was typed. Ketik dari label / type it from the label.")
    return line.strip()


def _address(text: str) -> str:
    """Return host:port; a hub that is typed without its port has the usual one."""
    bare = text.strip().removeprefix("https://").rstrip("/")
    has_port = bare.rpartition("]")[2].count(":") == 1
    return claim_text.address(bare if has_port else f"{bare}:{enrolment.HUB_PORT}")
