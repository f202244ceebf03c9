"""Every text of a camera's fault: Indonesian with what to do, ` / `, English with what to do.

The wall shows what stands before the ` / ` and nothing else. The texts are read out of the source, so that one that is
written tomorrow is looked at too.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from contract.desired import Applied
from contract.records import Fault
from edge_agent.camera_app import NOT_DRAWN
from edge_agent.inference.errors import ModelError
from edge_agent.inference.fit import verify_model
from edge_agent.sightings.errors import ViewFileError
from edge_agent.sightings.view_file import read_view
from tests.support.camera_bench import CameraBench, FakeReader, empty_street
from tests.support.clocks import FakeClock
from tests.support.model_folders import UNFIT, copy_of_street

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = (
    "edge_agent/cameras/*.py",
    "edge_agent/inference/*.py",
    "edge_agent/sightings/view_file.py",
    "models/manifest.py",
)
ANSWERS = frozenset({"asked_stills.py", "still_desk.py", "view_commands.py", "password_file.py"})
"""What these say is no fault: answers to who waits at a screen, and lines of `--check-config`."""
LOGGED = frozenset({"words", "read_view"})
"""Functions whose words go to a log or to `--check-config` only."""
BETWEEN = " / "
OVER = frozenset({
    "Kamera memberi gambar lagi. / The camera gives pictures again.",
    "Kamera tidak ada lagi di konfigurasi. / The camera is no longer in the config.",
    "Yang diamati kamera ini diketahui lagi. / What this camera watches is known again.",
    "Gambar zona dari pusat terpakai. / The hub's drawing is in use.",
    "Model bekerja lagi. / The model works again.",
    "Papan cukup sejuk lagi. / The board is cool enough again.",
})  # fmt: skip
"""Said when a fault is over: there is nothing to do."""
HINTS = "Bagian gambar, bukan piksel"
LAKUKAN = re.compile(
    r"[.;] (?:periksa|lihat|nyalakan|pasang|salin|atur|pilih|pakai|samakan|tulis|cabut|matikan|kembalikan|gambarlah|"
    r"buat|perbarui|perbaiki|kurangi|beri|gambar ulang|ia dicoba lagi sendiri|gambar ini dilewati)\b",
    re.IGNORECASE,
)
DO = re.compile(
    r"[.;:] (?:check|see|switch|install|copy|set|choose|use|make|write|unplug|draw|update|correct|build|give|restart|"
    r"it is tried again by itself|this frame is passed over)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(r"\b(?:the|is|are|cannot|must|with|again|check|not|does|was|of)\b")
INDONESIAN = re.compile(r"\b(?:tidak|gambar|kamera|berkas|dengan|lagi|periksa|dari|ini)\b")
COMMANDS = re.compile(r"`[^`]*`|models build|/\S+")
"""And paths: in no language of ours."""


def verify(text: str) -> None:
    """Fail where one language has not what there is to do, or words of the other."""
    indonesian, between, english = text.partition(BETWEEN)
    assert between, f"one language alone: {text}"
    assert BETWEEN not in english, f"sentence by sentence: {text}"
    assert LAKUKAN.search(indonesian), f"what is to be done? {indonesian}"
    assert DO.search(english), f"what is to be done? {english}"
    assert not ENGLISH.search(COMMANDS.sub("", indonesian)), f"words of the other language: {indonesian}"
    assert not INDONESIAN.search(COMMANDS.sub("", english)), f"words of the other language: {english}"


def texts() -> Iterator[tuple[str, str]]:
    """Yield each text in both languages, and each that an error is given, with where it stands."""
    for path in sorted(path for folder in FOLDERS for path in ROOT.glob(folder)):
        if path.name in ANSWERS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        passed = {id(one) for node in ast.walk(tree) if _is_passed(node) for one in ast.walk(node)}
        passed |= {id(one) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in node.values}
        given = {id(node.args[0]) for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_error(node)}
        for node in ast.walk(tree):
            if id(node) in passed or not isinstance(node, ast.JoinedStr | ast.Constant):
                continue
            said = _said(node, module)
            if (BETWEEN in said or id(node) in given) and said not in {*OVER, BETWEEN} and not said.startswith(HINTS):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", said


def _is_passed(node: ast.AST) -> bool:
    """Answer whether what is below is a docstring, a part of a longer text, or for a log."""
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_logged = isinstance(node, ast.FunctionDef) and node.name in LOGGED
    return is_docstring or is_logged or isinstance(node, ast.FormattedValue)


def _is_error(node: ast.Call) -> bool:
    if not (node.args and isinstance(node.func, ast.Name)):
        return False
    return node.func.id.endswith("Error") and node.func.id not in {"CameraClosedError", "ValueError"}


def _said(node: ast.AST, module: ModuleType) -> str:
    """Return a text as it is said; what is only known when it runs is `x`."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_said(one, module) for one in node.values)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    assert isinstance(node, ast.FormattedValue)
    name = ast.unparse(node.value)
    known = getattr(module, name, None)
    if name in {"lakukan", "do"}:  # chosen by what it is of; each choice is looked at below
        return {"lakukan": "Periksa x.", "do": "Check x."}[name]
    return known if isinstance(known, str) else "x"


