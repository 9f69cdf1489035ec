"""SEED007."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.expressions import Collection, Expression, Literal, Name, Subscript
from repro_check.sources.python import Call

_VARIABLE = "PYTHONHASHSEED"
_RESTARTS = ("os.exec", "os.posix_spawn", "os.spawn")
_STARTS_OTHERS = ("subprocess.", "multiprocessing.", "torch.multiprocessing.", "os.system")


@rule(
    "SEED007",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    words=("hashseed",),
)
def pythonhashseed_in_process(file: PythonFile, _project: Project) -> Iterator[Finding]:
    """`PYTHONHASHSEED` is set inside the program, where it changes nothing any more.

    Python reads the variable once, when it starts (docs.python.org/3/using/cmdline.html). Set later,
    the running program still salts the hashes of text, and the order of its sets differs at every run
    while the code looks as if that were settled. Processes that the program starts afterwards do get
    the value: a file that starts some is told so as a mere note, and one that starts itself again
    (`os.execv`) is right.

    Bad:
        import os
        import random

        def set_seed(seed):
            os.environ["PYTHONHASHSEED"] = str(seed)
            random.seed(seed)

    Bad:
        import os

        os.environ.setdefault("PYTHONHASHSEED", "0")

    Good:
        # file: train.py
        import random

        random.seed(0)

        # file: run.sh
        PYTHONHASHSEED=0 python train.py

    Not this rule:
        import os
        import sys

        if os.environ.get("PYTHONHASHSEED") != "0":
            os.environ["PYTHONHASHSEED"] = "0"
            os.execv(sys.executable, [sys.executable, *sys.argv])

    Not this rule:
        import os
        import subprocess

        env = os.environ.copy()
        env["PYTHONHASHSEED"] = "0"
        subprocess.run(["python", "train.py"], env=env)
    """
    places = list(_settings(file))
    if not places:
        return
    targets = {call.target for call in file.facts.calls if call.target}
    if any(target.startswith(_RESTARTS) for target in targets):
        return
    starts_others = any(target.startswith(_STARTS_OTHERS) for target in targets)
    for span in places:
        yield file.finding(
            span,
            f"`{_VARIABLE}` is set when this Python has already read it, "
            "so hashes of text still differ at every run",
            help=f"Set it before Python starts: `{_VARIABLE}=0 python train.py`, in the launcher, the "
            "Makefile or the Dockerfile; or sort what comes out of sets, and need no variable.",
            severity=Severity.INFO if starts_others else None,
        )


def _settings(file: PythonFile) -> Iterator[Span]:
    for item in file.facts.assignments:
        for target in item.targets:
            if _is_entry(file, target, item.block):
                yield item.span
    for call in file.facts.calls_to(
        "os.environ.setdefault", "os.putenv", "os.environ.update", "os.environ.__setitem__"
    ):
        if _sets(call):
            yield call.span


def _is_entry(file: PythonFile, target: Expression, block: int) -> bool:
    if not isinstance(target, Subscript) or not _is_variable(target.index):
        return False
    base = target.base
    return isinstance(base, Name) and file.scopes.target(base.name, block) == "os.environ"


def _sets(call: Call) -> bool:
    if call.keyword(_VARIABLE) is not None:
        return True
    first = call.args[0] if call.args else None
    if isinstance(first, Collection):
        return any(_is_variable(key) for key in first.keys)
    return _is_variable(first)


def _is_variable(value: Expression | None) -> bool:
    return isinstance(value, Literal) and value.value == _VARIABLE
