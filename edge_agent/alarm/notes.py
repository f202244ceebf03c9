"""Small records that several events write: a fault's edges, the siren, the answer to a command. Pure."""

from msgspec.structs import replace

from contract.records import CommandResult, Fault, RecordClass, Siren
from contract.severity import Severity
from edge_agent.alarm import commands
from edge_agent.alarm.commands import Answer, Outcome
from edge_agent.alarm.memory import Memory
from edge_agent.alarm.page import Page
from edge_agent.alarm.siren_programme import Change

MOST_TEXT = 500
"""Characters that a record's text may have."""


def note_fault(
    memory: Memory,
    page: Page,
    *,
    code: str,
    is_active: bool,
    text: str,
    source: str = "",
    record_class: int = RecordClass.ALERT,
    stage_cm: float | None = None,
) -> Memory:
    """Write a fault down when it begins and when it ends, and not in between."""
    name = f"{code}/{source}"
    if (name in memory.faults) == is_active:
        return memory
    fault = Fault(
        **page.envelope(record_class, source=source),
        code=code,
        active=is_active,
        text=text[:MOST_TEXT],
        stage_cm=stage_cm,
    )
    page.add(fault)
    others = tuple(fault_name for fault_name in memory.faults if fault_name != name)
    return replace(memory, faults=(*others, name) if is_active else others)


def note_siren(page: Page, change: Change | None) -> None:
    """Write down that the siren went on or off."""
    if change is None:
        return
    page.add(
        Siren(
            **page.envelope(RecordClass.ALERT, source=change.source),
            on=change.on,
            trigger=change.trigger,
            severity=Severity.AWAS.value if change.trigger == "level" else None,
            decision_id=change.decision_id,
            text=change.text,
        )
    )


def note_answer(page: Page, answer: Answer | None) -> None:
    """Write down what became of a command."""
    if answer is not None:
        result = CommandResult(
            **page.envelope(RecordClass.READING),
            command_id=answer.command_id,
            result=answer.result,
            text=answer.text,
        )
        page.add(result)


def end_test(memory: Memory, page: Page, *, result: Outcome, text: str) -> Memory:
    """Answer the test of the siren that was under way, if there was one."""
    book, answer = commands.end_test(memory.book, result=result, text=text)
    note_answer(page, answer)
    return replace(memory, book=book)
