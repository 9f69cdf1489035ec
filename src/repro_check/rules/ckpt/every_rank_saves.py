"""CKPT009."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Related, Safety, Severity, Span
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.ckpt._ranks import has_own_disks, is_on_one_rank, speaks_of_rank
from repro_check.rules.ckpt._saves import Save, is_state, is_temporary, saves
from repro_check.rules.insertion import imported_as, indent_of
from repro_check.rules.rule import rule
from repro_check.rules.walking import code_around
from repro_check.sources.python import MODULE, Call

_STARTS = "torch.distributed.init_process_group"
_WRAPS = frozenset(
    {
        "torch.nn.parallel.DistributedDataParallel",
        "torch.nn.parallel.distributed.DistributedDataParallel",
    }
)
_SHARDED = (
    "torch.distributed.checkpoint",
    "torch.distributed.fsdp",
    "torch.distributed._composable",
)
_DEEPEST = 4


@rule(
    "CKPT009",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=2,
    is_default=False,
    fixes="unsafe",
)
def every_rank_saves(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Every process of a distributed run writes the same checkpoint file at the same time.

    They truncate and fill one file together: what is left may be any mixture, and whether it can be
    loaded is a matter of luck and of the file system (docs.pytorch.org/tutorials/intermediate/
    ddp_tutorial.html: "saving it in one process is sufficient"). Sharded checkpoints, paths that tell the
    rank, and code whose callers cannot be seen are left alone.

    Bad:
        import torch
        import torch.distributed as dist

        def main(model, optimizer, loader):
            dist.init_process_group("nccl")
            model = torch.nn.parallel.DistributedDataParallel(model)
            for x in loader:
                model(x).sum().backward()
                optimizer.step()
            torch.save(model.state_dict(), "last.pt")

    Good:
        import torch
        import torch.distributed as dist

        def main(model, optimizer, loader):
            dist.init_process_group("nccl")
            model = torch.nn.parallel.DistributedDataParallel(model)
            for x in loader:
                model(x).sum().backward()
                optimizer.step()
            if dist.get_rank() == 0:
                torch.save(model.state_dict(), "last.pt")

    Not this rule:
        import torch
        import torch.distributed as dist

        def save(model, path):
            torch.save(model.state_dict(), path)

        def main(model, rank):
            dist.init_process_group("nccl")
            is_first = rank == 0
            if is_first:
                save(model, "last.pt")
            torch.save(model.state_dict(), f"part{rank}.pt")
    """
    if any(f"{item.module}.{item.name}".startswith(_SHARDED) for item in file.facts.imports):
        return
    for save in saves(file, project):
        block, line = save.call.block, save.call.span.line
        if save.saved is None or not is_state(file, save.saved):
            continue
        if save.path is not None and is_temporary(file, save.path, block):
            continue
        if is_on_one_rank(file, block, line) or speaks_of_rank(file, save.path, block):
            continue
        start = _started(file, project, block, line, _DEEPEST)
        if start is not None and not has_own_disks(file):
            yield file.finding(
                save.call.span,
                "every process of the distributed run writes this checkpoint: they race on one file",
                help="Save on one process alone: `if torch.distributed.get_rank() == 0:`.",
                related=[start],
                fix=_fix(file, project, save),
            )


def _started(
    file: PythonFile, project: Project, block: int, line: int, depth: int
) -> Related | None:
    """Where the processes are started that all reach a place; None if none do, or only one does."""
    facts = file.facts
    code = code_around(facts, block)
    for call in facts.calls:
        is_before = call.span.line < line and code_around(facts, call.block) == code
        if is_before and _starts(file, project, call):
            return file.related(call.span, "the processes of the run are told of each other here")
    if depth <= 0 or code == MODULE:
        return None
    for site in project.callers.calls_of(Node(file.path, code)):
        other = project.python[site.path]
        at, where = site.call.block, site.call.span.line
        if is_on_one_rank(other, at, where):
            continue
        if any(speaks_of_rank(other, value, at) for value in site.call.args):
            continue
        found = _started(other, project, at, where, depth - 1)
        if found is not None:
            return found
    return None


def _starts(file: PythonFile, project: Project, call: Call) -> bool:
    """Whether a call, or a function of this project that it runs, joins the process group."""
    if call.target == _STARTS or call.target in _WRAPS:
        return True
    return any(
        inner.target == _STARTS
        for node in project.callers.callees(file.path, call)
        for inner in project.calls.outside_calls(node)
    )


def _fix(file: PythonFile, project: Project, save: Save) -> Fix | None:
    """Guard the statement by the rank, where the module knows `torch.distributed`."""
    text = None if file.notebook else project.text_at(file.path)
    if text is None or save.call.use != "dropped":
        return None
    indent = indent_of(text, save.call.span)
    rank = imported_as(file, "torch.distributed.get_rank", save.call.block)
    if indent is None or not rank:
        return None
    span = save.call.span
    start = Span(span.line, span.column, span.line, span.column)
    step = "\t" if "\t" in indent else "    "
    guard = f"if {rank}() == 0:\n{indent}{step}"
    return Fix(Safety.UNSAFE, "Save on one process alone", (Edit(file.location(start), guard),))
