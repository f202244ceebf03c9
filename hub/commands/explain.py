"""`hub explain ALERT [--json] [--config F]`: the record of an alert's decisions and their bit-equal re-run."""

import argparse
import sys

import msgspec

from contract.clock import aware
from hub.alerting.explain import Explained, Explanation, explain
from hub.commands.config_argument import add_config, config_of, read
from hub.dispatch.ledger import Hop, ledger_of
from hub.storage import deliveries

EXIT_DIFFERS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the alert, --json and --config."""
    parser.add_argument("alert", help="id of the alert, for example A-7K3Q9")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Print the explanation; 0 if every decision comes out the same, 1 if one differs or there is no such alert."""
    config = config_of(args)
    with read(config) as connection:
        explanation = explain(connection, args.alert.upper())
        if explanation is None:
            print(f"There is no alert {args.alert}. Try: the list at /api/v1/alerts or on /dinding", file=sys.stderr)
            return EXIT_DIFFERS
        rate = config.clock.rate if config.clock else 1.0
        messages = deliveries.of_alert(connection, explanation.alert.alert_id)
        hops = ledger_of(explanation.alert, messages, rate=rate).hops
    if args.json:
        sys.stdout.buffer.write(_as_json(explanation, hops))
    else:
        print("\n".join(_as_lines(explanation, hops)))
    return EXIT_DIFFERS if explanation.differing else 0


def _as_json(explanation: Explanation, hops: tuple[Hop, ...]) -> bytes:
    body = {
        "alert": explanation.alert,
        "decisions": explanation.decisions,
        "hops": hops,
        "is_same": not explanation.differing,
        "lines": [
            {**msgspec.to_builtins(line.event), "inputs": line.record, "rerun": line.rerun}
            for line in explanation.lines
        ],
    }
    return msgspec.json.encode(body) + b"\n"


def _as_lines(explanation: Explanation, hops: tuple[Hop, ...]) -> list[str]:
    alert = explanation.alert
    lines = [
        f"{alert.alert_id} {alert.kind} {alert.station_id or ''} {alert.state}",
        f"severity {alert.severity} (peak {alert.peak}), version {alert.version}",
        f"why: {alert.why}",
        f"decisions: {', '.join(explanation.decisions) or 'none'}",
        "way: " + ", ".join(_hop_text(hop) for hop in hops),
        "",
    ]
    for line in explanation.lines:
        lines += _line_texts(line)
    count = sum(1 for line in explanation.lines if line.rerun is not None)
    differing = len(explanation.differing)
    verdict = f"{differing} DIFFER" if differing else "all the same, bit for bit"
    return [*lines, "", f"{count} decisions run again: {verdict}"]


def _hop_text(hop: Hop) -> str:
    if hop.at_ms is None:
        return f"{hop.name} missing"
    return hop.name if hop.seconds is None else f"{hop.name} +{hop.seconds:g} s"


def _line_texts(line: Explained) -> list[str]:
    event = line.event
    at = aware(event.at_ms).isoformat(timespec="seconds")
    texts = [f"{event.n:3d}  {at}  {event.kind}  severity {event.severity}  by {event.by_whom}: {event.why}"]
    if line.rerun is not None:
        verdict = "same" if line.rerun.is_same else f"DIFFERS: {line.rerun.problem}"
        texts.append(f"     rule {event.rule_version}, thresholds {event.threshold_version}, re-run: {verdict}")
        if not line.rerun.is_same:
            texts += [f"     then: {line.rerun.stored}", f"     now:  {line.rerun.found}"]
    return texts
