"""LOG001."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from repro_check.findings import Finding, Severity
from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import lines_of, source_in
from repro_check.rules.log._csv_fix import append_row
from repro_check.rules.log._reach import may_keep_numbers, trains_by_gradient
from repro_check.rules.rule import Stage, rule
from repro_check.rules.walking import loops_around, names_in, texts_in, values_of
from repro_check.sources.expressions import Operation, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

_METRIC = pattern(
    r"(?<![a-z])(\w*_)?(loss|losses|acc|accuracy|err|error|f1|auc|iou|psnr|ssim|bleu|rouge|ppl|"
    r"perplexity|mse|mae|rmse|score|scores|reward|rewards|return|returns|elbo|nll|metric|metrics|"
    r"top1|top5|prec1|prec5)(_\w*)?(?![a-z])|[a-z](Loss|Acc|Reward|Score)",
    re.IGNORECASE,
)
# `episodic_return={value}`: in the text of an f-string a metric has to stand before what is put in; not
# `Error: {exception}`
_LABEL = pattern(
    r"(?<![a-z])(\w*_)?(loss|losses|acc|accuracy|f1|auc|iou|psnr|ssim|bleu|rouge|ppl|perplexity|mse|mae|rmse|"
    r"score|scores|rewards?|returns?|elbo|nll)(_\w*)?[^\w{}\n]{0,4}\{(?!\{)",
    re.IGNORECASE,
)
_SHOWING = frozenset(
    "print set_postfix set_postfix_str set_description set_description_str progress_bar write info "
    "debug warning".split()
)
_SHOWS = pattern(
    r"(^|\.)(set_postfix(_str)?|set_description(_str)?|progress_bar|(stdout|tqdm|bar|pbar)\.write)$|"
    r"^(logging|log|logger|_logger|LOGGER|LOG|self\.logger|self\.log)\.(info|debug|warning)$"
)


@rule(
    "LOG001",
    severity=Severity.INFO,
    on=Project,
    practice=3,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def print_only_metrics(project: Project) -> Iterator[Finding]:
    """What a training run measures is only printed.

    The numbers scroll away with the terminal: nobody can compare two runs, draw the learning curve
    again or see at which epoch a reported number was reached. A file that each epoch appends a line
    to is enough. An entry point is named once; those that write any file of numbers, that train with
    a framework which keeps a log, or that a documented command redirects, are left alone.

    Bad:
        # file: train.py
        import torch

        def train(model, optimizer, loader):
            for epoch in range(10):
                for x in loader:
                    loss = model(x).sum()
                    loss.backward()
                    optimizer.step()
                print(f"epoch {epoch}: loss {loss.item():.3f}")

        if __name__ == "__main__":
            model = torch.nn.Linear(4, 2)
            train(model, torch.optim.SGD(model.parameters(), lr=0.1), [torch.zeros(1, 4)])

    Good:
        # file: train.py
        import csv
        import torch

        def train(model, optimizer, loader):
            with open("metrics.csv", "w", newline="") as file:
                log = csv.writer(file)
                for epoch in range(10):
                    for x in loader:
                        loss = model(x).sum()
                        loss.backward()
                        optimizer.step()
                    print(f"epoch {epoch}: loss {loss.item():.3f}")
                    log.writerow([epoch, loss.item()])

        if __name__ == "__main__":
            model = torch.nn.Linear(4, 2)
            train(model, torch.optim.SGD(model.parameters(), lr=0.1), [torch.zeros(1, 4)])

    Not this rule:
        # file: train.py
        from tracking import Tracker
        import torch

        if __name__ == "__main__":
            tracker = Tracker()
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for step in range(10):
                loss = model(torch.zeros(1, 4)).sum()
                loss.backward()
                optimizer.step()
                print("loss", loss.item())
                tracker.add(step, loss)
        # file: tracking.py
        class Tracker:
            def __init__(self):
                self.file = open("log.txt", "a")

            def add(self, step, loss):
                self.file.write(f"{step} {loss}")

    Not this rule:
        # file: infer.py
        import torch

        if __name__ == "__main__":
            model = torch.nn.Linear(4, 2)
            print("accuracy", model(torch.zeros(1, 4)).mean())
    """
    told: set[tuple[str, int]] = set()
    known: dict[Node, list[_Shown]] = {}
    for entry in project.entries:
        trained = trains_by_gradient(project, entry)
        if trained is None:
            continue
        shown = _shown(project, entry, trained, known)
        if shown is None or may_keep_numbers(project, entry):
            continue
        file, call = shown
        if (file.path, call.span.line) in told:
            continue
        told.add((file.path, call.span.line))
        yield file.finding(
            call.span,
            f"`{entry.path}` trains a model and only shows its metrics (`{call.name}`): "
            "nothing that it runs writes them down",
            help="Append a line to a file at each epoch (`csv.writer`), or use a tracker such as "
            "TensorBoard, MLflow or Weights & Biases.",
            fix=append_row(project, file, call),
        )


def _shown(
    project: Project, entry: Entry, trained: Node, known: dict[Node, list[_Shown]]
) -> tuple[PythonFile, Call] | None:
    """Where metrics are shown: where the model is trained rather than elsewhere, in a loop first."""

    def first_of(nodes: Sequence[Node]) -> _Shown | None:
        for node in nodes:
            if node not in known:
                known[node] = list(_shown_by(project, node))
        every = (one for node in nodes for one in known[node])
        return min(every, key=lambda one: not one.is_in_loop, default=None)

    others = project.calls.reachable(*entry.nodes, surely=True)
    best = first_of([trained]) or first_of(others)
    return (best.file, best.call) if best else None


def _shown_by(project: Project, node: Node) -> Iterator[_Shown]:
    file = project.python[node.path]
    calls = project.calls.calls_named(node, _SHOWING)
    text = project.text_at(file.path) if calls and file.notebook is None else None
    lines = lines_of(text or "")
    for call in calls:
        if _shows_metrics(file, call, lines):
            yield _Shown(file, call, any(loops_around(file.facts, call.block)))


class _Shown(msgspec.Struct, frozen=True):
    """A call that shows a metric."""

    file: PythonFile
    call: Call
    is_in_loop: bool


def _shows_metrics(file: PythonFile, call: Call, lines: Sequence[str]) -> bool:
    if not (call.target == "builtins.print" or _SHOWS.search(call.name)):
        return False
    if any(keyword.name == "file" for keyword in call.keywords):
        return False
    facts = file.facts
    return (
        any(
            _METRIC.search(name.name)
            for value in values_of(call)
            for name in names_in(facts, value)
        )
        or any(_METRIC.search(text) for value in values_of(call) for text in texts_in(facts, value))
        or any(_METRIC.search(keyword.name) for keyword in call.keywords)
        or any(_LABEL.search(text) for text in _templates(lines, call))
    )


def _templates(lines: Sequence[str], call: Call) -> Iterator[str]:
    """The f-strings in the arguments of a call as they are written; facts hold no more than their values."""
    for value in values_of(call):
        for part in parts(value):
            if isinstance(part, Operation) and part.operator == "f-string":
                yield source_in(lines, part.span)
