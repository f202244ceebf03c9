"""Figures of the hub in the Prometheus text form, read from the counters that all processes share and from tables."""

import re
from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.api.panorama import processes_of
from hub.blobs.keeper import OUTCOMES
from hub.storage import blobs, counters
from hub.storage.board import alerts, figures
from hub.storage.connection import Connection

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
SEVERITIES = (0, 1, 2, 3)
SIGN_IN_RESULTS = ("done", "wrong", "limited", "busy")

_LABEL = re.compile(r'(\w+)="([^"]*)"')
_PROMISED: dict[str, tuple[str, ...]] = {
    counters.RECORDS_COMMITTED: (),
    counters.RECORDS_DUPLICATE: (),
    counters.RECORD_CONFLICTS: (),
    counters.RECORD_GAPS: (),
    counters.RULE_ERRORS: (),
    counters.READINGS_DATED: (),
    counters.DEAD_LETTERS: ("reason",),
    counters.DEAD_LETTERS_DROPPED: (),
    counters.REFUSED: ("standing",),
}
"""Counters that are there from the first moment, at 0, with their labels."""


class _Tables(Collector):
    """Reads everything at the moment of the question."""

    def __init__(
        self,
        connection: Connection,
        *,
        now_real_ms: int,
        stream_clients: int,
        stream_drops: int,
        sign_ins: Mapping[str, int],
        turned_away: Mapping[tuple[str, str], int],
        pictures: Mapping[str, int],
    ) -> None:
        self._connection = connection
        self._sign_ins = sign_ins
        self._turned_away = turned_away
        self._pictures = pictures
        self._now_real_ms = now_real_ms
        self._stream_clients = stream_clients
        self._stream_drops = stream_drops

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        counted = counters.all_counters(self._connection)
        yield from _counters(counted)
        yield _ingest_seconds(counted)
        yield from self._tables()
        yield from self._process()

    def _tables(self) -> Iterator[Metric]:
        firing = GaugeMetricFamily("jagawai_alerts_firing", "Open alerts", labels=["severity"])
        by_severity = alerts.firing(self._connection)
        for severity in SEVERITIES:
            firing.add_metric([str(severity)], by_severity.get(severity, 0))
        yield firing
        deliveries = GaugeMetricFamily("jagawai_deliveries", "Messages to people", labels=["state"])
        for state, count in sorted(figures.deliveries_by_state(self._connection).items()):
            deliveries.add_metric([state], count)
        yield deliveries
        online, known = figures.nodes_online(self._connection)
        yield GaugeMetricFamily("jagawai_nodes_online", "Boxes that are there", value=online)
        yield GaugeMetricFamily("jagawai_nodes_known", "Boxes that were ever there", value=known)
        waiting = figures.downlink_waiting(self._connection)
        yield GaugeMetricFamily("jagawai_downlink_waiting", "Messages to boxes not yet sent", value=waiting)
        held_bytes = blobs.held_bytes(self._connection)
        yield GaugeMetricFamily("jagawai_blobs_bytes", "Pictures of boxes, at least 16 KiB each", value=held_bytes)

    def _process(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("jagawai_stream_clients", "Browsers on the event stream", value=self._stream_clients)
        yield CounterMetricFamily(
            "jagawai_stream_drops", "Browsers dropped because they read too slowly", value=self._stream_drops
        )
        signing = CounterMetricFamily(
            "jagawai_sign_ins_total", "What came of signing in, since the start", labels=["result"]
        )
        for result in SIGN_IN_RESULTS:
            signing.add_metric([result], self._sign_ins.get(result, 0))
        yield signing
        away = CounterMetricFamily(
            "jagawai_connections_turned_away_total",
            "Connections of the web process that were not served to their end, since the start",
            labels=["port", "outcome"],
        )
        for (port, outcome), count in sorted(self._turned_away.items()):
            away.add_metric([port, outcome], count)
        yield away
        taking = CounterMetricFamily(
            "jagawai_blobs_total", "What came of the calls by which boxes bring pictures", labels=["outcome"]
        )
        for outcome in OUTCOMES:
            taking.add_metric([outcome], self._pictures.get(outcome, 0))
        yield taking
        ages = processes_of(self._connection, real_ms=self._now_real_ms)
        heartbeat = GaugeMetricFamily(
            "jagawai_heartbeat_age_seconds", "Real seconds since a process said that it works", labels=["process"]
        )
        for name, age_s in (("ingest", ages.ingest_s), ("dispatch", ages.dispatch_s)):
            if age_s is not None:
                heartbeat.add_metric([name], age_s)
        yield heartbeat


def _counters(counted: dict[counters.Key, int]) -> Iterator[Metric]:
    """Yield a family per counter name; those of the histogram are no counters of their own."""
    families: dict[str, CounterMetricFamily] = {
        name: CounterMetricFamily(name, "Counted by the hub's processes", labels=labels)
        for name, labels in _PROMISED.items()
    }
    unlabelled = {name: 0 for name, labels in _PROMISED.items() if not labels}
    for (name, label), value in counted.items():
        if name.startswith(counters.INGEST_SECONDS):
            continue
        if not label:
            unlabelled[name] = value
            continue
        labels = dict(_LABEL.findall(label))
        family = families.setdefault(
            name, CounterMetricFamily(name, "Counted by the hub's processes", labels=tuple(labels))
        )
        family.add_metric([*labels.values()], value)
    for name, value in unlabelled.items():
        families.setdefault(name, CounterMetricFamily(name, "Counted by the hub's processes")).add_metric([], value)
    yield from families.values()


def _ingest_seconds(counted: dict[counters.Key, int]) -> Metric:
    """Return the histogram of ingest, with every bucket."""
    name = counters.INGEST_SECONDS
    bounds = [f"{bound_s:g}" for bound_s in counters.INGEST_BUCKETS_S] + ["+Inf"]
    family = HistogramMetricFamily(name, "Seconds from a message read to its commit")
    family.add_metric(
        [],
        buckets=[(bound, counted.get((f"{name}_bucket", f'le="{bound}"'), 0)) for bound in bounds],
        sum_value=counted.get((f"{name}_sum_us", ""), 0) / 1e6,
    )
    return family


def exposition(
    connection: Connection,
    *,
    now_real_ms: int,
    stream_clients: int,
    stream_drops: int,
    sign_ins: Mapping[str, int],
    turned_away: Mapping[tuple[str, str], int],
    pictures: Mapping[str, int],
) -> bytes:
    """Return all figures in the Prometheus text form.

    Args:
        connection: to read with.
        now_real_ms: real boot clock, to tell the age of heartbeats.
        stream_clients: browsers on the event stream of this process.
        stream_drops: browsers it has dropped.
        sign_ins: how often what came of a sign-in, see `SIGN_IN_RESULTS`.
        turned_away: connections by port and outcome, see `hub.api.admission`.
        pictures: how often what came of a box's call, see `hub.blobs.keeper`.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        _Tables(
            connection,
            now_real_ms=now_real_ms,
            stream_clients=stream_clients,
            stream_drops=stream_drops,
            sign_ins=sign_ins,
            turned_away=turned_away,
            pictures=pictures,
        )
    )
    return generate_latest(registry)
