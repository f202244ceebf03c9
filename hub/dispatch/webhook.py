"""The webhook channel: a signed JSON POST to an address of the city's own, for example a chat or SMS gateway.

A letter is taken when the answer is 2xx. Redirects are not followed: they could lead a signed message astray. Proxies
of the environment are not used. Whole attempts are bounded in time, not only single reads.
"""

import asyncio

import httpx
import msgspec

from hub.dispatch.channel import Letter
from hub.dispatch.errors import NotTakenError
from hub.dispatch.signature import HEADER, sign

CHANNEL_NAME = "webhook"
DELIVERY_HEADER = "X-Jagawai-Delivery"

CONNECT_S = 3.0
ATTEMPT_S = 10.0
"""From the first byte out to the head of the answer. Real seconds."""

_CONNECTIONS = 256
_KEPT_OPEN = 32
_ENCODER = msgspec.json.Encoder()


class WebhookChannel:
    """Posts letters, signed with one secret."""

    def __init__(self, *, secret: bytes, attempt_s: float = ATTEMPT_S) -> None:
        """Take the secret; `attempt_s` bounds one attempt, real seconds."""
        self._secret = secret
        self._attempt_s = attempt_s
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(attempt_s, connect=min(CONNECT_S, attempt_s), pool=None),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_KEPT_OPEN),
            follow_redirects=False,
            trust_env=False,
        )

    async def hand_over(self, letter: Letter, *, target: str) -> None:
        """Post the letter to the URL `target`.

        Raises:
            NotTakenError: the answer was not 2xx, or none came in time.
        """
        url = _address(target)
        body = _ENCODER.encode(letter)
        headers = {
            "Content-Type": "application/json",
            HEADER: sign(self._secret, body),
            DELIVERY_HEADER: letter.delivery_id,
        }
        try:
            async with asyncio.timeout(self._attempt_s):
                async with self._client.stream("POST", url, content=body, headers=headers) as answer:
                    status = answer.status_code
        except (TimeoutError, httpx.TimeoutException) as problem:
            raise NotTakenError(f"tidak dijawab dalam {self._attempt_s:g} detik") from problem
        except (httpx.HTTPError, OSError) as problem:
            raise NotTakenError(f"tidak tersambung: {type(problem).__name__}") from problem
        if not httpx.codes.is_success(status):
            raise NotTakenError(f"ditolak dengan HTTP {status}")

    async def close(self) -> None:
        """Close kept connections."""
        await self._client.aclose()


def _address(target: str) -> httpx.URL:
    """Return the address as a URL.

    Raises:
        NotTakenError: it is none, or not of HTTP.
    """
    try:
        url = httpx.URL(target)
    except httpx.InvalidURL as problem:
        raise NotTakenError(f"alamat tidak sah: {target[:60]}") from problem
    if url.scheme not in {"http", "https"} or not url.host:
        raise NotTakenError(f"alamat bukan http(s): {target[:60]}")
    return url
