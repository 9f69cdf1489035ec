"""`repro-check checkpoint show`: what a model file holds, and an exit code that says whether to load it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from commanding import repro_check


def test_a_checkpoint_is_shown_with_its_tensors(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 2)
    torch.save({"epoch": 7, "model": model.state_dict()}, tmp_path / "last.pt")

    done = repro_check("checkpoint", "show", "last.pt", cwd=tmp_path)

    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines == [
        "last.pt (torch zip)",
        "safe: loading it runs nothing but what builds data",
        "keys: epoch, model",
        "epoch: 7",
        "imports collections, torch",
        "2 tensors, 8 numbers",
        "model.weight float32 2 x 3",
        "model.bias float32 2",
    ]


def test_a_long_list_of_tensors_is_cut_and_can_be_asked_for(tmp_path: Path) -> None:
    torch.save({f"layer{number}": torch.zeros(1) for number in range(30)}, tmp_path / "m.pt")

    cut = repro_check("checkpoint", "show", "m.pt", cwd=tmp_path)
    whole = repro_check("checkpoint", "show", "m.pt", "--all", cwd=tmp_path)

    assert "and 10 more" in cut.out
    assert "layer29" not in cut.out.partition("tensors")[2]
    assert "layer29" in whole.out.partition("tensors")[2]


def test_a_dangerous_file_fails_and_says_what_it_would_run(tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(b"cos\nsystem\n(Vtouch ran\ntR.")

    done = repro_check("checkpoint", "show", "m.pkl", cwd=tmp_path)
    document = repro_check("checkpoint", "show", "m.pkl", "--output-format", "json", cwd=tmp_path)

    assert (done.code, document.code) == (1, 1)
    assert "uses `os.system`" in done.out
    assert document.document["verdict"] == "dangerous"
    assert document.document["reasons"][0]["subject"] == "os.system"
    assert not (tmp_path / "ran").exists()


def test_what_cannot_be_read_is_not_called_safe(tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(pickle.dumps([1, 2])[:-3])

    assert repro_check("checkpoint", "show", "m.pkl", cwd=tmp_path).code == 3


@pytest.mark.parametrize(("name", "says"), [("none.pt", "No such file"), ("folder", "a folder")])
def test_a_wrong_name_is_one_clear_error(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "folder").mkdir()

    done = repro_check("checkpoint", "show", name, cwd=tmp_path)

    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err


def test_terminal_escapes_and_secrets_in_a_checkpoint_are_not_shown(tmp_path: Path) -> None:
    key = "sk-proj-" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD" * 2
    torch.save({"\x1b[31mred": torch.zeros(1), key: torch.zeros(1)}, tmp_path / "m.pt")

    done = repro_check("checkpoint", "show", "m.pt", cwd=tmp_path)
    document = repro_check("checkpoint", "show", "m.pt", "--output-format", "json", cwd=tmp_path)

    assert "\x1b" not in done.out
    assert key not in done.out
    assert key not in document.out
