"""A channel that takes, refuses or keeps waiting, as a test says of each target."""

import asyncio
from collections import defaultdict

from hub.dispatch.channel import Letter
from hub.dispatch.errors import NotTakenError


class ScriptedChannel:
    """Takes every letter, but that targets in `refusing` refuse and targets in `hanging` never answer."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.offered: dict[str, list[str]] = defaultdict(list)
        self.refusing: set[str] = set()
        self.hanging: set[str] = set()
        self.at_once: dict[str, int] = defaultdict(int)
        self.most_at_once: dict[str, int] = defaultdict(int)
        self.is_closed = False

    @property
    def offers(self) -> int:
        """How many attempts there were."""
        return sum(len(ids) for ids in self.offered.values())

    async def hand_over(self, letter: Letter, *, target: str) -> None:
        """Do what the test said of `target`."""
        self.offered[target].append(letter.delivery_id)
        self.at_once[target] += 1
        self.most_at_once[target] = max(self.most_at_once[target], self.at_once[target])
        try:
            if target in self.hanging:
                await asyncio.Event().wait()
            await asyncio.sleep(0)
            if target in self.refusing:
                raise NotTakenError("ditolak dengan HTTP 503")
            self.taken.append(letter)
        finally:
            self.at_once[target] -= 1

    async def close(self) -> None:
        """Note it."""
        self.is_closed = True
