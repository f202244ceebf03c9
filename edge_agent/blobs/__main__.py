"""`python -m edge_agent.blobs HOME`: brings what waits in a box's home to its hub, newest first, and ends.

The uplink runs it when nothing else waits for the hub; it prints one JSON line of what came of it (`Report`). Without
an identity of a claim there is no address to bring anything to.
"""

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from contract.blobs import BOX_PORT_ABOVE
from edge_agent.blobs.bringing import Bringer, Fate
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.blobs.report import Report, encoded
from edge_agent.renewal.slots import FOLDER, JOURNAL, Slots
from edge_agent.uplink.errors import TlsFilesError
from edge_agent.uplink.tls import folder_context

DONE, FAILED, BAD_USAGE = 0, 1, 2

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Bring everything; return 0 if the hub has been heard."""
    if len(arguments) != 1:
        print("python -m edge_agent.blobs HOME", file=sys.stderr)
        return BAD_USAGE
    home = Path(arguments[0])
    try:
        bringer = bringer_of(home)
    except (OSError, ValueError, KeyError, TlsFilesError) as problem:
        print(f"{home / FOLDER}: {problem}. Coba / Try: provision claim", file=sys.stderr)
        return FAILED
    report = bring_all(Outgoing(home), bringer)
    sys.stdout.write(encoded(report) + "\n")
    return FAILED if report.is_away else DONE


def bringer_of(home: Path) -> Bringer:
    """Return who brings to the hub of this box's claim, with the certificate that is in use.

    Raises:
        OSError, ValueError, KeyError: the journal of the claim cannot be read.
        TlsFilesError: key, certificate or bundle cannot be used.
    """
    folder = home / FOLDER
    journal = json.loads((folder / JOURNAL).read_bytes())
    host, _, port = journal["address"].rpartition(":")
    box_port = journal.get("box_port") or int(port) + BOX_PORT_ABOVE
    return Bringer(host=host.strip("[]"), port=box_port, context=folder_context(Slots(folder).in_use()))


def bring_all(outgoing: Outgoing, bringer: Bringer) -> Report:
    """Bring what waits, each time the newest, until the hub is away or takes no more."""
    kept = refused = 0
    while waiting := next(iter(outgoing.newest_first()), None):
        brought = bringer.bring(waiting.path)
        if brought.fate in {Fate.LATER, Fate.AWAY}:
            _log.warning("picture %s: %s", waiting.path.name[:12], brought.why)
            is_away = brought.fate is Fate.AWAY
            return Report(kept=kept, refused=refused, again_s=brought.again_s, is_away=is_away)
        if brought.fate is Fate.REFUSED:
            _log.warning("picture %s goes: %s", waiting.path.name[:12], brought.why)
        kept += brought.fate is Fate.KEPT
        refused += brought.fate is Fate.REFUSED
        outgoing.remove(waiting)
    return Report(kept=kept, refused=refused)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s[%(process)d]: %(message)s")
    sys.exit(main(sys.argv[1:]))
