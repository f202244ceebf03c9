"""The pages for people and the audit log, in a real browser, as an administrator sees them on a phone by night."""

import pytest
from playwright.sync_api import Browser, expect

from contract.clock import SystemClock
from hub.api.caller import SESSION_COOKIE
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.proposals import role_change
from hub.proposals.proposal import Account
from hub.storage import api_tokens, people, sessions
from hub.storage import connection as database
from hub.wall.city import City
from tests.support.browsers import HALF_WALL, PHONE, WALL, watched
from tests.support.hub_data import FAR_MS, HubData
from tests.support.seats import person
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser


def busy_office(city: HubData) -> str:
    """Fill every part of the pages; return the secret of the administrator's session."""
    now_ms = SystemClock().now_ms()
    sari, rina = person(city, "Sari Latuconsina", "admin"), person(city, "Tono Pattiasina (piket malam)", "operator")
    admin = people.user(city.connection, "admin")
    assert admin is not None
    with database.write(city.connection) as connection:
        wanted = people.by_id(connection, rina)
        assert wanted is not None
        by = Account(user_id=sari, name="Sari Latuconsina")
        role_change.change(connection, wanted, "admin", by=by, now_ms=city.now_ms, now_real_ms=now_ms)
        for name, address in (("pusdalops", None), ("dinding-lantai-dua", "2001:db8:85a3::8a2e:370:7334")):
            api_tokens.add(
                connection,
                name=name,
                scopes="look,comment,see-numbers",
                now_real_ms=now_ms,
                expires_real_ms=FAR_MS // 1000,
                address=address,
                owner_id=None if address else admin.user_id,
            )
        audit_log.note(
            connection, now_ms=city.now_ms, actor="shell:jagawai", action=Action.BACKUP_MADE, subject="b" * 90
        )
        secrets = [sessions.begin(connection, admin.user_id, now_real_ms=now_ms, place="192.0.2.7") for _ in range(2)]
    return secrets[1] or ""


def test_pages_about_people_are_accessible_and_whole(browser: Browser, city: HubData, clock: StandingClock) -> None:
    secret = busy_office(city)
    (rina,) = (one.user_id for one in people.all_users(city.connection) if one.role == "operator")
    with serving(city.path, clock=clock) as web, watched(browser, size=PHONE, scheme="dark") as seen:
        seen.page.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": str(web.base_url)}])
        for path in ("/pengguna", f"/pengguna/orang/{rina}", "/token", "/akun", "/jejak"):
            seen.page.goto(f"{web.base_url}{path}")
            assert seen.violations() == [], path
            assert seen.clipped() == [], path
        assert seen.errors == []
        assert seen.strangers == []


def test_what_waits_for_administrators_pushes_nothing_off_the_wall(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    secret, now_ms = busy_office(city), SystemClock().now_ms()
    with database.write(city.connection) as connection:
        for number in range(3):
            api_tokens.add(
                connection,
                name=f"dinding-lantai-{number}-pusat-komando",
                scopes="look",
                now_real_ms=now_ms,
                expires_real_ms=now_ms + 9 * 86_400_000,
                address=f"192.0.2.{number}",
            )
    with serving(city.path, clock=clock, city=City(mark="PERAGAAN 60x")) as web:
        for size in (WALL, HALF_WALL, PHONE):
            with watched(browser, size=size) as seen:
                seen.page.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": str(web.base_url)}])
                seen.page.goto(f"{web.base_url}/dinding")
                expect(seen.page.locator(".waiting")).to_have_text("4 untuk pengelola")
                assert seen.clipped() == [], size
                assert seen.page.get_by_role("button", name="Konfirmasi").is_visible()
