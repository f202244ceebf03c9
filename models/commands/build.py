"""`models build NAME [--out DIR] [--cache DIR] [--reference] [--json]`: a model from its published package."""

import argparse
import sys
from pathlib import Path

import msgspec

from models.errors import RecipeError, ToolError
from models.recipe import FILE_NAME, read_recipe

MODELS = Path(__file__).resolve().parents[1]
CACHE = Path(".cache/models")
OUT = Path("var/models")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the model's name, where it goes and where packages are kept."""
    parser.add_argument("name", help="folder of the model under models/: street, street_small")
    parser.add_argument("--out", type=Path, help=f"folder that is written (default: {OUT}/NAME)")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"folder of fetched packages (default: {CACHE})")
    parser.add_argument("--reference", action="store_true", help="make the golden reference anew; needs node and npm")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Build the model, print its figures and the next step."""
    source = _source(args.name)
    try:
        from models.building import Builder
        from models.quantization.selection import read_footage
    except ImportError as exc:
        raise ToolError(
            f"models build: perlu pustaka / needs the library {exc.name}. Coba / Try: pip install 'jagawai[models]'"
        ) from exc
    out = args.out or OUT / args.name
    built = Builder(
        source=source,
        recipe=read_recipe(source),
        out=out,
        cache_folder=args.cache,
        footage=read_footage(),
        say=_say,
        is_with_reference=args.reference,
    ).build()
    if args.json:
        figures = {"sha256": built.manifest.sha256, "size_bytes": built.manifest.size_bytes, "float32": built.float32}
        figures |= {"int8": built.int8, "held_out": built.held_out}
        sys.stdout.buffer.write(msgspec.json.encode(figures) + b"\n")
        return 0
    lines = ["int8 dari aslinya / int8 from the original:", *(difference.line() for difference in built.int8)]
    lines += ["int8 dari float32, gambar lain / int8 from float32, other pictures:", built.held_out.line()]
    lines += [f"{out / built.manifest.file}: {built.manifest.size_bytes} bytes, sha256 {built.manifest.sha256}"]
    print("\n".join([*lines, f"Lalu / Then: models verify {out}"]))
    return 0


def _source(name: str) -> Path:
    folders = sorted(path.parent.name for path in MODELS.glob(f"*/{FILE_NAME}"))
    if name not in folders:
        known = ", ".join(folders)
        raise RecipeError(f"models build: tidak ada resep / no recipe is called {name}. Ada / There is: {known}")
    return MODELS / name


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
