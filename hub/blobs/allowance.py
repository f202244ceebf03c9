"""How much boxes may send: each on a day, all together on a day, and never so much that the disk is full.

Bytes count when they come, not when a picture is whole: what is cut or sent under a wrong name has cost its way too. A
call counts at least 16 KiB, which bounds how many there are. A day is a real one of UTC: 9 o'clock to 9 o'clock in
Ambon.
"""

from hub.blobs.errors import NoRoomError, SentEnoughError
from hub.storage import blobs
from hub.storage.blobs import LEAST_COUNTED_BYTES
from hub.storage.connection import Connection

NODE_DAY_BYTES = 32 * 1024 * 1024
"""A still of 200 KiB every ten minutes, day and night, is 28 MiB."""
CITY_DAY_PART = 4
"""All boxes together fill at most a quarter of the pictures' share a day, so no day washes away the three before it."""
FREE_FLOOR_BYTES = 1024 * 1024 * 1024
"""Kept free for records: 500 boxes in flood send 100 a second; of 500 bytes each they fill it in six hours."""
NO_ROOM_AGAIN_S = 3_600

DAY_MS = 24 * 3_600_000


def day_of(now_real_ms: int) -> int:
    """Return the number of the day, from 1970."""
    return now_real_ms // DAY_MS


def counted_bytes(length: int) -> int:
    """Return how much a call with so many bytes counts."""
    return max(length, LEAST_COUNTED_BYTES)


def verify_quota(connection: Connection, node_id: str, *, length: int, share_bytes: int, now_real_ms: int) -> None:
    """Refuse a call that the day has nothing left for.

    Args:
        connection: to read with.
        node_id: of the box.
        length: bytes that are announced.
        share_bytes: of all pictures on the disk.
        now_real_ms: the machine's clock.

    Raises:
        SentEnoughError: the box, or all together, have sent what they may.
    """
    day, counted, city_bytes = day_of(now_real_ms), counted_bytes(length), share_bytes // CITY_DAY_PART
    own, everybody = blobs.sent_on(connection, day, node_id=node_id)
    again_s = -(-((day + 1) * DAY_MS - now_real_ms) // 1000)
    if own + counted > NODE_DAY_BYTES:
        raise SentEnoughError(
            f"Kotak ini sudah mengirim jatah hariannya, {NODE_DAY_BYTES} byte. Kirim lagi besok.",
            f"This box has sent its {NODE_DAY_BYTES} bytes of the day. Send again tomorrow.",
            again_s=again_s,
        )
    if everybody + counted > city_bytes:
        raise SentEnoughError(
            f"Semua kotak bersama sudah mengirim jatah harian, {city_bytes} byte. Kirim lagi besok.",
            f"All boxes together have sent the {city_bytes} bytes of the day. Send again tomorrow.",
            again_s=again_s,
        )


def take_from_quota(connection: Connection, node_id: str, *, length: int, share_bytes: int, now_real_ms: int) -> None:
    """Count a call of a box before its bytes come; as `verify_quota`, inside a write."""
    verify_quota(connection, node_id, length=length, share_bytes=share_bytes, now_real_ms=now_real_ms)
    blobs.count_sent(connection, day_of(now_real_ms), node_id=node_id, bytes_more=counted_bytes(length))


def give_back(connection: Connection, node_id: str, *, length: int, came: int, now_real_ms: int) -> None:
    """Give back what was counted and did not come; behind midnight there is nothing to give back. Inside a write."""
    surplus = counted_bytes(length) - counted_bytes(came)
    day = day_of(now_real_ms)
    if surplus > 0 and blobs.sent_on(connection, day, node_id=node_id)[0] >= surplus:
        blobs.count_sent(connection, day, node_id=node_id, bytes_more=-surplus)


def verify_room(*, free_bytes: int, length: int, floor_bytes: int) -> None:
    """Refuse a picture that the disk has no room for.

    Raises:
        NoRoomError: what must stay free would not.
    """
    if free_bytes - length < floor_bytes:
        raise NoRoomError(
            f"Cakram pusat hampir penuh: {free_bytes} byte kosong, {floor_bytes} dijaga untuk catatan. Coba nanti.",
            f"The hub's disk is nearly full: {free_bytes} bytes free, {floor_bytes} are kept for records. Try later.",
            again_s=NO_ROOM_AGAIN_S,
        )
