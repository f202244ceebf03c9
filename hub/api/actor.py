"""Who acts through the API, and how /openapi.json says that they must be known. The gate has let them in already."""

from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from hub.api.caller import SESSION_COOKIE, Caller, TheCaller
from hub.api.errors import NotSignedInError
from hub.api.gate import CSRF_HEADER

_TOKEN = HTTPBearer(scheme_name="token", description="An API token", auto_error=False)
_SESSION = APIKeyCookie(
    name=SESSION_COOKIE,
    scheme_name="session",
    description=f"Of /masuk; with its token in {CSRF_HEADER}. By TLS its name begins with __Host-",
    auto_error=False,
)


def actor_of(
    caller: TheCaller,
    _token: Annotated[HTTPAuthorizationCredentials | None, Security(_TOKEN)],
    _session: Annotated[str | None, Security(_SESSION)],
) -> Caller:
    """Return who acts.

    Raises:
        NotSignedInError: nobody is known.
    """
    if caller is None:
        raise NotSignedInError
    return caller


Actor = Annotated[Caller, Depends(actor_of)]
