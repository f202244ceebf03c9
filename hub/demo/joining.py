"""How the boxes of the demo with TLS become known: by the road of a city, once; a later start finds them known.

1. `hub authority init`, where there is no authority yet.
2. The sites of the boxes go into the hub's database, and a code is made for each box that has no name yet. This is
   what `hub claim new` does; the command itself refuses a label that says 127.0.0.1, which is right for every hub but
   this one.
3. `hub web` alone, and `provision claim` on each box over HTTPS. The hub gives the name, the box keeps key and
   certificate, and its config is told.

A demo that is ended in between goes on at its next start: each step is looked for by what it leaves behind.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contract.clock import ScaledClock, SystemClock
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.config import LOOPBACK
from hub.demo import typed
from hub.demo.files import secret, write_box_config, write_hub_config
from hub.demo.identity import identity_of
from hub.demo.place import Place
from hub.demo.ports import Ports
from hub.demo.ready import wait_until_ready
from hub.demo.scenario import SITES_FILE, BoxToStart
from hub.fleet import claims as codes
from hub.fleet.authority import shelf
from hub.fleet.city_file import read_city
from hub.fleet.city_register import enter
from hub.storage import connection as database
from hub.storage.migrations import migrate
from hub.supervisor import Program, Supervisor
from provisioning.identity import claim_code
from provisioning.identity.claim_text import ClaimText

PASSPHRASE = "frasa-sandi"  # pragma: allowlist secret
README = "BACA-SAYA.txt"
_README_TEXT = """\
HANYA PERAGAAN / DEMO ONLY

Kunci akar ini menjaga peragaan di mesin ini dan tidak lebih. Kunci akar sebuah kota disimpan di dua brankas, dan frasa
sandinya di tempat ketiga, bukan di sampingnya seperti di sini. Jangan dipakai untuk kotak sungguhan.

This root key guards the demo on this machine and nothing else. The root key of a city lies in two safes and its
passphrase in a third place, not beside it as here. Never use it for a real box.
"""
_LOG = "steps.log"


def with_identities(place: Place, boxes: Sequence[BoxToStart]) -> list[BoxToStart]:
    """Return the boxes with what the hub gave them, as far as it has."""
    return [replace(box, identity=identity_of(place.box_config(box.name))) for box in boxes]


def is_left_to_do(place: Place, boxes: Sequence[BoxToStart]) -> bool:
    """Answer whether there is no authority yet, or a box that it does not know."""
    return not _has_authority(place) or any(box.identity is None for box in boxes)


def join(
    place: Place, boxes: Sequence[BoxToStart], *, ports: Ports, clock: ScaledClock, stop: threading.Event
) -> None:  # fmt: skip
    """Make the authority if there is none, and those boxes known that are not; ends early when told to stop.

    Raises:
        HubError: a step failed; says which, and where its words are.
    """
    print("Menyiapkan kota peragaan, sekali saja / preparing the city of the demo, once:", flush=True)
    write_hub_config(place, clock=clock, ports=ports, map_pack="")
    if not _has_authority(place):
        _make_authority(place)
    if not stop.is_set():
        strangers = [box for box in boxes if box.identity is None]
        _let_in(place, strangers, ports=ports, clock=clock, stop=stop)


def _has_authority(place: Place) -> bool:
    return shelf.folder_of(place.home).is_dir()


def _make_authority(place: Place) -> None:
    passphrase = secret(place.root_key, PASSPHRASE)
    (place.root_key / README).write_text(_README_TEXT, encoding="utf-8")
    words = ("hub", "authority", "init", "--root", place.root_key, "--passphrase-stdin", "--name", "localhost")
    typed.done((*words, "--config", place.hub_config), log=place.logs / _LOG, given=f"{passphrase}\n")


def _let_in(
    place: Place, boxes: Sequence[BoxToStart], *, ports: Ports, clock: ScaledClock, stop: threading.Event
) -> None:
    """Let the hub answer by HTTPS, and each box ask it."""
    for box in boxes:
        write_box_config(place, box, clock=clock, ports=ports)
    words = ("hub", "web", "--config", place.hub_config)
    web = Supervisor([Program(name="web", command=typed.command(words), log=place.logs / _LOG)], clock=clock)
    typed.show(words)
    try:
        web.start()
        wait_until_ready(ports, web, clock=clock, stop=stop, logs=place.logs)
        left = [] if stop.is_set() else _still_strangers(place, boxes)
        labels = new_labels(place, left, ports=ports, clock=clock)
        _claim(place, left, labels)
    finally:
        web.end()


def new_labels(
    place: Place, boxes: Sequence[BoxToStart], *, ports: Ports, clock: ScaledClock
) -> dict[str, ClaimText]:  # fmt: skip
    """Write the sites down, make a code for each box, and return by site what its label says."""
    authority = shelf.open_authority(place.home)
    connection = database.open(place.home / "hub.db")
    labels = {}
    try:
        migrate(connection)
        with database.write(connection):
            enter(connection, read_city(SITES_FILE), now_ms=clock.now_ms())
            for box in boxes:
                made = codes.new(
                    connection, box.site_id, now_real_ms=SystemClock().now_ms(), code=claim_code.new_code()
                )  # fmt: skip
                audit_log.note(
                    connection,
                    now_ms=clock.now_ms(),
                    actor=audit_log.of_shell(),
                    action=Action.CLAIM_MADE,
                    subject=box.site_id,
                    detail={"claim": made.claim_id},
                )
                labels[box.site_id] = ClaimText(
                    code=made.code, fingerprint=authority.fingerprint, address=f"{LOOPBACK}:{ports.https}"
                )
    finally:
        connection.close()
    return labels


def _still_strangers(place: Place, boxes: Sequence[BoxToStart]) -> list[BoxToStart]:
    """Let claims that were cut short go on; return the boxes that none of them has made known."""
    cut = [box for box in boxes if _identity_folder(place, box).is_dir()]
    going_on = [typed.begin(_claiming(place, box), log=_log_of(place, box)) for box in cut]
    done = {box.name for box, one in zip(cut, going_on, strict=True) if typed.is_done(one)}
    return [box for box in boxes if box.name not in done]


def _claim(place: Place, boxes: Sequence[BoxToStart], labels: dict[str, ClaimText]) -> None:
    """Type `provision claim` on all boxes at once."""
    begun = []
    for box in boxes:
        again = ["--new-key"] if _identity_folder(place, box).is_dir() else []
        words = _claiming(place, box, "--code", labels[box.site_id].encoded(), *again)
        begun.append(typed.begin(words, log=_log_of(place, box)))
    bad = [one for one in begun if not typed.is_done(one)]
    if bad:
        raise typed.failed(bad[0])


def _claiming(place: Place, box: BoxToStart, *more: str) -> tuple[str | Path, ...]:
    return ("provision", "claim", *more, "--config", place.box_config(box.name))


def _identity_folder(place: Place, box: BoxToStart) -> Path:
    return place.box_home(box.name) / "identity"


def _log_of(place: Place, box: BoxToStart) -> Path:
    return place.logs / f"{box.name}.log"
