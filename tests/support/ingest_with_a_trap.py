"""`hub ingest` with a level rule that raises on one stretch of values; run as a program by the test of that fault."""

import sys

from contract.level.rule import StageReading, Step, step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from hub.__main__ import main
from hub.rivers import walk

TRAP_CM = (70.0, 80.0)
ERROR = "ZeroDivisionError: the trap"


def trapped(state: LevelState, reading: StageReading, settings: RuleSettings, *, decision_id: str) -> Step:
    """Do as the level rule does, but raise on a stage inside the trap."""
    if reading.stage_cm is not None and TRAP_CM[0] <= reading.stage_cm < TRAP_CM[1]:
        raise ZeroDivisionError("the trap")
    return step(state, reading, settings, decision_id=decision_id)


if __name__ == "__main__":
    vars(walk)["step"] = trapped
    sys.exit(main(sys.argv[1:]))
