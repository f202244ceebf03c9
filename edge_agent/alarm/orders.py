"""What the hub's words, and time going by, make of the box's memory. Pure.

None of them ever starts the siren for a level: that takes a reading.
"""

import logging

from msgspec.structs import replace

from contract.desired import Applied, DesiredSource
from contract.level.rule import reevaluate
from contract.messages import Command
from contract.quality import Flag
from contract.records import RecordClass
from edge_agent.alarm import commands, siren_programme
from edge_agent.alarm.commands import Answer
from edge_agent.alarm.desired import Refused, take_over
from edge_agent.alarm.judgement import judge_siren
from edge_agent.alarm.level import (
    is_same_place,
    is_same_water,
    level_record,
    remembered_under,
    rule_settings,
    state_of_now,
)
from edge_agent.alarm.memory import Memory
from edge_agent.alarm.notes import end_test, note_answer, note_fault, note_siren
from edge_agent.alarm.page import Page
from edge_agent.gauges.quality.state import QualityState

DESIRED_REFUSED = "desired_refused"

log = logging.getLogger(__name__)


def begin(memory: Memory, page: Page) -> Memory:
    """Return the memory at the start of a process: a test that was under way is over, and failed."""
    run = memory.siren.run
    if run is not None and run.trigger == "test":
        memory = replace(memory, siren=replace(memory.siren, run=None))
    return end_test(memory, page, result="failed", text="kotak dimulai ulang saat uji")


def pass_time(memory: Memory, page: Page) -> Memory:
    """Return the memory at the page's instant, and tell the end of the siren's programme or test."""
    siren, change = siren_programme.pass_time(memory.siren, real_ms=page.real_ms, kernel_boot=page.kernel_boot)
    note_siren(page, change)
    memory = replace(memory, siren=siren)
    if change is None or change.trigger != "test":
        return memory
    return end_test(memory, page, result="done", text="sirene telah berbunyi")


def tell_levels(memory: Memory, page: Page) -> None:
    """Write the level record of now for each gauge that has thresholds."""
    for source, gauge in memory.gauges.items():
        if gauge.desired is not None:
            record = level_record(
                state_of_now(gauge.level),
                envelope=page.envelope(RecordClass.ALERT, source=source),
                stage_cm=gauge.stage_cm,
                flag=gauge.flag,
                threshold_version=gauge.desired.thresholds.version,
            )
            page.add(record)


def take_answered_hello(memory: Memory, page: Page, *, answered: int) -> Memory:
    """Return the memory after the hub has answered a hello; the levels of now are told."""
    tell_levels(memory, page)
    return replace(memory, answered=answered)


def take_desired(memory: Memory, page: Page, *, offered: Applied, body: bytes, clock_rate: float) -> Memory:
    """Return the memory after a desired state has come: applied, refused and told once, or passed over.

    Args:
        memory: as it stands.
        page: takes the level records of gauges whose water is now judged differently.
        offered: epoch and version under which the document came.
        body: the document.
        clock_rate: scaled seconds per real second.
    """
    taken = take_over(memory.document, offered=offered, body=body)
    if taken is None:
        return memory
    if isinstance(taken, Refused):
        return _refuse(memory, page, taken)
    memory = replace(memory, document=taken, refused=None)
    for source in memory.gauges:
        if source in taken.sources:
            memory = _change_gauge(memory, page, source, taken.sources[source], clock_rate)
    text = f"Keadaan versi {taken.version} dipakai"
    return note_fault(
        memory, page, code=DESIRED_REFUSED, is_active=False, text=text, record_class=RecordClass.TELEMETRY
    )


def take_command(memory: Memory, page: Page, *, command: Command, is_expired: bool, has_output: bool) -> Memory:
    """Return the memory after a command: begun, answered, or passed over because it is known or not ours.

    Args:
        memory: with the siren at the page's instant, from `pass_time`.
        page: takes the answer.
        command: from the hub.
        is_expired: its time to live was over before it came here.
        has_output: this box has a siren that works.
    """
    book, outcome = commands.receive(memory.book, command, is_expired=is_expired)
    memory = replace(memory, book=book)
    if outcome is None or isinstance(outcome, Answer):
        note_answer(page, outcome)
        return memory
    if not has_output:
        text = "kotak ini tidak punya sirene yang bekerja"
        note_answer(page, Answer(command_id=command.command_id, result="failed", text=text))
        return memory
    begun = siren_programme.begin_test(
        memory.siren, seconds=outcome.seconds, real_ms=page.real_ms, kernel_boot=page.kernel_boot
    )
    if begun is None:
        note_answer(page, Answer(command_id=command.command_id, result="refused", text="sirene sedang dipakai"))
        return memory
    siren, change = begun
    note_siren(page, change)
    return replace(memory, siren=siren, book=commands.begin_test(memory.book, outcome))


def _refuse(memory: Memory, page: Page, refused: Refused) -> Memory:
    """Tell a bad document once; the one before goes on to hold."""
    if memory.refused == refused.offered:
        return memory
    log.warning("desired state %s refused: %s. The one before holds.", refused.offered, refused.why)
    # A second bad document in a row is news too: the first one's fault must not swallow it.
    memory = replace(memory, refused=refused.offered, faults=tuple(_without(memory.faults, DESIRED_REFUSED)))
    text = f"Keadaan versi {refused.offered.version} ditolak: {refused.why}"
    return note_fault(memory, page, code=DESIRED_REFUSED, is_active=True, text=text, record_class=RecordClass.TELEMETRY)


def _without(faults: tuple[str, ...], code: str) -> list[str]:
    return [fault for fault in faults if not fault.startswith(f"{code}/")]


def _change_gauge(memory: Memory, page: Page, source: str, new: DesiredSource, clock_rate: float) -> Memory:
    gauge = memory.gauges[source]
    old = gauge.desired
    gauge = replace(gauge, desired=new)
    if old is not None and old.station != new.station:  # the last water there says nothing of the first one here
        gauge = replace(gauge, quality=QualityState())
    if old is None or not is_same_place(old, new):
        gauge = replace(gauge, stage_cm=None, flag=Flag.NOT_EVALUATED.value)
    if old is None or not is_same_water(old, new):
        step = reevaluate(
            remembered_under(gauge.level, old=old, new=new),
            rule_settings(new, clock_rate=clock_rate),
            at_ms=page.stamp.at_ms,
            decision_id=page.next_key(),
        )
        record = level_record(
            step,
            envelope=page.envelope(RecordClass.ALERT, source=source),
            stage_cm=gauge.stage_cm,
            flag=gauge.flag,
            threshold_version=new.thresholds.version,
        )
        page.add(record)
        gauge = replace(gauge, level=step.state)
    return judge_siren(memory.with_gauge(source, gauge), page, source, is_seen_at_awas=False)
