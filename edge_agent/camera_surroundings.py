"""What the configuration of a camera names outside itself, looked at by `--check-config`; see `surroundings`.

The camera itself is not called: it may be switched on later, and the process that runs may have it.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from edge_agent.camera_app import OWN_MODEL
from edge_agent.cameras.settings import FileSettings, LibcameraSettings, RtspSettings, UsbSettings
from edge_agent.config import CameraConfig
from edge_agent.sightings.errors import ViewFileError
from edge_agent.sightings.view_file import read_view
from models.errors import ModelsError
from models.manifest import read_manifest, verify_file

LIBRARIES = ("numpy", "onnxruntime", "av", "lap", "PIL")
"""Of the extra `camera`."""


def of_camera(source: str, camera: CameraConfig, folder: Path) -> Iterator[str]:
    """Yield what is missing or wrong around a camera, each problem beginning with its key.

    Args:
        source: its name.
        camera: its tables.
        folder: where relative paths of the driver's table begin.
    """
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        yield f"camera.{source}: {', '.join(missing)} not installed. Try: pip install 'jagawai[camera]'"
    try:
        read_view(camera.view)
    except ViewFileError as exc:
        yield f"camera.{source}.view: {exc}"
    model = camera.model or OWN_MODEL
    try:
        verify_file(model, read_manifest(model))
    except ModelsError as exc:
        yield f"camera.{source}.model: {exc}"
    yield from _of_driver(f"camera.{source}.{camera.driver}", camera, folder)


def _of_driver(key: str, camera: CameraConfig, folder: Path) -> Iterator[str]:
    """Look at what a driver's table names on this machine."""
    chosen = camera.chosen()
    named: dict[str, str | None] = {}
    if isinstance(chosen, FileSettings):
        named["file"] = chosen.file
    elif isinstance(chosen, RtspSettings):
        named["password_file"] = chosen.password_file
    elif isinstance(chosen, UsbSettings):
        named["device"] = chosen.device
    elif isinstance(chosen, LibcameraSettings) and find_spec("picamera2") is None:
        yield f"{key}: picamera2 is not there. Try: apt-get install python3-picamera2"
    for name, path in named.items():
        if path is not None and not (folder / path).exists():
            yield f"{key}.{name}: {folder / path} is not there. Check the path, or plug the camera in"
