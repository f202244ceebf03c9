"""How both schemes are led over pictures and clips: what is timed, what is left out, what ends the command."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from contract.clock import SystemClock
from edge_agent.inference.candidates import Candidates
from edge_agent.inference.detections import Detections
from edge_agent.inference.errors import OutputError
from models.evaluation.baseline import best_of_each_place
from models.evaluation.clips import UnusableClipError, counted, placed_line
from models.evaluation.errors import DetectorError
from models.evaluation.folder import read_folder
from models.evaluation.looking import look_at
from models.evaluation.progress import Progress
from models.evaluation.remarks import Remarks
from models.evaluation.schemes import Schemes
from models.evaluation.surroundings import processor_name
from models.evaluation.truth import CLASSES, Axis, CountedLine
from models.manifest import read_manifest
from tests.support.clocks import FakeClock
from tests.support.labelled_folders import write_counts, write_pictures
from tests.support.moving_pictures import STREET, write_clip


@dataclass(slots=True, eq=False)
class Eye:
    """A scheme that finds nothing, takes a known time and notes whose turn it was."""

    name: str
    turns: list[str]
    clock: FakeClock = field(default_factory=FakeClock)
    takes_ms: int = 0
    words: str = ""
    classes: tuple[str, ...] = CLASSES

    def look(self, image: NDArray[np.uint8]) -> Detections:
        assert image.dtype == np.uint8
        self.turns.append(self.name)
        self.clock.advance(self.takes_ms / 1000)
        return Detections.none(self.classes)


class Blind(Eye):
    """A scheme whose model gives what cannot be read."""

    def look(self, image: NDArray[np.uint8]) -> Detections:
        del image
        raise OutputError("NaN")


def nothing(line: str) -> None:
    del line


def test_the_schemes_change_places_and_the_first_look_is_not_timed(tmp_path: Path) -> None:
    write_pictures(tmp_path, {name: [] for name in ("a.png", "b.png", "c.png")})
    clock, turns = FakeClock(), list[str]()
    baseline, product = Eye("baseline", turns, clock, 40), Eye("product", turns, clock, 60)
    schemes = Schemes(manifest=read_manifest(STREET), baseline=baseline, product=product)
    (one,) = read_folder(tmp_path).sets
    looked = look_at(one.pictures, schemes, clock=clock, remarks=Remarks(), tell=nothing)
    both = ["baseline", "product"]
    assert turns == [*both, *both, *both[::-1], *both]
    assert looked.time is not None
    assert (looked.time.pictures, looked.time.baseline_ms, looked.time.product_ms, looked.time.ratio) == (
        3,
        40,
        60,
        1.5,
    )
    assert 0 <= looked.time.baseline_cpu_ms < 1000


def test_a_picture_that_breaks_while_it_is_read_is_left_out_and_told(tmp_path: Path) -> None:
    write_pictures(
        tmp_path,
        {"a.png": [], "b.png": []},
        images={"b.png": np.asarray(Image.effect_noise((64, 48), 90).convert("RGB"))},
    )
    (one,) = read_folder(tmp_path).sets
    (tmp_path / "b.png").write_bytes((tmp_path / "b.png").read_bytes()[:-3000])
    eye, remarks = Eye("one", []), Remarks()
    schemes = Schemes(manifest=read_manifest(STREET), baseline=eye, product=Eye("other", []))
    looked = look_at(one.pictures, schemes, clock=SystemClock(), remarks=remarks, tell=nothing)
    assert [picture.name for picture in looked.pictures] == ["a.png"]
    assert [remark.sentence() for remark in remarks.all()] == ["1 × gambar rusak / picture is broken: b.png"]


def test_a_model_that_cannot_be_read_ends_the_command_with_the_name_of_the_picture(tmp_path: Path) -> None:
    write_pictures(tmp_path, {"a.png": []})
    (one,) = read_folder(tmp_path).sets
    schemes = Schemes(manifest=read_manifest(STREET), baseline=Blind("one", []), product=Eye("other", []))
    with pytest.raises(DetectorError, match=r"a\.png: NaN"):
        look_at(one.pictures, schemes, clock=SystemClock(), remarks=Remarks(), tell=nothing)


def no_film(path: Path) -> None:
    path.write_text("no film")


def short_film(path: Path) -> None:
    write_clip(path, [np.zeros((48, 64, 3), np.uint8)] * 3)


@pytest.mark.parametrize(
    ("make", "line", "told"),
    [
        (no_film, "y=20", "clip cannot be read"),
        (short_film, "y=20", "clip is shorter than what was counted"),
        (short_film, "y=49", "line is outside of the clip's picture"),
    ],
)
def test_a_clip_that_cannot_be_counted_is_told(
    tmp_path: Path, make: Callable[[Path], None], line: str, told: str
) -> None:
    write_counts(tmp_path, f"a.mp4,0,9,{line},up,car,1")
    make(tmp_path / "a.mp4")
    (clip,) = read_folder(tmp_path).sets[0].clips
    with pytest.raises(UnusableClipError, match=told):
        counted(clip, Eye("one", []), clock=SystemClock(), tell=nothing)


def test_only_the_counted_frames_are_looked_at(tmp_path: Path) -> None:
    write_counts(tmp_path, "a.mp4,1,2,y=20,up,car,1")
    short_film(tmp_path / "a.mp4")
    (clip,) = read_folder(tmp_path).sets[0].clips
    eye = Eye("one", [])
    found = counted(clip, eye, clock=SystemClock(), tell=nothing)
    assert (len(eye.turns), found.frames, found.frame_rate) == (2, 2, 10.0)
    assert [(row.labels, row.found, row.error) for row in (*found.by_class, *found.together)] == [
        (("car",), 0, -1),
        (("car", "bus", "truck"), 0, -1),
    ]


def test_a_line_lies_across_the_whole_picture() -> None:
    level = placed_line(CountedLine(axis=Axis.Y, at_px=216), 768, 432)
    upright = placed_line(CountedLine(axis=Axis.X, at_px=192), 768, 432)
    assert (level.start, level.end) == ((0, 0.5), (1, 0.5))
    assert (upright.start, upright.end) == ((0.25, 0), (0.25, 1))


def test_of_candidates_of_one_place_the_best_class_stays() -> None:
    boxes = np.array([[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 8], [5, 5, 9, 9]], np.float32)
    found = Candidates(
        box_xyxy_px=boxes,
        score=np.array([0.3, 0.6, 0.2, 0.1], np.float32),
        column=np.array([3, 0, 3, 2]),
        item=np.zeros(4, np.int64),
    )
    assert best_of_each_place(found).column.tolist() == [0, 3, 2]


def test_progress_is_told_as_often_as_somebody_reads() -> None:
    clock, stream = FakeClock(), io.StringIO()
    progress = Progress(stream, clock)
    for second in range(25):
        progress.tell(f"{second}/25")
        clock.advance(1)
    progress.end()
    assert stream.getvalue() == "0/25\n10/25\n20/25\n"


def test_the_processor_is_named_as_the_kernel_does() -> None:
    assert processor_name("processor: 0\nmodel name : A Processor\n\nmodel name : A Processor\n") == "A Processor"
    assert processor_name("processor: 0\nModel\t\t: Raspberry Pi 5 Model B\n") == "Raspberry Pi 5 Model B"
    assert processor_name("")
