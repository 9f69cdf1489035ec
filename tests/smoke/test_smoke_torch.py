"""Real PyTorch checkpoints: what loads, and what each of the usual failures is called."""

from __future__ import annotations

import argparse
import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from smoke_projects import HostRunner, project, run, settings

from repro_check.smoke import Phase, SmokeReport, Verdict, smoke
from repro_check.sources.checkpoints.reading import read_model

if TYPE_CHECKING:
    from pathlib import Path

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
MODEL = """\
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)
        self.drop = torch.nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.layer(x))
"""
PREDICT = """\
import json

import torch

from model import Net


def predict(checkpoint, sample):
    net = Net()
    net.load_state_dict(torch.load(checkpoint, {load}))
    net.{mode}()
    with torch.no_grad():
        return net(torch.tensor(json.load(open(sample))))
"""
STATE = {
    "layer.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3),
    "layer.bias": torch.tensor([0.5, -0.5]),
}
SAMPLE = [[1.0, 2.0, 3.0]]
EXPECTED = [[8.5, 25.5]]


def saved(content: object, *, location: str = "cpu", legacy: bool = False) -> bytes:
    """The bytes of `torch.save`, with the device that each storage names."""
    file = io.BytesIO()
    torch.serialization.register_package(0, lambda _: location, lambda *_: None)
    try:
        torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    finally:
        torch.serialization._package_registry[:] = [
            row for row in torch.serialization._package_registry if row[0] != 0
        ]
    return file.getvalue()


def files(
    checkpoint: bytes, *, load: str = 'map_location="cpu"', mode: str = "eval"
) -> dict[str, str | bytes]:
    """A small PyTorch project."""
    return {
        "model.py": MODEL,
        "predict.py": PREDICT.format(load=load, mode=mode),
        "ckpt/model.pt": checkpoint,
        "data/sample.json": json.dumps(SAMPLE),
        "expected.json": json.dumps(EXPECTED),
        "requirements.txt": "torch==2.13.0\nnumpy\n",
    }


def repository(root: Path, checkpoint: bytes, **variant: str) -> Path:
    """The project, committed."""
    return project(root, files(checkpoint, **variant))


def report_on(root: Path, **changes: object) -> SmokeReport:
    """Smoke test with the torch of the tests."""
    return smoke(root, settings(checkpoint="ckpt/model.pt", **changes), runner=HostRunner())


def test_a_committed_state_dict_that_gives_the_committed_output_passes(tmp_path: Path) -> None:
    report = report_on(repository(tmp_path / "repo", saved(STATE)), install=None)
    assert report.diagnosis is None
    assert report.of(Phase.COMPARE).verdict is Verdict.PASSED
    assert report.runner == "host"
    assert not any("was opened" in note for note in report.notes)


def sentence_on_loading(root: Path) -> str:
    """What is said of a checkpoint that does not load."""
    report = report_on(root)
    assert report.of(Phase.LOAD).verdict is Verdict.FAILED
    assert report.of(Phase.INFER).verdict is Verdict.NOT_REACHED
    assert report.diagnosis is not None
    assert report.diagnosis.place == "predict.py:10"
    return report.diagnosis.sentence


def test_a_checkpoint_saved_on_a_gpu_needs_map_location(tmp_path: Path) -> None:
    checkpoint = saved(STATE, location="cuda:1")
    said = sentence_on_loading(repository(tmp_path / "repo", checkpoint, load=""))
    assert said.startswith("ckpt/model.pt was saved on cuda:1 and is loaded without map_location")


def test_a_checkpoint_saved_on_a_gpu_passes_with_map_location(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", saved(STATE, location="cuda:0"))
    assert report_on(root).diagnosis is None


def test_a_second_checkpoint_that_is_a_git_lfs_pointer_is_named_before_weights_only(
    tmp_path: Path,
) -> None:
    source = (
        "import torch\n\n\n"
        "def predict(checkpoint, sample):\n    return torch.load('ckpt/encoder.pt')\n"
    )
    changes = {"predict.py": source, "ckpt/encoder.pt": LFS}
    root = project(tmp_path / "repo", {**files(saved(STATE)), **changes})
    report = report_on(root)
    assert report.diagnosis is not None
    said = report.diagnosis.sentence
    assert said.startswith("ckpt/encoder.pt is a Git LFS pointer in the commit")
    assert "weights_only" not in report.diagnosis.fix


def test_a_checkpoint_with_an_argparse_namespace_is_refused_by_torch(tmp_path: Path) -> None:
    checkpoint = saved({"args": argparse.Namespace(lr=0.1), **STATE})
    said = sentence_on_loading(repository(tmp_path / "repo", checkpoint))
    assert said.startswith("The checkpoint holds argparse.Namespace, which torch.load refuses")


def test_a_whole_model_pickled_by_a_script_opens_only_there(tmp_path: Path) -> None:
    net = type("Net", (torch.nn.Linear,), {"__module__": "__main__", "__qualname__": "Net"})
    main = __import__("__main__")
    main.Net = net
    try:
        checkpoint = saved(net(3, 2))
    finally:
        del main.Net
    for number, load in enumerate(("", "weights_only=False")):
        root = repository(tmp_path / str(number), checkpoint, load=load)
        said = sentence_on_loading(root)
        assert said.startswith("The checkpoint was pickled with the class Net of a script")


def test_a_checkpoint_of_another_model_does_not_fit(tmp_path: Path) -> None:
    said = sentence_on_loading(repository(tmp_path / "repo", saved({"old.weight": torch.ones(1)})))
    assert said == "The checkpoint does not fit the class Net as it is committed."


def test_dropout_left_on_gives_two_outputs(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", saved(STATE), mode="train")
    report = report_on(root, repeat=5)
    assert report.of(Phase.REPEAT).verdict is Verdict.FAILED


@pytest.mark.parametrize("legacy", [False, True])
def test_the_device_is_read_without_unpickling(legacy: bool, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    content = {"epoch": 3, "device": "cuda:7", "model": STATE, "again": STATE}
    path.write_bytes(saved(content, legacy=legacy))
    assert read_model(path).devices == ("cpu",)
    path.write_bytes(saved(content, location="cuda:2", legacy=legacy))
    assert read_model(path).devices == ("cuda:2",)


@pytest.mark.parametrize(
    "content", [b"", b"version https://git-lfs", b"PK\x03\x04 no archive", b"\x80\x02}q", b"junk"]
)
def test_a_file_that_is_no_checkpoint_has_no_device(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    assert read_model(tmp_path / "model.pt").devices == ()


@pytest.mark.slow
def test_the_whole_road_with_a_fresh_environment_of_torch_and_numpy(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.save(file, np.array(EXPECTED, dtype=np.float32))
    root = project(tmp_path / "repo", {**files(saved(STATE)), "expected.npy": file.getvalue()})
    report = run(root, checkpoint="ckpt/model.pt", expected="expected.npy", timeout=120)
    assert report.diagnosis is None
    assert report.verdict is Verdict.PASSED
    assert report.of(Phase.INSTALL).seconds > 1
    assert report.notes == ()
