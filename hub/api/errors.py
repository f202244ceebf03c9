"""What the API answers when it cannot do what was asked; each with its HTTP status and both languages.

ApiError
├── InvalidRequestError    422  a value is not one that can be used
├── NotSignedInError       401  nobody is signed in, and no token was given
├── ForbiddenError         403  the CSRF token is missing or wrong, or the right is not there
├── NotFoundError          404  there is no such thing
├── MethodNotAllowedError  405  the address is there, but not for this method
├── StaleVersionError      409  it changed since it was seen; carries how it stands now
├── RefusedError           409  the rules of the thing forbid it now; carries how it stands
├── TooManyAttemptsError   429  too many wrong passwords
├── TooLargeError          413  more was sent than any form or call of ours needs
└── TooBusyError           503  the database was held by another process, or too many sign in at once

UnlistedRouteError (no answer: the application does not start)
"""

from typing import Any, ClassVar

from hub.errors import HubError


class ApiError(Exception):
    """An answer that is no success.

    Attributes:
        status: HTTP status.
        code: one word for programs.
        sentence_id: what went wrong and what to do, in Indonesian.
        sentence_en: the same in English.
        extra: further top-level members of the JSON body.
        headers: further HTTP headers.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "failed"

    def __init__(
        self,
        sentence_id: str,
        sentence_en: str,
        *,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Keep both sentences; the text of the error is the English one."""
        super().__init__(sentence_en)
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en
        self.extra = extra or {}
        self.headers = headers or {}


class InvalidRequestError(ApiError, ValueError):
    """A value is not one that can be used."""

    status = 422
    code = "invalid"


class NotSignedInError(ApiError):
    """Nobody is signed in, and no token was given."""

    status = 401
    code = "not_signed_in"

    def __init__(self) -> None:
        """Say how to sign in."""
        super().__init__(
            "Masuk dahulu di /masuk, atau kirim token API di kepala Authorization: Bearer.",
            "Sign in at /masuk first, or send an API token in the header Authorization: Bearer.",
            headers={"WWW-Authenticate": "Bearer"},
        )


class ForbiddenError(ApiError, PermissionError):
    """The CSRF token is missing or wrong, or the right is not there."""

    status = 403
    code = "forbidden"


class MethodNotAllowedError(ApiError):
    """The address is there, but not for this method."""

    status = 405
    code = "method_not_allowed"


class NotFoundError(ApiError, LookupError):
    """There is no such thing."""

    status = 404
    code = "not_found"


class StaleVersionError(ApiError):
    """It changed since it was seen; `extra` carries how it stands now."""

    status = 409
    code = "stale_version"


class RefusedError(ApiError):
    """The rules of the thing forbid it now; `extra` carries how it stands."""

    status = 409
    code = "refused"


class TooManyAttemptsError(ApiError):
    """Too many wrong passwords from one place."""

    status = 429
    code = "too_many_attempts"


class TooLargeError(ApiError, ValueError):
    """More was sent than any form or call of ours needs."""

    status = 413
    code = "too_large"


class TooBusyError(ApiError, TimeoutError):
    """The database was held by another process, or too many sign in at once."""

    status = 503
    code = "too_busy"


class UnlistedRouteError(HubError, LookupError):
    """Routes stand in no row of the table of rights, so nobody may be let through to them."""

    def __init__(self, routes: list[str]) -> None:
        """Name the routes."""
        super().__init__(f"starting the pages: no row in hub/api/rights.py for {', '.join(routes)}. Add one each.")
