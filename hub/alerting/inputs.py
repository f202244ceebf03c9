"""What the level rule was given at a decision, as JSON, so that the decision can be run again later.

One struct per act of the rule, told apart by `act`. Floats pass through JSON unchanged (shortest form that reads
back as the same number), so a re-run gives the same bytes or the rule has changed.
"""

import msgspec
from msgspec import Struct

from contract.level.rule import StageReading, Step, adopt, reevaluate, step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState


class StepInputs(Struct, frozen=True, kw_only=True, tag="step", tag_field="act"):
    """The hub stepped the rule on a reading."""

    before: LevelState
    reading: StageReading
    settings: RuleSettings
    decision_id: str


class AdoptInputs(Struct, frozen=True, kw_only=True, tag="adopt", tag_field="act"):
    """The hub adopted the state in a `level` record."""

    before: LevelState
    record: LevelState
    """The state as the record carried it."""
    key: tuple[int, int, int]
    """(boot, up_ms, seq) of the record."""
    at_ms: int
    settings: RuleSettings
    decision_id: str


class ReevaluateInputs(Struct, frozen=True, kw_only=True, tag="reevaluate", tag_field="act"):
    """The hub judged what it holds by other thresholds."""

    before: LevelState
    at_ms: int
    settings: RuleSettings
    decision_id: str


Inputs = StepInputs | AdoptInputs | ReevaluateInputs

_DECODER: msgspec.json.Decoder[Inputs] = msgspec.json.Decoder(Inputs)
_ENCODER = msgspec.json.Encoder()


def encode_inputs(inputs: Inputs) -> bytes:
    """Return the inputs as JSON, the form of `StationChange.inputs`."""
    return _ENCODER.encode(inputs)


def decode_inputs(data: bytes | msgspec.Raw) -> Inputs:
    """Return the inputs that `data` (JSON) holds.

    Raises:
        msgspec.DecodeError: it holds none.
    """
    return _DECODER.decode(data)


def encode_state(state: LevelState) -> bytes:
    """Return the state as JSON, the form of `StationChange.after`."""
    return _ENCODER.encode(state)


def rerun(inputs: Inputs) -> Step:
    """Return what the rule says to the same inputs now."""
    if isinstance(inputs, StepInputs):
        return step(inputs.before, inputs.reading, inputs.settings, decision_id=inputs.decision_id)
    if isinstance(inputs, AdoptInputs):
        return adopt(
            inputs.before,
            inputs.record,
            inputs.settings,
            key=inputs.key,
            at_ms=inputs.at_ms,
            decision_id=inputs.decision_id,
        )
    return reevaluate(inputs.before, inputs.settings, at_ms=inputs.at_ms, decision_id=inputs.decision_id)
