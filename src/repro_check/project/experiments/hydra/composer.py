"""Composes configs: the way in to this package."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from repro_check.project.experiments.effective import Effective, Origin, Problem, is_index
from repro_check.project.experiments.hydra.applying import apply_override
from repro_check.project.experiments.hydra.choices import Choices
from repro_check.project.experiments.hydra.defaults import Unfolding
from repro_check.project.experiments.hydra.elements import Element
from repro_check.project.experiments.hydra.merging import Merge
from repro_check.project.experiments.hydra.open_choices import (
    runs_of_choices,
    split,
    sweep_by_config,
    swept,
    untold_clauses,
    untold_package,
)
from repro_check.project.experiments.hydra.overrides import Choice, Override, is_list
from repro_check.project.experiments.hydra.parts import Part
from repro_check.project.experiments.hydra.repository import (
    NO_CONFIG,
    ConfigSource,
    Library,
    Repository,
    Stored,
    hydra_searchpath,
)
from repro_check.project.experiments.hydra.search import SearchPath
from repro_check.project.experiments.hydra.trees import NOWHERE, MapNode

_NONE_STORED = Stored()
_FIRST_MODERN = (1, 2)
_MOST_RUNS = 20


def is_modern_base(version_base: str | None) -> bool:
    """Whether a `version_base` is 1.2 or later; None means the version that is installed.

    Where a program gives no version_base at all, Hydra takes 1.1
    (https://hydra.cc/docs/1.3/upgrades/version_base/).
    """
    if version_base is None:
        return True
    numbers = [int(part) for part in version_base.split(".")[:2] if is_index(part)]
    return tuple(numbers) >= _FIRST_MODERN


class Composer:
    """Composes the configs of one repository; each file is read once for all compositions.

    Args:
        source: where the files come from.
    """

    def __init__(self, source: ConfigSource) -> None:
        self.library = Library(source)

    def repository(
        self, search_path: SearchPath, stored: Stored = _NONE_STORED, *, is_modern: bool = True
    ) -> Repository:
        """The configs and groups along a search path."""
        return Repository(self.library, search_path, stored, is_modern=is_modern)

    def compose(
        self,
        search_path: SearchPath,
        config_name: str | None,
        overrides: Sequence[Override] = (),
        *,
        stored: Stored = _NONE_STORED,
        is_modern: bool = True,
        is_sweep: bool = False,
        origin: Origin = NOWHERE,
    ) -> Effective:
        """The config that Hydra would hand to the program.

        Args:
            search_path: where configs are looked for.
            config_name: the primary config, with or without its suffix; None for none.
            overrides: of the command line, in their order.
            stored: the configs that code registers.
            is_modern: whether version_base is 1.2 or later (see `is_modern_base`).
            is_sweep: whether it is the config of a sweep. A key that is swept has no known value; of
                a group that is swept the first option is taken, and the config is not whole.
            origin: where the primary config is named.
        """
        plain = [override for override in overrides if not override.is_sweep]
        path = self._extended(search_path, config_name, plain, stored, is_modern=is_modern)
        repository = self.repository(path, stored, is_modern=is_modern)
        if not is_sweep:
            primary = Element(origin, None, config_name or NO_CONFIG, is_primary=True)
            return _composed(repository, primary, plain, tuple(_sweep_problems(overrides)))
        runs = []
        for run in itertools.islice(runs_of_choices(repository, overrides), _MOST_RUNS):
            primary = Element(origin, None, config_name or NO_CONFIG, is_primary=True)
            runs.append(_composed(repository, primary, run, is_sweep=True))
        return swept(runs, repository, overrides)

    def _extended(
        self,
        search_path: SearchPath,
        config_name: str | None,
        overrides: Iterable[Override],
        stored: Stored,
        *,
        is_modern: bool,
    ) -> SearchPath:
        entries: list[str] = []
        primary = config_name and self.repository(search_path, stored, is_modern=is_modern).find(
            config_name
        )
        if primary:
            entries = [entry for entry, _ in hydra_searchpath(primary)]
        for override in overrides:
            value = override.value
            if override.key == "hydra.searchpath" and is_list(value):
                entries = [str(entry) for entry in value]  # type: ignore[union-attr]
                break
        return search_path.extended(entries, self.library.folders) if entries else search_path


def _composed(
    repository: Repository,
    primary: Element,
    overrides: Sequence[Override],
    problems: tuple[Problem, ...] = (),
    *,
    is_sweep: bool = False,
) -> Effective:
    choices = Choices(repository, overrides)
    unfolding = Unfolding(repository, choices, is_sweep=is_sweep)
    parts = unfolding.parts(primary)
    if unfolding.lacks_primary:  # Hydra stops here, and without it nothing else can be judged
        missing = (each for each in unfolding.problems if each.kind == "config-missing")
        return Effective({}, tuple(missing), is_whole=False)
    merge = Merge()
    for element in unfolding.untold:
        merge.open(untold_package(repository, element))
    for part in parts:
        _merge_part(merge, part, repository)
    if unfolding.is_whole or unfolding.untold:
        problems = (*problems, *choices.unused())
    for override in choices.key_overrides:
        if _may_be_choice(override, repository, merge):
            merge.is_whole = False
            continue
        apply_override(merge, override)
    open_choices = untold_clauses(repository, unfolding.untold)
    if is_sweep:
        open_choices += sweep_by_config(merge, repository, overrides)
    values, of_loader = split(merge)
    return Effective(
        values,
        (*unfolding.problems, *problems, *merge.problems),
        tuple(dict.fromkeys(part.document.path for part in parts if part.document.path)),
        unfolding.is_whole and merge.is_whole and not open_choices,
        of_loader,
        open_choices,
    )


def _may_be_choice(override: Override, repository: Repository, merge: Merge) -> bool:
    """Whether an override that names no group in sight may name one out of sight."""
    is_choice = override.value is None or isinstance(override.value, str) or is_list(override.value)
    is_there = override.package is None and override.key in merge.top.children
    return is_choice and not is_there and repository.may_have_group(override.key)


def _sweep_problems(overrides: Iterable[Override]) -> Iterable[Problem]:
    for override in overrides:
        if isinstance(override.value, Choice) and override.value.is_simple:
            message = f"`{override.text}` is several values: a list needs brackets, a text quotes"
            yield Problem(
                "ambiguous", f"{message}, a sweep --multirun", override.origin, override.key
            )
        elif override.is_sweep:
            message = f"`{override.text}` is a sweep, which needs --multirun"
            yield Problem("ambiguous", message, override.origin, override.key)


def _merge_part(merge: Merge, part: Part, repository: Repository) -> None:
    body, package = part.document.body, part.package
    if part.document.is_known and not part.document.path:
        return  # what Hydra and its plugins bring configures Hydra only
    if not part.document.is_known or repository.is_stored(part.config):
        merge.open(package)
    if part.is_primary and not isinstance(body, MapNode):
        message = f"the primary config `{part.config}` must be a map"
        merge.problems.append(Problem("malformed", message, body.origin, part.config))
        return
    if not part.is_primary and not package and hydra_searchpath(part.document):
        message = "only the primary config can set hydra.searchpath"
        place = hydra_searchpath(part.document)[0][1]
        merge.problems.append(Problem("malformed", message, place, "hydra.searchpath"))
    merge.add(body, package)
