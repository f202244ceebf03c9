"""The command line of the benches."""

import importlib

import pytest

from benchmarks.__main__ import BENCHES, main, module_of


def test_every_bench_in_the_list_can_be_started() -> None:
    for name in BENCHES:
        assert callable(importlib.import_module(module_of(name)).figures), name


def test_the_list_names_each_bench(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(BENCHES)


def test_an_unknown_name_is_a_usage_error_that_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest-durabel-1"]) == 2
    assert "--list" in capsys.readouterr().err
