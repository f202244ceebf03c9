"""Who may publish and hear what: the rights of the contract as values. Pure; the renderers write them down.

Rights follow from the common name of the client's certificate alone:

1. A box publishes exactly its three `up` leaves and hears exactly its own `dn` branch.
2. The hub publishes the three `dn` leaves of every box and hears the three `up` leaves of every box.
3. A box that is denied, and every other name, has no right at all.

MQTT has no right "not retained": no broker here can refuse a box's retained message on a topic that is the box's own
(measured). The hub's own link passes over what comes retained.
"""

from collections.abc import Collection
from dataclasses import dataclass

from contract.errors import IdentityError
from contract.identity import HUB_NAME, verify_node_id
from contract.topics import DOWN_LEAVES, UP_LEAVES, down, down_all, up, up_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """MQTT topic filters; a topic that none of them matches is refused."""

    publish: tuple[str, ...] = ()
    hear: tuple[str, ...] = ()

    def may_publish(self, topic: str) -> bool:
        """Answer whether a message may be sent on `topic`."""
        return any(matches(pattern, topic) for pattern in self.publish)

    def may_hear(self, topic: str) -> bool:
        """Answer whether a message on `topic` may reach this client, whatever it subscribed to."""
        return any(matches(pattern, topic) for pattern in self.hear)


NOTHING = Rights()
HUB = Rights(
    publish=tuple(down("+", leaf) for leaf in DOWN_LEAVES),
    hear=tuple(up_all(leaf) for leaf in UP_LEAVES),
)


def of_box(name: str) -> Rights:
    """Return the rights of the box that goes by `name`; also of a broker's own sign for "whoever it is"."""
    return Rights(publish=tuple(up(name, leaf) for leaf in UP_LEAVES), hear=(down_all(name),))


def of_name(name: str, *, denied: Collection[str]) -> Rights:
    """Return the rights of a client whose certificate has this common name."""
    if name == HUB_NAME:
        return HUB
    try:
        verify_node_id(name)
    except IdentityError:
        return NOTHING
    return NOTHING if name in denied else of_box(name)


def matches(pattern: str, topic: str) -> bool:
    """Answer whether an MQTT topic filter matches a topic (MQTT 3.1.1, 4.7).

    `#` at the end also matches the level above it. A wildcard in front never matches a topic that begins with `$`.
    """
    levels, wanted = topic.split("/"), pattern.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    if wanted[-1] == "#":
        wanted.pop()
        levels, is_long_enough = levels[: len(wanted)], len(levels) >= len(wanted)
        if not is_long_enough:
            return False
    return len(levels) == len(wanted) and all(want in {"+", level} for want, level in zip(wanted, levels, strict=True))
