"""Configurations of boxes with cameras that show clips, for the benches of the camera."""

from pathlib import Path

VIEW = """
[lines.garis]
start = [0.0, 0.6]
end = [1.0, 0.6]
[zones.jalan]
kind = "road"
outline = [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]
"""
BOX = '[box]\nnode = "n-bench-camera"\nhome = "{home}"\nboard = "bench"\n[vision]\ncores = {cores}\n'
CAMERA = (
    '[camera.c{n}]\ndriver = "file"\nview = "view.toml"\nframes_per_s = {per_s}\nmost_frames_per_s = {most}\n'
    'motion_gate = {gate}\n[camera.c{n}.file]\nfile = "{clip}"\npace = "{pace}"\nrepeats = {repeats}\n'
)


def write_box(
    home: Path, clip: Path, *, views: int, per_s: float, most: float, gate: bool, pace: str, cores: float
) -> Path:
    """Write a box of so many cameras that show one clip, beside the folder of its home; return its config's path."""
    path = home.with_suffix(".toml")
    (home.parent / "view.toml").write_text(VIEW, encoding="utf-8")
    values = {"per_s": per_s, "most": most, "gate": str(gate).lower(), "clip": clip.name, "pace": pace}
    cameras = [CAMERA.format(n=n + 1, repeats=str(pace == "own").lower(), **values) for n in range(views)]
    path.write_text(BOX.format(home=home.name, cores=cores) + "".join(cameras), encoding="utf-8")
    return path
