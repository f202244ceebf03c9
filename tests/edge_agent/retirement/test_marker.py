"""The marker of a retired box, and who does not start where it lies."""

from pathlib import Path

import pytest

from edge_agent import app, config
from edge_agent.retirement.errors import MarkerError, RetiredError
from edge_agent.retirement.marker import (
    NAME,
    Marker,
    Step,
    forget_marker,
    is_marked,
    read_marker,
    refuse_retired,
    write_marker,
)
from edge_agent.stop import Stop
from tests.support.boxes import write_config

GAUGE = '[gauge.g1]\ndriver = "replay"\n[gauge.g1.replay]\nfile = "river.csv"\nmounted_offset_cm = 300.0\n'


def marker(step: Step) -> Marker:
    return Marker(step=step, node="n-7f3k2m9q", command_id="c1", at_ms=1)


def test_what_is_written_is_read_until_it_is_forgotten(tmp_path: Path) -> None:
    assert read_marker(tmp_path) is None
    for step in Step:
        write_marker(tmp_path, marker(step))
        assert read_marker(tmp_path) == marker(step)
    assert is_marked(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    forget_marker(tmp_path)
    forget_marker(tmp_path)
    refuse_retired(tmp_path)
    assert not is_marked(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", '{"step":"gone","node":"n","command_id":"c","at_ms":1}', "\x00" * 64])
def test_a_marker_that_cannot_be_read_stops_the_box_all_the_same(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    assert is_marked(tmp_path)
    with pytest.raises(MarkerError, match="Hapus berkas ini"):
        refuse_retired(tmp_path)


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MarkerError):
        read_marker(tmp_path)


@pytest.mark.parametrize(("step", "does"), [(Step.LEAVING, "sedang"), (Step.WIPING, "sedang"), (Step.RETIRED, "sudah")])
def test_the_gauge_starts_at_no_step_of_it_and_touches_nothing(tmp_path: Path, step: Step, does: str) -> None:
    box = config.load(write_config(tmp_path, gauge=GAUGE))
    box.box.home.mkdir()
    write_marker(box.box.home, marker(step))
    with pytest.raises(RetiredError, match=f"{does} dipensiunkan"):
        app.run_gauge(box, folder=tmp_path, stop=Stop())
    assert [path.name for path in box.box.home.iterdir()] == [NAME]


def test_the_uplink_of_a_retired_box_says_what_to_do_in_both_languages(tmp_path: Path) -> None:
    box = config.load(write_config(tmp_path, gauge=GAUGE, extra='[hub]\nhost = "127.0.0.1"\nport = 1\n'))
    box.box.home.mkdir()
    write_marker(box.box.home, marker(Step.RETIRED))
    with pytest.raises(RetiredError, match=r"label baru.*claim it by a new label"):
        app.run_uplink(box, stop=Stop())
