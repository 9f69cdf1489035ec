"""Unfolds defaults lists into the list of configs that are merged, in their order.

https://hydra.cc/docs/1.3/advanced/defaults_list/
"""

from __future__ import annotations

import copy

from repro_check.project.experiments.effective import Problem
from repro_check.project.experiments.hydra.choices import Choices
from repro_check.project.experiments.hydra.documents import Document
from repro_check.project.experiments.hydra.elements import SELF, Element
from repro_check.project.experiments.hydra.parts import (
    Part,
    choice_missing,
    config_absent,
    one_by_one,
)
from repro_check.project.experiments.hydra.picks import UnknownChoiceError, pick
from repro_check.project.experiments.hydra.repository import Repository
from repro_check.project.experiments.hydra.trees import MISSING, NOWHERE

# Hydra itself ends such lists by Python's recursion limit, or not at all.
_DEEPEST = 60
_MOST = 5_000


class Unfolding:
    """The tree of defaults of one composition.

    Args:
        repository: where configs are.
        choices: what overrides choose.
        is_sweep: whether a choice may still be missing, as in a sweep over it.

    Attributes:
        problems: what Hydra refuses.
        is_whole: false where a part of the tree cannot be seen.
        lacks_primary: whether the config that the program names is not there.
        untold: the items whose option a shell or a reader fills in.
    """

    def __init__(self, repository: Repository, choices: Choices, *, is_sweep: bool) -> None:
        self.problems: list[Problem] = choices.problems
        self.is_whole = True
        self.lacks_primary = False
        self.untold: list[Element] = []
        self._repository = repository
        self._choices = choices
        self._is_modern = repository.is_modern
        self._is_sweep = is_sweep
        self._spent = 0
        self._open: list[tuple[str, str]] = []

    def parts(self, primary: Element) -> list[Part]:
        """The configs in the order of their merging."""
        hydra = Element(NOWHERE, None, "hydra/config")
        primary.place("", "")
        hydra.place("", "")
        # the primary config comes first, since it may override what Hydra's own config chooses
        of_primary = self._expand(primary, in_interpolated=False)
        parts = self._expand(hydra, in_interpolated=False) + of_primary
        seen: set[str] = set()
        for part in parts:
            if part.group_key in seen:
                message = f"`{part.group_key}` stands twice in the final defaults list"
                origin = part.element.origin
                self.problems.append(Problem("ambiguous", message, origin, part.group_key))
            if part.group_key:
                seen.add(part.group_key)
        return parts

    def _expand(self, element: Element, *, in_interpolated: bool) -> list[Part]:
        if element.is_missing or element.choice is None:
            document = None
        else:
            document = self._repository.find(element.config_path)
            if document is not None:
                element.read_header(document.header, is_modern=self._is_modern)
        if self._choices.deletes(element):
            return []
        self._choices.remember(element)
        if element.is_untold:
            self.is_whole = False
            self.untold.append(element)
            return []
        if element.choice is None:
            return []
        if element.config_path.endswith(MISSING):
            if not self._is_sweep:
                self._add(choice_missing(self._repository, element))
            return []
        if document is None:
            self.lacks_primary = self.lacks_primary or element.is_primary
            if not element.is_optional:
                self._add(config_absent(self._repository, element))
            return []
        if document.problem:
            self._add(document.problem)
        if not document.is_known or self._repository.is_stored(element.config_path):
            self.is_whole = False
        if not self._enter(element):
            return []
        try:
            return self._children(element, document, in_interpolated=in_interpolated)
        finally:
            self._open.pop()

    def _enter(self, element: Element) -> bool:
        here = (element.config_path, element.final_package(is_modern=self._is_modern))
        self._spent += 1
        if self._spent > _MOST:
            self.is_whole = False
            return False
        if here in self._open or len(self._open) >= _DEEPEST:
            way = [config for config, _ in self._open[-5:]] + [here[0]]
            message = f"the defaults lists go round in a circle: {' -> '.join(way)}"
            self._add(Problem("circular", message, element.origin, here[0]))
            return False
        self._open.append(here)
        return True

    def _children(
        self, parent: Element, document: Document, *, in_interpolated: bool
    ) -> list[Part]:
        items = [copy.copy(item) for item in document.defaults]
        appended = self._choices.appended if parent.is_primary else []
        has_own_self = self._with_self(parent, items, is_listed=bool(items or appended))
        items += [copy.copy(item) for item in appended]
        self._take_overrides(parent, items, in_interpolated=in_interpolated)
        package = parent.final_package(is_modern=self._is_modern)
        # later items are unfolded first: their overrides reach the earlier ones
        found: list[list[Part] | Element] = []
        for item in reversed(items):
            if item.is_override:
                continue
            if item.is_self:
                found.append([self._part(parent, document, is_self=True)])
                continue
            item.place(parent.group_path, package)
            self._choices.settle(item)
            for each in reversed(one_by_one(item)):
                each.place(parent.group_path, package)
                if each.is_interpolation and each is not item:
                    message = "an item of a list of options cannot be an interpolation"
                    self._add(Problem("malformed", message, each.origin, str(each.choice)))
                elif each.is_interpolation:
                    found.append(each)
                else:
                    found.append(self._expand(each, in_interpolated=in_interpolated))
        if not any(True for item in items if not item.is_override):
            return [self._part(parent, document, is_self=False)]
        known = self._known(items, has_own_self=has_own_self)
        parts: list[list[Part]] = [
            self._interpolated(each, known) if isinstance(each, Element) else each for each in found
        ]
        return [part for each in reversed(parts) for part in each]

    def _with_self(self, parent: Element, items: list[Element], *, is_listed: bool) -> bool:
        """Where `_self_` is not written it comes last (https://hydra.cc/docs/1.3/upgrades/1.0_to_1.1/)."""
        count = sum(item.is_self for item in items)
        if count > 1:
            message = f"`{SELF}` stands twice in a defaults list"
            self._add(Problem("malformed", message, items[-1].origin, SELF))
        if not is_listed or count:
            return bool(count)
        if not items or any(not item.is_override for item in items):
            items.append(Element(parent.origin, None, SELF))
        return False

    def _take_overrides(
        self, parent: Element, items: list[Element], *, in_interpolated: bool
    ) -> None:
        package = parent.final_package(is_modern=self._is_modern)
        seen: Element | None = None
        for item in items:
            if item.is_self:
                continue
            item.place(parent.group_path, package)
            is_legacy = (
                not self._is_modern
                and not item.is_override
                and (item.group or "").startswith("hydra/")
            )
            if seen and not (item.is_override or item.is_appended or is_legacy):
                message = f"`override {seen.group}` stands before `{item.group or item.choice}`"
                message += ", and overrides must be the last items of a defaults list"
                self._add(Problem("malformed", message, seen.origin, str(seen.group)))
                seen = None
            item.is_override = item.is_override or is_legacy
            if item.is_override:
                seen = seen if is_legacy else item
                if in_interpolated:
                    message = "a config that an interpolation chooses cannot override others"
                    self._add(Problem("malformed", message, item.origin, str(item.group)))
                self._choices.add(parent.config_path, item)

    def _known(self, items: list[Element], *, has_own_self: bool) -> dict[str, object]:
        """What interpolations may name: the choices so far, and `defaults` by position."""
        listed: list[object] = []
        for item in items:
            if item.is_self and not has_own_self:
                continue
            if item.group is None:
                listed.append(item.choice if item.is_self else item.config_path)
            else:
                key = item.override_key(is_modern=self._is_modern)
                listed.append({key: item.choice})
        return {**self._choices.known, "defaults": listed}

    def _interpolated(self, element: Element, known: dict[str, object]) -> list[Part]:
        written = element.choice if element.group is not None else element.config_path
        assert isinstance(written, str)
        try:
            chosen = pick(written, known, is_modern=self._is_modern)
        except UnknownChoiceError:
            self.is_whole = False
            return []
        if chosen is None:
            message = f"`{written}` names no choice of a config group"
            names = tuple(name for name in known if name != "defaults")
            self._add(Problem("option-missing", message, element.origin, written, names))
            return []
        element.choice = chosen
        return self._expand(element, in_interpolated=True)

    def _part(self, element: Element, document: Document, *, is_self: bool) -> Part:
        key = ""
        if element.group is not None and not is_self:
            key = element.override_key(is_modern=self._is_modern)
        package = element.final_package(is_modern=self._is_modern)
        return Part(element.config_path, package, document, element.is_primary, key, element)

    def _add(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
