"""PORT006: names that other systems take for one, or cannot hold."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.rules.port._file_names import colliding, windows_problem

MakeRepo = Callable[..., Repo]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["a.csv", "A.csv"], [("A.csv", "a.csv")]),
        (["x/a.csv", "x/A.csv", "y/a.csv"], [("x/A.csv", "x/a.csv")]),
        (["a", "A", "a.txt"], [("A", "a")]),
        (["data/x", "Data/x", "Data/y"], [("Data", "data")]),
        (["data/x", "Data"], [("Data", "data")]),
        (["p/data/x/1", "p/Data/y/2"], [("p/Data", "p/data")]),
        (["stra\u00dfe", "STRASSE"], [("STRASSE", "stra\u00dfe")]),
        (["caf\u00e9", "cafe\u0301"], [("cafe\u0301", "caf\u00e9")]),
        (["a", "b", "c/a", "c/b"], []),
        (["x/data/1", "y/Data/2"], []),
        ([], []),
    ],
)
def test_names_that_differ_in_case_or_composition_collide(
    paths: list[str], found: list[tuple[str, ...]]
) -> None:
    assert list(colliding(paths)) == found


@pytest.mark.parametrize(
    "name",
    ["12:30.json", "what?.md", 'a"b', "a|b", "a<b", "a>b", "a*b", "a\\b", "a\tb", "nul", "NUL.txt", "con",
     "Aux.py", "com1", "LPT9.log", "a.", "a ", "..."],
)  # fmt: skip
def test_windows_cannot_hold_such_a_name(name: str) -> None:
    assert windows_problem(name)


@pytest.mark.parametrize(
    "name",
    ["console.py", "auxiliary", "com10", "nul_model.py", "a b", ".gitignore", "ü.txt", "x{y}"],
)
def test_windows_holds_all_other_names(name: str) -> None:
    assert not windows_problem(name)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds these names")
def test_names_are_reported_once_for_each_folder(make_repo: MakeRepo) -> None:
    files = {f"logs/{hour:02}:00.json": "{}" for hour in range(20)}
    files["logs/deep/" + "x" * 200 + "/" + "y" * 60 + ".txt"] = "1"
    files |= {"Data.csv": "1", "data.csv": "2", "src/train.py": "x = 1\n"}
    report = check(make_repo(files).root, "PORT006")
    found = [(finding.location.path, finding.message) for finding in report.findings]
    assert [path[:14] for path, _ in found] == ["Data.csv", "logs/00:00.jso", "logs/deep/xxxx"]
    assert "`data.csv` are one file" in found[0][1]
    assert "(and 19 more names here)" in found[1][1]
    assert "more than 240 characters" in found[2][1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds these names")
def test_folders_that_collide_are_named_once(make_repo: MakeRepo) -> None:
    files = {f"{folder}/{name}.csv": "1" for folder in ("data", "Data") for name in "abc"}
    (found,) = check(make_repo(files).root, "PORT006").findings
    assert "one folder" in found.message
    assert found.location.path == "Data/a.csv"
    assert [item.location.path for item in found.related] == ["data/a.csv"]
