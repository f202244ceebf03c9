import asyncio
import random

import pytest

from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Recipient, Role
from hub.dispatch import pacing
from hub.dispatch.channel import Letter
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.dispatch.sender import IN_FLIGHT, PER_TARGET, Sender
from hub.storage import alerts, changes, deliveries, recipients
from hub.storage.connection import Connection, write
from tests.support.alerts import START_MS, change, hub_database, person
from tests.support.channels import ScriptedChannel
from tests.support.clocks import FakeClock

POLICY = AlertPolicy()


class Post:
    """A sender with a scripted channel and a clock that stands still until told."""

    def __init__(self, connection: Connection, channel: ScriptedChannel | None = None) -> None:
        self.connection = connection
        self.channel = channel or ScriptedChannel()
        self.clock = FakeClock(now_ms=START_MS)
        self.sender = Sender(
            connection,
            channels={"webhook": self.channel},
            words=POLICY.words,
            link_base="http://hub/t/",
            clock=self.clock,
            chance=random.Random(1),
        )

    def level(self, severity: int) -> None:
        with write(self.connection):
            told = change(severity, at_ms=self.clock.now_ms())
            desk.on_station_change(self.connection, told, policy=POLICY)

    def round(self, *, grace_s: float = 5.0) -> None:
        """Offer what is due, until nothing is under way."""

        async def offer() -> None:
            while self.sender.is_due():
                before = self.channel.offers
                self.sender.start_due()
                await self.sender.finish(grace_s=grace_s)
                if self.channel.offers == before:
                    return

        asyncio.run(offer())

    def all(self) -> list[Delivery]:
        rows = self.connection.execute("SELECT alert_id FROM alerts ORDER BY raised_ms")
        return [one for (alert_id,) in rows.fetchall() for one in deliveries.of_alert(self.connection, alert_id)]

    def states(self) -> set[DeliveryState]:
        return {one.state for one in self.all()}


def post(*people: Recipient) -> Post:
    return Post(hub_database(None, *people))


def targets(count: int, *, shared: bool = False) -> list[Recipient]:
    return [
        person(f"p{index:03d}", Role.OFFICER, target="http://gateway" if shared else f"http://p{index:03d}")
        for index in range(count)
    ]


def test_a_message_that_is_taken_is_handed_and_not_read() -> None:
    office = post(*targets(1))
    office.level(3)
    office.clock.advance(2)
    office.round()
    (delivery,) = office.all()
    assert (delivery.state, delivery.handed_ms, delivery.read_ms) == (DeliveryState.HANDED, START_MS + 2000, None)
    (letter,) = office.channel.taken
    assert (letter.word, letter.to, letter.link) == ("Awas", "Orang p000", f"http://hub/t/{delivery.token}")


def test_each_step_of_a_message_tells_the_pages() -> None:
    office = post(*targets(1))
    office.level(3)
    office.round()
    told = [(row.kind, row.ref) for row in changes.after(office.connection, 0, limit=10)]
    assert told[-1] == ("delivery", office.all()[0].alert_id)


def test_a_message_that_is_not_taken_is_offered_again_after_a_pause() -> None:
    office = post(*targets(1))
    office.channel.refusing = {"http://p000"}
    office.level(3)
    office.round()
    (delivery,) = office.all()
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENDING, 1)
    assert delivery.error == "ditolak dengan HTTP 503 (1 kali)"
    office.channel.refusing = set()
    office.clock.advance(pacing.LONGEST_S)
    office.round()
    (delivery,) = office.all()
    assert (delivery.state, delivery.attempts, delivery.error) == (DeliveryState.HANDED, 2, "")


