"""PORT005: programs that work from one folder, under one shell, or on one host only."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Severity

MakeRepo = Callable[..., Repo]
HEAD = "import os\nimport subprocess\nimport sys\nfrom pathlib import Path\nfrom options import args\n\n"


def severities(make_repo: MakeRepo, code: str) -> list[str]:
    report = check(make_repo({"train.py": f"{HEAD}{code}\n"}, commit=False).root, "PORT005")
    return [(finding.severity or Severity.INFO).label for finding in report.findings]


@pytest.mark.parametrize(
    "code",
    [
        'sys.path.append("..")',
        'sys.path.insert(0, "../..")',
        'sys.path.append("src")',
        'os.sys.path.insert(0, "..")',
        'sys.path.append(os.path.abspath(".."))',
        'sys.path.append(os.path.join(os.getcwd(), "src"))',
        "sys.path.append(str(Path.cwd().parent))",
        'sys.path.append(str(Path("..").resolve()))',
        'ROOT = "./SentEval"\nsys.path.insert(0, ROOT)',
        'os.system("rm -rf out")',
        'os.system("wget " + url)',
        'os.system("wget {}".format(url))',
        'os.system("cp %s %s" % (a, b))',
        'os.system(f"rm -rf {folder}")',
        'subprocess.run("unzip data.zip", shell=True)',
        'subprocess.check_output(f"ls {folder}", shell=True)',
        "from google.colab import drive",
        "import google.colab",
        'with open("x") as f:\n    from google.colab import files',
    ],
)
def test_what_works_in_one_place_only_is_found(make_repo: MakeRepo, code: str) -> None:
    assert severities(make_repo, code) == ["warning"]


@pytest.mark.parametrize(
    "code",
    [
        "sys.path.append(os.path.dirname(__file__))",
        "sys.path.append(str(Path(__file__).resolve().parent.parent))",
        "sys.path.append(str(Path(__file__).resolve().parents[1] / 'src'))",
        "HERE = Path(__file__).parent\nsys.path.insert(0, str(HERE))",
        "sys.path.append(os.path.dirname(os.path.abspath(__file__)) + '/..')",
        "sys.path.append(os.getcwd())",
        "sys.path.append(str(Path.cwd()))",
        "here = os.getcwd()\nsys.path.append(here)",
        "sys.path.insert(1, os.curdir)",
        'sys.path.insert(0, ".")',
        'sys.path.insert(0, "")',
    ],
)
def test_a_folder_beside_the_file_and_the_working_folder_are_only_remarked(
    make_repo: MakeRepo, code: str
) -> None:
    assert severities(make_repo, code) == ["info"]


@pytest.mark.parametrize(
    "code",
    [
        "sys.path.append(args.library)",
        'sys.path.append(os.environ["LIBRARY"])',
        'sys.path.append("/opt/lib")',
        'sys.path.append(os.path.expanduser("~/lib"))',
        "for folder in folders:\n    sys.path.append(folder)",
        'paths.append("..")',
        'os.system("sbatch job.sh")',
        'os.system("python prepare.py")',
        "os.system(command)",
        'os.system(f"{command} x")',
        'subprocess.run(["rm", "-rf", "out"])',
        'subprocess.run("rm -rf out")',
        "try:\n    from google.colab import drive\nexcept ImportError:\n    pass",
        'if "google.colab" in sys.modules:\n    from google.colab import drive',
        "def mount():\n    from google.colab import drive",
        "from google.cloud import storage",
        'data = open("data/train.csv")',
    ],
)
def test_what_works_everywhere_or_cannot_be_seen_passes(make_repo: MakeRepo, code: str) -> None:
    assert severities(make_repo, code) == []


HYDRA = """\
import hydra
import numpy as np
from data import load


@hydra.main({arguments})
def main(cfg):
    {body}


if __name__ == "__main__":
    main()
"""
DATA = "import pandas as pd\n\n\ndef load():\n    return pd.read_csv('data/train.csv')\n"


@pytest.mark.parametrize(
    ("arguments", "body", "config", "found"),
    [
        ('config_path="conf"', "load()", "", ["data.py:5:12 PORT005"]),
        ('config_path="conf", version_base="1.1"', "load()", "", ["data.py:5:12 PORT005"]),
        ('config_path="conf"', 'x = np.load("a/b.npy")', "", ["train.py:8:9 PORT005"]),
        ('config_path="conf"', 'x = open("a/b.txt")', "", ["train.py:8:9 PORT005"]),
        ('config_path="conf", version_base="1.3"', "load()", "", []),
        ('config_path="conf", version_base=None', "load()", "", []),
        ("**options", "load()", "", []),
        ('config_path="conf"', "load()", "hydra:\n  job:\n    chdir: false\n", []),
        ('config_path="conf"', "load()", "hydra:\n  run:\n    dir: .\n", []),
        ('config_path="conf"', 'open("a/b.txt", "w")', "", []),
        ('config_path="conf"', 'np.save("a/b.npy", 1), np.load("a/b.npy")', "", []),
        ('config_path="conf"', "x = np.load(cfg.path)", "", []),
        (
            'config_path="conf"',
            "import os; os.chdir(hydra.utils.get_original_cwd()); load()",
            "",
            [],
        ),
        ('config_path="conf"', 'x = np.load("/data/x.npy")', "", []),
        ('config_path="conf"', 'x = np.load(hydra.utils.to_absolute_path("a/b.npy"))', "", []),
    ],
)
def test_a_relative_read_in_hydras_folder_is_found(
    make_repo: MakeRepo, arguments: str, body: str, config: str, found: list[str]
) -> None:
    files = {"train.py": HYDRA.format(arguments=arguments, body=body), "data.py": DATA}
    files["conf/train.yaml"] = config or "lr: 1\n"
    report = check(make_repo(files, commit=False).root, "PORT005")
    assert places(report) == found


def _notebook(*cells: str) -> str:
    raw = [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": raw})


def test_a_notebook_starts_in_its_own_folder_but_not_on_colab(make_repo: MakeRepo) -> None:
    text = _notebook("import sys\nsys.path.append('..')", "from google.colab import drive")
    report = check(make_repo({"a.ipynb": text}, commit=False).root, "PORT005")
    assert places(report) == ["a.ipynb:cell 2:1:26 PORT005"]


def test_several_folders_are_one_finding(make_repo: MakeRepo) -> None:
    code = f'{HEAD}sys.path.append("..")\nsys.path.append("../src")\n'
    (found,) = check(make_repo({"train.py": code}, commit=False).root, "PORT005").findings
    assert len(found.related) == 1
