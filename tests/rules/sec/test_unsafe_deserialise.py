"""SEC003: what is loaded by what runs code, where others decide about the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
OPTIONS = """\
import argparse
import pickle

import joblib
import numpy as np
import torch
import yaml

parser = argparse.ArgumentParser()
parser.add_argument("--weights", required=True)
parser.add_argument("--output-dir", default="out")
args = parser.parse_args()
"""


def found(make_repo: MakeRepo, code: str, **files: str) -> list[str]:
    extra = {name.replace("_txt", ".txt"): text for name, text in files.items()}
    return places(check(make_repo({"run.py": OPTIONS + code, **extra}).root, "SEC003"))


@pytest.mark.parametrize(
    "code",
    [
        "state = torch.load(args.weights, weights_only=False)\n",
        "model = joblib.load(args.weights)\n",
        "data = np.load(args.weights, allow_pickle=True)\n",
        "with open(args.weights, 'rb') as stream:\n    model = pickle.load(stream)\n",
        "model = pickle.load(open(args.weights, 'rb'))\n",
        "stream = open(args.weights, 'rb')\nmodel = pickle.load(stream)\n",
        "import urllib.request as web\nmodel = pickle.load(web.urlopen('https://x.org/m.pkl'))\n",
        "import requests\nmodel = pickle.loads(requests.get('https://x.org/m.pkl').content)\n",
        "import pandas as pd\ntable = pd.read_pickle('https://x.org/table.pkl')\n",
        "config = yaml.load(open('c.yaml'), Loader=yaml.Loader)\n",
        "config = yaml.load(open('c.yaml'), yaml.UnsafeLoader)\n",
        "config = yaml.unsafe_load(open('c.yaml'))\n",
    ],
)
def test_files_of_others_are_told(code: str, make_repo: MakeRepo) -> None:
    assert len(found(make_repo, code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "state = torch.load(args.weights)\n",
        "state = torch.load(args.weights, weights_only=True)\n",
        "state = torch.load('model.pt', weights_only=False)\n",
        "data = np.load(args.weights)\n",
        "model = joblib.load('cache/model.joblib')\n",
        "import os\nmodel = joblib.load(os.path.join(args.output_dir, 'best.joblib'))\n",
        "model = pickle.load(open(args.output_dir, 'rb'))\n",
        "def load(path):\n    return pickle.load(open(path, 'rb'))\n",
        "config = yaml.load(open('c.yaml'), Loader=yaml.SafeLoader)\n",
        "config = yaml.load(open('c.yaml'), Loader=yaml.FullLoader)\n",
        "config = yaml.load(open('c.yaml'))\n",
        "from ruamel.yaml import YAML\nyaml = YAML()\nconfig = yaml.load(open('c.yaml'))\n",
        "class Loader(yaml.SafeLoader):\n    pass\nconfig = yaml.load(open('c'), Loader=Loader)\n",
        "options = {}\nstate = torch.load(args.weights, **options)\n",
    ],
)
def test_traps_are_left_alone(code: str, make_repo: MakeRepo) -> None:
    assert not found(make_repo, code)


@pytest.mark.parametrize(
    ("pin", "count"),
    [("torch==2.1.0", 1), ("torch==2.6.0", 0), ("torch>=1.8", 0), ("torch", 0), ("numpy==2.0", 0)],
)
def test_a_bare_torch_load_is_asked_about_only_where_an_old_torch_is_pinned(
    pin: str, count: int, make_repo: MakeRepo
) -> None:
    code = "state = torch.load(args.weights, map_location='cpu')\n"
    assert len(found(make_repo, code, requirements_txt=f"{pin}\n")) == count


def test_a_program_that_writes_such_files_itself_is_only_noted(make_repo: MakeRepo) -> None:
    code = "torch.save({}, 'last.pt')\nstate = torch.load(args.weights, weights_only=False)\n"
    report = check(make_repo({"run.py": OPTIONS + code}).root, "SEC003")
    assert [each.severity.label for each in report.findings if each.severity] == ["info"]


def test_an_old_pyyaml_has_no_safe_default(make_repo: MakeRepo) -> None:
    code = "config = yaml.load(open('c.yaml'))\n"
    assert len(found(make_repo, code, requirements_txt="pyyaml==3.13\n")) == 1
    assert not found(make_repo, code, requirements_txt="pyyaml==5.4\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "torch.load(args.weights, weights_only=False)",
            "torch.load(args.weights, weights_only=True)",
        ),
        (
            "yaml.load(open('c'), Loader=yaml.Loader)",
            "yaml.load(open('c'), Loader=yaml.SafeLoader)",
        ),
        ("yaml.unsafe_load(open('c'))", "yaml.safe_load(open('c'))"),
    ],
)
def test_the_fix_reads_data_alone(before: str, after: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"run.py": f"{OPTIONS}x = {before}\n"})
    assert mended(repo, "SEC003")["run.py"] == f"{OPTIONS}x = {after}\n"
