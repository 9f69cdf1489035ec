"""What must stay out of the start: a hook runs at every commit, so an import is paid every time."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

BENCHMARK = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parent.parent / "benchmarks" / "imports.py"))
)


@pytest.mark.parametrize("words", [BENCHMARK.CHECK, BENCHMARK.VERSION], ids=" ".join)
def test_the_start_imports_nothing_heavy(tmp_path, words):
    folder = BENCHMARK.repository(tmp_path)
    assert BENCHMARK.heavy(BENCHMARK.imports_of(words, folder)) == []


def test_the_version_is_told_without_importing_the_checks(tmp_path):
    names = {module.name for module in BENCHMARK.imports_of(BENCHMARK.VERSION, tmp_path)}
    assert "repro_check.cli.app" in names
    assert not [n for n in names if n.startswith(("repro_check.engine", "repro_check.rules"))]


def test_a_second_run_of_an_unchanged_file_imports_no_parser(tmp_path):
    folder = BENCHMARK.repository(tmp_path)
    first = {module.name for module in BENCHMARK.imports_of(BENCHMARK.CHECK, folder)}
    again = {module.name for module in BENCHMARK.imports_of(BENCHMARK.CHECK, folder)}
    assert "repro_check.sources.python_walk" in first
    assert "repro_check.sources.python_walk" not in again


def test_a_submodule_of_a_heavy_package_is_heavy_and_a_like_name_is_not():
    names = ["rich.console", "importlib.metadata", "gitlab", "yaml_graph", "importlib"]
    found = BENCHMARK.heavy(BENCHMARK.Imported(name, 1, 1) for name in names)
    assert found == ["importlib.metadata", "rich.console"]
