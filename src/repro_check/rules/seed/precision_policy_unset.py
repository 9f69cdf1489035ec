"""SEED030."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.calls import Node
from repro_check.project.libraries import is_training
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
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
    told: set[tuple[str, int]] = set()
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
        if (node.path, call.span.line) in told:
            continue
        told.add((node.path, call.span.line))
        yield project.python[node.path].finding(
            call.span,
            f"`{entry.path}` may train on CUDA, and nothing says whether in TF32 or in full precision",
            help='Write `torch.set_float32_matmul_precision("highest")` (or "high") before training, and '
            "report it.",
        )


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
