"""CKPT004."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.libraries import is_training
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.expressions import Expression, Literal, Name, parts
from repro_check.sources.python import Assignment, Call, ModuleFacts

_MODEL_NAME = re.compile(
    r"(model|ckpt|checkpoint|weight|state|\bnet\b|_net\b|\bnet_|snapshot|resume|pretrain|\bbest|epoch|"
    r"optim|encoder|decoder|policy|actor|critic|generator|discriminator)",
    re.IGNORECASE,
)
_TRAINING_NAME = re.compile(
    r"^((run|do)_)?(train|training|fit)(_(model|net|epoch|one_epoch|loop|step|eval|and_eval\w*))?$"
)


@rule("CKPT004", severity=Severity.WARNING, on=PythonFile, practice=2, fixes="safe")
def load_without_map_location(file: PythonFile, _project: Project) -> Iterator[Finding]:
    """A checkpoint that was written on a GPU cannot be opened on a machine without one.

    `torch.load` puts every tensor back on the device that it was saved from. On a reader's laptop that
    device does not exist, and loading fails before the first number is computed.

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

        torch.set_default_device("cpu")
        state = torch.load("model.pt", **options)
    """
    facts = file.facts
    if not file.is_product or any(facts.calls_to("torch.set_default_device")):
        return
    if _stays_on_cpu(facts):
        return
    seen: set[int] = set()
    for call in facts.calls_to("torch.load"):
        if _has_map_location(call) or not _is_checkpoint(facts, call):
            continue
        if _was_written_by_this_run(facts, call):
            continue
        function = facts.function_of(call.block)
        place = function.block if function else 0
        if place in seen:
            continue
        seen.add(place)
        fix = None
        if call.args and _only_loads_state(facts, call):
            end = _end_of_arguments(call)
            fix = file.replace(
                end, ', map_location="cpu"', title="Load on the CPU", safety=Safety.SAFE
            )
        yield file.finding(
            call.span,
            "`torch.load` without `map_location` fails on a machine that lacks the GPU "
            "on which the checkpoint was saved",
            help='Write `torch.load(path, map_location="cpu")`; `load_state_dict` copies the '
            "tensors to wherever the model is.",
            fix=fix,
        )


def _has_map_location(call: Call) -> bool:
    return len(call.args) >= 2 or call.keyword("map_location") is not None or call.unpacks


def _is_checkpoint(facts: ModuleFacts, call: Call) -> bool:
    """Whether what is loaded is a model's state and not data, by its use and by the names around."""
    if _only_loads_state(facts, call):
        return True
    return any(_MODEL_NAME.search(word) for word in _words(facts, call))


def _stays_on_cpu(facts: ModuleFacts) -> bool:
    """Whether a self-contained script or notebook trains, saves, and never touches a GPU."""
    if any(item.module.startswith(".") for item in facts.imports):
        return False
    if not any(facts.calls_to("torch.save")) or not any(is_training(each) for each in facts.calls):
        return False
    outside = {"torch", "numpy", "math", "os", "sys", "time", "random", "matplotlib", "sklearn"}
    modules = {item.module.partition(".")[0] for item in facts.imports}
    is_alone = modules <= outside | {"torchvision", "tqdm", "json", "pandas", "PIL", "typing", "copy"}
    return is_alone and not any(_touches_gpu(call) for call in facts.calls)


def _touches_gpu(call: Call) -> bool:
    method = call.name.rpartition(".")[2]
    if call.target.startswith(("torch.cuda", "torch.device", "torch.backends")):
        return True
    if method in {"cuda", "to", "DataParallel", "DistributedDataParallel"}:
        return True
    return call.keyword("device") is not None


def _was_written_by_this_run(facts: ModuleFacts, call: Call) -> bool:
    """Whether the function trains before it loads: then it reloads its own best checkpoint."""
    function = facts.function_of(call.block)
    scope = function.block if function else 0
    for other in facts.calls:
        if other.span.line >= call.span.line or not facts.is_inside(other.block, scope):
            continue
        owner = facts.function_of(other.block)
        if (owner.block if owner else 0) != scope:
            continue
        if is_training(other) or _TRAINING_NAME.search(other.name.rpartition(".")[2]):
            return True
    return False


def _words(facts: ModuleFacts, call: Call) -> Iterator[str]:
    for argument in call.args:
        for part in parts(argument):
            if isinstance(part, Literal) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, Name):
                yield part.name
    if call.use == "assigned":
        for target in facts.assignments[call.user].targets:
            for part in parts(target):
                if isinstance(part, Name):
                    yield part.name
    if call.use == "argument":
        yield facts.calls[call.user].name
    function = facts.function_of(call.block)
    if call.use == "returned" and function is not None:
        yield function.qualname


def _only_loads_state(facts: ModuleFacts, call: Call) -> bool:
    """Whether the result goes into `load_state_dict` and nowhere else."""
    if call.use == "argument":
        return facts.calls[call.user].name.endswith("load_state_dict")
    if call.use != "assigned":
        return False
    assignment = facts.assignments[call.user]
    if len(assignment.targets) != 1 or not isinstance(assignment.targets[0], Name):
        return False
    name = assignment.targets[0].name
    return "." not in name and _is_read_only_by_loading(facts, name, assignment)


def _is_read_only_by_loading(facts: ModuleFacts, name: str, binding: Assignment) -> bool:
    function = facts.function_of(binding.block)
    scope = function.block if function else 0
    uses = 0
    for other in facts.calls:
        if not facts.is_inside(other.block, scope):
            continue
        values = (*other.args, *(keyword.value for keyword in other.keywords))
        if any(_mentions(value, name) for value in values):
            if not other.name.endswith("load_state_dict"):
                return False
            uses += 1
        if other.name.startswith(f"{name}.") or (other.receiver and _mentions(other.receiver, name)):
            return False
    for item in facts.assignments:
        if item is not binding and item.value is not None and _mentions(item.value, name):
            return False
    for returned in facts.returns:
        if facts.is_inside(returned.block, scope) and _mentions(returned.value, name):
            return False
    return uses > 0


def _mentions(expression: Expression, name: str) -> bool:
    return any(
        isinstance(part, Name) and part.name.partition(".")[0] == name for part in parts(expression)
    )


def _end_of_arguments(call: Call) -> Span:
    """The empty span right behind the last argument."""
    spans = [part.span for part in (*call.args, *(keyword.value for keyword in call.keywords))]
    last = max(spans, key=lambda span: (span.end_line, span.end_column))
    return Span(last.end_line, last.end_column, last.end_line, last.end_column)
