"""Emitters of operations that need pictures with channels in the second place: convolutions, resizing."""

import numpy as np

from models.conversion.elementwise import ACTIVATIONS, with_constant
from models.conversion.graph import Array
from models.conversion.operation import Emitter, Operation
from models.conversion.writer import CHANNELS_LAST, CHANNELS_SECOND, Value
from models.errors import ConversionError


def _convolution(operation: Operation) -> list[Value]:
    return [_convolved(operation)]


def _fused_convolution(operation: Operation) -> list[Value]:
    """A convolution with what grappler has put behind it: a bias, then perhaps an activation."""
    value = _convolved(operation)
    for name in operation.node.words("fused_ops"):
        if name == "BiasAdd":
            value = with_constant(operation, "Add", value, 2)
        elif name in ACTIVATIONS:
            value = ACTIVATIONS[name](operation, value)
        else:
            raise ConversionError(
                f"TF.js {operation.node.op} {operation.node.name}: {name} tidak dikenal / is not known. Tambahkan ke / "
                "Add it to models/conversion/elementwise.py."
            )
    return [value]


def _convolved(operation: Operation) -> Value:
    kernel = operation.constant(1).astype(np.float32)
    is_depthwise = "Depthwise" in operation.node.op
    groups = kernel.shape[2] if is_depthwise else 1
    weights = _depthwise(kernel) if is_depthwise else kernel.transpose(3, 2, 0, 1)
    name = operation.writer.constant(f"{operation.node.inputs[1]}/weights", weights)
    dilations = operation.node.numbers("dilations") or [1, 1, 1, 1]
    written = operation.writer.node(
        "Conv",
        [_channels_second(operation, 0), name],
        kernel_shape=list(kernel.shape[:2]),
        strides=operation.node.numbers("strides")[1:3],
        dilations=dilations[1:3],
        group=groups,
        **operation.padding(),
    )
    return Value(written, CHANNELS_LAST)


def _depthwise(kernel: Array) -> Array:
    """Return TensorFlow's [height, width, channels, multiplier] as ONNX's [channels * multiplier, 1, height, width]."""
    height, width, channels, multiplier = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)


def _resize_bilinear(operation: Operation) -> list[Value]:
    """To a constant size, written as factors: onnxruntime cannot re-lay a Resize whose `sizes` name two axes only."""
    picture = _channels_second(operation, 0)
    lengths = zip(operation.constant(1).ravel().tolist(), operation.writer.lengths(picture)[2:], strict=True)
    factors = np.array([1.0, 1.0, *(wanted / given for wanted, given in lengths)], np.float32)
    mode = "asymmetric"
    if operation.node.is_set("half_pixel_centers"):
        mode = "half_pixel"
    elif operation.node.is_set("align_corners"):
        mode = "align_corners"
    inputs = [picture, "", operation.writer.constant(f"{operation.node.name}/factors", factors)]
    written = operation.writer.node("Resize", inputs, mode="linear", coordinate_transformation_mode=mode)
    return [Value(written, CHANNELS_LAST)]


def _batch_norm(operation: Operation) -> list[Value]:
    """FusedBatchNorm at run time: scale, offset, mean and variance are constants."""
    names = [
        operation.writer.constant(reference, operation.constant(place).astype(np.float32))
        for place, reference in enumerate(operation.node.inputs[1:5], start=1)
    ]
    epsilon = operation.node.number("epsilon", 1e-3)
    inputs = [_channels_second(operation, 0), *names]
    return [Value(operation.writer.node("BatchNormalization", inputs, epsilon=epsilon), CHANNELS_LAST)]


def _channels_second(operation: Operation, place: int) -> str:
    return operation.writer.plain(operation.value(place).permuted(CHANNELS_SECOND))


EMITTERS: dict[str, Emitter] = {
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _convolution,
    "_FusedConv2D": _fused_convolution,
    "FusedDepthwiseConv2dNative": _fused_convolution,
    "FusedBatchNorm": _batch_norm,
    "FusedBatchNormV3": _batch_norm,
    "ResizeBilinear": _resize_bilinear,
}
