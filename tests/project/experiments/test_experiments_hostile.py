"""Configs and code that would take for ever, or more stack or memory than there is, end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project.projects import project

from repro_check.engine import Session
from repro_check.project.experiments.effective import Effective, is_index, keys_of
from repro_check.project.experiments.hydra.composer import is_modern_base
from repro_check.project.experiments.hydra.picks import pick
from repro_check.project.experiments.loading.path_files import PathFiles
from repro_check.project.experiments.loading.path_text import PathText
from repro_check.project.experiments.values.python_configs import PythonConfigs
from repro_check.project.experiments.values.python_trees import MOST
from repro_check.settings import Settings
from repro_check.sources.discovery import discover


def effective(root: Path, lines: Iterable[str], **others: str) -> Effective:
    """The effective config of `configs/a.py`."""
    files = {"configs/a.py": "\n".join([*lines, ""])}
    files |= {f"configs/{name}.py": text for name, text in others.items()}
    return PythonConfigs(project(root, files)).effective("configs/a.py")


SHARED = {
    "calls": [f"a{i} = dict(p=a{i - 1}, q=a{i - 1}, r=a{i - 1})" for i in range(1, 41)],
    "parts": [
        line
        for i in range(1, 41)
        for line in (f"a{i} = dict()", f"a{i}['p'] = a{i - 1}", f"a{i}['q'] = a{i - 1}")
    ],
    "lists": [f"a{i} = [a{i - 1}, a{i - 1}]" for i in range(1, 41)],
}


@pytest.mark.parametrize("lines", SHARED.values(), ids=SHARED)
def test_maps_that_share_their_parts_are_not_unfolded_without_end(
    tmp_path: Path, lines: list[str]
) -> None:
    made = effective(tmp_path, ["a0 = dict(x='{{_base_.b}}')", *lines])
    assert len(made.values) <= MOST
    assert not made.is_whole


def test_shared_maps_over_shared_maps_and_copies_of_them_end(tmp_path: Path) -> None:
    lines = ["a0 = dict(x=1)", *SHARED["calls"]]
    base = "\n".join(lines)
    made = effective(tmp_path, ["_base_ = 'b.py'", "from .b import *", *lines], b=base)
    assert made.files == ("configs/b.py", "configs/a.py")
    assert not made.is_whole


def test_a_map_within_a_map_hundreds_deep_is_no_recursion_error(tmp_path: Path) -> None:
    lines = ["a0 = dict(x=1)", *(f"a{i} = dict(x=a{i - 1})" for i in range(1, 400))]
    made = effective(
        tmp_path, ["_base_ = 'b.py'", "from .b import a399", *lines], b="\n".join(lines)
    )
    assert made.get("a3.x.x.x.x").value == 1  # type: ignore[union-attr]
    assert not made.is_whole


def test_a_map_that_holds_itself_is_open_where_it_does(tmp_path: Path) -> None:
    made = effective(tmp_path, ["a = dict(x=1)", "a['me'] = a", "a['too'] = a"])
    assert [(v.dotted, v.is_known) for v in made.values.values()] == [
        ("a.x", True),
        ("a.me", False),
        ("a.too", False),
    ]
    assert not made.is_whole


@pytest.mark.parametrize(
    "lines",
    [
        [f"k{i} = {i}" for i in range(MOST + 5)],
        ["m0 = {}", *(f"m{i} = {{**m{i - 1}, 'k{i}': 1}}" for i in range(1, 3000))],
    ],
)
def test_a_config_larger_than_any_is_not_whole(tmp_path: Path, lines: list[str]) -> None:
    made = effective(tmp_path, lines)
    assert len(made.values) <= MOST
    assert not made.is_whole


def test_functions_that_call_themselves_and_each_other_are_followed_once(tmp_path: Path) -> None:
    calls = "".join(f"  c{i} = get_config()\n  d{i} = other()\n" for i in range(8))
    start = "import ml_collections\ndef {name}():\n  config = ml_collections.ConfigDict()\n"
    text = start.replace("{name}", "get_config") + f"{calls}  config.a = 1\n  return config\n"
    text += start.replace("{name}", "other") + f"{calls}  config.b = d0\n  return config\n"
    assert keys_of("a") in effective(tmp_path, [text]).values


def test_a_chain_of_functions_that_each_call_the_next_often_ends(tmp_path: Path) -> None:
    lines = ["import ml_collections"]
    for i in range(11):
        name, below = f"f{i}" if i else "get_config", f"f{i + 1}"
        lines += [f"def {name}():", "  config = ml_collections.ConfigDict()"]
        lines += [f"  config.k{n} = x{n} = {below}()" for n in range(9)]
        lines += [f"  x{n} = {below}()" for n in range(9)] + ["  return config"]
    lines += ["def f11():", "  config = ml_collections.ConfigDict()", "  return config"]
    assert len(effective(tmp_path, lines).values) <= MOST


def test_a_long_chain_of_bases_is_a_problem(tmp_path: Path) -> None:
    others = {f"b{i}": f"_base_ = 'b{i + 1}.py'\n" for i in range(300)}
    made = effective(tmp_path, ["_base_ = 'b0.py'"], **others)
    assert [problem.kind for problem in made.problems] == ["circular"]


def test_bases_that_share_a_base_say_its_problem_once(tmp_path: Path) -> None:
    others = {
        f"{x}{i}": f"_base_ = ['x{i + 1}.py', 'y{i + 1}.py']\n" for i in range(6) for x in "xy"
    }
    last = {"x6": "_base_ = 'gone.py'\n", "y6": "y = 1\n"}
    made = effective(tmp_path, ["_base_ = 'x0.py'"], **others, **last)
    assert [problem.subject for problem in made.problems] == ["gone.py"]


# -- paths --------------------------------------------------------------------------------------


def path_files(root: Path, *paths: str) -> PathFiles:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return PathFiles(Session(discover(root), Settings(cache=False)).project.tree)


def test_a_pattern_of_many_parts_does_not_try_all_their_places(tmp_path: Path) -> None:
    files = path_files(tmp_path, "a.py")
    assert not files.matches("configs/" + "a" * 240 + ".yaml", ["configs/" + "*a" * 60 + "*b.yaml"])
    assert files.matches("configs/" + "a" * 240 + "b.yaml", ["configs/" + "*a" * 60 + "*b.yaml"])


@given(st.text("ab/", max_size=12), st.text("ab/**", max_size=8))
def test_a_pattern_fits_as_a_regular_expression_would(path: str, text: str) -> None:
    import posixpath

    from repro_check.project.experiments.loading.path_files import _fits

    plain = posixpath.normpath(text).lstrip("./")
    expected = "(^|/)" + ".*".join(map(re.escape, plain.split("*"))) + "$"
    assert _fits(path, text) == bool(re.search(expected, path))


def test_a_path_from_the_root_is_looked_for_there_only(tmp_path: Path) -> None:
    files = path_files(tmp_path, "sub/a.yaml")
    assert files.of(PathText("a.yaml"), "sub/train.py") == ("sub/a.yaml",)
    assert files.of(PathText("a.yaml", is_rooted=True), "sub/train.py") == ()


# -- digits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["²", "१", "9" * 5000, "", "-1", "1_0"])
def test_what_python_may_refuse_as_a_number_is_no_position(tmp_path: Path, digits: str) -> None:
    assert not is_index(digits)
    assert keys_of(f"a.{digits}.0") == ("a", digits, 0)
    assert Effective({}).get(f"a.{digits}") is None
    assert not is_modern_base(f"1.{digits}")
    assert pick(f"${{defaults.{digits}.db}}", {"defaults": [{"db": "x"}]}, is_modern=False) is None
    files = {
        "train.py": "import hydra\n@hydra.main(version_base='1.1', config_path='.', config_name='a')\n"
        "def main(cfg): ...\nif __name__ == '__main__':\n    main()\n",
        "a.yaml": f"x: '${{y.{digits}}}'\n",
        "README.md": f"```bash\npython train.py +y.{digits}=1\n```\n",
    }
    experiments = project(tmp_path, files).experiments
    assert [experiments.effective(one) for one in experiments.every]
