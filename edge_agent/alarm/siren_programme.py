"""When the box's own siren sounds. Pure: values in, values out.

The rules:

1. A programme begins at a reading, and at nothing else: a usable one that reaches the raise value of Awas while the
   level rule holds Awas. Where Awas rests on readings of doubtful quality, a second sign beside the gauge, or a
   person, must bear it out.
2. Each arrival at Awas (gauge, decision, since when) has one programme. When it is over, the siren rests until
   another arrival.
3. A failed or missing reading changes nothing: the level is held, and so is the programme.
4. Silence at once when the level falls below Awas, or when the station is to have no siren.
5. A restart goes on with what is left. In the same boot the time without a process counts as sounded.
6. An arrival that is seen while the station is to have no siren has had its turn: a siren that is switched on later
   does not sound for old water.
7. A test sounds a few seconds and never beside a programme; an arrival at Awas ends it.
8. A connection, a hello, new thresholds or an old state begin nothing.

All times are real milliseconds: people run in them.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from contract.severity import Severity

SOUND_MS = 60_000
REST_MS = 30_000
"""A minute of sound carries through rain; in the rest people hear each other and the loudspeakers."""

ROUNDS = 3
PROGRAMME_MS = ROUNDS * SOUND_MS + (ROUNDS - 1) * REST_MS

LONGEST_TEST_S = 30.0

Trigger = Literal["level", "test"]


class Run(Struct, frozen=True, kw_only=True):
    """A programme or a test that is under way."""

    trigger: Trigger
    source: str
    decision_id: str | None
    length_ms: int
    gone_ms: int
    """How much of it is over, at `at_real_ms` of `kernel_boot`."""
    at_real_ms: int
    kernel_boot: str


class Change(Struct, frozen=True, kw_only=True):
    """The siren went on or off; what a `siren` record tells."""

    on: bool
    trigger: Trigger
    source: str
    decision_id: str | None
    text: str


class SirenState(Struct, frozen=True, kw_only=True):
    """The siren's whole memory; kept in the outbox file."""

    run: Run | None = None
    begun: dict[str, str] = {}
    """The newest arrival at Awas of each gauge that has had its programme, or had none to have."""
    stuck: Change | None = None
    """What was told of an output that goes on after its sound is over, because it cannot be switched off."""


class GaugeSigns(Struct, frozen=True, kw_only=True):
    """What one gauge says now."""

    source: str
    severity: int | None
    since_ms: int | None
    decision_id: str | None
    is_suspect: bool
    has_siren: bool
    """By the station's desired state."""
    is_seen_at_awas: bool = False
    """This very reading is usable and reaches the raise value of Awas."""
    is_borne_out: bool = False
    """A second sign beside the gauge, or a person, says the same."""


def is_sounding(state: SirenState) -> bool:
    """Answer whether the output is on at the instant of `state`."""
    run = state.run
    return run is not None and (run.trigger == "test" or run.gone_ms % (SOUND_MS + REST_MS) < SOUND_MS)


def sound_left_ms(state: SirenState) -> int:
    """Return how long the sound that is on now goes on before it rests or ends; 0 while it does not sound."""
    run = state.run
    if run is None or not is_sounding(state):
        return 0
    left_ms = run.length_ms - run.gone_ms
    return left_ms if run.trigger == "test" else min(left_ms, SOUND_MS - run.gone_ms % (SOUND_MS + REST_MS))


def pass_time(state: SirenState, *, real_ms: int, kernel_boot: str) -> tuple[SirenState, Change | None]:
    """Return the state at `real_ms`, and the end of what was under way if it has come.

    Args:
        state: of an earlier instant, perhaps of another process.
        real_ms: the machine's boot clock.
        kernel_boot: the kernel's id of this boot; in another one the time in between is not counted.
    """
    run = state.run
    if run is None:
        return state, None
    passed_ms = max(0, real_ms - run.at_real_ms) if run.kernel_boot == kernel_boot else 0
    gone_ms = run.gone_ms + passed_ms
    if gone_ms >= run.length_ms:
        return _end(state, run, "selesai")
    after = replace(run, gone_ms=gone_ms, at_real_ms=real_ms, kernel_boot=kernel_boot)
    return replace(state, run=after), None


def judge(state: SirenState, signs: GaugeSigns, *, real_ms: int, kernel_boot: str) -> tuple[SirenState, Change | None]:
    """Return the state after a reading, or after a new desired state, of one gauge (rules 1 to 4, and 6).

    Args:
        state: at `real_ms`, from `pass_time`.
        signs: what the gauge says; `is_seen_at_awas` is true only at a reading.
        real_ms: the machine's boot clock.
        kernel_boot: the kernel's id of this boot.
    """
    is_awas = signs.severity is not None and signs.severity >= Severity.AWAS
    run = state.run
    if run is not None and run.trigger == "level" and run.source == signs.source:
        if not is_awas:
            return _end(state, run, "di bawah Awas")
        if not signs.has_siren:
            return _end(state, run, "sirene dimatikan untuk stasiun ini")
    arrival = f"{signs.decision_id}@{signs.since_ms}"
    may_begin = is_awas and signs.is_seen_at_awas and state.begun.get(signs.source) != arrival
    if not may_begin or (signs.is_suspect and not signs.is_borne_out):
        return state, None
    state = replace(state, begun={**state.begun, signs.source: arrival})
    if not signs.has_siren:
        return state, None
    begun = Run(
        trigger="level",
        source=signs.source,
        decision_id=signs.decision_id,
        length_ms=PROGRAMME_MS,
        gone_ms=0,
        at_real_ms=real_ms,
        kernel_boot=kernel_boot,
    )
    return replace(state, run=begun), _change(begun, on=True, text="Awas")


def begin_test(
    state: SirenState, *, seconds: float, real_ms: int, kernel_boot: str
) -> tuple[SirenState, Change] | None:
    """Return the state with a test begun; None while the siren is in use (rule 7)."""
    if state.run is not None:
        return None
    run = Run(
        trigger="test",
        source="",
        decision_id=None,
        length_ms=round(1000 * min(seconds, LONGEST_TEST_S)),
        gone_ms=0,
        at_real_ms=real_ms,
        kernel_boot=kernel_boot,
    )
    return replace(state, run=run), _change(run, on=True, text="uji")


def _end(state: SirenState, run: Run, text: str) -> tuple[SirenState, Change]:
    return replace(state, run=None), _change(run, on=False, text=text)


def _change(run: Run, *, on: bool, text: str) -> Change:
    return Change(on=on, trigger=run.trigger, source=run.source, decision_id=run.decision_id, text=text)
