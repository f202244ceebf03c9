"""What the configuration of a camera names outside itself, looked at by `--check-config`; see `surroundings`.

The camera itself is not called: it may be switched on later, and the process that runs may have it. Its model is
opened and run once, as that process does it: a folder can be whole, and its file still not fit its manifest.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from edge_agent.camera_app import NOT_DRAWN, OWN_MODEL
from edge_agent.cameras import password_file
from edge_agent.cameras.settings import FileSettings, LibcameraSettings, RtspSettings, UsbSettings
from edge_agent.config import CameraConfig
from edge_agent.sightings.errors import ViewFileError
from edge_agent.sightings.view_file import read_view

LIBRARIES = ("numpy", "onnxruntime", "av", "lap", "PIL")
"""Of the extra `camera`."""


def of_cameras(cameras: Mapping[str, CameraConfig], folder: Path) -> Iterator[str]:
    """Yield what is missing or wrong around cameras, each problem beginning with its key.

    Args:
        cameras: by name, their tables.
        folder: where relative paths of the drivers' tables begin.
    """
    model_problem = cache(_model_problem)  # cameras may share one folder
    for source, camera in cameras.items():
        yield from _of_camera(source, camera, folder, model_problem)


def warnings(cameras: Mapping[str, CameraConfig]) -> Iterator[str]:
    """Yield what a box runs with, and hardly means so; each begins with its key."""
    for source, camera in cameras.items():
        if camera.view is None:
            yield f"camera.{source}.view: {NOT_DRAWN}"
            continue
        try:
            view = read_view(camera.view)
        except ViewFileError:  # a problem, and told as one
            continue
        if not view.zones and not view.lines:
            yield (
                f"camera.{source}.view: {camera.view}: tanpa zona dan garis: kamera ini tidak menghitung apa pun dan "
                "tidak tampil di pusat. Tulis [zones.NAMA] atau [lines.NAMA] / no zone and no line: this camera counts "
                "nothing and does not appear at the hub. Write [zones.NAME] or [lines.NAME]"
            )


def _of_camera(
    source: str, camera: CameraConfig, folder: Path, model_problem: Callable[[Path], str | None]
) -> Iterator[str]:
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        yield f"camera.{source}: {', '.join(missing)} not installed. Try: pip install 'jagawai[camera]'"
    try:
        if camera.view is not None:
            read_view(camera.view)
    except ViewFileError as exc:
        yield f"camera.{source}.view: {exc}"
    problem = None if missing else model_problem((camera.model or OWN_MODEL).resolve())
    if problem is not None:
        yield f"camera.{source}.model: {problem}"
    yield from _of_driver(f"camera.{source}.{camera.driver}", camera, folder)


def _model_problem(folder: Path) -> str | None:
    """Return why the camera process would refuse a model's folder. Loads what it needs when it is called."""
    from edge_agent.inference.errors import ModelError
    from edge_agent.inference.fit import verify_model

    try:
        verify_model(folder)
    except ModelError as exc:
        return str(exc)
    return None


def _of_driver(key: str, camera: CameraConfig, folder: Path) -> Iterator[str]:
    """Look at what a driver's table names on this machine."""
    chosen = camera.chosen()
    if isinstance(chosen, FileSettings):
        if not (folder / chosen.file).exists():
            yield f"{key}.file: {folder / chosen.file} is not there. Check the path"
    elif isinstance(chosen, RtspSettings):
        if chosen.password_file is not None:
            found = password_file.problems(folder / chosen.password_file)
            yield from (f"{key}.password_file: {problem}" for problem in found)
    elif isinstance(chosen, UsbSettings):
        if not (folder / chosen.device).exists():
            yield f"{key}.device: {folder / chosen.device} is not there. Check the path, or plug the camera in"
    elif isinstance(chosen, LibcameraSettings) and find_spec("picamera2") is None:
        yield f"{key}: picamera2 is not there. Try: apt-get install python3-picamera2"
