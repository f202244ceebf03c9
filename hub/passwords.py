"""What a person's name and password must be, wherever they are chosen. Pure."""

import unicodedata

from hub.errors import PasswordError
from hub.storage.people import NAME_LONGEST, PASSWORD_LONGEST, PASSWORD_SHORTEST, folded

_NOT_FOR_PEOPLE = ("shell:", "-", "hub")
"""How the audit log calls a command at the hub's machine, nobody, and the hub itself."""


def as_kept(text: str) -> str:
    """Return a name as it is kept: composed, without spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def verified_name(text: str) -> str:
    """Return a name as it is kept: composed, without spaces around it.

    Raises:
        PasswordError: nobody can be called so.
    """
    name = as_kept(text)
    seen = folded(name)
    is_ours = seen in _NOT_FOR_PEOPLE or seen.replace(" ", "").startswith(_NOT_FOR_PEOPLE[0])
    if len(_scripts(name)) > 1:
        raise PasswordError(
            f"Nama / name {name!r}: huruf dari satu aksara / letters of one script, got {', '.join(_scripts(name))}. "
            "Try: ketik ulang / type it again."
        )
    if not 0 < len(name) <= NAME_LONGEST or not name.isprintable() or is_ours:
        raise PasswordError(
            f"Nama / name: 1 sampai / to {NAME_LONGEST} huruf yang dapat dicetak / printable letters, got "
            f"{len(name)}; not {', '.join(_NOT_FOR_PEOPLE)}."
        )
    return name


def _scripts(name: str) -> list[str]:
    """Return the scripts of a name's letters, by the first word of what each is called in Unicode."""
    return sorted({unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()})


def verify_choice(password: str, *, name: str) -> None:
    """Return if this may be somebody's password.

    Raises:
        PasswordError: it is too short, too long, the name, or no text.
    """
    try:
        password.encode()
    except UnicodeEncodeError as problem:  # bytes of standard input that are no UTF-8
        raise PasswordError(
            "Kata sandi bukan UTF-8 / the password is no UTF-8. Try: setel terminal ke UTF-8, ketik lagi / set the "
            "terminal to UTF-8, type it again."
        ) from problem
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise PasswordError(
            f"Kata sandi {PASSWORD_SHORTEST} sampai {PASSWORD_LONGEST} huruf / password of {PASSWORD_SHORTEST} to "
            f"{PASSWORD_LONGEST} characters, got {len(password)}. Try: a sentence of four words."
        )
    if password.casefold() == name.casefold():
        raise PasswordError("Kata sandi sama dengan nama / the password is the name. Try: a sentence of four words.")
