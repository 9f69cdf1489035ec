"""LOG002."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.entries import main_guard
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.log._commits import may_record_commit
from repro_check.rules.log._reach import trains_by_gradient
from repro_check.rules.rule import Stage, rule


@rule(
    "LOG002",
    severity=Severity.WARNING,
    on=Project,
    practice=3,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def code_version_not_recorded(project: Project) -> Iterator[Finding]:
    """No run says which commit of the code it is of.

    A number in a table belongs to one state of the code. Weeks and commits later nobody knows which,
    unless the run wrote it down. Trackers that do so by themselves (Weights & Biases, MLflow, Comet,
    Neptune, ClearML, Aim, DVCLive, Sacred), calls of git, GitPython, variables such as `GIT_SHA`, and
    copies of the sources count.

    Bad:
        # file: train.py
        import json
        import torch

        if __name__ == "__main__":
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load("train.pt"):
                loss = model(x).sum()
                loss.backward()
                optimizer.step()
            json.dump({"loss": loss.item()}, open("results.json", "w"))

    Good:
        # file: train.py
        import json
        import subprocess
        import torch

        def commit():
            return subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()

        if __name__ == "__main__":
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load("train.pt"):
                loss = model(x).sum()
                loss.backward()
                optimizer.step()
            json.dump({"loss": loss.item(), "commit": commit()}, open("results.json", "w"))

    Not this rule:
        # file: train.py
        import torch
        import wandb

        if __name__ == "__main__":
            wandb.init(project="digits")  # records the commit of the work tree
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load("train.pt"):
                model(x).sum().backward()
                optimizer.step()
    """
    for entry in project.entries:
        if trains_by_gradient(project, entry) is None or may_record_commit(project, entry):
            continue
        file = project.python[entry.path]
        yield file.finding(
            _start(file),
            f"`{entry.path}` trains a model, and nothing that it runs records the commit of the code",
            help="Write `git rev-parse HEAD` (and whether the tree is clean) into the results of "
            "each run, or use a tracker that does.",
        )


def _start(file: PythonFile) -> Span:
    """The line at which running the file begins to do something: its guard, or the first one."""
    guard = main_guard(file.facts)
    if guard is None:
        return Span(1, 1, 1, 1)
    block = file.facts.blocks[guard]
    end = block.test.span if block.test else block.span
    return Span(block.span.line, block.span.column, end.end_line, end.end_column + 1)
