"""The configs that a defaults list comes to, and what is said of those that are not there."""

from __future__ import annotations

import msgspec

from repro_check.project.experiments.effective import Problem
from repro_check.project.experiments.hydra.documents import Document
from repro_check.project.experiments.hydra.elements import Element
from repro_check.project.experiments.hydra.repository import Repository


class Part(msgspec.Struct, frozen=True):
    """One config that is merged.

    Attributes:
        config: its path along the search path.
        package: where its keys go.
        document: what it says.
        is_primary: it is the config that the program names.
        group_key: the group and package that chose it; "" for others.
        element: the item that names it.
    """

    config: str
    package: str
    document: Document
    is_primary: bool
    group_key: str
    element: Element


def one_by_one(item: Element) -> list[Element]:
    """The configs of an item that lists several options, or the item itself."""
    if item.group is None or not isinstance(item.choice, tuple):
        return [item]
    return [
        Element(
            item.origin,
            None,
            f"{item.group}/{option}",
            item.package,
            is_optional=item.is_optional,
        )
        for option in item.choice
    ]


def choice_missing(repository: Repository, element: Element) -> Problem:
    """That an item's option is `???`."""
    key = element.override_key(is_modern=repository.is_modern)
    known = repository.options(element.group_path)
    message = f"the group `{key}` has no option yet (`???`), so each run must choose one"
    return Problem("choice-missing", message, element.origin, key, known)


def config_absent(repository: Repository, element: Element) -> Problem:
    """That there is no such config along the search path."""
    known = repository.options(element.group_path)
    config = element.config_path
    if element.group is None:
        message = f"the search path has no config `{config}`"
        return Problem("config-missing", message, element.origin, config, known, config)
    message = f"the config group `{element.group_path}` has no option `{element.name}`"
    return Problem("option-missing", message, element.origin, str(element.name), known, config)
