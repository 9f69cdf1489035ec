"""SEED001."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Related, Severity, Span
from repro_check.project.entries import main_guard
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.project.randomness import RandomUse
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._seeding_fix import seeding_fix


@rule(
    "SEED001",
    severity=Severity.ERROR,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def no_seed_reachable(project: Project) -> Iterator[Finding]:
    """A training entry point draws random numbers, and nothing that it reaches sets a seed.

    Weights, shuffling and augmentation then differ at every run, so nobody, the author included, can
    obtain the reported numbers again. A helper in another module counts when the entry point calls it;
    one that is defined and never called does not.

    Training means steps that are repeated: a single gradient, an evaluation that restores a graph, and
    a guard under a module of layers that tries them on made-up tensors are left alone.

    Bad:
        # file: train.py
        import torch
        from utils import set_seed

        def main():
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load("train.pt"):
                loss = model(x).sum()
                loss.backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: utils.py
        import torch

        def set_seed(seed):
            torch.manual_seed(seed)

    Good:
        # file: train.py
        import torch
        from utils import set_seed

        def main(seed=0):
            set_seed(seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load("train.pt"):
                loss = model(x).sum()
                loss.backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: utils.py
        import torch

        def set_seed(seed):
            torch.manual_seed(seed)

    Not this rule:
        # file: smoke.py
        import torch

        def test():
            net = torch.nn.Linear(4, 2)
            print(net(torch.randn(1, 4)).size())

        if __name__ == "__main__":
            test()

    Not this rule:
        # file: layer.py
        import torch

        class Layer(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = torch.nn.Linear(4, 2)

            def forward(self, x):
                return self.inner(x)

        if __name__ == "__main__":
            layer = Layer()
            optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
            for _ in range(100):
                layer(torch.randn(2, 4)).sum().backward()
                optimizer.step()
        # file: model.py
        from layer import Layer
    """
    for entry in project.entries:
        use = project.random_use(entry)
        if use.trains is None or not use.draws or use.seeded:
            continue
        file = project.python[entry.path]
        yield file.finding(
            _start(file),
            f"`{entry.path}` trains a model and draws from {_families(use)}, "
            "but nothing that it calls sets a seed",
            help="Call a seeding function first thing, with a seed from your config: "
            "`set_seed(cfg.seed)`.",
            confidence=Confidence.LOW if use.is_opaque else Confidence.HIGH,
            related=tuple(_examples(project, use)),
            fix=seeding_fix(project, entry, use),
        )


def _start(file: PythonFile) -> Span:
    """The line at which running the file begins to do something: its guard, or the first one."""
    guard = main_guard(file.facts)
    if guard is None:
        return Span(1, 1, 1, 1)
    block = file.facts.blocks[guard]
    end = block.test.span if block.test else block.span
    return Span(block.span.line, block.span.column, end.end_line, end.end_column + 1)


def _families(use: RandomUse) -> str:
    names = sorted({draw.family.value for draw in use.draws})
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"


def _examples(project: Project, use: RandomUse) -> Iterator[Related]:
    for draw in use.draws:
        file = project.python[draw.path]
        yield file.related(draw.call.span, f"`{draw.call.name}` draws from {draw.family.value}")
