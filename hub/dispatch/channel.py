"""A way to reach a person: what is handed over, and what a channel must be able to do."""

from typing import Protocol

from msgspec import Struct


class Letter(Struct, frozen=True, kw_only=True):
    """One message as a channel gets it. The same delivery id again is the same message again."""

    v: int = 1
    delivery_id: str
    alert_id: str
    kind: str
    """What the alert is about: level, silence, hub."""
    severity: int
    """0 is the all-clear."""
    word: str
    """The city's word for the severity of a level alert; empty for others."""
    to: str
    role: str
    text: str
    sms: str
    """The same in one part of an SMS."""
    link: str
    """Where the person says "Sudah dibaca"; empty where nothing waits for an answer."""
    created_ms: int
    """Hub's clock, UTC ms."""


class Channel(Protocol):
    """Takes letters to people."""

    async def hand_over(self, letter: Letter, *, target: str) -> None:
        """Return when the letter is taken for good.

        Args:
            letter: what to say.
            target: the person's address in this channel.

        Raises:
            NotTakenError: it was not taken, or nothing says that it was; offer it again.
        """

    async def close(self) -> None:
        """Let go of connections."""
