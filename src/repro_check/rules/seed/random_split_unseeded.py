"""SEED012."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.arguments import give, written
from repro_check.rules.rule import rule
from repro_check.rules.seed._seed_at_hand import seed_at_hand
from repro_check.rules.seed._seeder_calls import is_none, outside_name, seeder_calls
from repro_check.sources.expressions import Collection
from repro_check.sources.python import Call

_SPLITS = frozenset(
    {
        "torch.utils.data.random_split",
        "torch.utils.data.dataset.random_split",
        "torch_geometric.data.random_split",
    }
)


@rule(
    "SEED012",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    is_default=False,
    fixes="unsafe",
)
def random_split_unseeded(file: PythonFile, project: Project) -> Iterator[Finding]:
    """`random_split` is not given a generator of its own.

    It then draws from torch's global generator, so which example is a test example depends on every draw
    before it. A resumed run, or one with another model built first, splits differently, and examples
    that were trained on become test examples. `torch.Generator().manual_seed(seed)` keeps the split
    apart from all else. A split right behind a seeding call is as good.

    Bad:
        from torch.utils.data import random_split
        from data import dataset

        train, test = random_split(dataset, [0.8, 0.2])

    Bad:
        import torch
        from torch.utils.data import random_split
        from data import dataset
        from model import Net

        torch.manual_seed(0)
        net = Net()
        train, test = random_split(dataset, [800, 200])

    Good:
        import torch
        from torch.utils.data import random_split
        from config import cfg
        from data import dataset

        generator = torch.Generator().manual_seed(cfg.seed)
        train, test = random_split(dataset, [0.8, 0.2], generator=generator)

    Not this rule:
        import torch
        from torch.utils.data import random_split
        from data import dataset

        torch.manual_seed(0)
        train, test = random_split(dataset, [0.8, 0.2])
    """
    splits = [
        call
        for call in file.facts.calls
        if call.name.endswith("random_split") and outside_name(file, project, call) in _SPLITS
    ]
    if not splits:
        return
    seeders = [each.call for each in seeder_calls(file, project) if Family.TORCH in each.families]
    for call in splits:
        given = call.argument(2, "generator")
        is_open = is_none(file, given, call.block) and not call.unpacks and not _is_whole(call)
        if is_open and not _is_just_seeded(file, call, seeders):
            yield file.finding(
                call.span,
                f"`{call.name}` has no generator, so the members of the parts depend on every random "
                "draw before it",
                help="Give it one: `generator=torch.Generator().manual_seed(cfg.seed)`.",
                fix=_fix(file, project, call),
            )


def _fix(file: PythonFile, project: Project, split: Call) -> Fix | None:
    """Give it a generator with the seed that the code has at hand, or with 0."""
    text = project.text_at(file.path)
    if file.notebook is not None or text is None or len(split.args) > 2:
        return None
    made = written(file, text, "torch.Generator", split.block, "import torch")
    if made is None:
        return None
    name, imported = made
    seed = seed_at_hand(file, project, split.block, split.span.line) or "0"
    edit = give(file, text, split, "generator", f"{name}().manual_seed({seed})")
    title = f"Split with a generator that is seeded with `{seed}`"
    return Fix(Safety.UNSAFE, title, (edit, *imported)) if edit else None


def _is_whole(split: Call) -> bool:
    """Whether there is one part only, so that nothing is parted."""
    lengths = split.argument(1, "lengths")
    return isinstance(lengths, Collection) and len(lengths.items) == 1


def _is_just_seeded(file: PythonFile, split: Call, seeders: list[Call]) -> bool:
    """Whether a seeding call stands above, and nothing is made or drawn in between."""
    scope = file.scopes.scope(split.block)
    before = [
        call.span.end_line
        for call in seeders
        if file.scopes.scope(call.block) == scope and call.span.end_line <= split.span.line
    ]
    if not before:
        return False
    return not any(
        max(before) < call.span.line < split.span.line and not _is_harmless(call)
        for call in file.facts.calls
        if file.scopes.scope(call.block) == scope
    )


def _is_harmless(call: Call) -> bool:
    """Whether a call surely draws nothing."""
    last = call.name.rpartition(".")[2]
    return "seed" in last or last in {"len", "int", "print", "floor", "round", "info", "float"}
