"""Signing in: the password is verified in turn, attempts are limited, a session begins, the audit log is told.

Every failure looks and takes alike: an unknown name, a wrong password, an account that was ended.
"""

from fastapi import Request
from starlette.responses import Response

from hub.api.caller import SESSION_COOKIE, cookie_name, is_by_tls
from hub.api.errors import TooBusyError, TooManyAttemptsError
from hub.api.house import House
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.storage import people, sessions
from hub.storage.people import User


def sign_in(house: House, *, place: str, name: str, password: str, old_session: str) -> str | None:
    """Return the secret of a new session, or None if name and password do not fit.

    Args:
        house: of the hub.
        place: where the attempt comes from.
        name: whom somebody says to be.
        password: their proof.
        old_session: what the browser has shown; it ends, so that nobody can plant a session and wait.

    Raises:
        TooManyAttemptsError: too many wrong ones lately.
        TooBusyError: too many wait for their turn.
    """
    user = verified(house, place=place, name=name, password=password)
    if user is None:
        return None
    with house.connections.writing() as writer:
        secret = sessions.begin(writer, user.user_id, now_real_ms=house.real.now_ms(), place=place)
        if secret is not None:
            if old_session:
                sessions.end(writer, old_session)
            audit_log.note(
                writer,
                now_ms=house.clock.now_ms(),
                actor=user.name,
                action=Action.SIGNED_IN,
                subject=user.name,
                detail={"place": place},
            )
    house.sign_ins["done" if secret else "wrong"] += 1
    return secret


def verified(house: House, *, place: str, name: str, password: str) -> User | None:
    """Return the user who proves to be `name`, or None; counted as an attempt to sign in.

    Raises:
        TooManyAttemptsError: too many wrong ones lately.
        TooBusyError: too many wait for their turn.
    """
    began_ms = house.clock.real_ms()
    wait_ms = house.attempts.begin(place, name, now_ms=began_ms)
    if wait_ms:
        house.sign_ins["limited"] += 1
        raise _too_many(wait_ms)
    try:
        with house.turns.turn(place), house.connections.reading() as connection:
            user = people.verify_password(connection, name=name, password=password)
    except TooBusyError:
        house.attempts.was_not_tried(place, name, began_ms=began_ms)
        house.sign_ins["busy"] += 1
        raise
    if user is not None:
        house.attempts.was_right(place, name, began_ms=began_ms)
    else:
        house.sign_ins["wrong"] += 1
    return user


def _too_many(wait_ms: int) -> TooManyAttemptsError:
    wait_s = max(1, -(-wait_ms // 1000))
    return TooManyAttemptsError(
        f"Terlalu banyak kata sandi salah. Tunggu {wait_s} detik.",
        f"Too many wrong passwords. Wait {wait_s} seconds.",
        headers={"Retry-After": str(wait_s)},
    )


def note_failure(house: House, *, place: str, name: str) -> None:
    """Write a refused sign-in down, after its answer has gone: who waits for it must not learn whether a row was due.

    A name that nobody has is not told: it may be a password in the wrong field.
    """
    with house.connections.reading() as connection:
        known = name if people.user(connection, name) is not None else ""
    due = house.failures.count(place, known, now_ms=house.clock.real_ms())
    if due is None:
        return
    told_place, subject, times = due
    with house.connections.writing() as writer:
        audit_log.note(
            writer,
            now_ms=house.clock.now_ms(),
            actor=audit_log.NOBODY,
            action=Action.SIGN_IN_FAILED,
            subject=subject,
            detail={"place": told_place, "is_known": bool(subject), "times": times},
        )


def set_cookie(
    response: Response, secret: str, request: Request, house: House, *, name: str = SESSION_COOKIE, life_s: int
) -> None:
    """Give the browser a secret that no script can read and no other site's page can send along with a POST.

    `Lax`, not `Strict`: who follows a link from a chat to an alert arrives signed in. What changes anything is a POST
    with the session's CSRF token.
    """
    response.set_cookie(
        cookie_name(name, request, house),
        secret,
        max_age=life_s,
        httponly=True,
        samesite="lax",
        secure=is_by_tls(request, house),
        path="/",
    )
