import base64
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from edge_agent.inference.detections import Detections
from models.evaluation.figures import Seen, answers
from models.evaluation.folder import read_folder
from models.evaluation.page import Illustrations, page
from models.evaluation.privacy import pixelated
from models.evaluation.report import FORM, Clip, CountRow, Machine, Model, Report, SetReport, Settings, Time
from models.evaluation.truth import CLASSES
from models.evaluation.worst import worst_of
from tests.support.browsers import PHONE, WALL, Watched, chromium
from tests.support.labelled_folders import write_pictures

SIZE = (320, 180)
LABELLED = [
    ("person", (20.0, 20.0, 40.0, 100.0)),
    ("car", (100.0, 60.0, 120.0, 80.0)),
    ("motorcycle", (250.0, 60.0, 40.0, 90.0)),
]
FOUND = [
    ("person", (22, 20, 60, 118), 0.9),
    ("truck", (0, 100, 60, 170), 0.7),
    ("motorcycle", (252, 60, 290, 148), 0.2),
]


def counted() -> Clip:
    """Return a clip with a miscount and a doubt."""
    row = CountRow(line="y=20", direction="up", labels=("car",), truth=2, least=2, most=3, found=1, error=-1)
    return Clip(
        clip="a.mp4",
        first_frame=0,
        last_frame=9,
        frames=10,
        frame_rate=10.0,
        by_class=(row,),
        together=(row,),
        median_ms=50,
        doubts=("too_slow",),
    )


def made(folder: Path) -> str:
    """Return a page of two pictures full of noise, the one right and the other wrong."""
    noise = np.random.default_rng(4).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    images = {"a.png": noise, "with <b>.png": noise}
    write_pictures(folder, {"a.png": LABELLED[:1], "with <b>.png": LABELLED}, images=images)
    (one,) = read_folder(folder).sets
    finds = Detections(
        box_xyxy_px=np.array([box for _, box, _ in FOUND], np.float32),
        score=np.array([score for *_, score in FOUND], np.float32),
        class_index=np.array([CLASSES.index(label) for label, *_ in FOUND], np.int64),
        classes=CLASSES,
    )
    seen = [Seen(plain=finds.only(np.array([0])), joined=finds.only(np.array([0]))), Seen(plain=finds, joined=finds)]
    found = answers(one.pictures, baseline=[seen[0]] * 2, product=seen, asked_precision={})
    report = Report(
        form=FORM,
        task="traffic",
        made_ms=1_795_348_800_000,
        model=Model(name="street", release="1.0.0", sha256="ab" * 32, licence="Apache-2.0"),
        machine=Machine(processor="a processor", cores=2, system="Linux", software="0.1.0", libraries={"numpy": "2"}),
        settings=Settings(
            score_from=0.05,
            operating_score=0.35,
            iou=0.5,
            interpolation="all",
            baseline="b",
            product="p",
            asked_precision={},
        ),
        sets=(
            SetReport(
                name="a-street",
                pictures=2,
                boxes=4,
                rows=tuple(answer.row for answer in found),
                time=Time(
                    pictures=2,
                    baseline_ms=40,
                    product_ms=60,
                    ratio=1.5,
                    baseline_cpu_ms=50,
                    product_cpu_ms=70,
                    cpu_ratio=1.4,
                ),
                clips=(counted(),),
                remarks=("1 × left out: c.png",),
            ),
        ),
        passed_over=("bins: no class of traffic",),
    )
    return page(report, {"a-street": Illustrations(answers=found, worst=worst_of(one.pictures, seen, most=5))})


class Links(HTMLParser):
    """Collects whatever a page would fetch, and its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "data"}]


def test_the_page_needs_nothing_from_anywhere_and_runs_nothing(tmp_path: Path) -> None:
    written = made(tmp_path)
    links = Links()
    links.feed(written)
    assert len(links.fetched) == 1
    assert all(one.startswith("data:image/jpeg;base64,") for one in links.fetched)
    assert links.scripts == 0
    assert not re.search(r"url\(|@import|http", re.sub(r"http-equiv", "", written))


def test_the_page_says_figures_mistakes_and_what_was_left_out_and_escapes_names(tmp_path: Path) -> None:
    written = made(tmp_path)
    for words in (
        "with &lt;b&gt;.png: 2 terlewat / missed, 1 salah / false",
        "−K</text>",
        "+K70</text>",
        "1 × left out: c.png",
        "no class of traffic",
        "2 (2–3)",
        "too_slow",
        "× 1.50",
        "× 1.40",
        "ab" * 32,
    ):
        assert words in written, words
    assert "<b>.png" not in written


def embedded(written: str) -> Image.Image:
    (data,) = re.findall(r"data:image/jpeg;base64,([^\"]+)", written)
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("L")


def roughness(part: Image.Image) -> float:
    """Return the mean difference of neighbouring pixels."""
    return float(np.abs(np.diff(np.asarray(part, np.float64), axis=1)).mean())


def test_people_machines_and_plates_cannot_be_read_on_the_page(tmp_path: Path) -> None:
    shown = embedded(made(tmp_path))
    free = roughness(shown.crop((180, 10, 240, 40)))
    # Truth: person, motorcycle, lower part of the car. Found only: the truck, and a motorcycle below the score.
    for area in ((20, 20, 60, 120), (252, 62, 288, 148), (100, 95, 220, 140), (2, 130, 58, 170)):
        assert roughness(shown.crop(area)) < free / 3, area


def test_a_place_at_the_edge_or_outside_is_no_error() -> None:
    picture = Image.effect_noise((40, 30), 90).convert("RGB")
    boxes = np.array([[-10, -10, 5, 20], [38, 28, 80, 90], [50, 50, 60, 60], [5, 5, 5, 5]], np.float64)
    shown = pixelated(picture, [("person", boxes), ("boat", np.array([[0.0, 0, 40, 30]]))])
    assert shown.size == (40, 30)
    assert shown.crop((10, 0, 34, 24)).tobytes() == picture.crop((10, 0, 34, 24)).tobytes()
    assert shown.crop((0, 0, 5, 20)).tobytes() != picture.crop((0, 0, 5, 20)).tobytes()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.nightly
@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), [(WALL, "light"), (PHONE, "dark")])
def test_nothing_is_cut_off_on_a_wall_or_a_telephone(
    browser: Browser, tmp_path: Path, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    opened = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    asked: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.set_content(made(tmp_path))
    seen = Watched(opened)
    assert seen.clipped() == []
    assert seen.violations() == []
    assert [one for one in asked if not one.startswith("data:")] == []
    opened.close()
