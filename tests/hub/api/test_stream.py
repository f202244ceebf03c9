import asyncio

from hypothesis import given
from hypothesis import strategies as st

from hub.api.stream import QUEUE_EVENTS, Broadcaster, Client, Event, encode, parse_id


def event(change_id: int) -> Event:
    return Event(change_id=change_id, payload=encode("station", "{}", event_id=f"e-{change_id}"))


async def heard(client: Client) -> list[int]:
    return [one.change_id async for one in client.events()]


def test_an_event_is_one_block_with_its_id() -> None:
    assert encode("tik", '{"a":1}') == b'event: tik\ndata: {"a":1}\n\n'
    assert encode("nodes", "{}", event_id="e-7") == b"id: e-7\nevent: nodes\ndata: {}\n\n"


@given(st.from_regex(r"[0-9a-f]{1,16}", fullmatch=True), st.integers(0, 2**53))
def test_an_id_comes_back_as_what_it_was_made_of(epoch: str, change_id: int) -> None:
    assert parse_id(f"{epoch}-{change_id}") == (epoch, change_id)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_an_id(text: str) -> None:
    found = parse_id(text)
    assert found is None or f"{found[0]}-" == text[: len(found[0]) + 1]


def test_every_client_hears_everything_in_order() -> None:
    async def story() -> list[list[int]]:
        broadcaster = Broadcaster()
        streams = [broadcaster.join().events(), broadcaster.join().events()]
        broadcaster.publish([event(1), event(2)])
        broadcaster.publish([event(3)])
        return [[(await anext(stream)).change_id for _ in range(3)] for stream in streams]

    assert asyncio.run(story()) == [[1, 2, 3], [1, 2, 3]]


def test_a_client_that_does_not_read_is_dropped_and_the_others_go_on() -> None:
    async def story() -> tuple[list[int], list[int], int]:
        broadcaster = Broadcaster()
        slow, quick = broadcaster.join(), broadcaster.join()
        stream = quick.events()
        taken = []
        for number in range(1, QUEUE_EVENTS + 2):
            broadcaster.publish([event(number)])
            taken.append((await anext(stream)).change_id)
        return await heard(slow), taken, broadcaster.dropped

    left, all_of_them, dropped = asyncio.run(story())
    assert left == []
    assert all_of_them == list(range(1, QUEUE_EVENTS + 2))
    assert dropped == 1


def test_after_the_end_a_new_client_ends_at_once() -> None:
    async def story() -> list[int]:
        broadcaster = Broadcaster()
        broadcaster.close()
        return await heard(broadcaster.join())

    assert asyncio.run(story()) == []


def test_a_client_that_leaves_is_forgotten() -> None:
    async def story() -> int:
        broadcaster = Broadcaster()
        client = broadcaster.join()
        broadcaster.leave(client)
        return broadcaster.client_count

    assert asyncio.run(story()) == 0
