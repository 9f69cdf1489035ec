"""PORT001: the fix for paths of the author's machine that lead into the repository."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from conftest import Repo
from fixed_files import fix, has_fix

MakeRepo = Callable[..., Repo]

DATA = {"data/train.csv": "a,b\n", "data/mini/train.csv": "a\n", "settings.yaml": "a: 1\n"}


def test_the_file_is_found_from_the_place_of_the_module(make_repo: MakeRepo) -> None:
    text = '"""Read it."""\n\nimport csv\n\nprint(open("/home/ada/proj/data/train.csv").read())\n'
    repo = make_repo({"src/tools/read.py": text} | DATA)
    assert fix(repo, "PORT001") == {
        "src/tools/read.py": '"""Read it."""\n\nimport csv\nfrom pathlib import Path\n\n'
        'print(open(str(Path(__file__).resolve().parents[2] / "data/train.csv")).read())\n'
    }
    command = (sys.executable, str(repo.root / "src/tools/read.py"))
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout == "a,b\n\n"


@pytest.mark.parametrize(
    ("imports", "literal", "fixed"),
    [
        ("from pathlib import Path", '"/home/ada/data/train.csv"',
         'str(Path(__file__).resolve().parents[0] / "data/train.csv")'),
        ("import pathlib", "'/Users/ada/data/mini/train.csv'",
         'str(pathlib.Path(__file__).resolve().parents[0] / "data/mini/train.csv")'),
        ("from pathlib import Path as P", 'r"C:\\Users\\ada\\data\\train.csv"',
         'str(P(__file__).resolve().parents[0] / "data/train.csv")'),
        ("from pathlib import Path", '"/home/ada/" "data/train.csv"',
         'str(Path(__file__).resolve().parents[0] / "data/train.csv")'),
    ],
)  # fmt: skip
def test_path_is_written_as_the_module_imports_it(
    imports: str, literal: str, fixed: str, make_repo: MakeRepo
) -> None:
    changed = fix(make_repo({"train.py": f"{imports}\n\npath = {literal}\n"} | DATA), "PORT001")
    assert changed == {"train.py": f"{imports}\n\npath = {fixed}\n"}


@pytest.mark.parametrize(
    "text",
    [
        'path = "/home/ada/data/test.csv"\n',
        'path = "/home/ada/data"\n',
        'path = "/home/ada/settings.yaml"\n',
        'path = f"/home/ada/{x}/data/train.csv"\n',
        "print(f\"{open('/home/ada/data/train.csv')}\")\n",
        'Path = 1\npath = "/home/ada/data/train.csv"\n',
        'def f(Path):\n    return "/home/ada/data/train.csv"\n',
        'str = 1\npath = "/home/ada/data/train.csv"\n',
        'path = "/home/ada/data/train.csv"\nfrom pathlib import Path\n',
        'def f():\n    return"/home/ada/data/train.csv"\n',
        'match x:\n    case "/home/ada/data/train.csv":\n        pass\n',
        'def f(x: Literal["/home/ada/data/train.csv"]):\n    pass\n',
    ],
)
def test_other_paths_and_uncertain_places_get_no_fix(text: str, make_repo: MakeRepo) -> None:
    assert not has_fix(make_repo({"train.py": text} | DATA), "PORT001")


def test_configs_and_notebooks_get_no_fix(make_repo: MakeRepo) -> None:
    config = {"train.yaml": "path: /home/ada/data/train.csv\n"}
    assert not has_fix(make_repo(config | DATA), "PORT001")


def test_a_notebook_gets_no_fix(make_repo: MakeRepo) -> None:
    source = (
        '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, '
    )
    source += '"source": ["p = \'/home/ada/data/train.csv\'"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    assert not has_fix(make_repo({"train.ipynb": source} | DATA), "PORT001")
