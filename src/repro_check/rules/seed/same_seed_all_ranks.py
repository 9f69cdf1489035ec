"""SEED017."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._rank_fix import rank_added
from repro_check.rules.seed._rank_seeds import shared_seeds


@rule(
    "SEED017",
    severity=Severity.WARNING,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def same_seed_all_ranks(project: Project) -> Iterator[Finding]:
    """Every process of a distributed training gets the same seed, and so the same dropout masks.

    With equal seeds all ranks draw the same masks and the same augmentation, each for its own
    samples: the noise is no longer independent, and results depend on the number of GPUs in a way
    that nobody intends (huggingface/transformers#31412, facebookresearch/detr#297). The weights need
    no equal seeds, since `DistributedDataParallel` sends those of rank 0 to all.

    Bad:
        import torch
        import torch.distributed as dist
        from torch import nn

        def main(seed, rank):
            dist.init_process_group("nccl")
            torch.manual_seed(seed)
            net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
            net = nn.parallel.DistributedDataParallel(net, device_ids=[rank])
            net(torch.ones(1, 2)).sum().backward()

        if __name__ == "__main__":
            main(0, 0)

    Good:
        import torch
        import torch.distributed as dist
        from torch import nn

        def main(seed, rank):
            dist.init_process_group("nccl")
            torch.manual_seed(seed + rank)
            net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
            net = nn.parallel.DistributedDataParallel(net, device_ids=[rank])
            net(torch.ones(1, 2)).sum().backward()

        if __name__ == "__main__":
            main(0, 0)

    Not this rule:
        import torch
        import torch.distributed as dist
        from torch import nn

        def main(seed, rank):  # nothing here draws after the start
            dist.init_process_group("nccl")
            torch.manual_seed(seed)
            net = nn.Linear(2, 2)
            net = nn.parallel.DistributedDataParallel(net, device_ids=[rank])
            net(torch.ones(1, 2)).sum().backward()

        if __name__ == "__main__":
            main(0, 0)
    """
    told: set[tuple[str, int]] = set()
    for found in shared_seeds(project):
        key = (found.file.path, found.seeded.span.line)
        if key in told:
            continue
        told.add(key)
        yield found.file.finding(
            found.seeded.span,
            f"`{found.seeded.name}` gives all ranks the same seed, so they draw the same noise",
            help="Add the rank once the model is made: `set_seed(seed + rank)`.",
            related=[
                found.group_file.related(found.group.span, "the processes are joined here"),
                found.noise_file.related(found.noise.span, "this draws at each step"),
            ],
            fix=rank_added(project, found),
        )
