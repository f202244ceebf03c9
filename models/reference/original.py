"""Runs a model in TensorFlow.js, the runtime it was published for; what comes out is the reference.

The runtime is installed by its own lock file into a cache folder. It needs node and npm, and about a minute.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import SourceError, ToolError
from models.manifest import Manifest
from models.recipe import GraphPart
from models.sources.client import NPM_BOUNDS, reason
from models.writing import make_folder

HERE = Path(__file__).parent
INSTALL_TIMEOUT_S = 1800
RUN_TIMEOUT_S = 1800
CHANNEL_ORDERS = {"rgb": [0, 1, 2], "bgr": [2, 1, 0]}


def run_original(
    *, graph: GraphPart, model: Path, manifest: Manifest, pictures: NDArray[np.uint8], folder: Path,
    say: Callable[[str], None],
) -> dict[str, NDArray[np.float32]]:  # fmt: skip
    """Return the outputs of the original model by our names, float32 [pictures, ...].

    Args:
        graph: entry and outputs of the graph.
        model: its JSON file.
        manifest: how the input is normalised.
        pictures: [pictures, height_px, width_px, 3], RGB.
        folder: where the runtime is kept.
        say: is told what takes long.

    Raises:
        ToolError: node or npm is not installed.
        SourceError: the runtime could not be installed, or refused the model.
    """
    _install(folder, say)
    say("Menjalankan aslinya / running the original: TensorFlow.js ...")
    normalised = manifest.input
    job = {
        "model": str(model.resolve()),
        "entry": graph.entry,
        "outputs": graph.outputs,
        "is_channels_last": graph.is_channels_last,
        "width_px": normalised.width_px,
        "height_px": normalised.height_px,
        "mean": normalised.mean,
        "scale": normalised.scale,
        "order": CHANNEL_ORDERS[normalised.channels],
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (folder / "pictures.rgb").write_bytes(pictures.tobytes())
    _run(["node", str(HERE / "original.js"), str(folder.resolve())], folder, RUN_TIMEOUT_S)
    return {name: _read(folder / f"{name}.f32", name, manifest, len(pictures)) for name in graph.outputs}


def _install(folder: Path, say: Callable[[str], None]) -> None:
    """Install the runtime unless it is there as the lock file says."""
    make_folder(folder)
    stamp, lock = folder / "installed.lock", (HERE / "package-lock.json").read_bytes()
    if stamp.is_file() and stamp.read_bytes() == lock:
        return
    say("Memasang / installing TensorFlow.js (77 MB) dari registri npm / from the npm registry ...")
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, folder / name)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    _run(["npm", "ci", *quiet, *NPM_BOUNDS], folder, INSTALL_TIMEOUT_S)
    stamp.write_bytes(lock)


def _run(command: list[str], folder: Path, timeout_s: int) -> None:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s, check=False)
    except FileNotFoundError as exc:
        raise ToolError(f"Perlu / needs {command[0]}. Coba / Try: apt-get install nodejs npm") from exc
    except subprocess.TimeoutExpired as exc:
        raise SourceError(f"{' '.join(command)}: lebih dari / longer than {timeout_s} s. Ulangi / Try again.") from exc
    if ended.returncode != 0:
        raise SourceError(
            f"{' '.join(command)}: gagal / failed: {reason(ended.stderr)}. Periksa jaringan / Check the network."
        )


def _read(path: Path, name: str, manifest: Manifest, count: int) -> NDArray[np.float32]:
    """Return an output [pictures, places, numbers]; how many numbers a place has stands in the manifest."""
    is_score = name in {scores for scores, _ in manifest.decode.pairs}
    numbers = len(manifest.classes) if is_score else manifest.decode.box_numbers
    return np.fromfile(path, "<f4").reshape(count, -1, numbers)
