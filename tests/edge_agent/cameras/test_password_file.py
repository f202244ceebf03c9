"""What `--check-config` says of a camera's password file; what stands in it is told to nobody."""

from pathlib import Path

import pytest

from edge_agent.cameras.password_file import problems


def written(folder: Path, content: bytes, *, mode: int = 0o600) -> Path:
    """Write a password file."""
    path = folder / "sandi-c1"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", [b"rahasia", b"rahasia\n", b"rahasia\r\n", "kunci ß\n".encode()])
def test_the_password_alone_for_the_agent_alone_is_right(content: bytes, tmp_path: Path) -> None:
    assert list(problems(written(tmp_path, content))) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"admin\nrahasia\n", "must be one line, got 2"),
        (b"\xff\xfe\x00", "is no UTF-8 text"),
    ],
)
def test_other_content_is_told_with_what_to_write(content: bytes, told: str, tmp_path: Path) -> None:
    (problem,) = problems(written(tmp_path, content))
    assert told in problem
    assert "Write the password alone" in problem
    assert "rahasia" not in problem


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602])
def test_a_file_that_others_may_open_is_told_with_the_command_that_closes_it(mode: int, tmp_path: Path) -> None:
    path = written(tmp_path, b"rahasia\n", mode=mode)
    (problem,) = problems(path)
    assert f"mode must be 600, got {mode:o}" in problem
    assert problem.endswith(f"chmod 600 {path}")


def test_a_file_that_is_not_there_is_not_a_camera_to_be_plugged_in(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "sandi-c1")
    assert "is not there" in problem
    assert "Write the password alone" in problem


def test_a_folder_in_its_place_cannot_be_read(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)
    assert "cannot be read" in problem
