"""SEED030."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity
from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.libraries import is_training
from repro_check.project.project import Project
from repro_check.project.timeline import Step
from repro_check.rules.arguments import written
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._entry_start import entry_start
from repro_check.rules.seed._statements import insert_line
from repro_check.rules.walking import values_of
from repro_check.sources.expressions import Expression, Literal, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

_SAYS = pattern(
    r"(set_float32_matmul_precision|autocast|GradScaler|bfloat16|half|allow_tf32|amp\.initialize)$"
)
_SETTINGS = pattern(r"(^|[._])(allow_tf32|fp32_precision)$")
_KEYWORDS = frozenset({"tf32", "precision", "mixed_precision", "fp16", "bf16"})


@rule(
    "SEED030",
    severity=Severity.INFO,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def precision_policy_unset(project: Project) -> Iterator[Finding]:
    """A program trains on CUDA and says nowhere with which precision it multiplies.

    On recent GPUs PyTorch computes convolutions in TF32 by default and matrix products in full
    single precision; the default has changed between releases (1.7 and 1.12), and other frameworks
    have other ones. The same code then gives other numbers on another machine
    (docs.pytorch.org/docs/stable/notes/cuda.html#tf32-on-ampere). One line makes it explicit.

    Bad:
        import torch

        def main():
            net = torch.nn.Linear(2, 2).cuda()
            optimizer = torch.optim.Adam(net.parameters())
            for _ in range(10):
                net(torch.rand(1, 2).cuda()).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()

    Good:
        import torch

        def main():
            torch.set_float32_matmul_precision("highest")
            net = torch.nn.Linear(2, 2).cuda()
            optimizer = torch.optim.Adam(net.parameters())
            for _ in range(10):
                net(torch.rand(1, 2).cuda()).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()

    Not this rule:
        import torch

        def main():  # nothing here runs on a GPU
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            for _ in range(10):
                net(torch.rand(1, 2)).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
    """
    found: dict[tuple[str, int], list[tuple[Entry, Call]]] = {}
    for entry in project.entries:
        nodes = project.calls.reachable(*entry.nodes, surely=True)
        calls = [(node, call) for node in nodes for call in project.calls.calls(node)]
        used = next(((node, call) for node, call in calls if _uses_cuda(call)), None)
        if used is None or not any(is_training(call) for _, call in calls):
            continue
        if not any(call.target.startswith("torch.optim.") for _, call in calls):
            continue
        if _is_said(project, project.calls.reachable(*entry.nodes)):
            continue
        node, call = used
        found.setdefault((node.path, call.span.line), []).append((entry, call))
    for (path, _), users in found.items():
        entry, call = users[0]
        yield project.python[path].finding(
            call.span,
            f"`{entry.path}` may train on CUDA, and nothing says whether in TF32 or in full precision",
            help='Write `torch.set_float32_matmul_precision("highest")` (or "high") before training, and '
            "name it beside the results.",
            fix=_fix(project, [entry for entry, _ in users]),
        )


def _fix(project: Project, entries: list[Entry]) -> Fix | None:
    """Say it first thing in all programs that train by this code."""
    edits: dict[Edit, None] = {}
    for entry in entries:
        said = _saying(project, entry)
        if said is None:
            return None
        edits |= dict.fromkeys(said)
    return Fix(Safety.UNSAFE, "Ask for full precision", tuple(edits))


def _saying(project: Project, entry: Entry) -> tuple[Edit, ...] | None:
    file, text = project.python[entry.path], project.text_at(entry.path)
    if text is None or project.versions.may_be_below("torch", "1.12", near=entry.path):
        return None

    def uses_cuda(step: Step) -> bool:
        return step.call is not None and _uses_cuda(step.call)

    start = entry_start(project, entry, text, uses_cuda)
    named = "torch.set_float32_matmul_precision"
    made = written(file, text, named, start.block, "import torch") if start else None
    if start is None or made is None:
        return None
    name, imported = made
    new = f'{start.above}{start.indent}{name}("highest")\n'
    return insert_line(file, start.line, new), *imported


def _uses_cuda(call: Call) -> bool:
    name = call.name.rpartition(".")[2]
    if name == "cuda" and (call.receiver is not None or "." in call.name):
        return not call.target.startswith("torch.cuda")
    is_placed = call.target == "torch.device" or name == "to"
    return is_placed and any(_is_cuda(value) for value in values_of(call))


def _is_cuda(value: Expression) -> bool:
    return any(
        isinstance(part, Literal) and isinstance(part.value, str) and part.value.startswith("cuda")
        for part in parts(value)
    )


def _is_said(project: Project, nodes: tuple[Node, ...]) -> bool:
    for node in nodes:
        for call in project.calls.calls(node):
            if _SAYS.search(call.target or call.name):
                return True
            if any(keyword.name in _KEYWORDS for keyword in call.keywords):
                return True
    for path in {node.path for node in nodes}:
        for item in project.python[path].facts.assignments:
            if any(_SETTINGS.search(getattr(target, "name", "")) for target in item.targets):
                return True
    return False
