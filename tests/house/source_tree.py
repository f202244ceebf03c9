"""The files of the project as they stand on disk, and what a Python file of it imports.

The list is made from the tree at each run, so a new folder is under the rules from its first file on.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The programs and libraries of the product; tests, benchmarks, examples and scripts stand beside it.
PRODUCT = ("contract", "edge_agent", "hub", "models", "provisioning")

# Made by set-up, by running or by building; never part of the source (see .gitignore).
_MADE = {
    ".git",
    ".venv",
    ".cache",
    ".hypothesis",
    ".ruff_cache",
    ".mypy_cache",
    ".pytest_cache",
    "__pycache__",
    "node_modules",
    "var",
    "build",
    "dist",
}
_MADE_PATHS = {"hub/wall/static/lib"}


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            is_made = path.name in _MADE or path.name.endswith(".egg-info") or named(path) in _MADE_PATHS
            if not is_made and not path.is_symlink():
                yield from _walk(path)
        else:
            yield path


@cache
def files() -> tuple[Path, ...]:
    """Return every source file of the project."""
    return tuple(_walk(ROOT))


def python_files(*, of_product: bool = False) -> list[Path]:
    """Return the Python files of the whole tree, or of the product's packages only."""
    found = [path for path in files() if path.suffix == ".py"]
    return [path for path in found if path.relative_to(ROOT).parts[0] in PRODUCT] if of_product else found


def named(path: Path) -> str:
    """Return the path as a person writes it, from the root of the project."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return the dotted name under which this file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=named(path))


def imports_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (dotted name, line) for all that a syntax tree imports, also inside functions.

    ``from a import b`` yields ``a.b``: whether ``b`` is a module or a value makes no difference to the rules, which
    ask only for beginnings of names.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def is_under(name: str, *packages: str) -> bool:
    """Answer whether a dotted name is one of these packages or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)
