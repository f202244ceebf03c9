"""`hub usb import DIR`: boxes that ask by a USB stick are let in, and the stick takes their certificates back.

A request holds a claim code. It is taken from the stick when its answer is safely there, never before: what is cut
short or finds no room is asked again with it.
"""

import argparse
from collections import Counter
from enum import Enum
from pathlib import Path

from contract.clock import SystemClock
from hub.app import alert_policy
from hub.audit import log as audit_log
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import HubConfig
from hub.fleet import enrolment
from hub.fleet.authority import shelf
from hub.fleet.authority.errors import RequestRefusedError
from hub.fleet.authority.issuing import read_request
from hub.fleet.claims import Outcome
from hub.fleet.enrolment import Entry, Moment
from hub.fleet.errors import StickFolderError
from hub.storage import connection as database
from hub.storage.connection import Connection
from provisioning.identity import stick
from provisioning.identity.enrolment import ASK_BYTES_MAX, Broker, decoded_ask, encoded
from provisioning.identity.errors import CertificateError, StickError

EXIT_OK, EXIT_FAILED = 0, 1
_WORDS = {
    Outcome.UNKNOWN: "kode tidak dikenal / code not known",
    Outcome.OTHER_KEY: "!!! ALARM: kode sudah dipakai kotak lain / another box has used this code",
    Outcome.USED: "kode terpakai lebih dari 24 jam lalu / code used more than 24 hours ago",
    Outcome.REVOKED: "kode dicabut / code revoked",
    Outcome.EXPIRED: "kode kedaluwarsa / code expired",
    Outcome.KEY_KNOWN: "kunci ini sudah memakai kode lain / this key has taken another code",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the one action."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="import")
    importing = actions.add_parser("import", help="let in the boxes whose requests the stick holds")
    importing.add_argument("stick", type=Path, metavar="DIR", help="where the stick is mounted")
    add_config(importing)


class _End(Enum):
    """What became of one box."""

    LET_IN = "let in"
    REFUSED = "refused"
    UNWRITTEN = "let in, but its answer is not on the stick"
    CODE_LEFT = "let in, but its code is still on the stick"


def run(args: argparse.Namespace) -> int:
    """Answer every request on the stick; one that is refused, broken or finds no room stops no other."""
    config = config_of(args)
    try:
        found = stick.found(args.stick, stick.ASKS)
        with opened(config) as connection:
            ends = [_answered(connection, config, args.stick, key) for key in found.keys]
        waiting = len(stick.found(args.stick, stick.ANSWERS).keys)
    except StickError as problem:
        raise StickFolderError(str(problem)) from problem
    _tell(Counter(ends), passed_over=found.passed_over, waiting=waiting)
    return EXIT_OK if waiting and all(end is _End.LET_IN for end in ends) else EXIT_FAILED


def _tell(ends: Counter[_End], *, passed_over: int, waiting: int) -> None:
    let_in = ends[_End.LET_IN] + ends[_End.CODE_LEFT]
    print(f"{let_in} kotak / boxes, {ends[_End.REFUSED]} ditolak / refused, {passed_over} dilewati / passed over")
    if ends[_End.UNWRITTEN]:
        print(
            f"!!! {ends[_End.UNWRITTEN]} diterima tanpa jawaban di stik / let in without an answer on the stick. Beri "
            "tempat, lalu perintah yang sama dalam 24 jam / make room, then the same command within 24 hours."
        )
    if not ends:
        print("Tidak ada permintaan di stik / no requests on the stick: provision claim --usb DIR di kotak / on a box")
    if ends[_End.REFUSED] or ends[_End.UNWRITTEN] or ends[_End.CODE_LEFT]:
        print("Stik masih memuat kode: jaga seperti label / the stick still holds codes: guard it like a label.")
    if waiting:
        print(f"{waiting} jawaban di stik / answers on the stick. Bawa kembali ke kotak / carry it back to the box: "
              "provision claim --usb DIR")  # fmt: skip


def _answered(connection: Connection, config: HubConfig, folder: Path, key: str) -> _End:
    """Let one box in, write its answer and then take its code from the stick; say so, or why not."""
    try:
        entry = _entry(connection, config, folder, key)
    except (StickError, CertificateError, RequestRefusedError) as problem:
        print(f"  {key[:16]}  {problem}")
        return _End.REFUSED
    if entry.answer is None:
        print(f"  {key[:16]}  {_WORDS[entry.outcome]}")
        return _End.REFUSED
    end = _End.UNWRITTEN
    try:
        written = stick.write(folder, stick.ANSWERS, key, encoded(entry.answer))
        end = _End.CODE_LEFT
        stick.remove(folder, stick.ASKS, key)
    except StickError as problem:
        print(f"  {key[:16]}  {entry.answer.node}  {problem}")
        return end
    print(f"  {key[:16]}  {entry.answer.node}  {written.name}")
    return _End.LET_IN


def _entry(connection: Connection, config: HubConfig, folder: Path, key: str) -> Entry:
    data = stick.read(folder, stick.ASKS, key, most=ASK_BYTES_MAX)
    if data is None:
        raise StickError(f"{key}: gone from the stick.")
    ask = decoded_ask(data)
    if read_request(ask.csr_bytes).key_fingerprint != key:
        raise CertificateError("nama berkas bukan kunci di dalamnya / the name of the file is not the key in it.")
    tls = config.web.tls
    with database.write(connection):
        return enrolment.enrol(
            connection,
            ask,
            authority=shelf.open_authority(config.home_path()),
            broker=Broker() if tls is None else Broker(host=tls.broker_host or None, port=tls.broker_port),
            moment=Moment(real_ms=SystemClock().now_ms(), hub_ms=config.make_clock().now_ms()),
            policy=alert_policy(config),
            actor=audit_log.of_shell(),
        )
