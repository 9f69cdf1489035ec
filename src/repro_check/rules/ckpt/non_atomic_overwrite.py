"""CKPT005."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from repro_check.findings import Edit, Finding, Fix, Related, Safety, Severity, Span
from repro_check.project.callers import UNKNOWN
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.ckpt._overwrites import enclosing_loop, runs_once, stays_the_same
from repro_check.rules.ckpt._saves import Save, is_temporary, saves
from repro_check.rules.insertion import (
    imported_as,
    indent_of,
    insert_below,
    insert_import,
    source_of,
)
from repro_check.rules.rule import rule
from repro_check.rules.training import training_blocks
from repro_check.rules.walking import code_around, names_in
from repro_check.sources.expressions import Expression, Literal, Name, Operation
from repro_check.sources.python import Function

_MOVES = frozenset({"os.replace", "os.rename", "shutil.move"})
# what hands the file to a store that keeps every version
_STORES = frozenset(
    "rename add_file add_dir log_artifact log_artifacts log_model link_model use_artifact upload "
    "upload_file upload_folder push_to_hub upload_artifact log_asset".split()
)


class _Place(msgspec.Struct, frozen=True):
    """Where a file is written again and again, and the loop that does so."""

    save: Save
    loop: Related


class _Loops:
    """Which blocks of a file train, found once for each file."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._found: dict[str, frozenset[int]] = {}

    def train(self, file: PythonFile, block: int) -> bool:
        """Whether a model is trained in a block."""
        if file.path not in self._found:
            self._found[file.path] = frozenset(training_blocks(file, self._project))
        return block in self._found[file.path]


