"""Words that are good for one answer within two minutes. Whoever asks for many of them costs the hub no memory.

A nonce carries its time and a seal that only this process can make; nothing is kept when it is given. What is kept is
that one was used, and only after whoever uses it has shown the key of a box: so many boxes, so many entries.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict

LIFE_MS = 120_000
"""Real; a slow 4G link needs two round trips of seconds."""
USED_MOST = 4_096
"""Four renewals a second for as long as a nonce lives; the oldest goes first."""
_TIME_BYTES, _RANDOM_BYTES, _SEAL_BYTES = 8, 16, 16


class Nonces:
    """The nonces of one process; they end with it, and boxes ask again."""

    def __init__(self) -> None:
        """Make a new secret."""
        self._secret = secrets.token_bytes(32)
        self._used: OrderedDict[str, None] = OrderedDict()

    def new(self, *, now_ms: int) -> str:
        """Return a nonce of now; real ms of a clock that only goes forward."""
        body = now_ms.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
        return base64.urlsafe_b64encode(body + self._seal(body)).decode()

    def is_good(self, nonce: str, *, now_ms: int) -> bool:
        """Answer whether a nonce is ours, young, and was not used."""
        try:
            data = base64.b64decode(nonce.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        body, seal = data[:-_SEAL_BYTES], data[-_SEAL_BYTES:]
        if len(body) != _TIME_BYTES + _RANDOM_BYTES or not hmac.compare_digest(seal, self._seal(body)):
            return False
        age_ms = now_ms - int.from_bytes(body[:_TIME_BYTES], "big")
        return 0 <= age_ms <= LIFE_MS and self._name(data) not in self._used

    def use(self, nonce: str) -> bool:
        """Take a good nonce out of use; answer whether nobody did so before."""
        name = self._name(base64.urlsafe_b64decode(nonce))
        if name in self._used:
            return False
        self._used[name] = None
        if len(self._used) > USED_MOST:
            self._used.popitem(last=False)
        return True

    def _seal(self, body: bytes) -> bytes:
        return hmac.new(self._secret, body, hashlib.sha256).digest()[:_SEAL_BYTES]

    @staticmethod
    def _name(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()
