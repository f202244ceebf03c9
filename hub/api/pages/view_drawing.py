"""The page on which zones and lines are drawn; it works without scripts, and `static/js/drawing.js` makes it easier.

1. What is sent is read as a whole: it is refused with a word at each place that is wrong, or its changes are shown.
2. It is saved only when what is sent is what was shown: `checked` is the digest of that.
3. A drawing without any zone and line is saved only with the tick `wipe`, which its summary asks for.
4. Each save is a new version with its author, in the transaction of its row in the audit log. Whoever saves over a
   version that came meanwhile is refused and shown what would change against that one.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from contract.views import CORNERS_MOST, PLACES_MOST, View, digest
from hub.api.errors import NotFoundError
from hub.api.following import following_of
from hub.api.pages.admin_form import AdminForm, AtForm
from hub.api.pictures import keeps_pictures
from hub.api.rights import Right
from hub.api.routes.views import one_view
from hub.api.shapes.view import View as Seen
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.masking import Value
from hub.drawing.changes import changes, does_wipe
from hub.drawing.draft import ROWS_MOST, Problem, Row, read, rows_of
from hub.drawing.view_file import read_toml, to_toml
from hub.storage import outlines
from hub.storage.board import stills
from hub.storage.connection import Connection
from hub.wall.drawing_words import change_words, kind_words, problem_words
from hub.wall.outline_picture import HEIGHT, WIDTH, shapes_of

WHY_LONGEST = 200
CONFLICT = 409
WIPE = "hapus-semua"
"""What the tick says with which a drawing goes that has no zone and no line."""

ViewId = Annotated[str, Path(max_length=64)]
VersionAsked = Annotated[int | None, Query(alias="versi", ge=1)]

router = APIRouter(prefix="/kamera", include_in_schema=False)


class Shown(Struct, frozen=True, kw_only=True):
    """What the page shows beside what is in force."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    checked: View | None = None
    """What was sent and can be used: its changes are shown, and it may be saved."""
    said: str = ""
    file_problems: tuple[str, ...] = ()
    toml: str = ""
    why: str = ""
    looks_at: int | None = None
    """An older version that stands in the form."""
    is_wipe_asked: bool = False
    """It was sent without the tick that it needs."""
    status: int = 200


@router.get("/{view_id}/gambar-zona")
def drawing_page(form: AtForm, view_id: ViewId, version: VersionAsked = None, tersimpan: int | None = None) -> Response:
    """Return the page with what is in force, or with an older version to take back."""
    with form.house.connections.reading() as connection:
        held = outlines.of_view(connection, view_id)
        chosen = next((one for one in held if version is None or one.version == version), None)
        if version is not None and chosen is None:
            raise NotFoundError(f"Versi {version} tidak disimpan lagi.", f"Version {version} is kept no more.")
        drawing = None if chosen is None else chosen.drawing
        is_older = chosen is not None and chosen.version != held[0].version
        said = form.wording.say("Versi {version} tersimpan. Kotak memakainya bila mendengarnya.", version=tersimpan)
        shown = Shown(
            rows=rows_of(drawing),
            checked=drawing if is_older else None,
            looks_at=version if is_older else None,
            said=said if held and tersimpan == held[0].version else "",
        )
        return _page(form, connection, view_id, shown)


@router.get("/{view_id}/gambar-zona.toml")
def drawing_file(form: AtForm, view_id: ViewId, version: VersionAsked = None) -> Response:
    """Return a version as the view file of a box."""
    with form.house.connections.reading() as connection:
        view = _known(connection, view_id, form)
        held = outlines.of_view(connection, view_id)
    chosen = next((one for one in held if version is None or one.version == version), None)
    if chosen is None:
        raise NotFoundError("Tidak ada gambar versi ini.", "There is no drawing of this version.")
    return PlainTextResponse(
        to_toml(replace(chosen.drawing, name=view.name)),
        media_type="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{view_id}-{chosen.version}.toml"'},
    )


@router.post("/{view_id}/gambar-zona/berkas")
async def take_file(request: Request, form: AtForm, view_id: ViewId) -> Response:
    """Show what a pasted view file would change."""
    text = _field(await request.form(), "toml")
    return await run_in_threadpool(_take_file, form, view_id, text)


def _take_file(form: AdminForm, view_id: str, text: str) -> Response:
    view, problems = read_toml(text)
    with form.house.connections.reading() as connection:
        held = outlines.of_view(connection, view_id)
        if view is None:
            rows = rows_of(held[0].drawing if held else None)
            return _page(form, connection, view_id, Shown(rows=rows, file_problems=problems, toml=text, status=422))
        drawing = replace(view, name="")
        return _page(form, connection, view_id, Shown(rows=rows_of(drawing), checked=drawing))


@router.post("/{view_id}/gambar-zona")
async def take_drawing(request: Request, form: AtForm, view_id: ViewId) -> Response:
    """Show what a drawing would change, or save it."""
    return await run_in_threadpool(_take_drawing, form, view_id, await request.form())