FOUND = list(texts())


@pytest.mark.parametrize("text", [text for _, text in FOUND], ids=[place for place, _ in FOUND])
def test_a_fault_is_whole_in_each_language_with_what_to_do(text: str) -> None:
    verify(text)


def test_the_texts_of_every_part_of_a_frames_way_are_looked_at() -> None:
    looked_at = {place.partition(":")[0].rpartition("/")[2] for place, _ in FOUND}
    wanted = {"failures.py", "file.py", "stream.py", "live.py", "newest.py", "usb.py", "rtsp.py", "libcamera.py"}
    wanted |= {
        "heat.py",
        "drawing_desk.py",
        "scaling.py",
        "session.py",
        "detector.py",
        "candidates.py",
        "buffers.py",
    }
    assert wanted | {"regions.py", "view_file.py", "manifest.py"} <= looked_at
    assert len(FOUND) > 40


def test_each_choice_of_what_to_do_is_something_to_do() -> None:
    from edge_agent.cameras import stream

    for pair in (stream.FROM_A_CAMERA, stream.FROM_A_CLIP, stream.MEND_A_CAMERA, stream.MEND_A_CLIP):
        verify(f"x: apa. {pair[0]} / what. {pair[1]}")
    assert not any("kamera" in pair[0] or "camera" in pair[1] for pair in (stream.FROM_A_CLIP, stream.MEND_A_CLIP))
    verify(NOT_DRAWN.replace("zona:", "zona.").replace("yet:", "yet."))


@pytest.mark.parametrize("kind", UNFIT)
def test_a_model_that_is_refused_says_it_so(kind: str, tmp_path: Path) -> None:
    folder = copy_of_street(tmp_path / "street")
    UNFIT[kind][0](folder)
    with pytest.raises(ModelError) as caught:
        verify_model(folder)
    verify(str(caught.value))


def test_a_view_file_that_is_refused_says_it_so(tmp_path: Path) -> None:
    path = tmp_path / "view.toml"
    path.write_text("[lines.garis]\nstart = [0.5, 0.0]\nend = [1.5, 1.0]\n", encoding="utf-8")
    with pytest.raises(ViewFileError) as caught:
        read_view(path)
    verify(caught.value.fault)
    assert "lines.garis.end" in caught.value.fault


CROSSING = (
    '{"db_epoch":"e1","version":1,"views":{"c1":{"view":"pasar","version":1,"drawing":{"zones":{"jalan":'
    '{"kind":"road","outline":[[0.1,0.1],[0.9,0.9],[0.9,0.1],[0.1,0.9]]}}}}}}'
)


@pytest.mark.parametrize(
    ("body", "why_id", "why_en"),
    [('{"db_epoch":7}', "pusat.", "db_epoch"), (CROSSING, "saling memotong", "must not cross itself")],
    ids=["no message", "a drawing that crosses itself"],
)
def test_a_drawing_of_the_hub_that_is_refused_says_it_so(tmp_path: Path, body: str, why_id: str, why_en: str) -> None:
    clock = FakeClock()
    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, lambda _: empty_street())})
    drawings = bench.process._drawings
    assert drawings is not None
    drawings.hear(Applied(db_epoch="e1", version=1), body.encode())
    drawings.tell(["c1"])
    (fault,) = bench.records(Fault)
    verify(fault.text)
    indonesian, _, english = fault.text.partition(BETWEEN)
    assert why_id in indonesian
    assert why_en in english
    bench.close()
