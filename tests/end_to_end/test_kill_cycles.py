"""kill -9 at random points, again and again, over every process of box and hub: nothing lost, nothing doubled.

The night's cycles are cut into legs of a hundred, each with a town of its own; the legs go to two pytest groups in
turn, so that two towns live side by side (`--dist loadgroup`) and a failure names its leg. What happens in a cycle is
drawn from (SEED, number of the cycle) alone. After a failure `SEED=… FIRST_CYCLE=… CYCLES=…` plays the named cycles
again with the same draws: `CYCLES=1` plays one of them in a fresh town.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.records import Level, Siren, decode_record
from tests.support.audit import rows_in, verify_all_arrived, verify_no_incident
from tests.support.mishaps import let_pass
from tests.support.phone import Phone, officer, running_phone
from tests.support.pole import Pole, River, rising
from tests.support.processes import wait_until
from tests.support.producer import NAME, start_producer, told_in
from tests.support.town import Town, running_town

NODE = "n-kill-0001"
BOX = tuple(f"{NODE}/{part}" for part in ("gauge", "uplink", "producer"))
DECK = Counter({BOX[0]: 18, BOX[1]: 20, BOX[2]: 18, "ingest": 20, "dispatch": 6, "web": 6, "broker": 12})
"""A hundred kills; those whose start costs most CPU come least."""

MOST_BETWEEN_KILLS_S = 1.3
NIGHTLY_CYCLE_S = 4.0
NIGHTLY_CYCLES = 1_000
MOST_IN_A_LEG = 100
TOWNS_AT_ONCE = 2


def _tide(*, hours: int) -> River:
    """Return a creek in flood every four hours: from 40 to 140 cm in 20 minutes, back in 50."""

    def stage_cm(minute: int) -> float:
        at = minute % 240
        if at < 60:
            return 40.0
        return min(140.0, 40.0 + 5.0 * (at - 60)) if at < 100 else max(40.0, 140.0 - 2.0 * (at - 100))

    return [(float(minute), stage_cm(minute)) for minute in range(60 * hours)]


class Cycles:
    """A town with one box and a phone, and the hand that kills."""

    def __init__(self, town: Town, phone: Phone, pole: Pole) -> None:
        self.town = town
        self.phone = phone
        self.pole = pole
        self.killed: Counter[str] = Counter()
        town.import_stations(pole, recipients=officer(phone))
        town.start_hub()
        town.start_box(pole)
        self.log = start_producer(town, pole)
        self.outboxes = [town.outbox(pole, producer) for producer in ("gauge", "uplink", NAME)]
        town.wait_for_row("SELECT 1 FROM station_now WHERE severity = 0", what="the first reading at the hub")

    def kill(self, victim: str, rng: random.Random) -> None:
        """Kill one process and start it again."""
        self.killed[victim] += 1
        if victim == "broker":
            self.town.broker.restart(store=rng.choice(["kept", "empty"]))
            return
        child = self.town.children[victim]
        assert child.is_running, f"{victim} had ended by itself:\n{child.output()[-4000:]}"
        self.town.again(victim)

    def verify(self, *, deadline_s: float) -> int:
        """Wait until all that was written has arrived and hold both sides against each other; return the records."""
        count = verify_all_arrived(self.town, *self.outboxes, told=told_in(self.log), deadline_s=deadline_s)
        verify_no_incident(self.town)
        spools = self.town.rows("SELECT count(*), count(DISTINCT producer) FROM spools")
        assert spools == [(3, 3)], "a kill must not cost a spool"
        wait_until(self._box_and_hub_agree, what="box and hub to agree on the level", deadline_s=30)
        return count

    def _box_and_hub_agree(self) -> bool:
        levels = [record for record in self._records() if isinstance(record, Level)]
        newest = max(levels, key=lambda record: record.seq)
        now = self.town.rows("SELECT severity, since_ms, decision_id FROM station_now")
        return now == [(newest.severity, newest.since_ms, newest.decision_id)]

    def _records(self) -> list[object]:
        rows = rows_in(self.outboxes[0])
        return [decode_record(body) for record_class, body in rows.values() if record_class == 0]

    def level_alerts(self) -> list[tuple[object, ...]]:
        """Return severity and state of the level alerts that are open."""
        return self.town.rows("SELECT severity, state FROM alerts WHERE kind = 'level' AND resolved_ms IS NULL")

    def sirens_on(self) -> list[str | None]:
        """Return the decisions for which the siren went on."""
        return [r.decision_id for r in self._records() if isinstance(r, Siren) and r.on and r.trigger == "level"]


def _seed() -> int:
    return int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))


def test_a_hundred_kills_cost_no_record_and_ring_no_alarm_twice(tmp_path: Path) -> None:
    seed = _seed()
    rng = random.Random(seed)
    deck = list(DECK.elements())
    rng.shuffle(deck)
    pole = Pole(node_id=NODE, station_id="wai-uji", river=rising(peace_minutes=12))
    with running_phone() as phone, running_town(tmp_path) as town:
        town.say(f"SEED={seed}")
        cycles = Cycles(town, phone, pole)
        for victim in deck:
            let_pass(rng.uniform(0.0, MOST_BETWEEN_KILLS_S))
            cycles.kill(victim, rng)
        under_fire = town.value("SELECT count(*) FROM records")
        # The last start of the uplink begins with the shortest wait between two attempts.
        town.again(f"{NODE}/uplink")
        count = cycles.verify(deadline_s=60)
        assert under_fire > count / 4, "most must have arrived between the kills, not after them"
        town.say(f"{count} records, {under_fire} of them between the kills; killed: {dict(cycles.killed)}")

        assert cycles.level_alerts() == [(3, "raised")]
        assert len(cycles.sirens_on()) == 1
        decisions = town.rows(
            "SELECT decision_id FROM alert_decisions JOIN alerts USING (alert_id) WHERE kind = 'level'"
        )
        assert cycles.sirens_on()[0] in [decision_id for (decision_id,) in decisions]
        wait_until(
            lambda: town.value("SELECT count(*) FROM deliveries WHERE state IN ('owed', 'sending')") == 0,
            what="every message to be handed over",
            deadline_s=30,
        )
        awas = {message["delivery_id"] for message in phone.messages() if message["severity"] == 3}
        told = town.rows("SELECT delivery_id FROM deliveries WHERE severity = 3 AND state = 'handed'")
        assert awas == {delivery_id for (delivery_id,) in told}


def _legs(first: int, count: int) -> Iterator[range]:
    """Cut the cycles into legs, the same number for each of the towns that live at once where that can be."""
    each = min(MOST_IN_A_LEG, -(-count // TOWNS_AT_ONCE))
    for begin in range(first, first + count, each):
        yield range(begin, min(begin + each, first + count))


def _nightly_legs() -> list[object]:
    """Return the night's legs as parameters."""
    first, count = int(os.environ.get("FIRST_CYCLE", "0")), int(os.environ.get("CYCLES", str(NIGHTLY_CYCLES)))
    return [pytest.param(leg, id=f"cycles {leg[0]} to {leg[-1]}") for leg in _legs(first, count)]


