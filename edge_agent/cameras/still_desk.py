"""When a still is made, and its way out: blurred in memory, to the disk, the record, and only then to be seen.

1. Only from a frame in which something can be seen, with what the detector says of that very frame: no detector, no
   still. None while the picture has another shape than the view was drawn on: its purpose may lie elsewhere.
2. One of each view every hour, one when people or a boat come to a bank, and whenever a person at the hub asks for one,
   within `allowance`. A person is answered in words where there is none.
3. A file that has a name with a dot in front is nobody's yet. When its record is on the disk it gets its own name, and
   the uplink may bring it; when the record could not be written, it goes. A process that died between record and name
   left a picture that the hub waits for: the next process gives it its name.
"""

import logging

from edge_agent.alarm.commands import Answer, Outcome
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.notebook import Notebook
from edge_agent.cameras.state import CameraState
from edge_agent.cameras.view_post import ViewPost
from edge_agent.stills.allowance import (
    DAY_MS,
    Spent,
    StillSettings,
    after,
    after_asked,
    after_refusal,
    fits,
    is_due,
    may_follow,
)
from edge_agent.stills.making import Still, still_of

TRY_EVERY_MS = 60_000
"""After the detector or the disk failed."""
MINUTE_MS, HOUR_MIN = 60_000, 60
HOUR, BANK, ASKED = "hour", "bank", "asked"
"""Why a still is made, as its record says it."""

OFF = (
    "gambar dimatikan di kotak ini (stills.daily_mb = 0). Ubah di berkas konfigurasinya / "
    "this box makes no pictures (stills.daily_mb = 0). Change its config file"
)
SPENT = (
    "jatah gambar yang diminta hari ini habis. Coba lagi {left_id} lagi, atau tunggu gambar tiap jam / "
    "today's bytes for pictures that people ask for are spent. Try again in {left_en}, or wait for the hourly one"
)
NOT_KEPT = (
    "penyimpanan kotak tidak menerima gambar. Periksa kartunya / "
    "the box's storage does not take the picture. Check its card"
)

log = logging.getLogger(__name__)


