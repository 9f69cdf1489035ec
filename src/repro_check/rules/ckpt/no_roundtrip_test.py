"""CKPT010."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Location, Related, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.ckpt._loads import is_checkpoint
from repro_check.rules.ckpt._saves import is_state, saves
from repro_check.rules.rule import Stage, rule
from repro_check.rules.walking import texts_in, values_of
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call
from repro_check.text import pattern

_WRITES = pattern(r"save|dump|checkpoint|write|export|serial|persist", re.IGNORECASE)
_READS = pattern(r"load|resume|restore|from_pretrained|from_checkpoint|deserial", re.IGNORECASE)
_TELLS = pattern(
    r"checkpoint|ckpt|round_?trip|save_(and_)?(re)?load|resum|serializ|reload|pickl|restor"
)
_COMMANDS = pattern(r"^(subprocess\.\w+|os\.system|runpy\.\w+)$")
_OPTION = pattern(r"save|resume|checkpoint|ckpt|load", re.IGNORECASE)
_PATH = "tests/test_checkpoint_roundtrip.py"
_SKELETON = '''"""A checkpoint gives back the model that was saved."""

from __future__ import annotations

import pytest


@pytest.mark.skip(reason="tell how this project makes, saves and loads its model")
def test_a_checkpoint_gives_back_the_same_model(tmp_path):
    torch = pytest.importorskip("torch")
    from your_project import load_checkpoint, make_model, save_checkpoint

    path = tmp_path / "checkpoint.pt"
    saved, loaded = make_model(), make_model()
    inputs = torch.randn(2, 3)

    save_checkpoint(saved, path)
    load_checkpoint(loaded, path)

    saved.eval()
    loaded.eval()
    with torch.no_grad():
        torch.testing.assert_close(loaded(inputs), saved(inputs), rtol=0, atol=0)
'''


@rule(
    "CKPT010",
    severity=Severity.INFO,
    on=Project,
    practice=2,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="safe",
)
def no_roundtrip_test(project: Project) -> Iterator[Finding]:
    """The project writes and reads checkpoints, and no test does both.

    Whether a checkpoint gives back the model that was saved is found out on the day on which it is
    needed. A test takes a dozen lines: save a small model, load it into another one, compare the
    outputs. A test file that saves and loads anything, or whose tests speak of checkpoints, is
    enough; so is a framework that does the saving. A repository is named once.

    Bad:
        # file: model.py
        import torch

        def save(model, path):
            torch.save(model.state_dict(), path)

        def load(model, path):
            model.load_state_dict(torch.load(path, map_location="cpu"))
        # file: tests/test_model.py
        def test_addition():
            assert 1 + 1 == 2

    Good:
        # file: model.py
        import torch

        def save(model, path):
            torch.save(model.state_dict(), path)

        def load(model, path):
            model.load_state_dict(torch.load(path, map_location="cpu"))
        # file: tests/test_model.py
        from model import load, save

        def test_weights(tmp_path):
            save(MODEL, tmp_path / "a.pt")
            load(OTHER, tmp_path / "a.pt")

    Not this rule:
        # file: export.py
        import torch

        def export(model, path):
            torch.save(model.state_dict(), path)  # nothing here reads it

    Not this rule:
        # file: features.py
        import torch

        def keep(features, path):
            torch.save(features, path)

        def features_of(path):
            return torch.load(path)
    """
    written = _first_write(project)
    read = _first_read(project) if written is not None else None
    if written is None or read is None or _is_tested(project):
        return
    file, call = written
    yield file.finding(
        call.span,
        "checkpoints are written here and read elsewhere, and no test saves one and loads it again",
        help="Write a test that saves a small model, loads it into another one and compares their "
        "outputs.",
        related=[read],
        fix=_fix(project),
    )


def _first_write(project: Project) -> tuple[PythonFile, Call] | None:
    for file in project.python.readable(Role.PRODUCT):
        if file.notebook is None:
            for save in saves(file, project):
                if save.saved is not None and is_state(file, save.saved):
                    return file, save.call
    return None


def _first_read(project: Project) -> Related | None:
    for file in project.python.readable(Role.PRODUCT):
        if file.notebook is None:
            for call in file.facts.calls_to("torch.load", "safetensors.torch.load_file"):
                if is_checkpoint(file.facts, call):
                    return file.related(call.span, "checkpoints are read here")
    return None


def _is_tested(project: Project) -> bool:
    for file in project.python.readable(Role.TEST):
        if not file.is_known:
            return True
        names = [call.name.rpartition(".")[2] for call in file.facts.calls]
        if any(_WRITES.search(name) for name in names) and any(
            _READS.search(name) for name in names
        ):
            return True
        if any(_TELLS.search(function.qualname.lower()) for function in file.facts.functions):
            return True
        if any(
            _COMMANDS.search(call.target) and _mentions_state(file, call)
            for call in file.facts.calls
        ):
            return True
    return False


def _mentions_state(file: PythonFile, call: Call) -> bool:
    """Whether a test runs a command that speaks of saving or of going on."""
    return any(
        _OPTION.search(text) for value in values_of(call) for text in texts_in(file.facts, value)
    )


def _fix(project: Project) -> Fix | None:
    """A test to fill in, skipped until then."""
    if _PATH in project.tree:
        return None
    return Fix(
        Safety.SAFE,
        "Begin a test (skipped until filled in)",
        (Edit(Location(path=_PATH), _SKELETON),),
    )
