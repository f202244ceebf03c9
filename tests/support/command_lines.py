"""Every command line of a program, read off its own argparse tree, with the least that each must be given."""

import argparse
from collections.abc import Iterator
from pathlib import Path


def command_lines(parser: argparse.ArgumentParser, *, config: Path, folder: Path) -> Iterator[list[str]]:
    """Yield the words of each command that has no commands below it.

    Args:
        parser: of the program.
        config: what stands behind --config.
        folder: in it lie the files and folders that are named.
    """
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for name, command in action.choices.items():
            for words in command_lines(command, config=config, folder=folder):
                yield [name, *words]
    if not below:
        yield list(_least(parser, config=config, folder=folder))


def _least(parser: argparse.ArgumentParser, *, config: Path, folder: Path) -> Iterator[str]:
    one_of = [group._group_actions[0] for group in parser._mutually_exclusive_groups if group.required]
    for action in parser._actions:
        is_config = "--config" in action.option_strings
        if action.option_strings and not (action.required or is_config or action in one_of):
            continue
        if not action.option_strings and action.nargs in ("?", "*"):
            continue
        yield from action.option_strings[-1:]
        if action.nargs != 0:
            yield str(config) if is_config else _value(action, folder)


def _value(action: argparse.Action, folder: Path) -> str:
    if action.choices is not None:
        return str(next(iter(action.choices)))
    if action.type is Path:
        return str(folder / action.dest)
    return "x" if action.type is None else "1"
