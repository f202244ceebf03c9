"""The model's file in onnxruntime, and whether it fits its manifest."""

from collections.abc import Mapping
from pathlib import Path

import onnxruntime

from edge_agent.inference.candidates import Shapes
from edge_agent.inference.errors import ModelError
from models.manifest import Input
from models.runtime_words import SILENT, why

CHANNELS = 3
_INPUT_TYPE, _OUTPUT_TYPE = "tensor(uint8)", "tensor(float)"


def open_session(path: Path, *, threads: int) -> onnxruntime.InferenceSession:
    """Return the file as a session on the CPU, kept small: a box has other things to do.

    No thread spins while it waits; weights lie outside of the arena; no plan of the memory is kept per input size.
    Measured with the street model, one 736x416 input | three: 101 | 125 MB resident in all, with that plan 113 | 142,
    without an arena 129 | 164, at the same CPU time.

    Args:
        path: of the ONNX file.
        threads: that one run may use, the caller's own included.

    Raises:
        ModelError: onnxruntime cannot read it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_mem_pattern = False
    options.log_severity_level = SILENT
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # what onnxruntime raises has no base of its own
        raise ModelError(
            f"{path}: model tidak dapat dibuka. Pasang ulang model ini. / the model cannot be opened: {why(exc)}. "
            "Install this model again."
        ) from exc


def verify_fit(session: onnxruntime.InferenceSession, told: Input, shapes: Shapes, *, where: str) -> None:
    """Check that a graph takes and gives what its manifest says.

    Args:
        session: opened.
        told: what the manifest says of the input.
        shapes: outputs that the manifest's decode kind needs at the manifest's input size, without the batch.
        where: the model's file, for messages.

    Raises:
        ModelError: an input or output is missing or has another type or shape; names every one.
    """
    inputs, outputs = session.get_inputs(), session.get_outputs()
    item = (told.height_px, told.width_px, CHANNELS)
    wanted_outputs = {name: (_OUTPUT_TYPE, shape) for name, shape in shapes.items()}
    problems = [
        *_problems("input", {told.name: (_INPUT_TYPE, item)}, {n.name: (n.type, n.shape) for n in inputs}),
        *_problems("output", wanted_outputs, {node.name: (node.type, node.shape) for node in outputs}),
    ]
    if len(inputs) != 1:
        problems.append(f"must have 1 input, got {len(inputs)}")
    if not problems and told.step_px is not None and any(isinstance(size, int) for size in inputs[0].shape[1:3]):
        problems.append(f"step_px is {told.step_px}, so height and width must be free, got {inputs[0].shape}")
    if problems:
        raise ModelError(
            f"{where}: model tidak cocok dengan manifesnya. Pasang ulang model ini. / the model does not fit its "
            f"manifest: {'; '.join(problems)}. Install this model again."
        )


def _problems(
    kind: str,
    wanted: Mapping[str, tuple[str, tuple[int, ...]]],
    found: Mapping[str, tuple[str, list[int | str | None]]],
) -> list[str]:
    """Return what does not fit; a size that the graph leaves open fits any."""
    problems = []
    for name, (type_, shape) in wanted.items():
        if name not in found:
            problems.append(f"{kind} {name} must be there, got {', '.join(sorted(found))}")
            continue
        found_type, found_shape = found[name]
        if found_type != type_:
            problems.append(f"{kind} {name} must be {type_}, got {found_type}")
        if not _fits(shape, found_shape):
            problems.append(f"{kind} {name} must be [N, {', '.join(map(str, shape))}] with N free, got {found_shape}")
    return problems


def _fits(shape: tuple[int, ...], found: list[int | str | None]) -> bool:
    is_batch_free = len(found) == 1 + len(shape) and not isinstance(found[0], int)
    return is_batch_free and all(
        size == wanted for size, wanted in zip(found[1:], shape, strict=True) if isinstance(size, int)
    )
