"""An event loop whose clock leaps when a test says so: what waits for a quarter of a minute is over at once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class LeapingLoop(asyncio.SelectorEventLoop):
    """The ordinary loop, ahead of real time by what it has leapt."""

    leapt_s = 0.0

    def time(self) -> float:
        """Return the loop's clock, seconds."""
        return super().time() + self.leapt_s


def leap(seconds: float) -> None:
    """Let so many seconds pass on the running loop; what was due meanwhile runs next."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)
    loop.leapt_s += seconds


def run_leaping(
    work: Coroutine[Any, Any, None], *, loop_factory: Callable[[], asyncio.AbstractEventLoop] = LeapingLoop
) -> None:
    """Run a test's work on such a loop, or on another one where nothing leaps."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(work)