def test_a_message_is_given_up_after_six_hours_and_the_failure_stays_visible() -> None:
    office = post(*targets(1))
    office.channel.refusing = {"http://p000"}
    office.level(3)
    for _ in range(int(pacing.GIVE_UP_S // 1800) + 1):
        office.round()
        office.clock.advance(1800)
    (delivery,) = office.all()
    assert delivery.state is DeliveryState.FAILED
    assert delivery.error == "ditolak dengan HTTP 503; berhenti setelah 13 kali"


def test_a_recipient_who_is_gone_or_has_no_channel_fails_at_once() -> None:
    office = post(*targets(1), person("telegram", Role.OFFICER, channel="telegram"))
    office.level(3)
    with write(office.connection):
        office.connection.execute("DELETE FROM recipients WHERE recipient_id = 'p000'")
    office.round()
    assert {one.error for one in office.all()} == {"penerima tidak ada lagi", "saluran tidak dikenal: telegram"}
    assert office.states() == {DeliveryState.FAILED}


def test_a_target_that_hangs_delays_nobody_else() -> None:
    office = post(*targets(40))
    office.channel.hanging = {f"http://p{index:03d}" for index in range(20)}
    office.level(3)
    office.round(grace_s=0.05)
    assert len(office.channel.taken) == 20


def test_a_dead_gateway_with_sixty_messages_hides_nobody() -> None:
    office = post(*targets(60, shared=True), person("zz-rt", Role.RT, target="http://rt"))
    office.channel.hanging = {"http://gateway"}
    office.level(3)
    office.round(grace_s=0.05)
    assert [letter.to for letter in office.channel.taken] == ["Orang zz-rt"]


def test_one_target_is_offered_a_few_messages_at_a_time() -> None:
    office = post(*targets(12, shared=True))
    office.level(3)
    office.round()
    assert office.channel.most_at_once["http://gateway"] == PER_TARGET
    assert len(office.channel.taken) == 12


def test_a_target_that_fails_is_offered_one_message_at_a_time() -> None:
    office = post(*targets(12, shared=True))
    office.channel.refusing = {"http://gateway"}
    office.level(3)
    office.round()
    office.channel.most_at_once.clear()
    office.clock.advance(3600)
    office.round()
    assert office.channel.most_at_once["http://gateway"] == 1


def test_messages_under_way_never_exceed_the_bound() -> None:
    office = post(*targets(IN_FLIGHT + 50))
    office.channel.hanging = {f"http://p{index:03d}" for index in range(IN_FLIGHT + 50)}
    office.level(3)

    async def offer() -> None:
        office.sender.start_due()
        office.sender.start_due()
        await office.sender.finish(grace_s=0)

    asyncio.run(offer())
    assert office.channel.offers == IN_FLIGHT


def test_a_crash_between_sending_and_handed_offers_the_same_message_again() -> None:
    office = post(*targets(1))
    office.channel.hanging = {"http://p000"}
    office.level(3)
    office.round(grace_s=0)
    (cut_off,) = office.all()
    assert cut_off.state is DeliveryState.SENDING
    after_crash = Post(office.connection)
    after_crash.sender.recover()
    after_crash.round()
    (delivery,) = office.all()
    assert delivery.state is DeliveryState.HANDED
    assert [letter.delivery_id for letter in after_crash.channel.taken] == office.channel.offered["http://p000"]


def test_without_a_restart_a_message_under_way_is_left_alone() -> None:
    office = post(*targets(1))
    office.channel.hanging = {"http://p000"}
    office.level(3)
    office.round(grace_s=0)
    other = Post(office.connection)
    other.round()
    assert other.channel.taken == []


def test_one_person_gets_messages_one_after_the_other_and_the_gravest_first() -> None:
    office = post(*targets(1))
    with write(office.connection):
        desk.on_hub_trouble(office.connection, since_ms=START_MS, why="uji", now_ms=START_MS, policy=POLICY)
    office.level(3)
    office.round()
    assert [letter.severity for letter in office.channel.taken] == [3, 1]
    assert office.channel.most_at_once["http://p000"] == 1
    assert [letter.word for letter in office.channel.taken] == ["Awas", ""]


def test_a_message_withdrawn_on_its_way_is_not_offered_again() -> None:
    office = post(*targets(1))
    office.channel.refusing = {"http://p000"}
    office.level(2)
    office.round()
    office.level(0)
    office.clock.advance(3600)
    office.channel.refusing = set()
    office.round()
    assert [letter.severity for letter in office.channel.taken] == [0]
    assert {one.severity: one.state for one in office.all()} == {
        2: DeliveryState.WITHDRAWN,
        0: DeliveryState.HANDED,
    }


def test_the_address_of_now_counts_not_that_of_the_alert() -> None:
    office = post(*targets(1))
    office.level(3)
    with write(office.connection):
        recipients.save(office.connection, person("p000", Role.OFFICER, target="http://new-phone"), station_ids=["*"])
    office.round()
    assert set(office.channel.offered) == {"http://new-phone"}


def test_what_no_rule_foresees_ends_the_dispatcher_loudly() -> None:
    class Broken(ScriptedChannel):
        async def hand_over(self, letter: Letter, *, target: str) -> None:
            raise ZeroDivisionError(target + letter.to)

    office = Post(hub_database(None, *targets(1)), Broken())
    office.level(3)

    async def offer() -> None:
        office.sender.start_due()
        await office.sender.finish(grace_s=5.0)
        office.sender.start_due()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(offer())
    assert alerts.list_open(office.connection)
