"""Whatever link, hub and producers do, nothing is lost, nothing is overrun, and everything arrives in the end."""

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract.flow import BATCH_MAX_RECORDS, BATCHES_IN_FLIGHT
from contract.messages import Ack
from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.counts import Count
from edge_agent.uplink.flight import URGENT_IN_FLIGHT
from edge_agent.uplink.sender import HelloDue, Outgoing
from edge_agent.uplink.traffic import Parcel
from tests.support.uplink_world import GAUGE, UPLINK, Box, MemorySpool, seqs_of

SPOOLS = st.sampled_from([GAUGE, UPLINK])
CLASSES = st.sampled_from([0, 0, 1, 1, 1, 1, 2, 3])


class SenderMachine(RuleBasedStateMachine):
    """A box, a link that loses, doubles and reorders, and a hub that comes, goes and is restored."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Box()
        self.up: list[Outgoing] = []
        self.down: list[Ack] = []
        self.sent_at_once: set[tuple[str, int]] = set()
        self.epochs = 1

    @rule(spool=SPOOLS, record_class=CLASSES, count=st.sampled_from([1, 1, 1, 3, 150]))
    def write(self, spool: str, record_class: int, count: int) -> None:
        for _ in range(count):
            self.box.spools[spool].write(record_class, interval_s=5.0)
        self.box.sender.changed()
        self._take()

    @rule(seconds=st.sampled_from([0.05, 0.2, 1, 4, 31, 100]))
    def pass_time(self, seconds: float) -> None:
        self.box.clock.advance(seconds)
        self._take()

    @rule(data=st.data(), fate=st.sampled_from(["arrive", "arrive", "arrive", "lose", "double"]))
    @precondition(lambda self: self.up)
    def let_go_up(self, data: st.DataObject, fate: str) -> None:
        thing = self.up.pop(data.draw(st.integers(0, min(2, len(self.up) - 1))))
        if isinstance(thing, Parcel):
            self.box.sender.handed_over(thing.number)
        for _ in range({"lose": 0, "arrive": 1, "double": 2}[fate]):
            self._commit(thing)
        self._take()

    @rule(data=st.data(), fate=st.sampled_from(["arrive", "arrive", "arrive", "lose", "double"]))
    @precondition(lambda self: self.down)
    def let_go_down(self, data: st.DataObject, fate: str) -> None:
        ack = self.down.pop(data.draw(st.integers(0, len(self.down) - 1)))
        if self.box.sender.phase is not Phase.AWAY:
            for _ in range({"lose": 0, "arrive": 1, "double": 2}[fate]):
                self.box.sender.heard(ack)
        self._take()

    @rule()
    def everything_arrives(self) -> None:
        while self.up or self.down:
            self._all_once()

    @rule()
    def cut_and_connect(self) -> None:
        self.box.sender.lost()
        self.up.clear()
        self.down.clear()
        self.box.connect()
        self._take()

    @rule()
    def lose_the_link(self) -> None:
        self.box.sender.lost()
        self.up.clear()
        self.down.clear()

    @rule()
    def hub_connects(self) -> None:
        self.down += [self.box.hub.ack(spool_id) for spool_id in self.box.spools]

    @rule()
    def hub_is_restored(self) -> None:
        self.epochs += 1
        self.box.hub.restore(f"e{self.epochs}")

    @rule()
    def producers_settle(self) -> None:
        self._settle()
        self._take()

    @rule()
    def a_spool_is_reborn(self) -> None:
        old = self.box.spools.pop(UPLINK)
        new = MemorySpool(spool_id=f"{int(old.spool_id, 16) + 1:032x}", clock=self.box.clock)
        for record_class, _ in old.held.values():
            new.write(record_class)
        self.box.spools[UPLINK] = new
        self.box.sender.set_spools({spool.spool_id: spool for spool in self.box.spools.values()})
        self._take()

    @invariant()
    def window_is_kept(self) -> None:
        window, urgent = self.box.sender.in_flight()
        assert window <= BATCHES_IN_FLIGHT
        assert urgent <= URGENT_IN_FLIGHT

    @invariant()
    def nothing_unsent_is_settled(self) -> None:
        for spool in self.box.spools.values():
            acked = self.box.acknowledged.acked(spool.spool_id)
            committed = self.box.hub.committed.get(spool.spool_id)
            if self.box.acknowledged.epoch == self.box.hub.epoch and committed is not None:
                assert all(seq in committed for first, last in acked for seq in range(first, last + 1))

    def teardown(self) -> None:
        """Let the world be good from now on: everything arrives."""
        if self.box.sender.phase is Phase.AWAY:
            self.box.connect()
        self._take()
        for _ in range(400):
            for _ in range(200):
                if not self.up and not self.down:
                    break
                self._all_once()
            self._settle()
            self.box.sender.changed()
            if not self.up and self.box.held() == 0 and self.box.acknowledged.epoch == self.box.hub.epoch:
                break
            self.box.clock.advance(2)
            self._take()
        assert self.box.held() == 0, {spool.spool_id: spool.held.keys() for spool in self.box.spools.values()}

    def _all_once(self) -> None:
        up, self.up = self.up, []
        for thing in up:
            if isinstance(thing, Parcel):
                self.box.sender.handed_over(thing.number)
            self._commit(thing)
        down, self.down = self.down, []
        for ack in down:
            if self.box.sender.phase is not Phase.AWAY:
                self.box.sender.heard(ack)
        self._take()

    def _take(self) -> None:
        for thing in self.box.outgoing(handed_over=False, most=500):
            self.up.append(thing)
            if isinstance(thing, Parcel):
                self._look_at(thing)

    def _look_at(self, parcel: Parcel) -> None:
        seqs = seqs_of(parcel.batch)
        assert 1 <= len(seqs) <= BATCH_MAX_RECORDS
        spool = next(spool for spool in self.box.spools.values() if spool.spool_id == parcel.batch.spool)
        classes = {spool.held[seq][0] for seq in seqs if seq in spool.held}
        assert len(classes) <= 1
        assert seqs == sorted(seqs, reverse=classes == {0})
        assert parcel.batch.next > max(seqs)

    def _commit(self, thing: Outgoing) -> None:
        by_id = {spool.spool_id for spool in self.box.spools.values()}
        if isinstance(thing, HelloDue):
            self.down += [self.box.hub.ack(spool_id) for spool_id in by_id]
        elif (ack := self.box.hub.commit(thing.batch)) is not None:
            self.down.append(ack)

    def _settle(self) -> None:
        for spool in self.box.spools.values():
            if self.box.acknowledged.epoch not in {"", self.box.hub.epoch}:
                continue
            committed = self.box.hub.committed.get(spool.spool_id)
            if any(committed is None or seq not in committed for seq in spool.kept):
                spool.reoffer()
            spool.settle(self.box.acknowledged.acked(spool.spool_id))
            spool.drop(self.box.acknowledged.aside(spool.spool_id))  # what was lost three times in a row


SenderMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSenderMachine = SenderMachine.TestCase


def test_a_long_run_of_random_weather_ends_with_everything_at_the_hub() -> None:
    for seed in range(5):
        weather = random.Random(seed)
        box = Box(seed=seed)
        box.connect()
        for _ in range(1_500):
            box.write(weather.choice((0, 1, 1, 1, 2)))
            box.is_hub_there = weather.random() > 0.3
            if weather.random() < 0.02:
                box.sender.lost()
                box.connect()
            box.run(weather.choice((1, 5, 40)), step_s=1)
        box.is_hub_there = True
        box.run(600, step_s=1)
        assert box.held() == 0
        assert box.counts[Count.SET_ASIDE] == 0