class StillDesk:
    """Of all views of a box. Used by the one thread of the camera process."""

    def __init__(self, *, settings: StillSettings, notebook: Notebook, outgoing: Outgoing, limit_bytes: float) -> None:
        """Make none yet.

        Args:
            settings: how many.
            notebook: writes the records, and remembers what was made.
            outgoing: where pictures wait for the hub.
            limit_bytes: that all of those may have; where no uplink tidies, this desk does.
        """
        self._settings = settings
        self._notebook = notebook
        self._outgoing = outgoing
        self._limit_bytes = limit_bytes
        self._failed_ms: dict[str, int] = {}
        self.made = 0
        """Since the start."""
        self._show_last()

    def consider(self, post: ViewPost, frame: Frame, *, has_come: bool, real_ms: int) -> None:
        """Make a still of a frame if it is time.

        Args:
            post: of the view.
            frame: just looked at, and something can be seen in it.
            has_come: people or a boat have come to a bank in it.
            real_ms: now.
        """
        at_ms = self._notebook.stamp().at_ms
        if not self._is_wanted(post.source, has_come=has_come, at_ms=at_ms, real_ms=real_ms):
            return
        if post.reader.status().state is CameraState.RESHAPED:
            return
        if not fits(self._notebook.stills, self._settings, 1, at_ms=at_ms):
            self._refuse(post.source, at_ms)
            return
        hints = post.hints(frame, real_ms=real_ms)
        if hints is None:
            self._failed_ms[post.source] = real_ms
            return
        still = still_of(frame.image, hints, purpose=post.purpose)
        spent = self._notebook.stills
        if not fits(spent, self._settings, len(still.content), at_ms=at_ms):
            self._refuse(post.source, at_ms)
            return
        why = HOUR if is_due(spent, self._settings, post.source, at_ms=at_ms) else BANK
        spent = after(spent, post.source, len(still.content), at_ms=at_ms)
        if not self._give(post.source, still, at_ms, spent=spent, why=why):
            self._failed_ms[post.source] = real_ms

    def make_asked(self, post: ViewPost, frame: Frame, *, command_id: str, real_ms: int) -> Answer | None:
        """Make the still that a person has asked for; return why there is none.

        Args:
            post: of the view.
            frame: just looked at, and something can be seen in it.
            command_id: of the command that asked; answered together with the record.
            real_ms: now.

        Returns:
            What is to be answered; None: still, record and answer are on the disk.
        """

        def because(result: Outcome, text: str) -> Answer:
            return Answer(command_id=command_id, result=result, text=text)

        at_ms = self._notebook.stamp().at_ms
        status = post.reader.status()
        if self._settings.daily_mb == 0:
            return because("refused", OFF)
        if status.state is CameraState.RESHAPED:
            return because("failed", status.text)
        if not fits(self._notebook.stills, self._settings, 1, at_ms=at_ms, is_asked=True):
            return because("refused", _spent_text(at_ms))
        hints = post.hints(frame, real_ms=real_ms)
        if hints is None:
            return because("failed", post.detector.model_fault or post.detector.run_fault)
        still = still_of(frame.image, hints, purpose=post.purpose)
        if not fits(self._notebook.stills, self._settings, len(still.content), at_ms=at_ms, is_asked=True):
            return because("refused", _spent_text(at_ms))
        spent = after_asked(self._notebook.stills, len(still.content), at_ms=at_ms)
        done = because("done", f"{still.width_px} x {still.height_px}, {len(still.content)} byte")
        is_given = self._give(post.source, still, at_ms, spent=spent, why=ASKED, answer=done)
        return None if is_given else because("failed", NOT_KEPT)

    def _is_wanted(self, source: str, *, has_come: bool, at_ms: int, real_ms: int) -> bool:
        spent = self._notebook.stills
        failed_ms = self._failed_ms.get(source)
        if failed_ms is not None and real_ms - failed_ms < TRY_EVERY_MS:
            return False
        if is_due(spent, self._settings, source, at_ms=at_ms):
            return True
        if not has_come or self._settings.daily_mb == 0:
            return False
        if may_follow(spent, self._settings, source, at_ms=at_ms):
            return True
        self._notebook.note_stills(after_refusal(spent, source, at_ms=None))
        return False

    def _refuse(self, source: str, at_ms: int) -> None:
        log.info("%s: no still, the bytes of the day are spent", source)
        self._notebook.note_stills(after_refusal(self._notebook.stills, source, at_ms=at_ms))

    def _give(
        self, source: str, still: Still, at_ms: int, *, spent: Spent, why: str, answer: Answer | None = None
    ) -> bool:
        """Write file, record and answer; return whether they are on the disk."""
        self._show_last()
        try:
            waiting = self._outgoing.lay_beside(still.sha256, still.content)
            if not self._notebook.tell_still(source, still, spent=spent, why=why, answer=answer):
                waiting.unlink(missing_ok=True)
                return False
        except OSError as problem:
            log.warning("%s: a still could not be kept: %s", source, problem)
            return False
        self.made += 1
        self._show_last()
        self._keep_within(at_ms)
        return True

    def _show_last(self) -> None:
        """Give the picture of the newest record its name, if it has none yet: now, or with the next still or start."""
        try:
            self._outgoing.show_if_laid(self._notebook.last_still)
        except OSError as problem:
            log.warning("a still has a record and no name yet, the disk does not take it: %s", problem)

    def _keep_within(self, at_ms: int) -> None:
        try:
            gone = self._outgoing.keep_within(self._limit_bytes, now_ms=at_ms)
        except OSError as problem:
            log.warning("pictures that wait were not tidied: %s", problem)
            return
        if gone:
            log.warning("%d pictures that waited for the hub were dropped: their share of the disk is full", gone)


def _spent_text(at_ms: int) -> str:
    """Return that the bytes of the day are spent, and how long still: the day is that of UTC, the reader's is not."""
    hours, minutes = divmod(-(-(DAY_MS - at_ms % DAY_MS) // MINUTE_MS), HOUR_MIN)
    left_id, left_en = f"{minutes} menit", f"{minutes} min"
    if hours:
        left_id, left_en = f"{hours} jam {left_id}", f"{hours} h {left_en}"
    return SPENT.format(left_id=left_id, left_en=left_en)
