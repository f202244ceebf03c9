"""Nonces: ours, young, used once, and no memory for those who only collect them."""

import base64

import pytest

from hub.fleet import nonces
from hub.fleet.nonces import LIFE_MS, Nonces


def test_a_nonce_is_good_for_two_minutes_and_for_one_answer() -> None:
    one = Nonces()
    nonce = one.new(now_ms=1_000)
    assert one.is_good(nonce, now_ms=1_000 + LIFE_MS)
    assert not one.is_good(nonce, now_ms=1_001 + LIFE_MS)
    assert one.use(nonce)
    assert not one.is_good(nonce, now_ms=1_000)
    assert not one.use(nonce), "two that come at once: one wins"


@pytest.mark.parametrize("change", ["", "x", "é", "AAAA", "====", "longer"])
def test_what_is_not_ours_is_not_good(change: str) -> None:
    one = Nonces()
    ours = one.new(now_ms=0)
    wrong = base64.urlsafe_b64encode(base64.urlsafe_b64decode(ours) + b"x").decode() if change == "longer" else change
    assert not one.is_good(wrong, now_ms=0)
    assert not Nonces().is_good(ours, now_ms=0), "of another process"
    flipped = ours[:10] + ("A" if ours[10] != "A" else "B") + ours[11:]
    assert not one.is_good(flipped, now_ms=0)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonces, "USED_MOST", 3)
    one = Nonces()
    for _ in range(10):
        one.use(one.new(now_ms=0))
    assert len(one._used) == 3
