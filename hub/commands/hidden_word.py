"""Asks a person for a word that nobody else shall see: a password, a passphrase."""

import getpass
import warnings

from hub.errors import HiddenWordError


def ask(prompt: str, *, otherwise: str) -> str:
    """Ask at the terminal; never where what is typed could be seen, or nobody sits.

    Args:
        prompt: what is asked.
        otherwise: the option by which the word can come another way.

    Raises:
        HiddenWordError: there is no terminal, or what was typed is no text.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (getpass.GetPassWarning, EOFError, OSError) as problem:
        raise HiddenWordError(
            f"{prompt}tidak ada terminal / no terminal. Coba / try: ssh -t, atau / or: {otherwise}"
        ) from problem
    except UnicodeDecodeError as problem:
        raise HiddenWordError(f"{prompt}bukan UTF-8 / not UTF-8. Coba lagi / try again.") from problem
