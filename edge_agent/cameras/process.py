"""The camera process: looks at each view when its turn comes, counts, writes down; hears the hub through the inbox.

One loop, one thread; each camera's frames come from a reading thread of its own, of which only the newest counts. Each
pass: at most one look, then once a real second everything else: how the cameras are, heat, windows that are over, the
inbox. No failure of a camera, of the model or of the inbox ends the loop. What it takes of the CPU is kept by `duty`.

At the end, and when the box is retired, the window that is open is written as far as it went. A process that is killed
loses it: at most a minute of counts.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from contract.clock import Clock
from contract.desired import Applied
from contract.records import RecordClass
from edge_agent.cameras.asked_stills import AskedStills
from edge_agent.cameras.drawing_desk import VIEW_REFUSED, DrawingDesk
from edge_agent.cameras.duty import Duty
from edge_agent.cameras.heat import Heat, feel, heat_text
from edge_agent.cameras.notebook import Notebook
from edge_agent.cameras.state import FAULT_CODES, CameraState
from edge_agent.cameras.still_desk import StillDesk
from edge_agent.cameras.view_post import ViewPost
from edge_agent.health.watchdog import Watchdog
from edge_agent.outbox.inbox import InboxReader
from edge_agent.sightings.doubts import TOO_SLOW
from edge_agent.stop import Stop

SECOND_MS = 1_000
WARM_EVERY_MS = 10_000
WINDOW_S = 60.0
SHORTEST_WINDOW_S = 10.0
"""Real; on a fast clock a window is shorter than a minute, and never so short that nothing passes in it."""
TELL_EVERY_MS = 60_000
VIEW_FAILED, MODEL_FAILED, INFERENCE_FAILED, HOT = "view_failed", "model_failed", "inference_failed", "camera_hot"
NO_MORE = "Kamera tidak ada lagi di konfigurasi. / The camera is no longer in the config."
KNOWN_AGAIN = "Yang diamati kamera ini diketahui lagi. / What this camera watches is known again."
GIVES_AGAIN = "Kamera memberi gambar lagi. / The camera gives pictures again."
OURS = (*FAULT_CODES, VIEW_FAILED, VIEW_REFUSED, MODEL_FAILED, INFERENCE_FAILED)
"""Faults of one camera; of a camera that is no longer in the config they end at the start."""

log = logging.getLogger(__name__)


class CameraProcess:
    """The loop, and when each thing is due. All times real ms, but for the stamps on records."""

    def __init__(
        self,
        *,
        posts: Sequence[ViewPost],
        view_faults: Mapping[str, str],
        duty: Duty,
        notebook: Notebook,
        inbox: InboxReader,
        clock: Clock,
        kernel_boot: str,
        watchdog: Watchdog,
        cpu_used_s: Callable[[], float],
        temperature_c: Callable[[], float | None],
        stills: StillDesk | None = None,
        drawings: DrawingDesk | None = None,
        is_to_leave: Callable[[], bool] | None = None,
    ) -> None:
        """Hold the parts; no camera is looked at yet.

        Args:
            posts: the views, their readers started.
            view_faults: why a camera of the config is not watched, by source.
            duty: whose turn it is.
            notebook: writes records.
            inbox: what the uplink has laid down.
            clock: the box's.
            kernel_boot: the kernel's id of this boot.
            watchdog: fed after each pass.
            cpu_used_s: CPU time of this process since its start, s.
            temperature_c: of the board; None: it does not say.
            stills: makes pictures that may be given away; None: none are.
            drawings: says by which drawing each view is to be counted; None: each goes on by its own.
            is_to_leave: whether the hub has retired this box: it ends at once; None: it never is.
        """
        self._posts = {post.source: post for post in posts}
        self._duty = duty
        self._notebook = notebook
        self._inbox = inbox
        self._clock = clock
        self._kernel_boot = kernel_boot
        self._watchdog = watchdog
        self._cpu_used_s = cpu_used_s
        self._temperature_c = temperature_c
        self._stills = stills
        self._drawings = drawings
        self._is_to_leave = is_to_leave
        self._asked = AskedStills(
            notebook=notebook, desk=stills, inbox=inbox, clock=clock, kernel_boot=kernel_boot, view_faults=view_faults
        )
        self._heat = Heat()
        self._window_s = max(SHORTEST_WINDOW_S, min(WINDOW_S, WINDOW_S / clock.rate))
        self._unwatched = tuple(view_faults)
        self._doubts: dict[str, tuple[str, ...]] = {}
        """Of each view's last window, as far as they hold for what is told at once: seen it was."""
        self._is_to_begin_anew = False
        self._second_due_ms = self._warm_due_ms = 0
        self._tell_due_ms = clock.real_ms() + TELL_EVERY_MS
        self._told_cpu_s = cpu_used_s()
        self._begin(view_faults)

    def run(self, stop: Stop) -> None:
        """Go on until the stop, until the box is retired, or until a camera that nobody could watch was drawn for.

        Then write what is open and let go of the cameras.
        """
        self._watchdog.say_ready()
        try:
            while not (stop.is_set() or self._is_to_begin_anew or (self._is_to_leave and self._is_to_leave())):
                self.go_round()
                stop.wait(self.wait_s())
        finally:
            self._watchdog.say_stopping()
            self.close()

    def close(self) -> None:
        """Write the open windows and let go of the cameras."""
        for post in self._posts.values():
            if post.window_s(self._clock.real_ms()) > 0:
                self._close_window(post)
        for post in self._posts.values():
            post.reader.close()

    def go_round(self) -> None:
        """Do everything that is due now; at most one look."""
        self._asked.look(self._posts)
        looks_s = self._look()
        if self._second_due_ms <= self._clock.real_ms():
            self._second_due_ms = self._clock.real_ms() + SECOND_MS
            self._pass_second()
        used_s = self._cpu_used_s()
        self._duty.note_spent(used_s - self._told_cpu_s, looks_s=looks_s, real_ms=self._clock.real_ms())
        self._told_cpu_s = used_s
        self._watchdog.feed()

    def wait_s(self) -> float:
        """Return how long nothing is due, real seconds."""
        real_ms = self._clock.real_ms()
        second_s = (self._second_due_ms - real_ms) / 1000
        return max(0.0, min(self._duty.wait_s(real_ms=real_ms), second_s, self._asked.wait_s()))

    def _look(self) -> float:
        """Look at the view whose turn it is; return what that has cost, s of CPU."""
        source, frame = self._asked.frame(self._posts)
        source = source or self._duty.turn(real_ms=self._clock.real_ms())
        if source is None:
            return 0.0
        post, before_s = self._posts[source], self._cpu_used_s()
        frame = frame or post.reader.take(timeout_s=post.patience_s)
        if frame is None:
            self._duty.note_nothing_new(source, real_ms=self._clock.real_ms())
            return 0.0
        looked = post.look(frame, real_ms=self._clock.real_ms())
        for appearance in looked.appearances:
            self._notebook.tell_appearance(
                *(source, appearance),
                doubts=self._doubts.get(source, ()),
                model=post.detector.digest,
                drawing=post.drawing,
            )
        self._close_window_if_over(post)
        cost_s = self._cpu_used_s() - before_s
        self._duty.note_look(source, real_ms=self._clock.real_ms(), cost_s=cost_s, is_moving=looked.is_awake)
        post.reader.every_s = 1 / self._duty.per_s(source)
        self._asked.show(post, frame, is_blind=looked.is_blind)
        if self._stills is not None and not looked.is_blind:
            has_come = bool(looked.appearances)
            self._stills.consider(post, frame, has_come=has_come, real_ms=self._clock.real_ms())
        return cost_s

    def _pass_second(self) -> None:
        """Do what is due once a real second."""
        real_ms = self._clock.real_ms()
        self._hear()
        self._follow_drawings()
        self._feel_heat(real_ms)
        for post in self._posts.values():
            post.detector.try_open(real_ms=real_ms)
            post.pass_second(is_slow=self._duty.is_too_slow(post.source, real_ms=real_ms), real_ms=real_ms)
            self._tell_camera(post)
            self._tell_model(post)
            self._close_window_if_over(post)
        self._tell_counts(real_ms)

    def _hear(self) -> None:
        """Read the inbox once and do what it says; with none, everything stays as it is."""
        view = self._inbox.look(self._notebook.spool_id)
        self._notebook.pass_time(hub_zero_ms=None if view is None else view.hub_zero_ms(kernel_boot=self._kernel_boot))
        if self._notebook.settle(None if view is None else view.marks):
            self._second_due_ms = 0  # there is more to settle
        if view is not None and view.desired is not None:
            offered = Applied(db_epoch=view.desired.db_epoch, version=view.desired.version)
            self._notebook.take_desired(offered, view.desired.body)
            if self._drawings is not None:
                self._drawings.hear(offered, view.desired.body)

    def _follow_drawings(self) -> None:
        """Have each view count by the drawing that holds now: its window ends under the one before."""
        if self._drawings is None:
            return
        for post, view in self._drawings.changes(self._posts.values()):
            if post.window_s(self._clock.real_ms()) > 0:
                self._close_window(post)
            same = [name for name, zone in view.zones.items() if post.view.zones.get(name) == zone]
            self._notebook.keep_flows(post.source, same)
            post.take_view(view, real_ms=self._clock.real_ms())
        self._drawings.tell(self._posts)
        self._is_to_begin_anew = any(self._drawings.is_drawn(source) for source in self._unwatched)

    def _begin(self, view_faults: Mapping[str, str]) -> None:
        """Tell the cameras that cannot be watched, and end the faults of those that are no more."""
        for code, source in self._notebook.faults():
            if code in OURS and source and source not in self._posts and source not in view_faults:
                self._end_fault(code, source, NO_MORE)
        for source in self._posts:
            self._end_fault(VIEW_FAILED, source, KNOWN_AGAIN)
        for source, text in view_faults.items():
            self._notebook.note_fault(VIEW_FAILED, source=source, is_active=True, text=text)

    def _tell_camera(self, post: ViewPost) -> None:
        """Write down how a camera is: one fault at a time, and none once a picture comes again."""
        status = post.reader.status()
        if status.state is CameraState.OPENING:  # says nothing yet of what was before
            return
        now_code = status.state.fault_code
        for code in FAULT_CODES:
            if code != now_code:
                self._end_fault(code, post.source, GIVES_AGAIN if now_code is None else status.text)
        if now_code is not None:
            self._notebook.note_fault(now_code, source=post.source, is_active=True, text=status.text)

    def _tell_model(self, post: ViewPost) -> None:
        for code, text in ((MODEL_FAILED, post.detector.model_fault), (INFERENCE_FAILED, post.detector.run_fault)):
            if text:
                self._notebook.note_fault(code, source=post.source, is_active=True, text=text)
            else:
                self._end_fault(code, post.source, "Model bekerja lagi. / The model works again.")

    def _end_fault(self, code: str, source: str, text: str) -> None:
        self._notebook.note_fault(code, source=source, is_active=False, text=text)

    def _feel_heat(self, real_ms: int) -> None:
        if real_ms < self._warm_due_ms:
            return
        self._warm_due_ms = real_ms + WARM_EVERY_MS
        temperature_c = self._temperature_c()
        self._heat = feel(self._heat, temperature_c, real_ms=real_ms)
        self._duty.set_heat(self._heat.part)
        text = heat_text(self._heat, temperature_c)
        self._notebook.note_fault(HOT, is_active=self._heat.is_hot, text=text, record_class=RecordClass.TELEMETRY)

    def _close_window_if_over(self, post: ViewPost) -> None:
        if post.window_s(self._clock.real_ms()) >= self._window_s:
            self._close_window(post)

    def _close_window(self, post: ViewPost) -> None:
        at_ms = self._notebook.stamp().at_ms
        places = post.close_window(real_ms=self._clock.real_ms(), at_ms=at_ms)
        self._doubts[post.source] = (TOO_SLOW,) if any(TOO_SLOW in place.doubts for place in places) else ()
        self._notebook.tell_window(post.source, places, model=post.detector.digest, drawing=post.drawing)

    def _tell_counts(self, real_ms: int) -> None:
        if real_ms < self._tell_due_ms:
            return
        self._tell_due_ms = real_ms + TELL_EVERY_MS
        for post in self._posts.values():
            status, rate = post.reader.status(), self._duty.per_s(post.source)
            log.info(
                "%s: %s, %d frames, %d looks, %d asked of the model, %.1f looks/s wanted, %.1f s CPU, %d records lost",
                *(post.source, status.state.value, status.arrived, post.looks, post.asked, rate, self._told_cpu_s),
                self._notebook.lost,
            )
        if self._stills is not None:
            log.info("stills: %d made, %d refused ever", self._stills.made, self._notebook.stills.refused)
