"""The fix for a seed that all processes share: add the rank that the code has at hand."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Fix, Safety
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import source_of
from repro_check.rules.seed._rank_seeds import SharedSeed
from repro_check.rules.seed._seeder_calls import outside_name
from repro_check.sources.expressions import CallRef, Expression, Literal, Name
from repro_check.sources.python import Assignment, Call
from repro_check.text import pattern

_RANKS = ("rank", "global_rank", "local_rank")
_SEEDERS = frozenset({"torch.manual_seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all"})
# all processes have to draw the same parts
_PARTING = pattern(
    r"(^|_)(random_split|test_split|permutation|randperm|shuffle|sample|resample|subset)$|KFold$"
)
_RANK_CALL = pattern(r"(get_rank|get_local_rank|get_global_rank|int)$")


def rank_added(project: Project, found: SharedSeed) -> Fix | None:
    """Seed with `seed + rank` where a rank is bound for sure when the seed is set.

    Returns:
        The fix; None where no rank is at hand, or where the processes may part data at random, which
        they have to do alike.
    """
    file, call = found.file, found.seeded
    text = project.text_at(file.path)
    files = {each.path: each for each in (file, found.group_file, found.noise_file)}
    if any(_parts_data(each) for each in files.values()):
        return None
    rank, seeders = next(_ranks(file, call), None), _seeders(file, project)
    if file.notebook is not None or text is None or rank is None or call not in seeders:
        return None
    seeds = [_seed(text, each) for each in seeders]
    scopes = {file.scopes.scope(each.block) for each in seeders}
    is_first = all(call.span.line <= each.span.line for each in seeders)
    if len(set(seeds)) > 1 or len(scopes) > 1 or not seeds[0] or not is_first:
        return None
    new = f"{seeds[0]} + {rank}"
    edits = [Edit(file.location(each.args[0].span), new) for each in seeders]
    return Fix(Safety.UNSAFE, f"Seed with `{new}`", tuple(edits))


def _seeders(file: PythonFile, project: Project) -> list[Call]:
    """All calls of a file that seed torch: one that is left out would still seed all alike."""
    return [
        call
        for call in file.facts.calls
        if "seed" in call.name and outside_name(file, project, call) in _SEEDERS
    ]


def _seed(text: str, call: Call) -> str:
    """The only argument of a call as it is written, if that is a name, a call or a number."""
    given = call.args[0] if len(call.args) == 1 and not call.keywords else None
    is_plain = isinstance(given, (Name, CallRef)) or type(getattr(given, "value", None)) is int
    return source_of(text, given.span) if given is not None and is_plain else ""


def _parts_data(file: PythonFile) -> bool:
    return any(_PARTING.search(call.name.rpartition(".")[2]) for call in file.facts.calls)


def _ranks(file: PythonFile, call: Call) -> Iterator[str]:
    """The ranks that are numbers, and surely bound when a call runs: parameters, and what is above."""
    function = file.facts.function_of(call.block)
    for rank in _RANKS:
        for parameter in function.parameters if function else ():
            is_own = file.scopes.binding(rank, call.block) == getattr(function, "block", -1)
            is_number = parameter.annotation in {"", "int"} and _is_number(parameter.default)
            if (
                parameter.name == rank
                and is_own
                and is_number
                and not parameter.kind.startswith("*")
            ):
                yield rank
        for item in file.facts.assignments:
            for target in item.targets:
                name = getattr(target, "name", "")
                is_rank = name == rank or (name.endswith(f".{rank}") and name.count(".") == 1)
                if is_rank and name != f"self.{rank}" and _is_settled(file, item, call):
                    yield name


def _is_number(default: Expression | None) -> bool:
    if default is None:
        return True
    return isinstance(default, Literal) and type(default.value) is int and default.value >= 0


def _is_settled(file: PythonFile, item: Assignment, call: Call) -> bool:
    """Whether an assignment surely runs before a call, in its function, and binds a number."""
    value = item.value
    is_number = isinstance(value, CallRef) and bool(
        _RANK_CALL.search(file.facts.calls[value.index].name)
    )
    return (
        is_number
        and item.kind == "="
        and item.span.end_line < call.span.line
        and file.scopes.scope(item.block) == file.scopes.scope(call.block)
        and file.facts.is_inside(call.block, item.block)
    )
