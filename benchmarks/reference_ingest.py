"""A plain ingest to hold the hub against: the same way of a record, written to be fast, and nothing beside it.

`python -m benchmarks.reference_ingest --port PORT --database FILE`. Its steps: MQTT QoS 1 in -> decode the batch and
each record -> one SQLite transaction (WAL, synchronous FULL) with the records and a watermark per spool -> PUBACK ->
one ack per (node, spool). What it leaves out is what the hub must not: rules, dead letters, clones, gaps, credit.
"""

import argparse
import sqlite3
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from contract import topics
from contract.clock import SystemClock
from contract.messages import Ack, Batch, Hello, encode_message
from contract.records import KnownRecord
from contract.seq_ranges import SeqRanges

COMMIT_MESSAGES = 500
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE spools(spool_no INTEGER PRIMARY KEY, node_id TEXT, spool_id TEXT, covered TEXT);
CREATE TABLE records(id INTEGER PRIMARY KEY, spool_no INTEGER, seq INTEGER, kind TEXT, class INTEGER, source TEXT,
  boot INTEGER, up_ms INTEGER, at_ms INTEGER, clock TEXT, err_ms INTEGER, received_ms INTEGER, stage_cm REAL,
  flag INTEGER, body BLOB, UNIQUE(spool_no, seq));
"""
INSERT = (
    "INSERT INTO records(spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms, received_ms, stage_cm,"
    " flag, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(spool_no, seq) DO NOTHING"
)
WATERMARK = "INSERT INTO spools VALUES(?, ?, ?, ?) ON CONFLICT(spool_no) DO UPDATE SET covered = excluded.covered"
BATCH = msgspec.json.Decoder(Batch)
RECORD: msgspec.json.Decoder[KnownRecord] = msgspec.json.Decoder(KnownRecord)
HELLO = msgspec.json.Decoder(Hello)


@dataclass(slots=True, kw_only=True)
class Spool:
    """What is known of one spool."""

    number: int
    node_id: str
    spool_id: str
    covered: SeqRanges = field(default_factory=SeqRanges)


class Ingest:
    """One thread, one connection to the broker, one to the database."""

    def __init__(self, *, port: int, database: Path) -> None:
        self.clock = SystemClock()
        self.spools: dict[tuple[str, str], Spool] = {}
        self.waiting: deque[mqtt.MQTTMessage] = deque()
        self.database = sqlite3.connect(database, isolation_level=None)
        self.database.executescript(SCHEMA)
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="reference", manual_ack=True)
        self.client.on_connect = lambda client, *_: client.subscribe(
            [(topics.up_all("records"), 1), (topics.up_all("hello"), 1)]
        )
        self.client.on_message = lambda _client, _data, message: self.waiting.append(message)
        self.client.connect("127.0.0.1", port)

    def run(self) -> None:
        """Read what is there, commit, acknowledge, until the broker is gone."""
        while self.client.loop(0.005) == mqtt.MQTT_ERR_SUCCESS:
            count = -1
            while count < len(self.waiting) < COMMIT_MESSAGES:
                count = len(self.waiting)
                self.client.loop_read()
            if self.waiting:
                self.commit()

    def commit(self) -> None:
        """Store everything that waits in one transaction, then say so."""
        now_ms = self.clock.now_ms()
        touched: dict[tuple[str, str], Spool] = {}
        rows: list[tuple[Any, ...]] = []
        for message in self.waiting:
            _, _, _, node_id, leaf = message.topic.split("/")
            if leaf == "hello":
                for marks in HELLO.decode(message.payload).spools.values():
                    touched[node_id, marks.spool] = self.spool(node_id, marks.spool)
                continue
            batch = BATCH.decode(message.payload)
            spool = touched[node_id, batch.spool] = self.spool(node_id, batch.spool)
            for raw in batch.records:
                record = RECORD.decode(raw)
                spool.covered.add(record.seq)
                rows.append(row(spool.number, record, bytes(raw), now_ms))
        self.database.execute("BEGIN IMMEDIATE")
        self.database.executemany(INSERT, rows)
        self.database.executemany(WATERMARK, [watermark(spool) for spool in touched.values()])
        self.database.execute("COMMIT")
        for message in self.waiting:
            self.client.ack(message.mid, message.qos)
        self.waiting.clear()
        for spool in touched.values():
            self.acknowledge(spool, now_ms)

    def spool(self, node_id: str, spool_id: str) -> Spool:
        """Return the spool, new if it has not been heard of."""
        found = self.spools.get((node_id, spool_id))
        if found is None:
            found = Spool(number=len(self.spools) + 1, node_id=node_id, spool_id=spool_id)
            self.spools[node_id, spool_id] = found
        return found

    def acknowledge(self, spool: Spool, now_ms: int) -> None:
        """Publish how far a spool is stored."""
        ack = Ack(spool=spool.spool_id, high=spool.covered.high(), hub_ms=now_ms, db_epoch="ref", credit_rps=5000)
        self.client.publish(topics.down(spool.node_id, "ack"), encode_message(ack), qos=1)


def row(spool_no: int, record: KnownRecord, body: bytes, now_ms: int) -> tuple[Any, ...]:
    """Return a record as a row of the table."""
    return (
        spool_no, record.seq, record.__struct_config__.tag, record.record_class, record.source, record.boot,
        record.up_ms, record.at_ms, record.clock, record.err_ms, now_ms, getattr(record, "stage_cm", None),
        getattr(record, "flag", None), body,
    )  # fmt: skip


def watermark(spool: Spool) -> tuple[int, str, str, str]:
    """Return a spool as a row of the table."""
    return (spool.number, spool.node_id, spool.spool_id, msgspec.json.encode(spool.covered.as_lists()).decode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    arguments = parser.parse_args()
    Ingest(port=arguments.port, database=arguments.database).run()
