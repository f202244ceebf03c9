"""What records and files of boxes mean for pictures, and that pages look again. Every call stands inside a write."""

from contract.records import CommandResult, Still
from contract.view_commands import SOURCE, VIEW_STILL
from hub.storage import changes, commands, stills
from hub.storage.board.stills import ref_of
from hub.storage.connection import Connection


def take_record(connection: Connection, record: Still, *, node_id: str, spool_no: int, now_ms: int) -> None:
    """Write down that a box has made a picture."""
    stills.add(connection, record, node_id=node_id, spool_no=spool_no, now_ms=now_ms)
    _tell(connection, node_id, record.source, now_ms=now_ms)


def take_answer(connection: Connection, record: CommandResult, *, node_id: str, now_ms: int) -> None:
    """Tell pages what a box has said to who asked for a picture; any other answer is passed over."""
    command = commands.one(connection, record.command_id)
    if command is not None and command.kind == VIEW_STILL and command.node_id == node_id:
        _tell(connection, node_id, str(command.args.get(SOURCE, "")), now_ms=now_ms)


def take_file(connection: Connection, sha256: str, *, node_id: str, now_ms: int) -> None:
    """Tell pages that a picture is here."""
    for source in stills.cameras_of_content(connection, sha256, node_id=node_id):
        _tell(connection, node_id, source, now_ms=now_ms)


def _tell(connection: Connection, node_id: str, source: str, *, now_ms: int) -> None:
    changes.add(connection, at_ms=now_ms, kind="view", ref=ref_of(connection, node_id, source))
