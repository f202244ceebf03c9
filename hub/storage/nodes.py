"""Boxes of the fleet as the hub knows them."""

from collections.abc import Iterable

from msgspec import Struct

from contract.messages import Hello
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one, to_json


class Node(Struct, frozen=True, kw_only=True):
    """One box; times are the hub's, UTC ms."""

    node_id: str
    session: str | None
    boot: int | None
    kernel_boot: str | None
    agent: str | None
    clock: str | None
    applied_epoch: str
    applied_version: int
    queued: dict[str, int]
    first_seen_ms: int
    last_seen_ms: int
    last_hello_ms: int | None
    gone_ms: int | None
    is_online: bool


_SELECT = f"SELECT {columns_of(Node)} FROM nodes"  # noqa: S608 - our own column names


def all_nodes(connection: Connection) -> list[Node]:
    """Return every node, ordered by id."""
    return read(connection, f"{_SELECT} ORDER BY node_id", (), Node, json=("queued",))


def one(connection: Connection, node_id: str) -> Node | None:
    """Return the node, or None."""
    return read_one(connection, f"{_SELECT} WHERE node_id = ?", (node_id,), Node, json=("queued",))


def add(connection: Connection, node_id: str, *, now_ms: int) -> None:
    """Write down a node that spoke for the first time; a known one stays as it is."""
    connection.execute(
        "INSERT INTO nodes (node_id, first_seen_ms, last_seen_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (node_id, now_ms, now_ms),
    )


def heard(connection: Connection, node_ids: Iterable[str], *, now_ms: int) -> None:
    """Write down that these nodes have just spoken: they are there, whatever a last will said before."""
    connection.executemany(
        "UPDATE nodes SET last_seen_ms = ?, is_online = 1, gone_ms = NULL WHERE node_id = ?",
        [(now_ms, node_id) for node_id in node_ids],
    )


def store_hello(connection: Connection, node_id: str, hello: Hello, *, now_ms: int) -> None:
    """Write down what a known node said of itself."""
    connection.execute(
        "UPDATE nodes SET session = ?, boot = ?, kernel_boot = ?, agent = ?, clock = ?, applied_epoch = ?,"
        " applied_version = ?, queued = ?, last_hello_ms = ? WHERE node_id = ?",
        (
            hello.session,
            hello.boot,
            hello.kernel_boot,
            hello.agent,
            hello.clock,
            hello.applied.db_epoch,
            hello.applied.version,
            to_json(hello.queued),
            now_ms,
            node_id,
        ),
    )


def store_gone(connection: Connection, node_id: str, *, now_ms: int) -> None:
    """Write down a last will; the node counts as online until the grace is over."""
    connection.execute("UPDATE nodes SET gone_ms = ? WHERE node_id = ?", (now_ms, node_id))


def set_offline(connection: Connection, node_id: str) -> None:
    """Write down that the node is away."""
    connection.execute("UPDATE nodes SET is_online = 0 WHERE node_id = ?", (node_id,))
