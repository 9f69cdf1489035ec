"""CKPT004."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.libraries import is_training
from repro_check.project.project import Project
from repro_check.rules.ckpt._gpu_needs import needs_gpu_anyway
from repro_check.rules.ckpt._loads import (
    is_checkpoint,
    only_loads_state,
    saves_on_cpu,
    scope_of,
    was_written_here,
)
from repro_check.rules.rule import rule
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call, ModuleFacts

# modules that a script can use without any code that moves tensors to a GPU
_PLAIN = frozenset(
    {
        *("torch", "torchvision", "numpy", "pandas", "sklearn", "matplotlib", "PIL", "tqdm"),
        *("math", "os", "sys", "time", "random", "json", "typing", "copy"),
    }
)


@rule(
    "CKPT004",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=2,
    fixes="safe",
    words=("load",),
)
def load_without_map_location(file: PythonFile, _project: Project) -> Iterator[Finding]:
    """A checkpoint that was written on a GPU cannot be opened on a machine without one.

    `torch.load` puts every tensor back on the device that it was saved from. On a reader's laptop
    that device does not exist, and loading fails before the first number is computed. Each function
    is named once.

    Bad:
        import torch

        def load(model, path):
            model.load_state_dict(torch.load(path))

    Good:
        import torch

        def load(model, path):
            model.load_state_dict(torch.load(path, map_location="cpu"))

    Not this rule:
        import torch

        images, labels = torch.load("data/mnist/test_data.pt")

    Not this rule:
        import torch

        def train(model, optimizer, loader, path):
            for x in loader:
                model(x).sum().backward()
                optimizer.step()
            torch.save(model.state_dict(), path)
            model.load_state_dict(torch.load(path))  # the same process wrote it

    Not this rule:
        import torch

        def restore(model, path):
            model.load_state_dict(torch.load(path))
            return model.cuda()  # needs a GPU, however the checkpoint is loaded

    Not this rule:
        import torch

        torch.set_default_device("cpu")
        state = torch.load("model.pt", **options)
    """
    facts = file.facts
    if any(facts.calls_to("torch.set_default_device")) or saves_on_cpu(facts):
        return
    if _stays_on_cpu(facts):
        return
    is_notebook = file.notebook is not None
    places: dict[int, list[Call]] = {}
    for call in facts.calls_to("torch.load"):
        if (
            not _has_map_location(call)
            and is_checkpoint(facts, call)
            and not was_written_here(facts, call, is_notebook=is_notebook)
            and not needs_gpu_anyway(facts, call, is_notebook=is_notebook)
        ):
            places.setdefault(scope_of(facts, call.block), []).append(call)
    for calls in places.values():
        yield file.finding(
            calls[0].span,
            "`torch.load` without `map_location` fails on a machine that lacks the GPU "
            "on which the checkpoint was saved",
            help='Write `torch.load(path, map_location="cpu")`; `load_state_dict` copies the '
            "tensors to wherever the model is.",
            related=[file.related(call.span, "and so does this") for call in calls[1:]],
            fix=_fix(file, calls),
        )


def _has_map_location(call: Call) -> bool:
    given = call.argument(1, "map_location")
    is_none = isinstance(given, Literal) and given.value is None
    return call.unpacks or (given is not None and not is_none)


def _stays_on_cpu(facts: ModuleFacts) -> bool:
    """Whether a self-contained script or notebook trains, saves, and never touches a GPU."""
    if any(item.module.startswith(".") for item in facts.imports):
        return False
    if not any(facts.calls_to("torch.save")) or not any(is_training(each) for each in facts.calls):
        return False
    modules = {item.module.partition(".")[0] for item in facts.imports}
    return modules <= _PLAIN and not any(_touches_gpu(call) for call in facts.calls)


def _touches_gpu(call: Call) -> bool:
    method = call.name.rpartition(".")[2]
    if call.target.startswith(("torch.cuda", "torch.device", "torch.backends")):
        return True
    if method in {"cuda", "to", "DataParallel", "DistributedDataParallel"}:
        return True
    return call.keyword("device") is not None


def _fix(file: PythonFile, calls: Sequence[Call]) -> Fix | None:
    """Load on the CPU; unsafe where more than `load_state_dict` sees the tensors."""
    edits = []
    for call in calls:
        if call.argument(1, "map_location") is not None or not (call.args or call.keywords):
            return None
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        last = max((each.span for each in given), key=lambda one: (one.end_line, one.end_column))
        end = Span(last.end_line, last.end_column, last.end_line, last.end_column)
        edits.append(Edit(file.location(end), ', map_location="cpu"'))
    is_safe = all(only_loads_state(file.facts, call) for call in calls)
    return Fix(Safety.SAFE if is_safe else Safety.UNSAFE, "Load on the CPU", tuple(edits))
