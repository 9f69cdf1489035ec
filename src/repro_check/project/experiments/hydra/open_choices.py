"""What a command leaves open: the keys and groups that it sweeps over, or that a reader fills in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from repro_check.project.experiments.effective import Effective, Keys, Value
from repro_check.project.experiments.hydra.applying import apply_override
from repro_check.project.experiments.hydra.elements import Element
from repro_check.project.experiments.hydra.merging import Merge
from repro_check.project.experiments.hydra.overrides import Choice, Override
from repro_check.project.experiments.hydra.repository import Repository
from repro_check.project.experiments.hydra.sweeps import sweeper_params, sweeps
from repro_check.project.experiments.hydra.trees import leaves

_MOST_SHOWN = 60


def runs_of_choices(
    repository: Repository, overrides: Sequence[Override]
) -> Iterator[list[Override]]:
    """The overrides of the runs of a sweep, one list for each way to choose options of groups.

    A key that is swept stays one override, whose note says over what.
    """
    groups = [each for each in overrides if _is_choice(each, repository)]
    for run in sweeps(groups, repository.options):
        chosen = {each.target: each for each in run}
        yield [
            chosen.get(each.target, each) if _is_choice(each, repository) else _noted(each)
            for each in overrides
        ]


def swept(
    runs: Sequence[Effective], repository: Repository, overrides: Sequence[Override]
) -> Effective:
    """The config of a sweep as a whole: that of its first run, with what the others change said.

    Args:
        runs: its runs, one for each way to choose options of groups.
        repository: the configs.
        overrides: of the command.
    """
    if len(runs) == 1:
        return runs[0]
    clauses = []
    for override in overrides:
        if _is_choice(override, repository):
            first = next(sweeps([override], repository.options))[0].value
            shown = f"what `{first}` gives is shown"
            clauses.append(f"`{override.target}` is {_one_of(override)}, and {shown}")
    return msgspec.structs.replace(
        runs[0],
        problems=tuple(dict.fromkeys(problem for run in runs for problem in run.problems)),
        is_whole=False,
        open_choices=(*clauses, *runs[0].open_choices),
        runs=tuple(runs),
    )


def sweep_by_config(
    merge: Merge, repository: Repository, overrides: Sequence[Override]
) -> tuple[str, ...]:
    """Take what the config itself sweeps over (`hydra.sweeper.params`) into account.

    Returns:
        what it says of groups, whose options in a run are not those of the defaults lists.
    """
    values, of_loader = split(merge)
    given = {override.target for override in overrides}
    clauses: list[str] = []
    for override in sweeper_params(Effective(values, of_loader=of_loader)):
        if override.target in given:
            continue
        if repository.has_group(override.key):
            clauses.append(f"`{override.target}` is {_one_of(override)}")
            continue
        known = len(merge.problems)
        apply_override(merge, _noted(override))
        del merge.problems[known:]
    return tuple(clauses)


def untold_package(repository: Repository, element: Element) -> str:
    """The package to which any option of a group writes; the top where one may write anywhere."""
    for option in repository.options(element.group_path):
        document = repository.find(f"{element.group_path}/{option}")
        if document is None or document.defaults or document.header is not None:
            return ""
    return element.final_package(is_modern=repository.is_modern)


def untold_clauses(repository: Repository, untold: Sequence[Element]) -> tuple[str, ...]:
    """That the options of groups are filled in."""
    names = dict.fromkeys(each.override_key(is_modern=repository.is_modern) for each in untold)
    words = "the option of `{}` is filled in by the command, so its keys are not shown"
    return tuple(words.format(name) for name in names)


def split(merge: Merge) -> tuple[dict[Keys, Value], dict[Keys, Value]]:
    """The values of the work, and those that configure Hydra itself."""
    values: dict[Keys, Value] = {}
    of_loader: dict[Keys, Value] = {}
    for key, node in merge.top.children.items():
        into = of_loader if key == "hydra" else values
        into.update(leaves(node, (key,)))
    return values, of_loader


def _is_choice(override: Override, repository: Repository) -> bool:
    """Whether it sweeps over the options of a group."""
    if not override.is_sweep or not repository.has_group(override.key):
        return False
    return any(sweeps([override], repository.options))


def _noted(override: Override) -> Override:
    """The override without its sweep, which is said in its note."""
    if not override.is_sweep:
        return override
    run = next(sweeps([override], lambda _: ()), ())
    first = run[0].value if run else None
    return msgspec.structs.replace(override, value=first, note=_one_of(override))


def _one_of(override: Override) -> str:
    value = override.value
    words = override.text.partition("=")[2]
    if isinstance(value, Choice) and not any(
        isinstance(each, (list, dict)) for each in value.values
    ):
        words = ", ".join(map(str, value.values))
    if len(words) > _MOST_SHOWN:
        words = f"{words[: _MOST_SHOWN - 3]}..."
    return f"one of {words} in each run"
