"""MQTT topics; the version of everything is in the root.

Rights follow from the certificate's name alone: a box may write exactly its three `up` leaves, not retained,
and read its own `dn` branch. The id in the topic wins over any id in a body.
"""

ROOT = "jw/1"
UP_LEAVES = ("records", "hello", "gone")
DOWN_LEAVES = ("ack", "desired", "command")


def up(node_id: str, leaf: str) -> str:
    """Return the topic on which box `node_id` publishes `leaf` (records, hello, gone)."""
    return f"{ROOT}/up/{node_id}/{leaf}"


def down(node_id: str, leaf: str) -> str:
    """Return the topic on which the hub publishes `leaf` (ack, desired, command) for box `node_id`."""
    return f"{ROOT}/dn/{node_id}/{leaf}"


def down_all(node_id: str) -> str:
    """Return the filter by which box `node_id` hears everything meant for it."""
    return f"{ROOT}/dn/{node_id}/#"


def up_all(leaf: str) -> str:
    """Return the filter by which the hub hears `leaf` of every box."""
    return f"{ROOT}/up/+/{leaf}"


def parse_up(topic: str) -> tuple[str, str] | None:
    """Return (node_id, leaf) of a topic written by a box, or None if it is not one."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[0] != "jw" or parts[1] != "1" or parts[2] != "up":  # noqa: PLR2004
        return None
    return (parts[3], parts[4]) if parts[4] in UP_LEAVES else None
