"""Stills that people ask for: a fresh frame at once, out of turn, or an answer in words why there is none.

1. A stamp of the inbox says five times a second whether the hub has said something; only then it is read.
2. A wish is for a frame taken after it was heard. The camera is asked for its next one now, whatever its rate is, and
   the view is looked at out of turn; what the look counts, counts.
3. A camera that shows nothing, a picture in which nothing can be seen, and whatever `StillDesk` says, is answered at
   once; a camera that runs and gives no frame, after `FRAME_WITHIN_MS`.
4. A wish whose answer the disk does not take stays open, and is answered anew.
"""

import logging
from collections.abc import Mapping

from msgspec import Struct

from contract.clock import Clock
from contract.errors import MessageError
from contract.messages import Command, decode_message
from edge_agent.alarm.commands import Answer
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.notebook import Notebook
from edge_agent.cameras.state import CameraState
from edge_agent.cameras.still_desk import StillDesk
from edge_agent.cameras.view_commands import Wish, is_news, read
from edge_agent.cameras.view_post import SHOWS, ViewPost
from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.inbox_rows import ReceivedCommand

LOOK_EVERY_MS = 200
"""At the stamp: somebody sits before a screen."""
READ_FOR_MS = 1_000
"""After a change of the stamp: its owner may hold the file at the first read."""
FRAME_EVERY_S = 0.02
"""While somebody waits for a frame, so often it is asked for."""
SECOND_S = 1.0
FRAME_WITHIN_MS = 10_000
"""Real. A camera with a key frame every 4 s, on a box that thrift lets decode those only, gives one in time."""
COMES = SHOWS | {CameraState.OPENING}
"""While a camera is opened, its picture is waited for."""
WISHES_MOST = 16
"""Two for each of eight cameras; the hub asks for one at a time."""


log = logging.getLogger(__name__)


class _Open(Struct, kw_only=True):
    """A wish that is not answered."""

    wish: Wish
    heard_ms: int


class AskedStills:
    """Of all views of a box. Used by the one thread of the camera process; real ms."""

    def __init__(
        self,
        *,
        notebook: Notebook,
        desk: StillDesk | None,
        inbox: InboxReader,
        clock: Clock,
        kernel_boot: str,
        view_faults: Mapping[str, str],
    ) -> None:
        """Begin with no wish.

        Args:
            notebook: writes the answers, and remembers which were given.
            desk: makes the stills; None: this box makes none.
            inbox: brings the commands.
            clock: the box's; its real time counts.
            kernel_boot: of this boot.
            view_faults: why a camera of the config is not watched, by source.
        """
        self._notebook = notebook
        self._desk = desk
        self._inbox = inbox
        self._clock = clock
        self._kernel_boot = kernel_boot
        self._view_faults = view_faults
        self._open: dict[str, _Open] = {}
        self._due_ms = self._read_until_ms = 0
        self._stamp: object = None
        self._read_n = 0

    def look(self, posts: Mapping[str, ViewPost]) -> None:
        """Hear what is asked for, and answer what nobody can wait for any more; call it each pass.

        Args:
            posts: the views that are watched.
        """
        now_ms = self._clock.real_ms()
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + LOOK_EVERY_MS
        stamp = self._inbox.stamp()
        if stamp != self._stamp:
            self._stamp, self._read_until_ms = stamp, now_ms + READ_FOR_MS
        if now_ms < self._read_until_ms:
            for received in self._inbox.commands_after(self._read_n):
                self._read_n = received.n
                self._hear(received, posts)
        for one in [*self._open.values()]:
            self._answer_if_in_vain(one, posts.get(one.wish.source))

    def wait_s(self) -> float:
        """Return how long nothing is due here, s."""
        if self._open:
            return FRAME_EVERY_S
        return min(SECOND_S, max(0.0, (self._due_ms - self._clock.real_ms()) / 1000))

    def frame(self, posts: Mapping[str, ViewPost]) -> tuple[str | None, Frame | None]:
        """Return the frame that somebody waits for, if it has come, and of which camera; the oldest wish first."""
        for one in self._open.values():
            post = posts.get(one.wish.source)
            frame = None if post is None else post.reader.take(timeout_s=0.0)
            if frame is not None:
                return one.wish.source, frame
        return None, None

    def show(self, post: ViewPost, frame: Frame, *, is_blind: bool) -> None:
        """Make the stills that are wanted of a view.

        Args:
            post: of the view.
            frame: just looked at.
            is_blind: nothing can be seen in it.
        """
        for one in [*self._open.values()]:
            if one.wish.source != post.source:
                continue
            if frame.taken_up_ms < one.heard_ms:
                post.reader.every_s = 0.0
            elif is_blind:
                text = "gambar gelap atau tertutup, tidak ada yang tampak. Periksa lensa dan lampu / "
                text += "dark or covered, nothing can be seen. Look at lens and lamp"
                self._end(one, _failed(one.wish, text))
            elif self._desk is not None:
                real_ms = self._clock.real_ms()
                self._end(one, self._desk.make_asked(post, frame, command_id=one.wish.command_id, real_ms=real_ms))

    def _hear(self, received: ReceivedCommand, posts: Mapping[str, ViewPost]) -> None:
        """Take a command; one that is known, or another process's, is passed over."""
        try:
            command = decode_message(Command, received.body)
        except MessageError as exc:
            log.warning("command %s cannot be read: %s", received.command_id, exc)
            return
        if command.command_id in self._open or not is_news(self._notebook.commands, command):
            return
        now_ms = self._clock.real_ms()
        is_expired = received.is_expired(real_ms=now_ms, kernel_boot=self._kernel_boot)
        taken = read(command, is_expired=is_expired, sources={*posts, *self._view_faults})
        answer = taken if isinstance(taken, Answer) else self._refusal(taken, posts)
        if answer is not None:
            self._notebook.answer(answer)
        elif isinstance(taken, Wish):
            self._open[taken.command_id] = _Open(wish=taken, heard_ms=now_ms)
            posts[taken.source].reader.every_s = 0.0

    def _refusal(self, wish: Wish, posts: Mapping[str, ViewPost]) -> Answer | None:
        if self._desk is None:
            return _failed(wish, "kotak ini tidak membuat gambar / this box makes no pictures")
        if len(self._open) >= WISHES_MOST:
            return _failed(wish, "terlalu banyak permintaan. Coba lagi / too many requests at once. Try again")
        return None if wish.source in posts else _failed(wish, self._view_faults[wish.source])

    def _answer_if_in_vain(self, one: _Open, post: ViewPost | None) -> None:
        if post is None:
            text = "kamera ini tidak diamati lagi / this camera is watched no more"
            self._end(one, _failed(one.wish, text))
            return
        status = post.reader.status()
        if status.state not in COMES or self._clock.real_ms() - one.heard_ms > FRAME_WITHIN_MS:
            text = status.text or "tidak ada gambar baru. Coba lagi / there is no new picture. Try again"
            self._end(one, _failed(one.wish, text))

    def _end(self, one: _Open, answer: Answer | None) -> None:
        """Forget a wish whose answer is on the disk."""
        if answer is None or self._notebook.answer(answer):
            del self._open[one.wish.command_id]


def _failed(wish: Wish, text: str) -> Answer:
    return Answer(command_id=wish.command_id, result="failed", text=text)
