"""SEC005 and SEC006 on real model files."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable

import joblib
import numpy as np
import pytest
import torch
from checking import check, codes
from conftest import Repo
from sklearn.linear_model import LogisticRegression

MakeRepo = Callable[..., Repo]


class Prints:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("loaded",)


class Config:
    """What a script defines for itself."""


Config.__module__ = "__main__"


def saved(content: object, *, is_zip: bool = True) -> bytes:
    made = io.BytesIO()
    torch.save(content, made, _use_new_zipfile_serialization=is_zip)
    return made.getvalue()


def dumped(content: object) -> bytes:
    made = io.BytesIO()
    joblib.dump(content, made)
    return made.getvalue()


MODEL = torch.nn.Linear(2, 1)
ESTIMATOR = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
SAFE = {
    "weights.pt": saved(MODEL.state_dict()),
    "legacy.pth": saved(MODEL.state_dict(), is_zip=False),
    "last.ckpt": saved({"epoch": 1, "model": MODEL.state_dict(), "rng": np.random.default_rng(0)}),
    "estimator.joblib": dumped(ESTIMATOR),
    "estimator.pkl": pickle.dumps(ESTIMATOR),
    "data.pickle": pickle.dumps({"x": np.zeros(3), "names": ["a"]}),
    "pytorch_model.bin": saved(MODEL.state_dict()),
    "picture.bin": b"\x89PNG" + bytes(40),
}


@pytest.mark.parametrize("path", SAFE)
def test_ordinary_model_files_are_clean(path: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": "import torch\n", path: SAFE[path]})
    report = check(repo.root, "SEC005")
    assert not report.findings
    assert not report.not_checked


@pytest.mark.parametrize("path", ["model.pt", "tests/data/m.pkl", "pytorch_model.bin", "m.joblib"])
def test_a_file_that_runs_something_is_an_error(path: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": "import torch\n", path: saved({"w": Prints()})})
    report = check(repo.root, "SEC005")
    assert codes(report) == ["SEC005"]
    assert "uses `builtins.print`" in report.findings[0].message
    assert report.findings[0].location.path == path


def test_a_class_of_the_script_that_was_run_is_a_warning(make_repo: MakeRepo) -> None:
    data = b"\x80\x02c__main__\nConfig\n)\x81."
    report = check(make_repo({"train.py": "import torch\n", "args.pkl": data}).root, "SEC005")
    assert codes(report) == ["SEC005"]
    assert report.findings[0].severity is not None
    assert report.findings[0].severity.label == "warning"
    assert "`Config`" in report.findings[0].message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        (pickle.dumps([1])[:-2], "may run code"),
        (saved({"w": 1}) + b"rubbish" * 9, "behind its end"),
    ],
)
def test_what_cannot_be_read_is_said_not_to_be_checked(
    data: bytes, says: str, make_repo: MakeRepo
) -> None:
    report = check(make_repo({"train.py": "import torch\n", "m.pt": data}).root, "SEC005")
    assert not report.findings
    assert says in report.not_checked[0].reason


def test_weights_alone_would_do_as_safetensors_and_a_checkpoint_would_not(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo(
        {
            "weights.pt": saved(MODEL.state_dict()),
            "last.pt": saved({"epoch": 1, "model": MODEL.state_dict(), "optimizer": {"lr": 1}}),
            "whole.pt": saved(MODEL),
            "plain.pt": saved({"lr": 0.1}),
        }
    )
    report = check(repo.root, "SEC006")
    assert [each.location.path for each in report.findings] == ["weights.pt"]
