"""Outputs of both kinds, read by the decoders and by loops that follow the manifest's text word by word."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.inference.candidates import Candidates
from edge_agent.inference.errors import OutputError
from edge_agent.inference.gfl import GflDecoder
from edge_agent.inference.ssd import SsdDecoder
from models.manifest import Gfl, Grid, Ssd

WIDTH, HEIGHT, ITEMS, CLASSES = 64, 32, 3, 5
WANTED = np.array([True, False, True, True, False])
SCORE_MIN = 0.7
GFL = Gfl(strides=(8, 16), bins=6, scores=("s8", "s16"), boxes=("b8", "b16"), nms_iou=0.5)
SSD = Ssd(
    scores="scores",
    boxes="boxes",
    grids=(Grid(side=3, anchors=((0.1, 0.2), (0.4, 0.3))), Grid(side=1, anchors=((0.9, 0.8),))),
    variances=(10.0, 10.0, 5.0, 5.0),
    nms_iou=0.5,
)


def outputs_of(shapes: dict[str, tuple[int, ...]], scores: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(11)
    made = {name: random.normal(0, 2, (ITEMS, *shape)).astype(np.float32) for name, shape in shapes.items()}
    return made | {name: random.random(made[name].shape, np.float32) for name in scores}


def rows(found: Candidates) -> list[tuple[int, int, float, list[float]]]:
    """Return the candidates in an order of their own."""
    return sorted(
        zip(
            found.item.tolist(),
            found.column.tolist(),
            found.score.tolist(),
            found.box_xyxy_px.round(2).tolist(),
            strict=True,
        )
    )


def gfl_by_the_word(outputs: dict[str, NDArray[np.float32]]) -> list[tuple[int, int, float, list[float]]]:
    found = []
    for stride, scores, boxes in zip(GFL.strides, GFL.scores, GFL.boxes, strict=True):
        for item, cell, column in np.ndindex(outputs[scores].shape):
            score = float(outputs[scores][item, cell, column])
            if not WANTED[column] or score < SCORE_MIN:
                continue
            x = (cell % (WIDTH // stride) + 0.5) * stride
            y = (cell // (WIDTH // stride) + 0.5) * stride
            reach = []
            for side in range(4):
                weights = [math.exp(v) for v in outputs[boxes][item, cell, side * 6 : side * 6 + 6].tolist()]
                reach.append(sum(place * w for place, w in enumerate(weights)) / sum(weights) * stride)
            found.append((item, column, score, [x - reach[0], y - reach[1], x + reach[2], y + reach[3]]))
    return sorted(found)


def ssd_by_the_word(outputs: dict[str, NDArray[np.float32]]) -> list[tuple[int, int, float, list[float]]]:
    anchors = [
        ((row + 0.5) / grid.side, (column + 0.5) / grid.side, *size)
        for grid in SSD.grids
        for row in range(grid.side)
        for column in range(grid.side)
        for size in grid.anchors
    ]
    found = []
    for item, place, column in np.ndindex(outputs["scores"].shape):
        score = float(outputs["scores"][item, place, column])
        if not WANTED[column] or score < SCORE_MIN:
            continue
        (y, x, h, w), (ty, tx, th, tw) = anchors[place], outputs["boxes"][item, place].tolist()
        y, x, h, w = y + ty / 10 * h, x + tx / 10 * w, h * math.exp(th / 5), w * math.exp(tw / 5)
        box = [(x - w / 2) * WIDTH, (y - h / 2) * HEIGHT, (x + w / 2) * WIDTH, (y + h / 2) * HEIGHT]
        found.append((item, column, score, box))
    return sorted(found)


def test_distributions_are_read_as_the_manifest_says() -> None:
    decoder = GflDecoder(GFL, width_px=WIDTH, height_px=HEIGHT, classes=CLASSES)
    assert decoder.shapes == {"s8": (32, 5), "b8": (32, 24), "s16": (8, 5), "b16": (8, 24)}
    outputs = outputs_of(decoder.shapes, GFL.scores)
    expected = gfl_by_the_word(outputs)
    found = rows(decoder.read(outputs, WANTED, SCORE_MIN))
    assert len(found) == len(expected) > 50
    for one, other in zip(found, expected, strict=True):
        assert one[:3] == other[:3]
        assert one[3] == pytest.approx(other[3], abs=0.02)


def test_logits_of_any_size_are_read_without_overflow() -> None:
    decoder = GflDecoder(GFL, width_px=WIDTH, height_px=HEIGHT, classes=CLASSES)
    outputs = outputs_of(decoder.shapes, GFL.scores)
    large = {name: outputs[name] + 1000 * (name in GFL.boxes) for name in outputs}
    expected = rows(decoder.read(outputs, WANTED, SCORE_MIN))
    for one, other in zip(rows(decoder.read(large, WANTED, SCORE_MIN)), expected, strict=True):
        assert one[3] == pytest.approx(other[3], abs=0.05)


def test_anchors_are_read_as_the_manifest_says() -> None:
    decoder = SsdDecoder(SSD, width_px=WIDTH, height_px=HEIGHT, classes=CLASSES)
    assert decoder.shapes == {"scores": (19, 5), "boxes": (19, 4)}
    outputs = outputs_of(decoder.shapes, (SSD.scores,))
    expected = ssd_by_the_word(outputs)
    found = rows(decoder.read(outputs, WANTED, SCORE_MIN))
    assert len(found) == len(expected) > 30
    for one, other in zip(found, expected, strict=True):
        assert one[:3] == other[:3]
        assert one[3] == pytest.approx(other[3], abs=0.02)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 1.5, -0.1])
@pytest.mark.parametrize("kind", ["gfl", "ssd"])
def test_a_score_that_cannot_be_is_an_error_even_where_it_would_not_count(kind: str, wrong: float) -> None:
    decoder, name = decoder_of(kind), {"gfl": "s16", "ssd": "scores"}[kind]
    outputs = outputs_of(decoder.shapes, (*GFL.scores,) if kind == "gfl" else (SSD.scores,))
    outputs[name][2, 5, 0] = wrong
    with pytest.raises(OutputError, match=r"keluaran .* / the model's output .* 0 to 1, got NaN or other"):
        decoder.read(outputs, WANTED, SCORE_MIN)


@pytest.mark.parametrize("kind", ["gfl", "ssd"])
def test_an_edge_that_is_no_number_is_an_error(kind: str) -> None:
    decoder = decoder_of(kind)
    outputs = outputs_of(decoder.shapes, (*GFL.scores,) if kind == "gfl" else (SSD.scores,))
    scores, boxes = ("s16", "b16") if kind == "gfl" else ("scores", "boxes")
    outputs[scores][1, 4, 2] = 0.99
    outputs[boxes][1, 4, 1] = math.nan
    with pytest.raises(OutputError, match="boxes must be finite"):
        decoder.read(outputs, WANTED, SCORE_MIN)


def test_huge_offsets_are_an_error_and_no_warning() -> None:
    decoder = decoder_of("ssd")
    outputs = outputs_of(decoder.shapes, (SSD.scores,))
    outputs["boxes"][:] = 1e6
    with pytest.raises(OutputError, match="boxes must be finite"):
        decoder.read(outputs, WANTED, SCORE_MIN)


def decoder_of(kind: str) -> GflDecoder | SsdDecoder:
    if kind == "gfl":
        return GflDecoder(GFL, width_px=WIDTH, height_px=HEIGHT, classes=CLASSES)
    return SsdDecoder(SSD, width_px=WIDTH, height_px=HEIGHT, classes=CLASSES)
