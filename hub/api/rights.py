"""Who may do what at the hub: the one table that the code reads. What stands in no row is refused.

1. Each route needs one right (`ROUTES`); a route without a row does not start, and one added later is refused.
2. Each role has rights (`GRANTS`); a program's token has those that it was made with, a wall's token `look` alone.
3. `OPEN` needs nobody: there the address itself carries the right (a receipt, a claim code), or nothing is to be seen.
4. `BOX` needs the certificate of a live box, which only the port of boxes asks for; nothing else is served there.
5. Where the city leaves its pages open, as it does unless it says otherwise, everybody may look; nobody may act.
"""

from collections.abc import Iterable
from enum import StrEnum


class Right(StrEnum):
    """What a route needs."""

    OPEN = "open"
    BOX = "box"
    """A box by its certificate, on the port of boxes; no person and no program has it."""
    LOOK = "look"
    """Wall, rivers, alerts, messages: everything that people watch."""
    LOOK_AT_BOXES = "look-at-boxes"
    """Boxes, dead letters, figures: what those need who mend things."""
    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"
    BEAR_OUT = "bear-out"
    """To stand for an Awas that the gauge alone may not give."""
    TELL_RT = "tell-rt"
    DOWNGRADE = "downgrade"
    """To let a latched Awas fall."""
    SHELVE = "shelve"
    """To put an alert aside on the wall, and to take it back."""
    SEE_NUMBERS = "see-numbers"
    """To be shown a telephone number in full; each sight is a row of the audit log."""
    SEE_PICTURES = "see-pictures"
    """To be shown a picture of a camera, and to ask for one of now; each of both is a row of the audit log."""
    DRAW_VIEWS = "draw-views"
    """To draw zones and lines on a camera's view: by them its box counts."""
    READ_AUDIT = "read-audit"
    """To read the audit log and take it away."""
    MANAGE_PEOPLE = "manage-people"
    """To add people, give roles, end sessions and tokens."""
    OWN_ACCOUNT = "own-account"
    """One's own password, sessions and tokens: whoever is a person."""
    SIGN_OUT = "sign-out"
    """To end one's own session: whoever has one."""


class Role(StrEnum):
    """What a person is at the hub; `wall` is a screen."""

    WALL = "wall"
    VIEWER = "viewer"
    BPBD = "bpbd"
    OPERATOR = "operator"
    SHIFT_LEAD = "shift-lead"
    TECHNICIAN = "technician"
    ADMIN = "admin"


PERSONS = tuple(role for role in Role if role is not Role.WALL)

_VIEWER = frozenset({Right.LOOK, Right.OWN_ACCOUNT, Right.SIGN_OUT})
_BPBD = _VIEWER | {Right.ACKNOWLEDGE, Right.COMMENT, Right.BEAR_OUT, Right.SEE_NUMBERS, Right.SEE_PICTURES}
_OPERATOR = _BPBD | {Right.LOOK_AT_BOXES, Right.TELL_RT, Right.DOWNGRADE}
_SHIFT_LEAD = _OPERATOR | {Right.SHELVE, Right.DRAW_VIEWS, Right.READ_AUDIT}

GRANTS: dict[Role, frozenset[Right]] = {
    Role.WALL: frozenset({Right.LOOK}),
    Role.VIEWER: _VIEWER,
    Role.BPBD: _BPBD,
    Role.OPERATOR: _OPERATOR,
    Role.SHIFT_LEAD: _SHIFT_LEAD,
    Role.TECHNICIAN: _VIEWER | {Right.LOOK_AT_BOXES, Right.SEE_PICTURES, Right.DRAW_VIEWS},
    Role.ADMIN: _SHIFT_LEAD | {Right.MANAGE_PEOPLE},
}

_OF_PEOPLE = frozenset({Right.MANAGE_PEOPLE, Right.DRAW_VIEWS, Right.OWN_ACCOUNT, Right.SIGN_OUT})
"""What somebody does with a session of their own; no token can."""
SCOPES = tuple(right for right in Right if right not in {Right.OPEN, Right.BOX} | _OF_PEOPLE)
"""What a program's token may be given."""
IN_OPEN_PAGES = frozenset({Right.LOOK, Right.LOOK_AT_BOXES})
"""What everybody has where the city leaves its pages open."""

