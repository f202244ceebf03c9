"""What a program loads, seen from fresh interpreters: memory on the box is spent on purpose or not at all."""

import json
import subprocess
import sys

from tests.house.source_tree import PRODUCT, ROOT, is_under, module_of, python_files

_HEAVY = {"numpy", "cv2", "onnxruntime", "pandas", "sqlite_utils", "pydantic", "fastapi", "av", "PIL", "lap"}


def loaded_by(*modules: str) -> set[str]:
    """Return the top-level names that a fresh interpreter holds after these imports and not before them."""
    program = (
        "import sys, json, importlib; before = set(sys.modules)\n"
        f"for name in {list(modules)!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in set(sys.modules) - before})))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stdout))


def modules_under(package: str) -> list[str]:
    """Return every module of a package, except the ones that run a program when they are loaded."""
    names = [module_of(path) for path in python_files(of_product=True)]
    found = [name for name in names if is_under(name, package) and not name.endswith("__main__")]
    assert found, f"{package} has no module"
    return found


def test_the_contract_loads_only_msgspec_beside_the_standard_library() -> None:
    # msgspec itself looks for typing_extensions and takes it where another library brought it.
    allowed = loaded_by("msgspec") | {"contract"}
    strange = loaded_by(*modules_under("contract")) - allowed
    assert not {name for name in strange if name not in sys.stdlib_module_names}


def test_the_gauge_process_loads_neither_numbers_nor_pictures_nor_network() -> None:
    assert not loaded_by("edge_agent.gauges.process") & (_HEAVY | {"paho", "ssl", "http", "asyncio"})


def test_the_commands_of_gauge_and_uplink_load_no_pictures_with_the_whole_config() -> None:
    programs = ("edge_agent.commands.gauge", "edge_agent.commands.uplink", "edge_agent.commands.run")
    assert not loaded_by(*programs, "edge_agent.surroundings") & _HEAVY


def test_the_uplink_process_loads_neither_numbers_nor_pictures_nor_pins() -> None:
    assert not loaded_by(*modules_under("edge_agent.uplink")) & (_HEAVY | {"gpiozero"})


def test_the_box_command_answers_before_it_loads_its_parts() -> None:
    assert not loaded_by("edge_agent.__main__") & (_HEAVY | {"paho", "ssl", "gpiozero", "asyncio"})


def test_the_box_never_loads_the_hub() -> None:
    assert not loaded_by(*modules_under("edge_agent")) & (set(PRODUCT) - {"contract", "edge_agent", "models"})


def test_the_hubs_long_runners_load_certificates_only_for_boxes_that_have_some() -> None:
    programs = ("hub.commands.run", "hub.ingest.process", "hub.dispatch.process")
    assert "cryptography" not in loaded_by(*programs)
