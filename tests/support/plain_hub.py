"""A tiny hub that shares no code with the project: paho and json alone, its memory a set of numbers."""

import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.brokers import HUB_ID, Broker
from tests.support.processes import wait_until

WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record as it came, with the instant on `time.monotonic()`."""

    at_s: float
    spool: str
    record: dict[str, Any]


@dataclass
class PlainHub:
    """Connected as the hub between `start` and `stop`; its memory lives on."""

    broker: Broker
    epoch: str = "e1"
    credit_rps: int = 1_000
    now_ms: int = 1_763_712_000_000
    is_mute: bool = False
    """Hears, and does not answer."""
    seen: dict[str, set[int]] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)
    hellos: list[dict[str, Any]] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Connect, subscribe, and tell every spool ever seen where it stands."""
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=HUB_ID)
        if self.broker.tls is not None:
            pair = self.broker.tls.client(HUB_ID)
            context = ssl.create_default_context(cafile=str(self.broker.tls.authority.ca_certificate))
            context.load_cert_chain(pair.certificate, pair.key)
            self._client.tls_set_context(context)
        self._client.on_connect = lambda client, *_: client.subscribe("jw/1/up/#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _client, _data, message: self._take(message.topic, bytes(message.payload))
        self._client.connect(self.broker.host, self.broker.port)
        self._client.loop_start()
        assert self._ready.wait(WAIT_S), "the broker did not let the hub in"
        for node in {topic.split("/")[3] for topic in self.topics}:
            for spool in self.seen:
                self._ack(node, spool, [])

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.reinitialise()  # paho leaves the pair of sockets that woke its thread to the garbage collector

    def say(self, node: str, leaf: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish something for a box."""
        self._client.publish(f"jw/1/dn/{node}/{leaf}", payload, qos=1, retain=retain).wait_for_publish(WAIT_S)

    def clock_s(self) -> float:
        """Return the instant of now on the clock of `Arrival.at_s`."""
        return time.monotonic()

    def wait_for(self, spool: str, seq: int, *, deadline_s: float = WAIT_S) -> Arrival:
        """Wait for the first arrival of a record, closely."""
        found = wait_until(
            lambda: self.arrival(spool, seq), what=f"record {seq} of {spool}", deadline_s=deadline_s, poll_s=0.002
        )
        assert found is not None
        return found

    def arrival(self, spool: str, seq: int) -> Arrival | None:
        """Return the first arrival of a record."""
        return next((a for a in list(self.arrivals) if a.spool == spool and a.record["seq"] == seq), None)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of a kind, in the order they came."""
        return [arrival.record for arrival in list(self.arrivals) if arrival.record["kind"] == kind]

    def seqs(self, spool: str) -> list[int]:
        """Return the numbers of a spool in the order they came."""
        return [arrival.record["seq"] for arrival in self.arrivals if arrival.spool == spool]

    def _take(self, topic: str, payload: bytes) -> None:
        _, _, _, node, leaf = topic.split("/")
        self.topics.add(topic)
        message = json.loads(payload)
        if leaf == "hello":
            self.hellos.append(message)
            for marks in message["spools"].values():
                self._ack(node, marks["spool"], [], session=message["session"])
        elif leaf == "gone":
            self.gone.append(message)
        else:
            self._take_batch(node, message)

    def _take_batch(self, node: str, batch: dict[str, Any]) -> None:
        self.batches.append(batch)
        seqs = [record["seq"] for record in batch["records"]]
        self.seen.setdefault(batch["spool"], set()).update(seqs)
        self.arrivals += [Arrival(time.monotonic(), batch["spool"], record) for record in batch["records"]]
        self._ack(node, batch["spool"], [[seq, seq] for seq in sorted(seqs)])

    def _ack(self, node: str, spool: str, ranges: list[list[int]], **answers: str) -> None:
        if self.is_mute:
            return
        seen = self.seen.setdefault(spool, set())
        high = 0
        while high + 1 in seen:
            high += 1
        ack = {"v": 1, "spool": spool, "high": high, "ranges": ranges, "hub_ms": self.now_ms}
        ack |= {"db_epoch": self.epoch, "credit_rps": self.credit_rps, **answers}
        self._client.publish(f"jw/1/dn/{node}/ack", json.dumps(ack, separators=(",", ":")), qos=1)
