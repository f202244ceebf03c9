"""The composition root of the camera process; beside `app` only for its length, and under the same rule.

Imports the libraries of pictures when it is called and not before: nothing else of the box has them.
"""

import logging
import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import models
from contract.clock import Clock
from edge_agent.app import open_when_free
from edge_agent.config import CameraConfig, EdgeConfig, VisionConfig, boot_name, open_clock
from edge_agent.errors import WiringError
from edge_agent.quota import CAMERA_SHARE, PICTURES_SHARE, Quota
from edge_agent.stop import Stop

if TYPE_CHECKING:
    from contract.views import View
    from edge_agent.cameras.detector_post import DetectorPost
    from edge_agent.cameras.duty import Duty
    from edge_agent.cameras.notebook import Notebook
    from edge_agent.cameras.still_desk import StillDesk
    from edge_agent.cameras.view_post import ViewPost
    from edge_agent.outbox.outbox import Outbox

CAMERA_OUTBOX = "outbox-camera.db"
"""In the box's home."""
OWN_MODEL = Path(models.__file__).parent / "street"
"""The street model that comes with the agent."""

NOT_DRAWN = (
    "belum ada gambar zona: gambarlah di pusat (halaman kamera ini, Gambar zona), atau tulis berkas `view`. Sampai "
    "saat itu kamera dijaga, tetapi tidak menghitung. / no zones are drawn yet: draw them at the hub (this camera's "
    "page, Draw zones), or write a `view` file. Until then the camera is watched and counts nothing."
)
"""Of a camera of which neither a file nor the hub says what it is to see."""

log = logging.getLogger(__name__)


def run_camera(config: EdgeConfig, *, folder: Path, stop: Stop) -> int:
    """Run the camera process until the stop; return the exit code: 1 asks to be started again.

    Args:
        config: of the box.
        folder: where relative paths of the drivers' tables begin.
        stop: ends it.

    Raises:
        WiringError: the config names no camera, a library is missing, or the outbox cannot be opened.
        RetiredError: the hub has retired this box.
    """
    from edge_agent.retirement.marker import is_marked, refuse_retired

    refuse_retired(config.box.home)
    if not config.camera:
        raise WiringError(
            "[camera] tidak ada / is missing: nothing to look at. Coba / Try: add [camera.c1] to the config"
        )
    try:
        from edge_agent.cameras.drawing_desk import DrawingDesk
        from edge_agent.cameras.notebook import Notebook
        from edge_agent.cameras.process import CameraProcess
    except ImportError as exc:
        raise WiringError(
            f"pustaka kamera tidak ada / the cameras' libraries are missing: {exc}. "
            "Coba / Try: pip install 'jagawai[camera]'"
        ) from exc
    from edge_agent.health.box_clock import BoxClock
    from edge_agent.health.cpu_time import used_s
    from edge_agent.health.kernel_time import KernelTime
    from edge_agent.health.vitals import read_vitals
    from edge_agent.health.watchdog import Watchdog
    from edge_agent.outbox.inbox import InboxReader

    clock, kernel_boot = open_clock(config), boot_name(config)
    quota = Quota(most_mb=config.box.quota_mb, share=CAMERA_SHARE)
    with open_camera_outbox(config, quota=quota, clock=clock, stop=stop) as outbox:
        box_clock = BoxClock(clock=clock, source=KernelTime(), boot=outbox.boot, remembered=outbox.state("clock"))
        notebook = Notebook(outbox=outbox, box_clock=box_clock, quota=quota)
        views = open_views(config, folder=folder, clock=clock, notebook=notebook)
        drawings = DrawingDesk(notebook=notebook, files=views.files)
        process = CameraProcess(
            posts=views.posts,
            view_faults=views.faults,
            duty=make_duty(config, views=views, clock=clock),
            notebook=notebook,
            inbox=InboxReader.open(config.box.home / "inbox.db"),
            clock=clock,
            kernel_boot=kernel_boot,
            watchdog=Watchdog(clock=clock),
            cpu_used_s=used_s,
            stills=make_still_desk(config, notebook=notebook),
            drawings=drawings,
            temperature_c=lambda: read_vitals(home=config.box.home).cpu_temperature_c,
            is_to_leave=partial(is_marked, config.box.home),
        )
        process.run(stop)
    return 0 if stop.is_set() else 1


def open_camera_outbox(config: EdgeConfig, *, quota: Quota, clock: Clock, stop: Stop) -> "Outbox":
    """Return the camera process's outbox.

    Raises:
        WiringError: another camera process has it, or the disk does not take it. Then this process ends and is started
            again: it has no refuge in memory, as no siren hangs on it.
    """
    from edge_agent.outbox.errors import OutboxError

    try:
        return open_when_free(config, name=CAMERA_OUTBOX, quota=quota, clock=clock, stop=stop)
    except (OutboxError, OSError) as exc:
        raise WiringError(f"{exc}. Coba / Try: lihat [box] home / look at [box] home") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What is watched."""

    posts: "list[ViewPost]"
    """Their readers are started."""
    faults: dict[str, str]
    """Why a camera of the config is not watched, by source."""
    files: "dict[str, View]"
    """What the box's own files hold; one that cannot be read is not there. Without a file: nothing is drawn."""


