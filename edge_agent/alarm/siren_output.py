"""What is told when the siren's output does not do what the programme says. Pure.

A `siren` record that says "on" is a promise to people who run. Where the output did not obey, the record behind it
says that it is off, and a fault of class 0 says why; when the output obeys again, both are taken back. Nobody is told
that it is off while it is stuck on: behind the end of a sound that did not end a record says that it goes on.
"""

from msgspec.structs import replace

from contract.records import Siren
from edge_agent.alarm.memory import Memory
from edge_agent.alarm.notes import MOST_TEXT, end_test, note_fault, note_siren
from edge_agent.alarm.page import Page
from edge_agent.alarm.siren_programme import Change, Run, Trigger

SIREN_FAILED = "siren_failed"
NO_OUTPUT = "Kotak ini tidak punya keluaran sirene"


def is_told(memory: Memory) -> bool:
    """Answer whether the fault is active in what was told so far."""
    return f"{SIREN_FAILED}/" in memory.faults


def fault_without_output(memory: Memory) -> str:
    """Return the fault of a box that has no output at all: it is one where the programme wants to sound."""
    is_wanted = any(gauge.desired is not None and gauge.desired.siren for gauge in memory.gauges.values())
    is_missed = memory.siren.run is not None or (is_told(memory) and is_wanted)
    return NO_OUTPUT if is_missed else ""


def has_news(memory: Memory, *, fault: str) -> bool:
    """Answer whether `tell` has something to say."""
    run = memory.siren.run
    return bool(fault) != is_told(memory) or (bool(fault) and run is not None and run.trigger == "test")


def tell(memory: Memory, page: Page, *, fault: str, is_stuck: bool) -> Memory:
    """Return the memory after the output was driven, and tell what is not as the programme says.

    Args:
        memory: with the siren's state as it was driven.
        page: perhaps with the record that the siren went on.
        fault: why the output does not obey; empty when it does.
        is_stuck: it could not be switched off, so nobody may be told that it is.
    """
    was_told, fault = is_told(memory), fault[:MOST_TEXT]
    text = fault or "Sirene dapat dipakai lagi"
    memory = note_fault(memory, page, code=SIREN_FAILED, is_active=bool(fault), text=text)
    run = memory.siren.run
    if run is None:
        return _tell_stuck(memory, page, fault=fault, is_stuck=is_stuck)
    if memory.siren.stuck is not None:  # a new sound has begun, and will have its own end
        memory = replace(memory, siren=replace(memory.siren, stuck=None))
    if fault and run.trigger == "test":
        stuck = _change(run, on=True, text=fault) if is_stuck else None
        if stuck is None:
            note_siren(page, _change(run, on=False, text=fault))
        memory = replace(memory, siren=replace(memory.siren, run=None, stuck=stuck))
        return end_test(memory, page, result="failed", text=fault)
    if fault and not is_stuck and (not was_told or _says_on(page)):
        note_siren(page, _change(run, on=False, text=fault))
    elif was_told and not fault:
        note_siren(page, _change(run, on=True, text="keluaran bekerja lagi"))
    return memory


def _tell_stuck(memory: Memory, page: Page, *, fault: str, is_stuck: bool) -> Memory:
    """Return the memory after a sound is over, and tell when the output goes on all the same, and when that ends."""
    stuck = memory.siren.stuck
    ended = [record for record in page.records if isinstance(record, Siren) and not record.on]
    if is_stuck and ended:
        end = ended[-1]
        trigger: Trigger = "test" if end.trigger == "test" else "level"
        stuck = Change(on=True, trigger=trigger, source=end.source, decision_id=end.decision_id, text=fault)
        note_siren(page, stuck)
    elif stuck is not None and not is_stuck:
        note_siren(page, replace(stuck, on=False, text="keluaran bekerja lagi"))
        stuck = None
    else:
        return memory
    return replace(memory, siren=replace(memory.siren, stuck=stuck))


def _says_on(page: Page) -> bool:
    return any(isinstance(record, Siren) and record.on for record in page.records)


def _change(run: Run, *, on: bool, text: str) -> Change:
    return Change(on=on, trigger=run.trigger, source=run.source, decision_id=run.decision_id, text=text)
