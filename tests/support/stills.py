"""Pictures of a city's cameras for pages and API: records, files of a real JPEG, requests and what came of them."""

import hashlib
from io import BytesIO
from pathlib import Path

from PIL import Image as Pictures

from contract.clock import ClockTrust
from contract.records import Still
from contract.view_commands import SOURCE, VIEW_STILL
from hub.blobs.shelf import Shelf
from hub.sightings.where import Eye
from hub.stills import hearing
from hub.storage import blobs, commands
from hub.storage import connection as database
from hub.storage.blobs import BlobRow
from hub.storage.commands import IssuedCommand
from tests.support.camera_bench import with_person
from tests.support.hub_data import HubData

MARKET_EYE = ("n-7f3k2m90", "c1")
MINUTE_MS = 60_000


def picture_of(number: int) -> bytes:
    """Return a JPEG of a street, another for each number."""
    image = with_person(60 * number)
    file = BytesIO()
    Pictures.fromarray(image).save(file, "JPEG", quality=80)
    return file.getvalue()


def add_still(
    city: HubData, eye: Eye, *, ago_s: float, number: int = 1, why: str = "hour", command_id: str = "",
    blobs_folder: Path | None = None, is_here: bool = True, clock: ClockTrust = ClockTrust.NTP,
) -> str:  # fmt: skip
    """Take in the record of a picture, and its file where it is here; return its SHA-256."""
    content, at_ms = picture_of(number), city.now_ms - round(1000 * ago_s)
    sha256 = hashlib.sha256(content).hexdigest()
    record = Still(
        seq=number, boot=1, up_ms=10**9 - round(1000 * ago_s), at_ms=at_ms, clock=clock, err_ms=8, record_class=2,
        source=eye[1], sha256=sha256, size_bytes=len(content), width_px=640, height_px=360, why=why,
        command_id=command_id,
    )  # fmt: skip
    with database.write(city.connection) as connection:
        hearing.take_record(connection, record, node_id=eye[0], spool_no=90, now_ms=at_ms)
        if is_here:
            row = BlobRow(
                sha256=sha256, node_id=eye[0], bytes=len(content), type="image/jpeg", received_ms=at_ms + 400
            )  # fmt: skip
            blobs.add(connection, row)
            hearing.take_file(connection, sha256, node_id=eye[0], now_ms=at_ms + 400)
    if is_here and blobs_folder is not None:
        place = Shelf(blobs_folder).path_of(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return sha256


def add_asked(
    city: HubData, eye: Eye, *, ago_s: float, by: str = "sari", result: str | None = None, result_text: str = "",
    command_id: str = "01",
) -> str:  # fmt: skip
    """Write down a request for a picture that was made so long ago, and what the box said to it at once."""
    issued_ms = city.now_ms - round(1000 * ago_s)
    command = IssuedCommand(
        command_id=command_id, node_id=eye[0], kind=VIEW_STILL, site="", args={SOURCE: eye[1]}, ttl_s=20.0,
        issued_ms=issued_ms, issued_by=by, sent_ms=issued_ms, result=result,
        result_text=result_text if result else None, result_ms=issued_ms + 900 if result else None,
    )  # fmt: skip
    with database.write(city.connection) as connection:
        commands.add(connection, command)
    return command_id
