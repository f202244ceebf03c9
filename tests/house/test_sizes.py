"""Small pieces: the file that is allowed to collect everything is how a code base goes bad."""

import ast

from tests.house.source_tree import files, named, python_files, tree_of

_MODULE_LINES_MAX = 400
_FUNCTION_LINES_MAX = 60
_NAMES_OF_NOTHING = {"utils", "util", "common", "helpers", "helper", "core", "misc"}


def test_no_module_is_longer_than_400_lines() -> None:
    sizes = {
        named(path): path.read_text(encoding="utf-8").count("\n")
        for path in files()
        if path.suffix in {".py", ".js", ".sql"}
    }
    too_long = [f"{name} has {lines} lines; split it" for name, lines in sizes.items() if lines > _MODULE_LINES_MAX]
    assert not too_long, "\n".join(too_long)


def test_no_function_is_longer_than_60_lines() -> None:
    too_long = [
        f"{named(path)}:{node.lineno} {node.name} has {lines} lines; name its parts"
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > _FUNCTION_LINES_MAX
    ]
    assert not too_long, "\n".join(too_long)


def test_no_folder_or_module_has_a_name_that_says_nothing() -> None:
    empty = [named(path) for path in python_files() if _NAMES_OF_NOTHING & {path.stem, *path.parent.parts}]
    assert not empty, "\n".join(empty)
