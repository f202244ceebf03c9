"""How large the model's input is."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.inference.input_size import DETAIL, input_size
from models.manifest import Input

TOLD = Input(
    name="image",
    width_px=416,
    height_px=416,
    step_px=32,
    fit="letterbox",
    pad=0,
    channels="rgb",
    mean=(0, 0, 0),
    scale=(1, 1, 1),
)


@pytest.mark.parametrize(
    ("frame", "detail", "size"),
    [
        ((1280, 720), 1.0, (512, 288)),
        ((1280, 720), 1.77, (736, 416)),
        ((1920, 1080), 1.77, (736, 416)),
        ((640, 480), 1.77, (608, 480)),
        ((720, 1280), 1.77, (416, 736)),
        ((1280, 720), DETAIL, (672, 384)),
        ((416, 416), 1.0, (416, 416)),
        ((100, 50), 1.77, (224, 128)),
    ],
)
def test_the_input_has_the_shape_of_the_region(frame: tuple[int, int], detail: float, size: tuple[int, int]) -> None:
    assert input_size(*frame, TOLD, detail=detail) == size


def test_a_model_of_one_size_is_given_that_size() -> None:
    assert input_size(1280, 720, msgspec.structs.replace(TOLD, step_px=None), detail=9.0) == (416, 416)


@given(width=st.integers(1, 5000), height=st.integers(1, 5000), detail=st.floats(0.3, 4))
def test_no_input_is_larger_than_the_budget_or_off_its_steps(width: int, height: int, detail: float) -> None:
    size = input_size(width, height, TOLD, detail=detail)
    assert size[0] * size[1] <= detail * 416 * 416 + 32 * 32
    assert size[0] % 32 == size[1] % 32 == 0
    assert min(size) >= 32
