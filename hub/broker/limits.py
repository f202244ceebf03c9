"""Bounds of a broker, the same for every kind. Nothing a client does may grow without one.

Reckoned for a city of `BOXES_MOST` boxes. What a broker drops at a bound is sent again: the outbox of a box is the
truth until the hub's own acknowledgement.
"""

BOXES_MOST = 1_000

PACKET_BYTES = 262_144
"""Above the largest batch (48 KiB) and the largest desired state by far; a client that sends more is cut off."""

CONNECTIONS_MOST = 2 * BOXES_MOST
"""Each box once more: after a network cut the new connection comes before the broker has missed the old one."""

SUBSCRIPTIONS_MOST = 64
"""Of one connection. A box has one, the hub three; each at QoS 1 costs nats-server more than one."""

BATCHES_IN_FLIGHT = 8
"""Of one box, by the contract."""
QUEUED_MESSAGES = BATCHES_IN_FLIGHT * BOXES_MOST
"""Waiting for one client, and only the hub's can grow: every box may have its whole window on the way to it."""
QUEUED_BYTES = 64 * 1024 * 1024

IN_FLIGHT = 1_000
"""Sent to one client and not confirmed by it. The hub confirms after its commit, up to 500 messages at a time."""

MEMORY_STORE_MB = 64
FILE_STORE_MB = 256
CONSUMERS_MOST = 20_000
"""Of nats-server, two for each box, which hears `desired` and `command` at QoS 1; its default of 1,000 refuses the
500th box (measured). A box that comes back may leave its old ones for a while."""
