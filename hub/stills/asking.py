"""A person asks a camera for a picture of now: checked, bounded, given to the box as a command, written down.

1. One request of a camera at a time: who asks while one is open joins it, and nothing more is sent.
2. `PAUSE_S` between two of a camera, and `HOURLY_MOST` an hour of one person: the box's bytes of the day are few.
3. Who asked for which view is a row of the audit log before anything is sent.
"""

from contract.view_commands import SOURCE, VIEW_STILL
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.fleet import commands as orders
from hub.fleet.standing import Standing, standing
from hub.sightings.where import Eye
from hub.stills.errors import BoxAwayError, BoxRefusedError, NoCameraError, TooSoonError
from hub.stills.request import TTL_S, StillRequest, request_of
from hub.storage import changes, commands, nodes, stills
from hub.storage.board.stills import ref_of
from hub.storage.connection import Connection

PAUSE_S = 10
"""Real. A still takes a box a second of one core: a thumb that does not rest must not eat the counting."""
HOURLY_MOST = 60
HOUR_S = 3_600


def ask(connection: Connection, eye: Eye | None, *, view_id: str, by: str, now_ms: int, rate: float) -> StillRequest:
    """Ask for a picture, or return the request that is open. Inside a write.

    Args:
        connection: inside a write.
        eye: the camera that looks at the view; None: there is none.
        view_id: of the view, for the audit log.
        by: who asks.
        now_ms: the hub's clock.
        rate: of that clock, scaled seconds per real second.

    Raises:
        AskError: it is not asked.
    """
    if eye is None:
        raise NoCameraError(
            "Tidak ada kamera yang melihat tempat ini. Ikat satu dengan hub stations import.",
            "No camera looks at this place. Bind one by hub stations import.",
        )
    newest = newest_request(connection, eye, now_ms=now_ms, rate=rate)
    if newest is not None and newest.is_open:
        return newest
    _verify_there(connection, eye[0])
    _verify_seldom(connection, newest, by=by, now_ms=now_ms, rate=rate)
    command_id = orders.issue(
        connection,
        node_id=eye[0],
        kind=VIEW_STILL,
        site="",
        args={SOURCE: eye[1]},
        ttl_s=TTL_S,
        by=by,
        now_ms=now_ms,
    )
    detail = {"node": eye[0], "source": eye[1], "command": command_id}
    audit_log.note(
        connection, now_ms=now_ms, actor=by, action=Action.PICTURE_ASKED, subject=view_id, detail=detail
    )  # fmt: skip
    changes.add(connection, at_ms=now_ms, kind="view", ref=ref_of(connection, *eye))
    made = commands.newest_of_kind(connection, VIEW_STILL, node_id=eye[0], args={SOURCE: eye[1]})
    assert made is not None  # noqa: S101 - written above
    return request_of(made, None, now_ms=now_ms, rate=rate)


def newest_request(connection: Connection, eye: Eye, *, now_ms: int, rate: float) -> StillRequest | None:
    """Return how the newest request of a camera stands, or None: nobody ever asked."""
    command = commands.newest_of_kind(connection, VIEW_STILL, node_id=eye[0], args={SOURCE: eye[1]})
    if command is None:
        return None
    return request_of(command, stills.of_command(connection, command.command_id), now_ms=now_ms, rate=rate)


def _verify_there(connection: Connection, node_id: str) -> None:
    if standing(connection, node_id) is not Standing.LIVE:
        raise BoxRefusedError(
            f"Kotak {node_id} dikarantina atau dicabut; tidak ada yang diminta darinya. Lihat halaman Simpul.",
            f"Box {node_id} is in quarantine or revoked; nothing is asked of it. See the page Boxes.",
        )
    node = nodes.one(connection, node_id)
    if node is None or not node.is_online:
        raise BoxAwayError(
            f"Kotak {node_id} sedang tidak tersambung, jadi gambar sekarang tidak dapat diminta. "
            "Gambar terakhir tetap tampil; coba lagi bila kotak tersambung.",
            f"Box {node_id} is not connected, so no picture of now can be asked for. The last one stays; "
            "try again when it is connected.",
        )


def _verify_seldom(
    connection: Connection, newest: StillRequest | None, *, by: str, now_ms: int, rate: float
) -> None:  # fmt: skip
    gone_s = PAUSE_S if newest is None else (now_ms - newest.asked_ms) / 1000 / rate
    if 0 <= gone_s < PAUSE_S:
        left_s = max(1, round(PAUSE_S - gone_s))
        raise TooSoonError(
            f"Kamera ini baru saja diminta. Coba lagi {left_s} detik lagi.",
            f"This camera was asked a moment ago. Try again in {left_s} seconds.",
            again_s=left_s,
        )
    since_ms = now_ms - round(1000 * HOUR_S * rate)
    if commands.count_of_kind(connection, VIEW_STILL, by=by, since_ms=since_ms) >= HOURLY_MOST:
        raise TooSoonError(
            f"Anda sudah meminta {HOURLY_MOST} gambar dalam satu jam. Tunggu sebentar: jatah kotak sedikit.",
            f"You have asked for {HOURLY_MOST} pictures within an hour. Wait: the boxes' share is small.",
            again_s=HOUR_S // HOURLY_MOST,
        )
