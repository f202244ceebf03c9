"""Two thousand malformed payloads are counted, and nothing else changes."""

import random

from contract.topics import UP_LEAVES, up
from hub.ingest.decode import Arrived
from tests.support.hub_worlds import NODE, STATION, HubWorld, batch_json, hello_json, level, reading

COUNT = 2_000
SEED = 20_251_121
QUIET_TABLES = ("records", "nodes", "spools", "conflicts", "gaps", "alerts", "station_now", "level_states", "changes")


def malformed(chance: random.Random) -> Arrived:
    """Return a payload that was good once, or never."""
    leaf = chance.choice(UP_LEAVES)
    good = {
        "records": batch_json([reading(7, 61.0), level(8, 3)], low=7, following=9),
        "hello": hello_json(session=str(chance.random())),
        "gone": b'{"v": 1, "session": "s1"}',
    }[leaf]
    place = chance.randrange(len(good))
    junk = chance.randbytes(chance.randrange(1, 9))
    payload = chance.choice(
        [
            good[:place],
            good[place:] if place else b"{",
            chance.randbytes(chance.randrange(0, 300)),
            good.replace(b'"spool"', b'"spoon"').replace(b'"session"', b'"season"'),
            good.replace(b'"v": 1', b'"v": "' + junk.hex().encode() + b'"'),
            b"[" * chance.randrange(1, 3_000),
            good + b"}",
            good.replace(b"{", b"\xff", 1),
            b"",
            b'"' + junk.hex().encode() + b'"',
        ]
    )
    node_id = chance.choice([NODE, "n-nobody-ever", "N_BAD", "x"])
    return Arrived(topic=up(node_id, leaf), payload=payload, mid=chance.randrange(1, 60_000))


def test_two_thousand_malformed_payloads_are_counted_and_nothing_else_changes(hub: HubWorld) -> None:
    hub.add_station()
    hub.hello()
    hub.batch([reading(1), reading(2)])
    before = {table: hub.rows(f"SELECT * FROM {table}") for table in QUIET_TABLES}  # noqa: S608
    counters = hub.counters()
    chance = random.Random(SEED)
    sent = [malformed(chance) for _ in range(COUNT)]

    for first in range(0, COUNT, 50):
        assert hub.say_all(sent[first : first + 50]) == []

    assert hub.counters() == counters | {
        "jagawai_dead_letters_total": COUNT,
        "jagawai_dead_letters_dropped_total": COUNT - hub.count("dead_letters"),
    }
    assert {table: hub.rows(f"SELECT * FROM {table}") for table in QUIET_TABLES} == before  # noqa: S608
    hub.batch([reading(3, 62.0)])
    assert hub.now(STATION).stage_cm == 62.0


def test_dead_letters_are_bounded_and_the_oldest_go_first(hub: HubWorld) -> None:
    for number in range(1_250):
        hub.say("records", b"%d" % number)
    kept = [int(payload) for (payload,) in hub.rows("SELECT payload FROM dead_letters ORDER BY id")]
    assert len(kept) <= 1_000
    assert kept == list(range(1_250 - len(kept), 1_250))
    assert hub.counters()["jagawai_dead_letters_dropped_total"] == 1_250 - len(kept)


def test_of_a_huge_payload_the_beginning_is_kept(hub: HubWorld) -> None:
    hub.say("records", b"x" * 1_000_000)
    assert hub.rows("SELECT length(payload) FROM dead_letters") == [(64 * 1024,)]


def test_the_bound_holds_over_a_new_start(hub: HubWorld) -> None:
    for number in range(990):
        hub.say("records", b"%d" % number)
    hub.start()
    for number in range(50):
        hub.say("records", b"%d" % number)
    assert hub.count("dead_letters") <= 1_000
