"""How a request for a picture stands, at every moment of its life."""

import pytest

from hub.stills.request import ARRIVES_WITHIN_S, GRACE_S, TTL_S, Stage, request_of, words_of
from hub.storage.commands import IssuedCommand
from hub.storage.stills import StillRow

ASKED_MS = 10**12
OVER_S = TTL_S + GRACE_S


def command(*, result: str | None = None, after_s: float = 1.0) -> IssuedCommand:
    return IssuedCommand(
        command_id="01",
        node_id="n-7f3k2m90",
        kind="view_still",
        site="",
        args={"source": "c1"},
        ttl_s=TTL_S,
        issued_ms=ASKED_MS,
        issued_by="sari",
        result=result,
        result_text="gelap / dark" if result else None,
        result_ms=ASKED_MS + round(1000 * after_s) if result else None,
    )


STILL = StillRow(
    still_no=1,
    node_id="n-7f3k2m90",
    source="c1",
    sha256="0" * 64,
    bytes=9,
    width_px=4,
    height_px=3,
    why="asked",
    command_id="01",
    at_ms=ASKED_MS,
    is_at_doubted=False,
    received_ms=ASKED_MS,
    arrived_ms=ASKED_MS,
    asked_by="sari",
)


@pytest.mark.parametrize(
    ("result", "still", "now_s", "expected"),
    [
        (None, None, 0, Stage.WAITING),
        (None, None, OVER_S, Stage.WAITING),
        (None, None, OVER_S + 1, Stage.SILENT),
        ("done", None, 2, Stage.COMING),
        ("done", None, 1 + ARRIVES_WITHIN_S + 1, Stage.LATE),
        ("done", STILL, 2, Stage.HERE),
        (None, STILL, 2, Stage.HERE),
        ("done", STILL, 9_999, Stage.HERE),
        ("failed", None, 2, Stage.REFUSED),
        ("refused", None, 9_999, Stage.REFUSED),
        ("expired", None, 40, Stage.REFUSED),
    ],
)
@pytest.mark.parametrize("rate", [1.0, 60.0])
def test_where_a_request_stands(
    result: str | None, still: StillRow | None, now_s: float, expected: Stage, rate: float
) -> None:
    given = command(result=result, after_s=rate)
    stands = request_of(given, still, now_ms=ASKED_MS + round(1000 * now_s * rate), rate=rate)
    assert (stands.stage, stands.by, stands.asked_ms) == (expected, "sari", ASKED_MS)
    assert stands.is_open == (expected in {Stage.WAITING, Stage.COMING})


def test_a_box_that_speaks_indonesian_only_is_heard_in_indonesian() -> None:
    assert [words_of("gelap / dark", code) for code in ("id", "en")] == ["gelap", "dark"]
    assert [words_of("gelap", code) for code in ("id", "en")] == ["gelap", "gelap"]