ROUTES: dict[tuple[str, str], Right] = {
    ("GET", "/"): Right.OPEN,
    ("GET", "/static"): Right.OPEN,
    ("GET", "/healthz"): Right.OPEN,
    ("HEAD", "/healthz"): Right.OPEN,
    ("GET", "/masuk"): Right.OPEN,
    ("POST", "/masuk"): Right.OPEN,
    ("GET", "/mulai/{secret}"): Right.OPEN,
    ("POST", "/mulai/{secret}"): Right.OPEN,
    ("GET", "/layar/{secret}"): Right.OPEN,
    ("GET", "/sandi/{secret}"): Right.OPEN,
    ("POST", "/sandi/{secret}"): Right.OPEN,
    ("GET", "/t/{token}"): Right.OPEN,
    ("POST", "/t/{token}"): Right.OPEN,
    ("POST", "/api/v1/enrol"): Right.OPEN,
    ("GET", "/api/v1/authority/bundle"): Right.OPEN,
    ("GET", "/api/v1/renewal"): Right.BOX,
    ("POST", "/api/v1/renewal"): Right.BOX,
    ("PUT", "/api/v1/blobs/{sha256}"): Right.BOX,
    ("GET", "/api/v1/blobs/{sha256}"): Right.SEE_PICTURES,
    ("GET", "/api/v1/renewal/nonce"): Right.OPEN,
    ("POST", "/api/v1/renewal/expired"): Right.OPEN,
    ("POST", "/keluar"): Right.SIGN_OUT,
    ("GET", "/dinding"): Right.LOOK,
    ("HEAD", "/dinding"): Right.LOOK,
    ("GET", "/dinding/kamera"): Right.LOOK,
    ("GET", "/sungai"): Right.LOOK,
    ("GET", "/sungai/{station_id}"): Right.LOOK,
    ("GET", "/kamera"): Right.LOOK,
    ("GET", "/kamera/{view_id}"): Right.LOOK,
    ("GET", "/kamera/{view_id}/gambar-zona"): Right.DRAW_VIEWS,
    ("POST", "/kamera/{view_id}/gambar-zona"): Right.DRAW_VIEWS,
    ("POST", "/kamera/{view_id}/gambar-zona/berkas"): Right.DRAW_VIEWS,
    ("GET", "/kamera/{view_id}/gambar-zona.toml"): Right.DRAW_VIEWS,
    ("POST", "/kamera/{view_id}/lihat"): Right.SEE_PICTURES,
    ("GET", "/alarm"): Right.LOOK,
    ("GET", "/alarm/{alert_id}"): Right.LOOK,
    ("GET", "/tentang"): Right.LOOK,
    ("GET", "/simpul"): Right.LOOK_AT_BOXES,
    ("POST", "/alarm/{alert_id}/konfirmasi"): Right.ACKNOWLEDGE,
    ("POST", "/alarm/{alert_id}/turunkan"): Right.DOWNGRADE,
    ("POST", "/alarm/{alert_id}/teruskan"): Right.TELL_RT,
    ("POST", "/alarm/{alert_id}/pastikan"): Right.BEAR_OUT,
    ("POST", "/alarm/{alert_id}/tunda"): Right.SHELVE,
    ("POST", "/alarm/{alert_id}/akhiri-tunda"): Right.SHELVE,
    ("POST", "/alarm/{alert_id}/catatan"): Right.COMMENT,
    ("POST", "/alarm/{alert_id}/nomor"): Right.SEE_NUMBERS,
    ("GET", "/jejak"): Right.READ_AUDIT,
    ("GET", "/jejak.csv"): Right.READ_AUDIT,
    ("POST", "/jejak/periksa"): Right.READ_AUDIT,
    ("GET", "/akun"): Right.OWN_ACCOUNT,
    ("POST", "/akun/sandi"): Right.OWN_ACCOUNT,
    ("POST", "/akun/sesi"): Right.OWN_ACCOUNT,
    ("POST", "/akun/sesi-lain"): Right.OWN_ACCOUNT,
    ("POST", "/akun/token"): Right.OWN_ACCOUNT,
    ("POST", "/akun/token/akhiri"): Right.OWN_ACCOUNT,
    ("GET", "/pengguna"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna"): Right.MANAGE_PEOPLE,
    ("GET", "/pengguna/orang/{user_id}"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/orang/{user_id}/peran"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/orang/{user_id}/sesi"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/orang/{user_id}/tutup"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/orang/{user_id}/buka"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/orang/{user_id}/tautan"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/usul/{proposal_id}/setuju"): Right.MANAGE_PEOPLE,
    ("POST", "/pengguna/usul/{proposal_id}/tarik"): Right.MANAGE_PEOPLE,
    ("GET", "/token"): Right.MANAGE_PEOPLE,
    ("POST", "/token/program"): Right.MANAGE_PEOPLE,
    ("POST", "/token/layar"): Right.MANAGE_PEOPLE,
    ("POST", "/token/akhiri"): Right.MANAGE_PEOPLE,
    ("GET", "/openapi.json"): Right.LOOK,
    ("GET", "/metrics"): Right.LOOK_AT_BOXES,
    ("GET", "/api/v1/stations"): Right.LOOK,
    ("GET", "/api/v1/stations/{station_id}"): Right.LOOK,
    ("GET", "/api/v1/stations/{station_id}/readings"): Right.LOOK,
    ("GET", "/api/v1/views"): Right.LOOK,
    ("GET", "/api/v1/views/{view_id}"): Right.LOOK,
    ("GET", "/api/v1/views/{view_id}/stills"): Right.SEE_PICTURES,
    ("POST", "/api/v1/views/{view_id}/stills"): Right.SEE_PICTURES,
    ("GET", "/api/v1/sightings"): Right.LOOK,
    ("GET", "/api/v1/wall"): Right.LOOK,
    ("GET", "/api/v1/events"): Right.LOOK,
    ("GET", "/api/v1/alerts"): Right.LOOK,
    ("GET", "/api/v1/alerts/{alert_id}"): Right.LOOK,
    ("GET", "/api/v1/deliveries"): Right.LOOK,
    ("POST", "/api/v1/deliveries/{delivery_id}/number"): Right.SEE_NUMBERS,
    ("GET", "/api/v1/nodes"): Right.LOOK_AT_BOXES,
    ("GET", "/api/v1/dead-letters"): Right.LOOK_AT_BOXES,
    ("POST", "/api/v1/alerts/{alert_id}/acknowledge"): Right.ACKNOWLEDGE,
    ("POST", "/api/v1/alerts/{alert_id}/downgrade"): Right.DOWNGRADE,
    ("POST", "/api/v1/alerts/{alert_id}/tell-rt"): Right.TELL_RT,
    ("POST", "/api/v1/alerts/{alert_id}/bear-out"): Right.BEAR_OUT,
    ("POST", "/api/v1/alerts/{alert_id}/shelve"): Right.SHELVE,
    ("POST", "/api/v1/alerts/{alert_id}/unshelve"): Right.SHELVE,
    ("POST", "/api/v1/alerts/{alert_id}/comments"): Right.COMMENT,
}
"""Method and path, as the application names it, to the right that it needs."""


def of_role(role: str) -> frozenset[Right]:
    """Return the rights of a role; one that this version does not know has none."""
    return GRANTS[Role(role)] if role in set(Role) else frozenset()


def of_scopes(scopes: str) -> frozenset[Right]:
    """Return the rights of a token's scopes; unknown ones are none."""
    return frozenset(right for right in SCOPES if right in scopes.split(","))


def as_scopes(rights: Iterable[Right]) -> str:
    """Return rights as a token keeps them."""
    chosen = set(rights)
    return ",".join(right for right in SCOPES if right in chosen)
