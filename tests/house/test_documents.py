"""What the documents name is there: commands, paths, environment names, metrics; and what there is, they name."""

import re
from pathlib import Path

from tests.house.source_tree import ROOT, files, named, python_files

_TICKED = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_PATH = re.compile(r"[\w.-]+(/[\w.*-]+)+/?")
_PROGRAMS = {"edge-agent": "edge_agent", "hub": "hub", "models": "models"}


def _documents() -> dict[str, str]:
    """Return name -> text of the README and all pages for users and maintainers."""
    pages = [path for path in files() if path.suffix == ".md" and named(path).split("/")[0] in {"README.md", "docs"}]
    return {named(path): path.read_text(encoding="utf-8") for path in pages}


def _code(*, folders: tuple[str, ...]) -> str:
    chosen = [path for path in python_files() if named(path).split("/")[0] in folders]
    return "\n".join(path.read_text(encoding="utf-8") for path in chosen)


def _said(pattern: str) -> set[tuple[str, str]]:
    return {(name, found) for name, text in _documents().items() for found in re.findall(pattern, text)}


def _commands(text: str) -> list[str]:
    """Return what a reader may type: code in ticks and each line of a fenced block."""
    fenced = [line for block in _FENCED.findall(text) for line in block.splitlines()[1:-1]]
    return _TICKED.findall(_FENCED.sub("", text)) + fenced


def test_each_make_target_in_the_documents_is_in_the_makefile_and_back() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    said = {
        (name, match[1])
        for name, text in _documents().items()
        for command in _commands(text)
        if (match := re.match(r"\s*\$?\s*make ([a-z-]+)", command))
    }
    assert not [f"{name} names make {target}" for name, target in said if target not in targets]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [target for target in targets if target != "clean" and f"make {target}" not in readme]


def test_each_path_in_the_documents_is_in_the_tree() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var", "node_modules"}
    missing = [
        f"{name} names {word}"
        for name, text in _documents().items()
        for word in _TICKED.findall(_FENCED.sub("", text))
        if _PATH.fullmatch(word) and word.split("/")[0] in folders and not any(ROOT.glob(word.rstrip("/")))
    ]
    assert not missing, "\n".join(missing)


def test_each_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{name} links to {target}"
        for name, text in _documents().items()
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text)
        if "://" not in target and not (ROOT / Path(name).parent / target).exists()
    ]
    assert not broken, "\n".join(broken)


def test_each_command_in_the_documents_is_a_command_of_the_program() -> None:
    unknown = []
    for name, text in _documents().items():
        for command in _commands(text):
            match = re.match(r"\s*\$?\s*(edge-agent|hub|models) ([a-z][a-z-]*)", command)
            if match and f'"{match[2]}"' not in _code(folders=(_PROGRAMS[match[1]],)):
                unknown.append(f"{name} names {match[0].strip()}")
    assert not unknown, "\n".join(unknown)


def test_each_metric_and_environment_name_in_the_documents_is_in_the_code_and_back() -> None:
    code = _code(folders=("contract", "edge_agent", "hub"))
    names = r"\b(jagawai_[a-z_]+[a-z]|JAGAWAI_[A-Z_]+[A-Z])\b"
    missing = [f"{document} names {name}" for document, name in _said(names) if name not in code]
    assert not missing, "\n".join(missing)
    said = {name for _, name in _said(names)}
    silent = set(re.findall(r"\bJAGAWAI_[A-Z_]+[A-Z]\b", code)) - said
    assert not silent, f"no document explains {sorted(silent)}"
