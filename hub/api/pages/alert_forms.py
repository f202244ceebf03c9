"""The forms by which a person acts on an alert without scripts; where it is refused, the page says so as it is now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from hub.api import deeds, numbers
from hub.api.caller import Caller, TheCaller
from hub.api.errors import NotSignedInError, RefusedError, StaleVersionError
from hub.api.house import House, TheHouse
from hub.api.pages.alerts import Draft, Sight, alert_answer
from hub.api.pages.page import TheWording
from hub.api.shapes.alert import Alert
from hub.wall.wording import Wording

Text = Annotated[str, Form()]
Version = Annotated[int, Form(ge=0)]

router = APIRouter(prefix="/alarm", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A signed-in person at a form."""

    request: Request
    house: House
    wording: Wording
    actor: Caller
    back: str

    def do(self, alert_id: str, deed: Callable[[], Alert], *, draft: Draft | None = None) -> Response:
        """Do it and lead back to a page of ours; refused, show the alert as it is now, and the draft again."""
        try:
            deed()
        except (StaleVersionError, RefusedError) as problem:
            with self.house.connections.reading() as connection:
                return alert_answer(
                    self.request,
                    alert_id,
                    house=self.house,
                    connection=connection,
                    wording=self.wording,
                    person=self.actor,
                    status=problem.status,
                    problem=problem.sentence_id if self.wording.language.code == "id" else problem.sentence_en,
                    draft=draft,
                )
        return RedirectResponse("/dinding" if self.back == "/dinding" else f"/alarm/{alert_id}", status_code=303)


def acting(request: Request, house: TheHouse, wording: TheWording, caller: TheCaller, back: Text = "") -> Acting:
    """Return who acts; the gate has seen their right and the token of their page."""
    if caller is None:
        raise NotSignedInError
    return Acting(request=request, house=house, wording=wording, actor=caller, back=back)


TheActing = Annotated[Acting, Depends(acting)]


@router.post("/{alert_id}/konfirmasi")
def acknowledge(alert_id: str, act: TheActing, seen_version: Version) -> Response:
    """Acknowledge, and lead back."""
    return act.do(
        alert_id, lambda: deeds.acknowledge(act.house, alert_id, seen_version=seen_version, by=act.actor.name)
    )


@router.post("/{alert_id}/turunkan")
def downgrade(alert_id: str, act: TheActing, seen_version: Version) -> Response:
    """Confirm that a latched Awas may fall, and lead back."""
    return act.do(
        alert_id, lambda: deeds.confirm_downgrade(act.house, alert_id, seen_version=seen_version, by=act.actor.name)
    )


@router.post("/{alert_id}/teruskan")
def tell_rt(alert_id: str, act: TheActing) -> Response:
    """Tell lurah and RT heads now, and lead back."""
    return act.do(alert_id, lambda: deeds.tell_rt(act.house, alert_id, by=act.actor.name))


@router.post("/{alert_id}/pastikan")
def bear_out(alert_id: str, act: TheActing, seen_version: Version, why: Text = "") -> Response:
    """Stand for an Awas that the gauge alone may not give, and lead back."""
    return act.do(
        alert_id,
        lambda: deeds.bear_out(act.house, alert_id, seen_version=seen_version, by=act.actor.name, why=why),
        draft=Draft(form="pastikan", text=why),
    )


@router.post("/{alert_id}/tunda")
def shelve(
    alert_id: str, act: TheActing, seen_version: Version, minutes: Annotated[int, Form(ge=1)], why: Text = ""
) -> Response:
    """Put it aside for some minutes, and lead back."""
    return act.do(
        alert_id,
        lambda: deeds.shelve(
            act.house, alert_id, seen_version=seen_version, by=act.actor.name, why=why, minutes=minutes
        ),
        draft=Draft(form="tunda", text=why),
    )


@router.post("/{alert_id}/akhiri-tunda")
def unshelve(alert_id: str, act: TheActing, seen_version: Version) -> Response:
    """Take it from the shelf, and lead back."""
    return act.do(alert_id, lambda: deeds.unshelve(act.house, alert_id, seen_version=seen_version, by=act.actor.name))


@router.post("/{alert_id}/nomor")
def see_number(alert_id: str, act: TheActing, delivery: Text = "") -> Response:
    """Show the number of one message in full, or those in people's words; that it was seen is written down first."""
    seen, where = None, f"/alarm/{alert_id}"
    if delivery:
        seen = numbers.see_target(act.house, delivery, by=act.actor.name, where=where)
    else:
        numbers.see_words(act.house, alert_id, by=act.actor.name, where=where)
    with act.house.connections.reading() as connection:
        return alert_answer(
            act.request,
            alert_id,
            house=act.house,
            connection=connection,
            wording=act.wording,
            person=act.actor,
            sight=Sight(number=seen, are_words_seen=seen is None),
        )


@router.post("/{alert_id}/catatan")
def comment(alert_id: str, act: TheActing, text: Text = "") -> Response:
    """Add words to the history, and lead back."""
    return act.do(
        alert_id,
        lambda: deeds.comment(act.house, alert_id, by=act.actor.name, text=text),
        draft=Draft(form="catatan", text=text),
    )