@rule(
    "CKPT005",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=2,
    is_default=False,
    fixes="unsafe",
)
def non_atomic_overwrite(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A checkpoint is written over the last one, so a job that is killed meanwhile leaves neither.

    `torch.save` empties the file before it writes: a time limit, a full disk or a lost node at that
    moment destroys the state that the run would have been resumed from (pytorch/pytorch#2883,
    Lightning-AI/pytorch-lightning#688). Written beside it and moved with `os.replace`, either the old
    or the new file is whole. Each function is named once. Paths that tell the epoch or the step, and
    those that cannot be seen, are left alone.

    Bad:
        import torch

        def train(model, optimizer, loader):
            for epoch in range(100):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()
                torch.save(model.state_dict(), "last.pt")

    Good:
        import os
        import torch

        def train(model, optimizer, loader):
            for epoch in range(100):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()
                torch.save(model.state_dict(), "last.pt.tmp")
                os.replace("last.pt.tmp", "last.pt")

    Not this rule:
        import torch

        def train(model, optimizer, loader, folder):
            for epoch in range(100):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()
                path = f"{folder}/epoch_{epoch}.pt"
                torch.save(model.state_dict(), path)
            torch.save(model.state_dict(), "final.pt")
    """
    every = [save for save in saves(file, project) if save.path is not None]
    if not every:
        return
    loops = _Loops(project)
    found: dict[int, list[_Place]] = {}
    for save in every:
        place = _in_own_loop(file, save, loops) or _in_loop_of_caller(file, project, save, loops)
        if place is not None and not _has_kept_copy(file, save, every):
            found.setdefault(code_around(file.facts, save.call.block), []).append(place)
    for places in found.values():
        first = places[0]
        yield file.finding(
            first.save.call.span,
            f"{_shown(first.save.path)} is written again and again in place: killed meanwhile, the "
            "job leaves neither the old checkpoint nor the new one",
            help="Write to a second path and move it with `os.replace(temporary, path)`.",
            related=[first.loop, *(file.related(p.save.call.span, "and here") for p in places[1:])],
            fix=_fix(file, project, first.save),
        )


def _has_kept_copy(file: PythonFile, save: Save, every: Sequence[Save]) -> bool:
    """Whether the same block also writes to a path that changes from turn to turn."""
    block = save.call.block
    outer = enclosing_loop(file.facts, block)
    code = code_around(file.facts, block) if outer is None else outer
    return any(
        other is not save
        and other.call.block == block
        and other.path is not None
        and not stays_the_same(file, other.path, block, outer=code)
        for other in every
    )


def _shown(path: Expression | None) -> str:
    if isinstance(path, Literal) and isinstance(path.value, str):
        return f'`"{path.value}"`'
    return f"`{path.name}`" if isinstance(path, Name) else "the file"


def _in_own_loop(file: PythonFile, save: Save, loops: _Loops) -> _Place | None:
    facts, block = file.facts, save.call.block
    outer = enclosing_loop(facts, block)
    if outer is None or not loops.train(file, outer) or save.path is None:
        return None
    if _is_moved(file, block) or runs_once(facts, block) or is_temporary(file, save.path, block):
        return None
    if not stays_the_same(file, save.path, block, outer=outer):
        return None
    return _Place(save, file.related(_head(file, outer), "this loop repeats it"))


def _in_loop_of_caller(
    file: PythonFile, project: Project, save: Save, loops: _Loops
) -> _Place | None:
    """Whether the function around is called in a training loop, each time with the same path."""
    facts, block = file.facts, save.call.block
    function = facts.function_of(block)
    if function is None or save.path is None or enclosing_loop(facts, block) is not None:
        return None
    code = function.block
    if _is_moved(file, block) or is_temporary(file, save.path, block):
        return None
    if not stays_the_same(file, save.path, block, outer=code):
        return None
    for site in project.callers.calls_of(Node(file.path, code)):
        other = project.python[site.path]
        outer = enclosing_loop(other.facts, site.call.block)
        if outer is None or not loops.train(other, outer):
            continue
        if runs_once(other.facts, site.call.block) or _is_moved(other, site.call.block):
            continue
        given = [
            project.callers.argument(site, function, name)
            for name in _parameters(file, function, save)
        ]
        if all(
            value is not None
            and value is not UNKNOWN
            and (
                _is_default(function, value)
                or stays_the_same(other, value, site.call.block, outer=outer)
            )
            for value in given
        ):
            return _Place(save, other.related(_head(other, outer), "called in this loop"))
    return None


def _is_default(function: Function, value: object) -> bool:
    return any(value is parameter.default for parameter in function.parameters)


def _parameters(file: PythonFile, function: Function, save: Save) -> list[str]:
    """The parameters of a function that its path is made of."""
    names = {parameter.name for parameter in function.parameters} - {"self", "cls"}
    waiting, used = [save.path], set()
    seen: set[str] = set()
    while waiting:
        for name in names_in(file.facts, waiting.pop()):
            root = name.name.partition(".")[0]
            if root in seen:
                continue
            seen.add(root)
            used |= {root} & names
            waiting.extend(
                item.value
                for item in file.facts.assignments
                if code_around(file.facts, item.block) == function.block
                and any(getattr(target, "name", "") == root for target in item.targets)
            )
    return sorted(used)


def _head(file: PythonFile, loop: int) -> Span:
    block = file.facts.blocks[loop]
    start = block.span
    return Span(start.line, start.column, start.line, start.column + len(block.kind))


def _is_moved(file: PythonFile, block: int) -> bool:
    """Whether the same function moves files to their place, or to a store of versions."""
    facts = file.facts
    code = code_around(facts, block)
    return any(
        (call.target in _MOVES or call.name.rpartition(".")[2] in _STORES)
        and code_around(facts, call.block) == code
        for call in facts.calls
    )


def _fix(file: PythonFile, project: Project, save: Save) -> Fix | None:
    """Write beside the file and move: where the save is a statement with a path of one word."""
    path, call = save.path, save.call
    text = None if file.notebook else project.text_at(file.path)
    if text is None or path is None or call.use != "dropped" or isinstance(path, Operation):
        return None
    if indent_of(text, call.span) is None:
        return None
    written = source_of(text, path.span)
    if isinstance(path, Name) and written == path.name and "[" not in written:
        temporary = f'f"{{{written}}}.tmp"'
    elif isinstance(path, Literal) and isinstance(path.value, str) and written[-1:] in {"'", '"'}:
        temporary = f"{written[:-1]}.tmp{written[-1]}"
    else:
        return None
    replace = imported_as(file, "os.replace", call.block)
    edits = []
    if not replace:
        importing = insert_import(file, text, "import os")
        if importing is None or file.scopes.binding("os", call.block) >= 0:
            return None
        edits.append(importing)
        replace = "os.replace"
    edits.append(Edit(file.location(path.span), temporary))
    edits.append(insert_below(file, text, call.span, (f"{replace}({temporary}, {written})",)))
    return Fix(Safety.UNSAFE, "Write beside the file, then move it", tuple(edits))
