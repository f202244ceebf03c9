"""A screen of the wall does not go dark without a word to those who can mend it."""

from hub.storage import api_tokens
from hub.storage import connection as database
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.seats import Browser, Seat, person, seated

DAY_MS = 86_400_000
TOLD = "Layar dinding-1 berakhir dalam"


def screen(city: HubData, *, days: float, name: str = "dinding-1", address: str | None = "192.0.2.7") -> None:
    with database.write(city.connection) as connection:
        api_tokens.add(
            connection,
            name=name,
            scopes="look",
            now_real_ms=city.now_ms,
            expires_real_ms=city.now_ms + round(days * DAY_MS),
            address=address,
        )


def test_administrators_read_in_every_head_which_screen_ends_soon_or_has_ended(
    city: HubData, clock: FakeClock, admin: Seat
) -> None:
    screen(city, days=15)
    screen(city, days=5, name="program", address=None)
    assert TOLD not in admin.get("/sungai").text
    clock.advance(1800)  # not so long that the session ends
    screen(city, days=13.5)
    assert "1 untuk pengelola" in admin.get("/dinding").text
    for path in ("/sungai", "/pengguna"):
        page = admin.get(path).text
        assert f"{TOLD} 14 hari" in page
        assert "Layar program" not in page
    assert "Screen dinding-1 ends in 14 days" in admin.get("/sungai?lang=en").text
    screen(city, days=0, name="dinding-2")
    assert "Layar dinding-2 sudah berakhir" in admin.get("/sungai?lang=id").text


def test_nobody_else_is_told(city: HubData, browser: Browser) -> None:
    screen(city, days=1)
    person(city, "rina", "operator")
    assert TOLD not in seated(city, browser(), "rina").get("/sungai").text
    assert TOLD not in browser().get("/sungai").text
