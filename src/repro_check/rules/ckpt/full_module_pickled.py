"""CKPT002."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.findings import Edit, Finding, Fix, Related, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.ckpt._saves import saves
from repro_check.rules.rule import rule
from repro_check.rules.walking import code_around
from repro_check.sources.expressions import CallRef, Collection, Expression, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call

_MODULE_METHODS = frozenset(
    "parameters named_parameters zero_grad eval train named_modules load_state_dict".split()
)
_COMPILED = ("torch.jit.", "torch.export.", "torch.fx.", "torch.ao.", "torch.quantization.")


@rule(
    "CKPT002",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=2,
    is_default=False,
    fixes="unsafe",
)
def full_module_pickled(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A whole model is pickled, so the file opens only where the same classes lie at the same paths.

    `torch.save(model, path)` writes a reference to the class and to the module that it was defined
    in. Rename a folder, and the checkpoint is lost; and since PyTorch 2.6 `torch.load` refuses such
    a file unless it is told to run any code in it (docs.pytorch.org/docs/stable/generated/torch.load:
    `weights_only` is True by default). The weights alone, `model.state_dict()`, have neither problem.

    Bad:
        import torch

        class Net(torch.nn.Module):
            pass

        net = Net().to("cpu")
        torch.save(net, "net.pt")

    Bad:
        import torch

        def train(model, loader, path):
            model.train()
            for x in loader:
                model(x).sum().backward()
            torch.save(model, path)

    Good:
        import torch

        class Net(torch.nn.Module):
            pass

        net = Net().to("cpu")
        torch.save(net.state_dict(), "net.pt")

    Not this rule:
        import torch

        def keep(model, path):
            torch.save(model, path)  # it may be a dictionary

    Not this rule:
        import torch

        def export(model, path, example):
            model.eval()
            model = torch.jit.trace(model, example)
            torch.save(model, path)
    """
    found: dict[tuple[str, int], list[tuple[Call, Expression]]] = {}
    for save in saves(file, project):
        saved, block = save.saved, save.call.block
        if save.target != "torch.save" or saved is None:
            continue
        for part in saved.items if isinstance(saved, Collection) else (saved,):
            if isinstance(part, Name | CallRef) and _is_module(file, project, part, block):
                what = f"`{part.name}`" if isinstance(part, Name) else "a model"
                key = (what, code_around(file.facts, block))
                found.setdefault(key, []).append((save.call, part))
    loads = _loads(project) if found else []
    for (what, _), places in found.items():
        yield file.finding(
            places[0][0].span,
            f"{what} is pickled whole: the file is bound to the paths of its classes, and the safe "
            "loader refuses it",
            help="Save `model.state_dict()`, and load it into a model that was built anew.",
            related=[*(file.related(call.span, "and here") for call, _ in places[1:]), *loads[:2]],
            fix=None if loads else _fix(file, [saved for _, saved in places]),
        )


def _is_module(file: PythonFile, project: Project, value: Expression, block: int) -> bool:
    if isinstance(value, Name) and _is_compiled(file, value.name, block):
        return False
    symbol = project.classes.instance_of(file, value, block)
    if symbol is not None:
        is_module = project.classes.is_a(symbol, "torch.nn.Module")
        is_script = project.classes.is_a(symbol, "torch.jit.ScriptModule")
        return bool(is_module) and not is_script
    if not isinstance(value, Name):
        return False
    return _is_annotated(file, value.name, block) or _is_used_as_module(file, value.name, block)


def _is_compiled(file: PythonFile, name: str, block: int) -> bool:
    facts = file.facts
    code = code_around(facts, block)
    for item in facts.assignments:
        if isinstance(item.value, CallRef) and code_around(facts, item.block) in {code, 0}:
            is_bound = any(getattr(target, "name", "") == name for target in item.targets)
            if is_bound and facts.calls[item.value.index].target.startswith(_COMPILED):
                return True
    return False


def _is_annotated(file: PythonFile, name: str, block: int) -> bool:
    function = file.facts.function_of(block)
    for parameter in function.parameters if function else ():
        if parameter.name == name:
            return file.scopes.target(parameter.annotation, block) == "torch.nn.Module"
    return False


def _is_used_as_module(file: PythonFile, name: str, block: int) -> bool:
    """Whether the same function asks it for what only a module has: `model.parameters()`."""
    facts = file.facts
    code = code_around(facts, block)
    return any(
        call.name.startswith(f"{name}.")
        and call.name[len(name) + 1 :] in _MODULE_METHODS
        and (not call.args or call.name.endswith("load_state_dict"))
        and code_around(facts, call.block) == code
        for call in facts.calls
    )


def _loads(project: Project) -> list[Related]:
    return [
        other.related(call.span, "the checkpoint may be loaded here, and would have to change, too")
        for other in project.python.readable(Role.PRODUCT)
        for call in other.facts.calls_to("torch.load")
    ]


def _fix(file: PythonFile, models: Sequence[Expression]) -> Fix:
    """Save the weights alone; where the project itself loads checkpoints there is no fix."""
    ends = [
        Span(item.span.end_line, item.span.end_column, item.span.end_line, item.span.end_column)
        for item in models
    ]
    edits = tuple(Edit(file.location(end), ".state_dict()") for end in ends)
    return Fix(Safety.UNSAFE, "Save the weights alone", edits)
