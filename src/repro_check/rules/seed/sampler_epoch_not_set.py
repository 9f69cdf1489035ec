"""SEED016."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._distributed_samplers import (
    EpochLoop,
    Sampler,
    training_samplers,
    untold_entry,
)
from repro_check.sources.expressions import Name


@rule(
    "SEED016",
    severity=Severity.ERROR,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def sampler_epoch_not_set(project: Project) -> Iterator[Finding]:
    """A distributed sampler that is never told the epoch gives the same order in every epoch.

    `DistributedSampler` shuffles by its own seed plus the epoch, which stays 0 without `set_epoch`.
    All epochs then see the data in one order, while a run on one GPU shuffles anew each time: the
    numbers depend on how many GPUs there were (pytorch/pytorch#31771, pytorch/pytorch#11324).
    Lightning, Accelerate and the trainer of Transformers call it themselves.

    Bad:
        from torch.utils.data import DataLoader
        from torch.utils.data.distributed import DistributedSampler

        def train(model, optimizer, dataset, epochs):
            sampler = DistributedSampler(dataset)
            loader = DataLoader(dataset, sampler=sampler)
            for epoch in range(epochs):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()

        if __name__ == "__main__":
            train(*setup())

    Good:
        from torch.utils.data import DataLoader
        from torch.utils.data.distributed import DistributedSampler

        def train(model, optimizer, dataset, epochs):
            sampler = DistributedSampler(dataset)
            loader = DataLoader(dataset, sampler=sampler)
            for epoch in range(epochs):
                sampler.set_epoch(epoch)
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()

        if __name__ == "__main__":
            train(*setup())

    Not this rule:
        from torch.utils.data import DataLoader
        from torch.utils.data.distributed import DistributedSampler

        def train(model, optimizer, loader, val_data, epochs):
            val_sampler = DistributedSampler(val_data)  # for evaluation any order will do
            for epoch in range(epochs):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()

        if __name__ == "__main__":
            train(*setup())

    Not this rule:
        import pytorch_lightning as pl
        from torch.utils.data.distributed import DistributedSampler

        def main(module, dataset, loader):
            sampler = DistributedSampler(dataset)
            for epoch in range(3):
                module.backward()
            pl.Trainer().fit(module, loader(sampler))  # it calls `set_epoch` itself

        if __name__ == "__main__":
            main(*setup())
    """
    for sampler in training_samplers(project):
        found = untold_entry(project, sampler)
        if found is None:
            continue
        _, loop = found
        name = f"`{sampler.name}`" if sampler.name else "This distributed sampler"
        yield sampler.file.finding(
            sampler.call.span,
            f"{name} is never told the epoch, so every epoch sees the data in the same order",
            help="Call `sampler.set_epoch(epoch)` at the top of the loop over epochs.",
            related=[
                project.python[loop.path].related(loop.binding.span, "the loop over epochs"),
            ],
            fix=_fix(project, sampler, loop),
        )


def _fix(project: Project, sampler: Sampler, loop: EpochLoop) -> Fix | None:
    """Tell it where the loop stands in the same scope and begins with a line of its own."""
    file, target = sampler.file, loop.binding.targets[0]
    text = project.text_at(file.path)
    if loop.path != file.path or not sampler.name.isidentifier() or text is None:
        return None
    body = file.facts.blocks[loop.binding.block].body
    if not isinstance(target, Name) or target.name == "_":
        return None
    scopes, call = file.scopes, sampler.call
    binding = file.constants.binding(sampler.name, call.block)
    is_seen = scopes.scope(call.block) == scopes.scope(loop.binding.block)
    if binding is None or not is_seen or scopes.scope(call.block) != call.block:
        return None
    line = text.splitlines()[body.line - 1]
    indent = line[: body.column - 1]
    if indent.strip() or body.line == file.facts.blocks[loop.binding.block].span.line:
        return None
    place = Span(body.line, 1, body.line, 1)
    statement = f"{indent}{sampler.name}.set_epoch({target.name})\n"
    edit = Edit(file.location(place), statement)
    return Fix(Safety.UNSAFE, "Tell the sampler the epoch", (edit,))
