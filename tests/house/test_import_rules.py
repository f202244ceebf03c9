"""Who may import whom, where a library lives, who reads a clock and where SQL is written.

The table is the one of the architecture: values <- rules <- adapters <- programs, and nobody imports the hub.
"""

import ast
import re
import sys
from collections.abc import Iterator

from tests.house.source_tree import PRODUCT, files, imports_of, is_under, module_of, named, python_files, tree_of

# package -> what of ours it may import beside itself
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "contract": (),
    "models": ("contract",),
    "edge_agent": ("contract", "models"),
    "provisioning": ("contract", "edge_agent", "models"),
    "hub": ("contract", "models", "provisioning.identity", "provisioning.labels"),
}
# the folder that may look further, and that nobody may look into
_EVALUATION = "models.evaluation"
# what may look further: the evaluation, and who asks whether a box would take a model
_MAY_LOOK_FURTHER: dict[str, tuple[str, ...]] = {
    _EVALUATION: ("contract", "models", "edge_agent.inference", "edge_agent.sightings", "edge_agent.stills"),
    "models.verifying": ("models", "edge_agent.inference"),
}

# folders beside the product; the product may not lean on them
_BESIDE = ("tests", "benchmarks", "examples", "scripts")

# library -> the folders that may name it
LIBRARY_HOMES: dict[str, tuple[str, ...]] = {
    "paho": ("edge_agent.uplink", "hub.ingest"),
    "gpiozero": ("edge_agent", "provisioning"),
    "sqlite_utils": ("hub.storage",),
    "fastapi": ("hub.api", "hub.wall"),
    "starlette": ("hub.api", "hub.wall"),
    "sse_starlette": ("hub.api", "hub.wall"),
    "jinja2": ("hub.wall",),
    "cryptography": ("hub.fleet.authority", "provisioning.identity"),
    "reportlab": ("provisioning.labels",),
    "segno": ("provisioning.labels",),
    "numpy": ("edge_agent.cameras", "edge_agent.inference", "edge_agent.sightings", "edge_agent.stills", "models"),
    "lap": ("edge_agent.sightings",),
    "av": ("edge_agent.cameras", "edge_agent.inference", "models"),
    "PIL": ("edge_agent.cameras", "edge_agent.stills", "models", "provisioning.claim"),
    "onnxruntime": ("edge_agent.inference", "models"),
    "onnx": ("models",),
    "cv2": (),
    "picamera2": ("edge_agent.cameras",),
}
_CONTRACT_LIBRARIES = ("msgspec",)

_CLOCK_HOME = "contract.clock"
_CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "clock_gettime",
             "clock_gettime_ns", "localtime", "gmtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}  # fmt: skip

