"""Why a checkpoint did not load: a Git LFS pointer, a device, or more than weights in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from repro_check.smoke.commit import lfs_pointers
from repro_check.smoke.result import Diagnosis, Phase
from repro_check.smoke.static import explain_pointer
from repro_check.sources.checkpoints.reading import read_model

if TYPE_CHECKING:
    from pathlib import Path

    from repro_check.smoke.scene import Scene


def explain_lfs(_: re.Match[str], scene: Scene) -> Diagnosis | None:
    """A loader that choked on a pointer file; None if the commit has none."""
    pointers = lfs_pointers(scene.commit, ".")
    named = [path for path in pointers if path in scene.text]
    return explain_pointer((named or pointers)[0]) if pointers else None


def explain_cuda(_: re.Match[str], scene: Scene) -> Diagnosis:
    """A checkpoint that torch wants to put back onto the GPU on which it was saved."""
    path = scene.stage.tree / scene.spec.checkpoint
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    tags = sorted({tag for file in files if file.is_file() for tag in _gpus(file)})
    saved = (
        f"{scene.spec.checkpoint} was saved on {', '.join(tags)}"
        if tags
        else "It was saved on a GPU"
    )
    return Diagnosis(
        f"{saved} and is loaded without map_location: it opens only on a machine with that GPU.",
        'Write torch.load(path, map_location="cpu"), and move the model to its device afterwards.',
        phase=Phase.LOAD,
    )


def _gpus(file: Path) -> tuple[str, ...]:
    """The GPUs on which the tensors of a file were saved; none if it cannot be opened."""
    try:
        return tuple(tag for tag in read_model(file).devices if tag.startswith("cuda"))
    except OSError:
        return ()


def explain_weights_only(_: re.Match[str], scene: Scene) -> Diagnosis:
    """A checkpoint with more than tensors in it, under torch >= 2.6, whose default refuses it."""
    refused = re.search(r"GLOBAL ([\w.]+)", scene.messages)
    content = refused[1] if refused else "Python objects"
    return Diagnosis(
        f"The checkpoint holds {content}, which torch.load refuses since torch 2.6 "
        "(weights_only=True).",
        "Save only model.state_dict() and plain numbers, text, lists and dictionaries; "
        "weights_only=False would run whatever code the file names.",
        phase=Phase.LOAD,
    )


def explain_syntax(match: re.Match[str], scene: Scene) -> Diagnosis:
    """A file that the Python of the environment cannot parse, although the author's could."""
    return Diagnosis(
        f"Python {scene.version} cannot read the code: {match[1]}.",
        "Set `python` to the version that you use and declare it (requires-python), or write it "
        "for the older one.",
    )
