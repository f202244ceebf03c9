"""What a person's name and password must be, wherever they are chosen. Pure."""

import unicodedata

from hub.errors import PasswordError
from hub.storage.people import NAME_LONGEST, PASSWORD_LONGEST, PASSWORD_SHORTEST

_NOT_FOR_PEOPLE = ("shell:", "-", "hub")
"""How the audit log calls a command at the hub's machine, nobody, and the hub itself."""


def verified_name(text: str) -> str:
    """Return a name as it is kept: composed, without spaces around it.

    Raises:
        PasswordError: nobody can be called so.
    """
    name = unicodedata.normalize("NFC", text).strip()
    is_ours = name in _NOT_FOR_PEOPLE or name.startswith(_NOT_FOR_PEOPLE[0])
    if not 0 < len(name) <= NAME_LONGEST or not name.isprintable() or is_ours:
        raise PasswordError(
            f"Nama / name: 1 sampai / to {NAME_LONGEST} huruf yang dapat dicetak / printable letters, got "
            f"{len(name)}; not {', '.join(_NOT_FOR_PEOPLE)}."
        )
    return name


def verify_choice(password: str, *, name: str) -> None:
    """Return if this may be somebody's password.

    Raises:
        PasswordError: it is too short, too long, or the name.
    """
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise PasswordError(
            f"Kata sandi {PASSWORD_SHORTEST} sampai {PASSWORD_LONGEST} huruf / password of {PASSWORD_SHORTEST} to "
            f"{PASSWORD_LONGEST} characters, got {len(password)}. Try: a sentence of four words."
        )
    if password.casefold() == name.casefold():
        raise PasswordError("Kata sandi sama dengan nama / the password is the name. Try: a sentence of four words.")
