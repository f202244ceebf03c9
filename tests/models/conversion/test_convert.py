"""Converted graphs against the same arithmetic in numpy, pictures with channels last as TensorFlow means them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from models.conversion.convert import convert
from models.conversion.graph import read_graph
from models.errors import ConversionError
from models.manifest import Input
from models.running import Session
from tests.support.tfjs_models import TfjsModel, numbers, text, words

SIDE = 6
PLAIN = Input(
    name="image", width_px=SIDE, height_px=SIDE, fit="stretch", pad=0, channels="rgb", mean=(0, 0, 0), scale=(1, 1, 1)
)
RNG = np.random.default_rng(20261122)

Floats = NDArray[np.float32]


def pictures(count: int = 2) -> NDArray[np.uint8]:
    return RNG.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


def converted(model: TfjsModel, output: str, folder: Path, *, entry: Input = PLAIN, last: bool = True) -> Session:
    graph = read_graph(model.write(folder))
    made = convert(graph, entry="picture", is_channels_last=last, outputs={"out": output}, picture=entry, name="small")
    return Session(made.SerializeToString())


def operations(model: TfjsModel, output: str, folder: Path) -> list[str]:
    graph = read_graph(model.write(folder))
    made = convert(graph, entry="picture", is_channels_last=True, outputs={"out": output}, picture=PLAIN, name="small")
    return [node.op_type for node in made.graph.node]


def convolved(picture: Floats, kernel: Floats, *, stride: int = 1) -> Floats:
    """Return the VALID convolution of [N, h, w, ci] with [kh, kw, ci, co], by its definition."""
    height, width = (length - kernel.shape[axis] + 1 for axis, length in enumerate(picture.shape[1:3]))
    out = np.zeros((len(picture), height, width, kernel.shape[3]), np.float32)
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            out += picture[:, row : row + height, column : column + width] @ kernel[row, column]
    return out[:, ::stride, ::stride]


def padded(picture: Floats, before: int, after: int) -> Floats:
    return np.pad(picture, ((0, 0), (before, after), (before, after), (0, 0)))


def kernel(*shape: int) -> Floats:
    return RNG.normal(size=shape).astype(np.float32)


def conv(model: TfjsModel, source: str, weights: str, *, padding: str = "SAME", stride: int = 1) -> str:
    strides, dilations = numbers(1, stride, stride, 1), numbers(1, 1, 1, 1)
    return model.node("Conv2D", source, weights, strides=strides, dilations=dilations, padding=text(padding))


def test_a_convolution_with_bias_and_leaky_relu_is_that_of_its_definition(tmp_path: Path) -> None:
    model, weights, bias = TfjsModel(), kernel(3, 3, 3, 4), kernel(4)
    out = conv(model, "picture", model.constant("k", weights))
    out = model.node("BiasAdd", out, model.constant("b", bias))
    out = model.node("LeakyRelu", out, alpha={"f": 0.1})
    given = pictures()
    wanted = convolved(padded(given.astype(np.float32), 1, 1), weights) + bias
    got = converted(model, out, tmp_path).run(given)["out"]
    np.testing.assert_allclose(got, np.where(wanted > 0, wanted, 0.1 * wanted), rtol=1e-4, atol=1e-2)


def test_same_padding_with_a_stride_puts_the_odd_row_below(tmp_path: Path) -> None:
    model, weights = TfjsModel(), kernel(3, 3, 3, 2)
    out = conv(model, "picture", model.constant("k", weights), stride=2)
    given = pictures()
    wanted = convolved(padded(given.astype(np.float32), 0, 1), weights, stride=2)
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-4, atol=1e-2)


def test_a_depthwise_convolution_keeps_each_channel_to_itself(tmp_path: Path) -> None:
    model, weights = TfjsModel(), kernel(3, 3, 3, 2)
    name = model.constant("k", weights)
    out = model.node("DepthwiseConv2dNative", "picture", name, strides=numbers(1, 1, 1, 1), padding=text("VALID"))
    given = pictures()
    full = np.zeros((3, 3, 3, 6), np.float32)
    for channel in range(3):
        full[:, :, channel, channel * 2 : channel * 2 + 2] = weights[:, :, channel]
    wanted = convolved(given.astype(np.float32), full)
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-4, atol=1e-2)


def test_a_fused_convolution_is_the_parts_one_after_the_other(tmp_path: Path) -> None:
    model, weights, bias = TfjsModel(), kernel(1, 1, 3, 4) / 100, kernel(4)
    names = [model.constant("k", weights), model.constant("b", bias)]
    fused: dict[str, Any] = {
        "strides": numbers(1, 1, 1, 1),
        "padding": text("SAME"),
        "fused_ops": words("BiasAdd", "Relu6"),
    }
    out = model.node("_FusedConv2D", "picture", *names, **fused)
    given = pictures()
    wanted = np.clip(given.astype(np.float32) @ weights[0, 0] + bias, 0, 6)
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-4, atol=1e-4)


def test_batch_norm_and_products_by_channel_are_those_of_their_definitions(tmp_path: Path) -> None:
    model, values = TfjsModel(), [kernel(3), kernel(3), kernel(3), np.abs(kernel(3)) + 1]
    names = [model.constant(f"n{place}", value) for place, value in enumerate(values)]
    out = model.node("FusedBatchNorm", "picture", *names, epsilon={"f": 0.001})
    out = model.node("Mul", out, model.constant("m", np.array([1, 2, 3], "<f4")))
    given = pictures()
    scale, offset, mean, variance = values
    wanted = ((given - mean) / np.sqrt(variance + 0.001) * scale + offset) * [1, 2, 3]
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-4, atol=1e-2)


def test_a_bilinear_resize_looks_from_the_centres_of_pixels(tmp_path: Path) -> None:
    model = TfjsModel()
    size = model.whole("size", 2 * SIDE, SIDE // 2)
    out = model.node("ResizeBilinear", "picture", size, half_pixel_centers={"b": True})
    given = pictures()
    wanted = _resized(_resized(given.astype(np.float32), 2 * SIDE, axis=1), SIDE // 2, axis=2)
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-5, atol=1e-3)


def _resized(picture: Floats, length: int, *, axis: int) -> Floats:
    given = picture.shape[axis]
    places = np.clip((np.arange(length) + 0.5) * given / length - 0.5, 0, given - 1)
    below = np.minimum(places.astype(int), given - 2)
    part = (places - below).reshape([-1 if place == axis else 1 for place in range(4)])
    joined: Floats = np.take(picture, below, axis) * (1 - part) + np.take(picture, below + 1, axis) * part
    return joined


def test_split_concat_and_pad_find_their_axis_behind_a_convolution(tmp_path: Path) -> None:
    model, weights = TfjsModel(), kernel(1, 1, 3, 5)
    out = conv(model, "picture", model.constant("k", weights))
    out = model.node("SplitV", out, model.whole("sizes", 2, 3), model.constant("axis", np.array(3, "<i4")))
    joined = model.node("ConcatV2", f"{out}:1", out, model.constant("axis2", np.array(3, "<i4")), name="joined")
    rows = np.array([[0, 0], [1, 2], [0, 1], [0, 0]], "<i4")
    out = model.node("Pad", joined, model.constant("rows", rows))
    given = pictures()
    parts = given.astype(np.float32) @ weights[0, 0]
    wanted = np.pad(np.concatenate([parts[..., 2:], parts[..., :2]], -1), rows)
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-4, atol=1e-2)


def test_max_pooling_after_a_pad_of_the_lowest_number_is_that_of_its_definition(tmp_path: Path) -> None:
    model = TfjsModel()
    rows = model.constant("rows", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], "<i4"))
    out = model.node("PadV2", "picture", rows, model.constant("low", np.array(-np.inf, "<f4")))
    out = model.node("MaxPool", out, ksize=numbers(1, 3, 3, 1), strides=numbers(1, 2, 2, 1), padding=text("VALID"))
    given = pictures()
    around = padded(given.astype(np.float32) + 1, 1, 1) - 1
    windows = [around[:, row : row + SIDE : 2, column : column + SIDE : 2] for row in range(3) for column in range(3)]
    np.testing.assert_array_equal(converted(model, out, tmp_path).run(given)["out"], np.max(windows, axis=0))


def test_pooling_takes_over_its_padding_and_comes_before_an_activation_that_never_falls(tmp_path: Path) -> None:
    model = TfjsModel()
    last, second = model.whole("last", 0, 2, 3, 1), model.whole("second", 0, 3, 1, 2)
    out = conv(model, "picture", model.constant("k", (np.eye(3)[np.newaxis, np.newaxis] / 10 - 1).astype("<f4")))
    out = model.node("LeakyRelu", model.node("Transpose", out, second), alpha={"f": 0.1})
    rows = model.constant("rows", np.array([[0, 0], [0, 0], [1, 0], [0, 1]], "<i4"))
    out = model.node("PadV2", out, rows, model.constant("low", np.array(np.finfo("f4").min, "<f4")))
    out = model.node("Transpose", out, last)
    out = model.node("MaxPool", out, ksize=numbers(1, 2, 2, 1), strides=numbers(1, 1, 1, 1), padding=text("VALID"))
    given = pictures()
    made = given.astype(np.float32) @ (np.eye(3) / 10 - 1)
    around = np.pad(np.where(made > 0, made, 0.1 * made), ((0, 0), (1, 0), (0, 1), (0, 0)), constant_values=-np.inf)
    windows = [around[:, row : row + SIDE, column : column + SIDE] for row in range(2) for column in range(2)]
    wanted = np.max(windows, axis=0)
    np.testing.assert_allclose(converted(model, out, tmp_path).run(given)["out"], wanted, rtol=1e-4, atol=1e-2)
    written = operations(model, out, tmp_path)
    assert written[written.index("Conv") :] == ["Conv", "MaxPool", "LeakyRelu", "Transpose", "Identity"]


def test_pooling_leaves_a_padding_with_another_number_where_it_is(tmp_path: Path) -> None:
    model = TfjsModel()
    negative = model.node("Mul", "picture", model.constant("m", np.array([-1, -2, -3], "<f4")))
    rows = model.constant("rows", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], "<i4"))
    out = model.node("PadV2", negative, rows, model.constant("five", np.array(5, "<f4")))
    out = model.node("MaxPool", out, ksize=numbers(1, 2, 2, 1), strides=numbers(1, 1, 1, 1), padding=text("VALID"))
    got = converted(model, out, tmp_path).run(pictures())["out"]
    assert got.shape == (2, SIDE + 1, SIDE + 1, 3)
    assert (got[:, 0] == 5).all()
    assert (got[:, 1:-1, 1:-1] <= 0).all()


def test_a_shape_made_for_one_picture_takes_any_number(tmp_path: Path) -> None:
    model = TfjsModel()
    shape, zero, one = model.node("Shape", "picture"), model.whole("zero", 0), model.whole("one", 1)
    first = model.node("StridedSlice", shape, zero, one, one, shrink_axis_mask={"i": "1"})
    rest = [model.constant(f"c{value}", np.array(value, "<i4")) for value in (-1, 9)]
    asked = model.node("Pack", first, *rest, axis={"i": "0"})
    fixed = model.node("Reshape", model.node("Reshape", "picture", asked), model.whole("fixed", 1, 4, 27))
    given = pictures(3)
    got = converted(model, fixed, tmp_path).run(given)["out"]
    np.testing.assert_array_equal(got, given.reshape(3, 4, 27))


def test_with_a_step_a_shape_made_for_one_size_takes_any(tmp_path: Path) -> None:
    free = msgspec.structs.replace(PLAIN, step_px=2)
    model, weights, size = TfjsModel(), kernel(1, 1, 3, 4), 2 * SIDE
    out = conv(model, "picture", model.constant("k", weights))
    out = model.node("ResizeBilinear", out, model.whole("size", size, size), half_pixel_centers={"b": True})
    out = model.node("Transpose", out, model.whole("second", 0, 3, 1, 2))
    out = model.node("Reshape", out, model.whole("shape", 1, 4, size * size))
    session = converted(model, out, tmp_path, entry=free)
    given = pictures()
    wider = np.concatenate([given, given[:, :, ::-1]], axis=2)
    assert session.run(wider)["out"].shape == (2, 4, 2 * size * size)
    wanted = _resized(_resized(wider.astype(np.float32) @ weights[0, 0], size, axis=1), 2 * size, axis=2)
    got = session.run(wider)["out"].reshape(2, 4, size, 2 * size).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-2)


def test_colours_are_reordered_and_normalised_inside_the_graph(tmp_path: Path) -> None:
    entry = msgspec.structs.replace(PLAIN, channels="bgr", mean=(1, 2, 3), scale=(2, 3, 4))
    model = TfjsModel()
    out = model.node("Identity", "picture")
    given = pictures()
    wanted = (given[..., ::-1].astype(np.float32) - [1, 2, 3]) * [2, 3, 4]
    session = converted(model, out, tmp_path, entry=entry, last=False)
    np.testing.assert_array_equal(session.run(given)["out"], wanted.transpose(0, 3, 1, 2))


def test_transpositions_that_cancel_are_not_written(tmp_path: Path) -> None:
    model = TfjsModel()
    last, second = model.whole("last", 0, 2, 3, 1), model.whole("second", 0, 3, 1, 2)
    out = conv(model, "picture", model.constant("k", kernel(1, 1, 3, 4)))
    out = model.node("Relu", model.node("Transpose", out, second))
    out = conv(model, model.node("Transpose", out, last), model.constant("k2", kernel(1, 1, 4, 4)))
    written = operations(model, out, tmp_path)
    assert written[written.index("Conv") :] == ["Conv", "Relu", "Conv", "Transpose", "Identity"]


@pytest.mark.parametrize(
    ("packed", "quantization", "wanted"),
    [
        (np.array([0.5, -2, 7], "<f2"), {"dtype": "float16"}, [0.5, -2, 7]),
        (np.array([0, 10, 255], "u1"), {"dtype": "uint8", "min": -1.0, "scale": 0.5}, [-1, 4, 126.5]),
        (np.array([0, 10, 65535], "<u2"), {"dtype": "uint16", "min": 1.0, "scale": 2.0}, [1, 21, 131071]),
    ],
)
def test_packed_weights_are_read_as_their_manifest_says(
    packed: NDArray[np.generic], quantization: dict[str, object], wanted: list[float], tmp_path: Path
) -> None:
    model = TfjsModel()
    model.constant("w", packed, quantization)
    np.testing.assert_array_equal(read_graph(model.write(tmp_path)).weights["w"], np.array(wanted, np.float32))


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path) -> None:
    model = TfjsModel()
    out = conv(model, "picture", model.constant("k", kernel(3, 3, 3, 2)))
    graph = read_graph(model.write(tmp_path))

    def once() -> bytes:
        made = convert(graph, entry="picture", is_channels_last=True, outputs={"o": out}, picture=PLAIN, name="small")
        content: bytes = made.SerializeToString()
        return content

    assert once() == once()


def _unknown(model: TfjsModel) -> str:
    return model.node("Einsum", "picture", name="strange")


def _unfixed(model: TfjsModel) -> str:
    return model.node("Reshape", "picture", model.node("Shape", "picture"))


def _padding(model: TfjsModel) -> str:
    return conv(model, "picture", model.constant("k", kernel(1, 1, 3, 1)), padding="EXPLICIT")


def _missing(model: TfjsModel) -> str:
    return model.node("Relu", "nowhere")


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (_unknown, r"Einsum \(strange\).*is not known"),
        (_unfixed, "must be a constant"),
        (_padding, "must be SAME, VALID"),
        (_missing, "no node is called nowhere"),
    ],
)
def test_what_cannot_be_converted_is_named(build: Callable[[TfjsModel], str], said: str, tmp_path: Path) -> None:
    model = TfjsModel()
    out = build(model)
    with pytest.raises(ConversionError, match=said):
        converted(model, out, tmp_path)


def test_weights_cut_short_are_told_by_name(tmp_path: Path) -> None:
    model = TfjsModel()
    model.constant("w", kernel(4))
    path = model.write(tmp_path)
    (tmp_path / "weights.bin").write_bytes(model.packed[:-1])
    with pytest.raises(ConversionError, match="cut short at w"):
        read_graph(path)


def test_a_file_that_is_no_graph_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"format": "layers-model"}', encoding="utf-8")
    with pytest.raises(ConversionError, match=r"no TF\.js graph model"):
        read_graph(path)