def open_views(config: EdgeConfig, *, folder: Path, clock: Clock, notebook: "Notebook") -> Views:
    """Return a post for each camera of which the hub or a file says what it is to see; the others do not stop these."""
    from edge_agent.cameras.real_pace import RealPace

    pace = RealPace(clock=clock)
    detectors: dict[Path, DetectorPost] = {}
    views = Views(posts=[], faults={}, files={})
    for source, camera in config.camera.items():
        detector = _detector_of(camera, config.vision, known=detectors)
        view = _view_of(source, camera, views=views, notebook=notebook)
        if view is not None:
            post = _open_view(source, camera, view, detector=detector, folder=folder, pace=pace, notebook=notebook)
            views.posts.append(post)
    return views


def _view_of(source: str, camera: CameraConfig, *, views: Views, notebook: "Notebook") -> "View | None":
    """Return by what a camera counts: what was drawn at the hub, else what its file holds; None: neither can be had."""
    from contract.views import View
    from edge_agent.sightings.errors import ViewFileError
    from edge_agent.sightings.view_file import read_view

    drawn = notebook.drawings.by_source.get(source)
    try:
        views.files[source] = View() if camera.view is None else read_view(camera.view)
    except ViewFileError as exc:
        log.warning("camera %s: %s", source, exc)
        if drawn is None:
            views.faults[source] = exc.fault
            return None
    if drawn is None:
        if camera.view is None:
            log.warning("camera %s: %s", source, NOT_DRAWN)
        return views.files[source]
    log.info(
        "camera %s: counts by the hub's drawing, %s version %d, not by its file", source, drawn.view, drawn.version
    )
    return drawn.drawing


def _detector_of(camera: CameraConfig, vision: VisionConfig, *, known: "dict[Path, DetectorPost]") -> "DetectorPost":
    """Return the detector of a camera's model folder; the same for all cameras that use it."""
    from edge_agent.cameras.detector_post import DetectorPost

    model = (camera.model or OWN_MODEL).resolve()
    return known.setdefault(model, DetectorPost(model, threads=vision.threads, detail=vision.detail))


def _open_view(
    source: str,
    camera: CameraConfig,
    view: "View",
    *,
    detector: "DetectorPost",
    folder: Path,
    pace: Clock,
    notebook: "Notebook",
) -> "ViewPost":
    """Return the post of a camera, its reader started."""
    from edge_agent.cameras.drivers import make_source
    from edge_agent.cameras.newest import NewestFrame
    from edge_agent.cameras.view_post import ViewPost
    from edge_agent.sightings.traffic import TrafficBounds
    from edge_agent.sightings.view_watch import ViewWatch

    def make_watch(view: "View", classes: tuple[str, ...], real_ms: int) -> ViewWatch:
        watch = ViewWatch(view, classes=classes, up_ms=real_ms)
        flows = notebook.flows(source, within_s=TrafficBounds().forget_s)
        watch.resume(flows, up_ms=real_ms, at_ms=notebook.stamp().at_ms)
        return watch

    reader = NewestFrame(
        name=source,
        source=make_source(camera, clock=pace, folder=folder),
        clock=pace,
        rng=random.Random(),  # noqa: S311 - spreads attempts, guards nothing
        stall_after_s=camera.stall_after_s,
        every_s=1 / camera.frames_per_s,
    )
    post = ViewPost(
        source=source,
        view=view,
        reader=reader,
        detector=detector,
        make_watch=make_watch,
        is_gated=camera.motion_gate,
        is_waiting=getattr(camera.chosen(), "pace", "own") == "fast",
        real_ms=pace.real_ms(),
    )
    reader.start()
    return post


def make_still_desk(config: EdgeConfig, *, notebook: "Notebook") -> "StillDesk | None":
    """Return who makes stills; None on a box without a hub: nobody would see them."""
    from edge_agent.blobs.outgoing import Outgoing
    from edge_agent.cameras.still_desk import StillDesk

    if config.hub is None:
        return None
    quota = Quota(most_mb=config.box.quota_mb, share=PICTURES_SHARE)
    return StillDesk(
        settings=config.stills,
        notebook=notebook,
        outgoing=Outgoing(config.box.home),
        limit_bytes=quota.limit_mb(None) * 1024 * 1024,
    )


def make_duty(config: EdgeConfig, *, views: Views, clock: Clock) -> "Duty":
    """Return the scheduler of all views that are watched."""
    from edge_agent.cameras.duty import Duty, Need

    cameras = {post.source: config.camera[post.source] for post in views.posts}
    needs = {
        source: Need(per_s=camera.frames_per_s, most_per_s=camera.most_frames_per_s)
        for source, camera in cameras.items()
    }
    return Duty(needs=needs, cores=config.vision.cores, real_ms=clock.real_ms())