_SQL_HOME = "hub.storage"
_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|PRAGMA|BEGIN|ATTACH|VACUUM)\s[\w*(\"\[]")


def forbidden_edges(module: str, tree: ast.Module) -> Iterator[str]:
    """Yield each import of ``module`` that the table forbids."""
    package = module.split(".", maxsplit=1)[0]
    further = [may for place, may in _MAY_LOOK_FURTHER.items() if is_under(module, place)]
    may = further[0] if further else (package, *MAY_IMPORT[package])
    for name, line in imports_of(tree):
        if is_under(name, *_BESIDE):
            yield f"{module}:{line} imports {name}: the product leans on nothing beside it"
        elif is_under(name, _EVALUATION) and not is_under(module, _EVALUATION):
            yield f"{module}:{line} imports {name}: nobody imports the evaluation"
        elif is_under(name, *PRODUCT) and not is_under(name, *may):
            yield f"{module}:{line} imports {name}; it may import only {', '.join(may)}"


def strange_libraries(module: str, tree: ast.Module) -> Iterator[str]:
    """Yield each third-party library that ``module`` names away from that library's home."""
    for name, line in imports_of(tree):
        library = name.split(".", maxsplit=1)[0]
        homes = LIBRARY_HOMES.get(library)
        if homes is not None and not is_under(module, *homes):
            yield f"{module}:{line} imports {library}; only {', '.join(homes)} may"
        is_foreign = library not in sys.stdlib_module_names and library not in PRODUCT
        if is_under(module, "contract") and is_foreign and library not in _CONTRACT_LIBRARIES:
            yield f"{module}:{line} imports {library}; contract needs only {', '.join(_CONTRACT_LIBRARIES)}"


def clocks_read(module: str, tree: ast.Module) -> Iterator[str]:
    """Yield each place where ``module`` reads a clock by itself."""
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                imported[alias.asname or alias.name] = alias.name
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if alias.name in _CLOCKS["time"]:
                    yield f"{module}:{node.lineno} takes {alias.name} from time; a clock is an argument"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else ast.unparse(node.value)
            if node.attr in _CLOCKS.get(imported.get(owner, owner), ()):
                yield f"{module}:{node.lineno} reads {owner}.{node.attr}; a clock is an argument"


def sql_written(module: str, tree: ast.Module) -> Iterator[str]:
    """Yield each string of ``module`` that is an SQL statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value):
            yield f"{module}:{node.lineno} holds SQL: {node.value.split(chr(10))[0][:60]!r}; SQL lives in {_SQL_HOME}"


def test_each_package_imports_only_what_the_table_allows() -> None:
    found = [edge for path in python_files(of_product=True) for edge in forbidden_edges(module_of(path), tree_of(path))]
    assert not found, "\n".join(found)


def test_each_library_stays_in_its_home() -> None:
    found = [
        line for path in python_files(of_product=True) for line in strange_libraries(module_of(path), tree_of(path))
    ]
    assert not found, "\n".join(found)


def test_only_the_clock_module_reads_a_clock() -> None:
    found = [
        line
        for path in python_files(of_product=True)
        if module_of(path) != _CLOCK_HOME
        for line in clocks_read(module_of(path), tree_of(path))
    ]
    assert not found, "\n".join(found)


def test_the_hub_writes_sql_only_in_its_storage() -> None:
    modules = [path for path in python_files(of_product=True) if is_under(module_of(path), "hub")]
    found = [
        line
        for path in modules
        if not is_under(module_of(path), _SQL_HOME)
        for line in sql_written(module_of(path), tree_of(path))
    ]
    found += [
        f"{named(path)} stands outside {_SQL_HOME}"
        for path in files()
        if path.suffix == ".sql" and named(path).startswith("hub/") and not named(path).startswith("hub/storage/")
    ]
    assert not found, "\n".join(found)


def test_the_rules_see_what_they_forbid() -> None:
    source = """
import time as t
import hub.storage
from datetime import datetime
from time import monotonic
def late() -> None:
    import numpy
    from models.evaluation import runs
    db.execute(f"SELECT * FROM {name}")
    return t.time(), datetime.now(UTC), monotonic()
"""
    tree = ast.parse(source)
    assert [edge.split()[2].rstrip(";:") for edge in forbidden_edges("contract.level", tree)] == [
        "hub.storage",
        "models.evaluation.runs",
    ]
    assert {line.split()[2].rstrip(";") for line in strange_libraries("contract.level", tree)} == {"numpy"}
    assert len(list(clocks_read("contract.level", tree))) == 3
    assert len(list(sql_written("hub.wall.pages", tree))) == 1


def test_the_rules_let_through_what_they_allow() -> None:
    source = """
import datetime
from contract.records import Reading
from provisioning.labels import printed
def parse(text: str) -> datetime.datetime:
    '''Select the moment. Create nothing.'''
    return datetime.datetime.fromisoformat(text)
"""
    tree = ast.parse(source)
    assert not [*forbidden_edges("hub.ingest.batches", tree), *clocks_read("hub.ingest.batches", tree)]
    assert not [*sql_written("hub.ingest.batches", tree), *strange_libraries("hub.ingest.batches", tree)]