def test_the_legs_of_a_night_are_all_its_cycles_once() -> None:
    for first, count, legs in ((0, 1_000, 10), (317, 1, 1), (0, 6, 2), (40, 250, 3)):
        cut = list(_legs(first, count))
        assert [cycle for leg in cut for cycle in leg] == list(range(first, first + count))
        assert len(cut) == legs


@pytest.mark.nightly
@pytest.mark.parametrize("leg", _nightly_legs())
def test_a_thousand_kills_of_each_process_cost_no_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], leg: range
) -> None:
    seed = _seed()
    named = f"SEED={seed} FIRST_CYCLE={leg[0]} CYCLES={len(leg)}"
    pole = Pole(node_id=NODE, station_id="wai-uji", river=_tide(hours=100))
    with running_phone() as phone, running_town(tmp_path) as town:
        town.say(named)
        cycles = Cycles(town, phone, pole)
        for cycle in leg:
            _play(cycles, random.Random(f"{seed}/{cycle}"))
        under_fire = town.value("SELECT count(*) FROM records")
        records = cycles.verify(deadline_s=300)
        assert cycles.killed == Counter(dict.fromkeys(DECK, len(leg)))
        assert under_fire > len(leg), "records must have arrived between the kills too"
    with capsys.disabled():
        # A worker's standard output belongs to pytest; its standard error reaches the terminal.
        sys.stderr.write(
            f"\n{named}: {records} records, {under_fire} of them between the kills; each killed {len(leg)}x\n"
        )


def _play(cycles: Cycles, rng: random.Random) -> None:
    """Kill each process once, at moments of its own."""
    moments = sorted((rng.uniform(0.0, NIGHTLY_CYCLE_S), victim) for victim in DECK)
    begun_s = 0.0
    for at_s, victim in moments:
        let_pass(at_s - begun_s)
        begun_s = at_s
        cycles.kill(victim, rng)
    let_pass(NIGHTLY_CYCLE_S - begun_s)
