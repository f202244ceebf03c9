"""`hub claim new SITE`, `list`, `revoke NUMBER`: codes by which boxes become known, and their label sheets."""

import argparse
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from contract.clock import SystemClock
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.commands.city_time import day_of
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import CityConfig, HubConfig
from hub.fleet import box_port
from hub.fleet import claims as codes
from hub.fleet.authority import disk, shelf
from hub.fleet.authority.hub_certificates import OWN_NAMES, server_names
from hub.fleet.authority.shelf import Authority
from hub.fleet.errors import ClaimError
from hub.storage import claims, nodes, sites
from hub.storage import connection as database
from hub.storage.connection import Connection
from provisioning.identity import claim_code, claim_text, fingerprint
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.errors import ClaimTextError
from provisioning.labels import pdf, svg
from provisioning.labels.errors import LabelError
from provisioning.labels.sheet import Label, Sheet, sheet_of
from provisioning.labels.symbol import SMALLEST_PRINT_MM

_DRAW = {".pdf": pdf.drawn, ".svg": svg.drawn}
_PHASES = {
    codes.Phase.FRESH: "menunggu / waiting",
    codes.Phase.TAKEN: "terpakai / taken",
    codes.Phase.REVOKED: "dicabut / revoked",
    codes.Phase.EXPIRED: "kedaluwarsa / expired",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three actions."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="new|list|revoke")
    making = actions.add_parser("new", help="a new code for a site; its older unused codes end")
    add_label_arguments(making)
    listing = actions.add_parser("list", help="every code with its site, end and box, and alarms")
    ending = actions.add_parser("revoke", help="end an unused code")
    ending.add_argument("number", type=int, help="as `list` shows it")
    for action in (making, listing, ending):
        add_config(action)


def add_label_arguments(parser: argparse.ArgumentParser) -> None:
    """Add for which site, and what becomes of the label."""
    parser.add_argument("site", help="id of the site in the city file")
    parser.add_argument("--sheet", type=Path, metavar="OUT.pdf|OUT.svg", help="write the label sheet")
    parser.add_argument("--hub", metavar="HOST:PORT", help="where boxes reach the hub; default: web.public_url")


def run(args: argparse.Namespace) -> int:
    """Do what was asked. Codes live in real time, whatever clock the hub runs on."""
    config, now_ms = config_of(args), SystemClock().now_ms()
    with opened(config) as connection:
        if args.action == "new":
            give_code(connection, args, config, now_ms=now_ms)
        elif args.action == "list":
            _list(connection, config.city, now_ms=now_ms)
        else:
            with database.write(connection):
                ended = codes.revoke(connection, args.number, now_real_ms=now_ms)
                _note(connection, config, Action.CLAIM_REVOKED, site_id=ended.site_id, claim_id=ended.claim_id)
            print(f"Kode {ended.claim_id} untuk {ended.site_id} dicabut / code {ended.claim_id} is revoked.")
    return 0


def give_code(
    connection: Connection,
    args: argparse.Namespace,
    config: HubConfig,
    *,
    now_ms: int,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Draw the label, then let its code count: a code without a label, or the other way, would help nobody.

    Args:
        connection: to write with.
        args: `site`, `sheet`, `hub`.
        config: of the hub.
        now_ms: real time, UTC ms.
        before: done in the same write, before the code counts.
    """
    site = codes.verify_site(connection, args.site)
    authority = shelf.open_authority(config.home_path())
    text = ClaimText(
        code=claim_code.new_code(),
        fingerprint=authority.fingerprint,
        address=_address(args.hub or config.web.public_url, authority),
    )
    until = day_of(now_ms + codes.LIFE_MS, config.city)
    try:
        sheet = sheet_of(Label(site_id=site.site_id, site_name=site.name, claim=text, valid_until=until))
    except LabelError as problem:
        raise ClaimError(str(problem)) from problem
    if args.sheet is not None:
        _write(args.sheet, sheet)
    try:
        with database.write(connection):
            before()
            made = codes.new(connection, site.site_id, now_real_ms=now_ms, code=text.code)
            replaced = ", ".join(map(str, made.replaced))
            _note(
                connection, config, Action.CLAIM_MADE, site_id=site.site_id, claim_id=made.claim_id, replaced=replaced
            )  # fmt: skip
    except BaseException:
        if args.sheet is not None:
            args.sheet.unlink()  # its code will never count
        raise
    _tell(made, text, site=site, until=until, sheet=sheet, file=args.sheet)
    warning = box_port.warning(config.web, address=text.address)
    if warning is not None:
        print(f"  {warning}")


def _note(
    connection: Connection, config: HubConfig, action: Action, *, site_id: str, claim_id: int, replaced: str = ""
) -> None:
    """Write the deed into the audit log; `replaced` are the numbers of older codes that ended by it."""
    audit_log.note(
        connection,
        now_ms=config.make_clock().now_ms(),
        actor=audit_log.of_shell(),
        action=action,
        subject=site_id,
        detail={"claim": claim_id} | ({"replaced": replaced} if replaced else {}),
    )


def _tell(
    made: codes.NewCode, text: ClaimText, *, site: sites.Site, until: str, sheet: Sheet, file: Path | None
) -> None:
    """Print the code, the only time that it can be read, and the figures of its label."""
    print(f"Kode {made.claim_id} untuk / for {site.name} ({site.site_id})")
    print(f"  {claim_code.shown(text.code)}")
    print(f"  berlaku sampai / valid until {until}, sekali pakai / single use")
    print(f"  hub {text.address}, sidik jari / fingerprint {fingerprint.short(text.fingerprint)}")
    symbol = sheet.symbol
    print(
        f"  QR {symbol.designator}, {symbol.modules} x {symbol.modules} modul / modules, "
        f"{symbol.module_mm(SMALLEST_PRINT_MM):.2f} mm per modul pada / at {SMALLEST_PRINT_MM:g} mm"
    )
    for number in made.replaced:
        print(f"  Kode {number} berakhir / code {number} ended: hanya label terbaru berlaku / only the newest works")
    for node_id in made.boxes:
        print(f"  PERHATIAN / NOTE: lokasi ini sudah punya kotak / this site has a box already: {node_id}")
    if file is not None:
        print(f"Label: {file} (rahasia: cetak, lalu hapus / a secret: print it, then remove it)")
    else:
        print(
            "Tanpa label / no label: kode ini tidak dapat dibaca lagi / cannot be read again. Lain kali: --sheet L.pdf"
        )


def _list(connection: Connection, city: CityConfig, *, now_ms: int) -> None:
    alarms = claims.all_alarms(connection)
    found = claims.all_claims(connection)
    for one in found:
        phase = codes.phase(one, now_real_ms=now_ms)
        box = f"  {one.node_id}{_unheard(connection, one.node_id)}" if one.node_id else ""
        print(f"{one.claim_id:>4}  {one.site_id:<24} {_PHASES[phase]:<22} {day_of(one.expires_real_ms, city)}{box}")
        for alarm in alarms:
            if alarm.claim_id == one.claim_id:
                print(
                    f"      !!! ALARM: kunci lain memakai kode ini / another key used this code: {alarm.times} x, "
                    f"terakhir / last {day_of(alarm.last_real_ms, city)}, kunci / key {alarm.key_fingerprint[:16]}"
                )
    waiting = sum(codes.phase(one, now_real_ms=now_ms) is codes.Phase.FRESH for one in found)
    print(f"{len(found)} kode / codes, {waiting} menunggu / waiting, {len(alarms)} alarm / alarms")


def _unheard(connection: Connection, node_id: str) -> str:
    """Return what is said of a box that has its certificate and has not been heard with it."""
    return "" if nodes.one(connection, node_id) else "  belum terdengar / not heard yet"


def _address(given: str, authority: Authority) -> str:
    """Return host:port for the label.

    Raises:
        ClaimError: it is none, or the hub's certificate does not name it, so that no box would believe the hub.
    """
    if not given:
        raise ClaimError(
            "Alamat hub untuk kotak belum diketahui / the hub's address for boxes is not known. Tulis / set "
            'web.public_url = "https://HOST:PORT", atau / or: --hub HOST:PORT'
        )
    if given.startswith("http://"):
        raise ClaimError(
            f"hub address {given!r}: boxes come by HTTPS only. Set web.public_url to https://…, or: --hub HOST:PORT"
        )
    try:
        address = claim_text.address(given)
    except ClaimTextError as problem:
        raise ClaimError(str(problem)) from problem
    host, names = claim_text.host_of(address), [name.lower() for name in server_names(authority)]
    if _is_own(host):
        raise ClaimError(
            f"hub address {address}: di kotak itu kotaknya sendiri / on a box that is the box itself. "
            "Sebut / name: --hub HOST:PORT, seperti / as in 192.168.10.2:8443"
        )
    if host not in names:
        wanted = " ".join(f"--name {name}" for name in [*names, host] if name not in OWN_NAMES)
        raise ClaimError(
            f"hub address {address}: sertifikat hub hanya menyebut / the hub's certificate names only "
            f"{', '.join(names)}. Coba / try: hub authority server {wanted}"
        )
    return address


def _is_own(host: str) -> bool:
    """Answer whether an address leads back to whoever asks."""
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return host in OWN_NAMES or host.endswith(".localhost")


def _write(path: Path, sheet: Sheet) -> None:
    draw = _DRAW.get(path.suffix.lower())
    if draw is None:
        raise ClaimError(f"--sheet {path}: expected a name that ends in {' or '.join(_DRAW)}.")
    if path.exists():
        raise ClaimError(f"--sheet {path}: sudah ada / is there already. Pilih nama lain / choose another name.")
    try:
        disk.write_file(path, draw(sheet))
    except OSError as problem:
        raise ClaimError(f"--sheet {path}: cannot be written: {problem.strerror}. Choose another folder.") from problem
