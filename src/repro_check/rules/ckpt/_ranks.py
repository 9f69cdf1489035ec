"""Which code runs on one process of a distributed run alone."""

from __future__ import annotations

import re

from repro_check.project.files import PythonFile
from repro_check.rules.walking import around, code_around, names_in, texts_in, values_of
from repro_check.sources.expressions import Expression, Name
from repro_check.text import pattern

_RANK = pattern(
    r"rank|is_main|main_process|is_master|master|is_primary|primary|global_zero|coordinator|is_chief|"
    r"world_size|distributed|is_dist|ddp|multi_?gpu|local_zero|is_root|leader|gpu_id|(^|[._])gpu$|"
    r"process_(id|index|idx)|local_id|node_id|worker_id|host_id",
    re.IGNORECASE,
)
# SageMaker starts one process on each host, each with a disk of its own
_HOSTS = pattern(r"^SM_(HOSTS|CURRENT_HOST|MODEL_DIR|NUM_GPUS)$")


def speaks_of_rank(file: PythonFile, expression: Expression | None, block: int) -> bool:
    """Whether an expression mentions a rank, also through a name that is settled once."""
    for name in names_in(file.facts, expression):
        if _RANK.search(name.name):
            return True
        if "." not in name.name:
            binding = file.constants.binding(name.name, block)
            value = binding.value if binding is not None else None
            if any(_RANK.search(inner.name) for inner in names_in(file.facts, value)):
                return True
    return any(_RANK.search(text) for text in texts_in(file.facts, expression))


def has_own_disks(file: PythonFile) -> bool:
    """Whether the processes of a run have a file system each."""
    values = [
        *(value for call in file.facts.calls for value in values_of(call)),
        *(item.value for item in file.facts.assignments if item.value is not None),
    ]
    return any(_HOSTS.match(text) for value in values for text in texts_in(file.facts, value))


def is_on_one_rank(file: PythonFile, block: int, line: int) -> bool:
    """Whether a test of the rank stands around a place of a function, or left it before."""
    facts = file.facts
    for each in around(facts, block):
        found = facts.blocks[each]
        if found.test is not None and speaks_of_rank(file, found.test, found.parent):
            return True
    code = code_around(facts, block)
    for leaving in facts.exits:
        at = facts.blocks[leaving.block]
        is_before = leaving.span.line < line and code_around(facts, leaving.block) == code
        if is_before and at.test is not None and speaks_of_rank(file, at.test, at.parent):
            return True
    function = facts.function_of(block)
    if function is None:
        return False
    if _RANK.search(function.qualname.rpartition(".")[2]):
        return True
    return any(
        isinstance(item, Name) and _RANK.search(item.name) for item in function.decorators
    ) or any(
        _RANK.search(facts.calls[item.index].name)
        for item in function.decorators
        if hasattr(item, "index") and isinstance(item.index, int)
    )
