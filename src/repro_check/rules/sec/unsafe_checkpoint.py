"""SEC005."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, NotChecked, Severity
from repro_check.project.checkpoint_file import CheckpointFile
from repro_check.project.project import Project
from repro_check.rules.rule import OWN, Outcome, rule

_HELP = (
    "Save tensors alone (`safetensors.torch.save_file`, or `torch.save(model.state_dict(), path)`), "
    "and build the objects in code that can be read."
)


@rule("SEC005", severity=Severity.ERROR, on=CheckpointFile, practice=10, roles=OWN)
def unsafe_checkpoint(file: CheckpointFile, _project: Project) -> Iterator[Outcome]:
    """Loading a model file of the repository runs code that stands in the file.

    A pickle is a program: it calls what it names, and `torch.load`, `joblib.load` and `np.load` run it. Who
    is asked to run a stranger's code does not try to reproduce the work. The file is read opcode by opcode
    and never loaded; what it uses must be on a list of harmless classes, since lists of harmful ones lose
    (mmaitre314/picklescan#66). A class that was defined in a script (`__main__`) is told as a warning: no
    other program has it. `repro-check checkpoint show FILE` names all that a file uses.

    Bad:
        # file: train.py
        import torch
        # file: model.pkl
        cos
        system
        (S'echo loaded'
        tR.

    Good:
        # file: train.py
        import torch
        # file: weights.pkl
        (dp0
        S'w'
        F0.5
        s.

    Not this rule:
        # file: train.py
        import torch
        # file: vocabulary.pkl
        ccollections
        OrderedDict
        ((lp0
        tR.
    """
    from repro_check.sources.checkpoints.model import Verdict

    try:
        content = file.content
    except OSError as error:
        yield NotChecked(file.path, f"cannot be opened: {error.strerror}")
        return
    if content is None:
        return
    if content.form == "git-lfs pointer":
        yield NotChecked(file.path, "is only a pointer of git-lfs; `git lfs pull` fetches the file")
        return
    dangerous = [each for each in content.reasons if each.verdict is Verdict.DANGEROUS]
    unreadable = [each for each in content.reasons if each.verdict is Verdict.UNREADABLE]
    scripts = [name for name in content.classes if name.startswith("__main__.")]
    if dangerous:
        message = f"loading this file {dangerous[0].message}{_more(len(dangerous))}"
        yield file.finding(None, message, help=_HELP)
    elif unreadable:
        yield NotChecked(file.path, f"{unreadable[0].message}; it may run code when it is loaded")
    elif scripts:
        yield _of_script(file, scripts)


def _of_script(file: CheckpointFile, names: list[str]) -> Finding:
    name = names[0].removeprefix("__main__.")
    return file.finding(
        None,
        f"this file holds an object of `{name}`, which was defined in the script that was run, so only "
        f"that script can load it{_more(len(names))}",
        help="Move the class into a module that is imported, or save tensors and plain values alone.",
        severity=Severity.WARNING,
    )


def _more(count: int) -> str:
    return f", and {count - 1} more" if count > 1 else ""
