"""SEED001."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Confidence, Finding, Related, Severity, Span
from repro_check.project.entries import Entry, main_guard
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.project.randomness import Draw, RandomUse
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._entry_streams import Effects, Use
from repro_check.rules.seed._seeding_fix import seeding_fix

_NUMBERS = frozenset({Family.NUMPY, Family.PYTHON})


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

    A seed that one object is given (`env.reset(seed=...)`, the generator of a loader) settles what that
    object draws, and not the weights.

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

    Bad:
        # file: loop.py
        import gymnasium as gym
        import torch

        def main(seed=1):
            env = gym.make("CartPole-v1")
            state, _ = env.reset(seed=seed)
            policy = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
            for _ in range(1000):
                state, reward, *_ = env.step(policy(torch.tensor(state)).argmax().item())
                (-reward * policy(torch.tensor(state)).max()).backward()
                optimizer.step()

        if __name__ == "__main__":
            main()

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
    effects = Effects(project)
    for entry in project.entries:
        use, seeds = project.random_use(entry), "sets a seed"
        if use.trains is not None and use.draws and use.seeded == {Family.OTHER}:
            use, seeds = _besides_objects(project, effects, entry, use), "seeds these"
        if use.trains is None or not use.draws or use.seeded:
            continue
        file = project.python[entry.path]
        yield file.finding(
            _start(file),
            f"`{entry.path}` trains a model and draws from {_families(use)}, "
            f"but nothing that it calls {seeds}",
            help="Call a seeding function first thing, with a seed from your config: "
            "`set_seed(cfg.seed)`.",
            confidence=Confidence.LOW if use.is_opaque else Confidence.HIGH,
            related=tuple(_examples(project, use)),
            fix=seeding_fix(project, entry, use),
        )


def _besides_objects(project: Project, effects: Effects, entry: Entry, use: RandomUse) -> RandomUse:
    """The use without the seeds that single objects are given, where these are all that there is."""
    streams = None if use.is_opaque else effects.streams(entry)
    if streams is None or streams.seeded or project.frameworks.takes_over(Duty.SEED, entry):
        return use
    draws = [draw for draw in streams.draws if not _is_asked_elsewhere(draw)]
    families = {family: draw for draw in reversed(draws) for family in draw.families}
    if use.trains and use.trains[1].name.endswith("fit") and families.keys() <= _NUMBERS:
        # a regression on made-up numbers has a `fit`, too
        return use
    chosen = [Draw(draw.path, draw.call, draw.target, each) for each, draw in families.items()]
    return msgspec.structs.replace(use, draws=tuple(chosen), seeded=frozenset())


def _is_asked_elsewhere(draw: Use) -> bool:
    """Whether a call may have its seed inside: an estimator (SEED030), an initializer of Keras."""
    has_initializer = any("initializer" in keyword.name for keyword in draw.call.keywords)
    return has_initializer or draw.target.startswith("sklearn.")


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
