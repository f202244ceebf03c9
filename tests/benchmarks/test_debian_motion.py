"""What motion says of a clip, read from its log, and where its libraries are looked for."""

from pathlib import Path

from benchmarks import debian_motion
from benchmarks.debian_motion import Heard, heard

LOG = """\
[1:ml1] [NTC] [ALL] [Nov 22 14:35:13] motion_init: Camera 0 started: motion detection Enabled
[1:ml1] [NTC] [ALL] Above message repeats 4 times
[1:ml1] [INF] [ALL] [Nov 22 14:35:13] mlp_setupmode: Changes:    12 - noise level: 130
[1:ml1] [NTC] [ALL] Above message repeats 9 times
[1:ml1] [NTC] [ALL] [Nov 22 14:35:13] motion_detected: Motion detected - starting event 1.
[1:ml1] [INF] [ALL] Above message repeats 2 times
[1:ml1] [INF] [ALL] [Nov 22 14:35:13] mlp_setupmode: Changes:  6939 - noise level: 130
[1:ml1] [INF] [ALL] Above message repeats 3 times
[1:ml1] [NTC] [ALL] [Nov 22 14:35:15] mlp_actions: End of event 1
[1:ml1] [NTC] [ALL] [Nov 22 14:35:16] motion_detected: Motion detected - starting event 2.
[1:ml1] [INF] [ALL] [Nov 22 14:35:16] mlp_setupmode: Changes:  1500 - noise level: 130
"""


def test_frames_that_repeat_are_counted_and_other_lines_that_repeat_are_not() -> None:
    assert heard(LOG) == Heard(frames=15, moving=4, events=2)
    assert heard("") == Heard(frames=0, moving=0, events=0)


def test_every_folder_with_libraries_is_looked_into(tmp_path: Path) -> None:
    for name in ("x86_64-linux-gnu/libswscale.so.6", "x86_64-linux-gnu/blas/libblas.so.3", "share/notes.txt"):
        place = tmp_path / "usr/lib" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    folders = debian_motion._library_folders(tmp_path)
    assert [Path(one).relative_to(tmp_path / "usr/lib").as_posix() for one in folders] == [
        "x86_64-linux-gnu",
        "x86_64-linux-gnu/blas",
    ]