def _take_drawing(form: AdminForm, view_id: str, sent: FormData) -> Response:
    rows, why = rows_in(sent), _field(sent, "why").strip()[:WHY_LONGEST]
    found = read(rows)
    shown = Shown(rows=rows, why=why, problems=found.problems, status=422 if found.problems else 200)
    if found.view is not None:
        shown = replace(shown, checked=found.view)
        if _field(sent, "deed") == "save" and _field(sent, "checked") == digest(found.view):
            is_wiped = _field(sent, "wipe") == WIPE
            return _save(form, view_id, shown, found.view, base=_field(sent, "base"), is_wiped=is_wiped)
    with form.house.connections.reading() as connection:
        return _page(form, connection, view_id, shown)


def _save(form: AdminForm, view_id: str, shown: Shown, drawing: View, *, base: str, is_wiped: bool) -> Response:
    """Write the next version down, unless another one came since the page was made, or it would wipe all unasked."""
    at = form.moment()
    with form.writing(Right.DRAW_VIEWS) as writer:
        _known(writer, view_id, form)
        before = outlines.newest_of(writer, view_id)
        held = before.drawing if before else None
        is_stale = str(before.version if before else 0) != base
        is_unasked = does_wipe(held, drawing) and not is_wiped
        if not is_stale and not is_unasked and held != drawing:
            version = outlines.add(writer, view_id, drawing, now_ms=at.now_ms, author=at.actor, reason=shown.why)
            detail: dict[str, Value] = {
                "version": version,
                "changes": len(changes(held, drawing)),
                "why": shown.why,
            }
            audit_log.note(
                writer, now_ms=at.now_ms, actor=at.actor, action=Action.VIEW_DRAWN, subject=view_id, detail=detail
            )
            return RedirectResponse(f"/kamera/{view_id}/gambar-zona?tersimpan={version}", status_code=303)
    if is_stale and before is not None:
        said = form.wording.say(
            "Belum disimpan: {author} sudah menyimpan versi {version}. Di bawah ini bedanya dengan versi itu.",
            author=before.author or "?",
            version=before.version,
        )
        shown = replace(shown, said=said, status=CONFLICT)
    elif is_unasked:
        shown = replace(shown, is_wipe_asked=True, status=422)
    with form.house.connections.reading() as connection:
        return _page(form, connection, view_id, shown)


def rows_in(sent: FormData) -> tuple[Row, ...]:
    """Return the rows of a form, without those that are to go and those that were left empty."""
    rows = []
    for number in range(ROWS_MOST):
        row = Row(
            kind=_field(sent, f"kind-{number}"),
            name=_field(sent, f"name-{number}").strip(),
            corners=_field(sent, f"corners-{number}").strip(),
            forward=_field(sent, f"forward-{number}").strip(),
            backward=_field(sent, f"backward-{number}").strip(),
        )
        if row.kind and (row.name or row.corners) and not _field(sent, f"remove-{number}"):
            rows.append(row)
    return tuple(rows)


def _field(sent: FormData, name: str) -> str:
    value = sent.get(name, "")
    return value if isinstance(value, str) else ""


def _known(connection: Connection, view_id: str, form: AdminForm) -> Seen:
    """Return a view of the city.

    Raises:
        NotFoundError: there is none; a camera that is bound to no view has nothing to draw on.
    """
    found = one_view(view_id, form.house, connection)
    if not found.is_bound:
        raise NotFoundError(
            f"Kamera {view_id!r} belum terikat. Beri pandangan dahulu di berkas kota ([[views]]).",
            f"The camera {view_id!r} is bound to no view. Give it one first, in the city file ([[views]]).",
        )
    return found


def _page(form: AdminForm, connection: Connection, view_id: str, shown: Shown) -> Response:
    view = _known(connection, view_id, form)
    versions = outlines.of_view(connection, view_id)
    in_force = versions[0].drawing if versions else None
    still = stills.newest(connection, view_id)
    height = round(WIDTH * still.height_px / still.width_px) if still is not None and still.width_px else HEIGHT
    language = form.wording.language
    by_row: dict[int | None, list[tuple[str, str]]] = {}
    for one in shown.problems:
        by_row.setdefault(one.row, []).append((one.field, problem_words(one, language)))
    return form.page(
        "drawing.html",
        status=shown.status,
        v=view,
        shown=shown,
        versions=versions,
        base=versions[0].version if versions else 0,
        follows=following_of(connection, view),
        still=still,
        keeps=keeps_pictures(form.request),
        height=height,
        shapes=shapes_of(shown.checked or in_force or View(), height=height),
        theirs=shapes_of(in_force, height=height) if shown.status == CONFLICT and in_force else None,
        rows=[*shown.rows, Row(), Row()][:ROWS_MOST],
        problems=by_row,
        kinds=kind_words(language),
        checked=None if shown.checked is None else digest(shown.checked),
        changes=[]
        if shown.checked is None
        else [change_words(one, language) for one in changes(in_force, shown.checked)],
        wipes=shown.checked is not None and does_wipe(in_force, shown.checked),
        wipe=WIPE,
        in_force=msgspec.json.encode(rows_of(in_force)).decode(),
        blank=Row(),
        why_longest=WHY_LONGEST,
        places_most=PLACES_MOST,
        corners_most=CORNERS_MOST,
    )
