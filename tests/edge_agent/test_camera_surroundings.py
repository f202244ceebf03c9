"""What `--check-config` looks at around a camera: that its model fits, its view counts, its password is kept."""

import re
from pathlib import Path

import pytest

from edge_agent.__main__ import main
from tests.support.boxes import write_config
from tests.support.model_folders import UNFIT, copy_of_street

LINE = "[lines.garis]\nstart = [0.5, 0.0]\nend = [0.5, 1.0]\n"
SYNTHETIC = '[camera.c1]\ndriver = "synthetic"\nview = "view.toml"\n'
RTSP = """[camera.c1]
driver = "rtsp"
view = "view.toml"
[camera.c1.rtsp]
url = "rtsp://192.0.2.1/"
user = "agen"
password_file = "sandi-c1"
"""


def checked(folder: Path, cameras: str, *, view: str = LINE) -> int:
    """Check a box with these cameras; return the exit code."""
    (folder / "view.toml").write_text(view, encoding="utf-8")
    return main(["--check-config", "--config", str(write_config(folder, gauge=cameras))])


@pytest.mark.parametrize("kind", UNFIT)
def test_a_model_that_the_camera_process_would_refuse_is_told_at_the_pole(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil, told = UNFIT[kind]
    spoil(copy_of_street(tmp_path / "model"))
    assert checked(tmp_path, f'{SYNTHETIC}model = "model"\n') == 2
    said = capfd.readouterr().err
    assert "camera.c1.model: " in said
    (line,) = [line for line in said.splitlines() if "camera.c1.model" in line]
    assert re.search(told, line)
    assert "asang ulang model" in line


def test_two_cameras_with_one_model_open_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from edge_agent.inference import fit

    asked: list[Path] = []
    real = fit.verify_model

    def verify_model(folder: Path) -> None:
        asked.append(folder)
        real(folder)

    monkeypatch.setattr(fit, "verify_model", verify_model)
    assert checked(tmp_path, SYNTHETIC + SYNTHETIC.replace("c1", "c2")) == 0
    assert len(asked) == 1


def test_a_view_that_counts_nothing_is_warned_of_and_no_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, SYNTHETIC, view='name = "Pasar"\n') == 0
    said = capsys.readouterr()
    (warning,) = said.err.splitlines()
    assert warning.startswith(f"Peringatan / Warning: camera.c1.view: {tmp_path / 'view.toml'}: tanpa zona dan garis")
    assert "no zone and no line" in warning
    assert "[lines.NAME]" in warning
    assert "Konfigurasi benar" in said.out
    assert checked(tmp_path, SYNTHETIC) == 0
    assert capsys.readouterr().err == ""


def test_a_camera_without_a_view_is_told_where_to_draw_one_and_is_no_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, SYNTHETIC.replace('view = "view.toml"\n', "")) == 0
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith("Peringatan / Warning: camera.c1.view: belum ada gambar zona: gambarlah di pusat")
    assert "no zones are drawn yet: draw them at the hub" in warning


def test_a_password_that_others_may_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, RTSP) == 2
    said = capsys.readouterr().err
    assert f"camera.c1.rtsp.password_file: {tmp_path / 'sandi-c1'}: tidak ada / is not there" in said
    assert "plug the camera in" not in said
    password = tmp_path / "sandi-c1"
    password.write_text("", encoding="utf-8")
    password.chmod(0o644)
    assert checked(tmp_path, RTSP) == 2
    said = capsys.readouterr().err
    assert said.count("camera.c1.rtsp.password_file: ") == 2
    password.write_text("rahasia\n", encoding="utf-8")
    password.chmod(0o600)
    assert checked(tmp_path, RTSP) == 0


def test_only_a_camera_that_can_be_plugged_in_is_to_be_plugged_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = '[camera.c1]\ndriver = "file"\nview = "view.toml"\n[camera.c1.file]\nfile = "away.mp4"\n'
    usb = '[camera.c2]\ndriver = "usb"\nview = "view.toml"\n[camera.c2.usb]\ndevice = "/dev/no-camera"\n'
    assert checked(tmp_path, clip + usb) == 2
    lines = {line.split(": ")[1]: line for line in capsys.readouterr().err.splitlines() if "is not there" in line}
    assert "plug the camera in" not in lines["camera.c1.file.file"]
    assert "plug the camera in" in lines["camera.c2.usb.device"]
