"""The choices that overrides make in defaults lists, and whether each found what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from repro_check.project.experiments.effective import Origin, Problem
from repro_check.project.experiments.hydra.elements import Element
from repro_check.project.experiments.hydra.overrides import Change, Override, is_list
from repro_check.project.experiments.hydra.repository import Repository

# an interpolation without an end, of which nobody can tell what it chooses
_UNTOLD = "${"


class _Chosen(msgspec.Struct):
    option: str | tuple[str, ...] | None
    origin: Origin
    config: str = ""
    is_used: bool = False
    is_untold: bool = False


class _Deletion(msgspec.Struct):
    option: str | None
    origin: Origin
    is_used: bool = False


class Choices:
    """Which option each group has, while the tree of defaults grows.

    Args:
        repository: tells groups from keys.
        overrides: of the command line.
    """

    def __init__(self, repository: Repository, overrides: Iterable[Override]) -> None:
        self.repository = repository
        self.is_modern = repository.is_modern
        self.problems: list[Problem] = []
        self.appended: list[Element] = []
        self.key_overrides: list[Override] = []
        self.known: dict[str, str | None] = {}
        self._chosen: dict[str, _Chosen] = {}
        self._deleted: dict[str, _Deletion] = {}
        self._in_group: dict[str, set[str]] = {}
        for override in overrides:
            self._take(override)

    def _take(self, override: Override) -> None:
        value, origin = override.plain, override.origin
        if isinstance(value, Mapping) or not self.repository.has_group(override.key):
            self.key_overrides.append(override)
            return
        option = tuple(value) if is_list(value) else value  # type: ignore[arg-type]
        is_untold = override.is_filled_in
        fits = isinstance(option, (str, tuple)) or is_untold
        if override.change is Change.FORCE:
            self._refuse(f"`{override.text}`: ++ cannot add a config group", override)
        elif override.change is Change.DELETE:
            if isinstance(option, str) or option is None:
                self._deleted[override.target] = _Deletion(option, origin)
            else:
                self._refuse(f"`{override.text}`: the option of a group is text", override)
        elif not fits:
            self._refuse(f"`{override.text}`: the option of a group is text or a list", override)
        elif override.change is Change.ADD:
            self.appended.append(
                Element(
                    origin,
                    override.key,
                    option,  # type: ignore[arg-type]
                    override.package,
                    is_appended=True,
                    is_untold=is_untold,
                )
            )
        else:
            chosen = _Chosen(option, origin, is_untold=is_untold)  # type: ignore[arg-type]
            self._chosen[override.target] = chosen

    def _refuse(self, message: str, override: Override) -> None:
        self.problems.append(Problem("malformed", message, override.origin, override.key))

    def add(self, config: str, element: Element) -> None:
        """Take an `override group: option` of a config; what came first counts."""
        key = self._key(element)
        if key not in self._chosen:
            self._chosen[key] = _Chosen(element.choice, element.origin, config)

    def settle(self, element: Element) -> None:
        """Give an item the option that an override chose for it, if one did."""
        if element.group is None:
            return
        chosen = self._chosen.get(self._key(element))
        if chosen is not None:
            element.choice, chosen.is_used = chosen.option, True
            element.is_untold = chosen.is_untold
            element.origin = chosen.origin

    def deletes(self, element: Element) -> bool:
        """Whether a deletion takes the item away; marks both."""
        if element.group is None:
            return False
        deletion = self._deleted.get(self._key(element))
        if deletion is None or deletion.option not in {None, element.name}:
            return False
        element.is_gone = deletion.is_used = True
        return True

    def remember(self, element: Element) -> None:
        """Note the choice of an item, and refuse a second one for the same group and package."""
        if element.group is None:
            return
        key, name = self._key(element), _UNTOLD if element.is_untold else element.name
        if self.known.setdefault(key, name) != name:
            message = f"`{key}` is chosen twice, as `{self.known[key]}` and as `{name}`"
            self.problems.append(Problem("ambiguous", message, element.origin, key))
        self._in_group.setdefault(element.group_path, set()).add(key)

    def unused(self) -> Iterator[Problem]:
        """The overrides and deletions that no item of a defaults list took."""
        for key, chosen in self._chosen.items():
            group = key.partition("@")[0]
            if chosen.is_used or _is_of_hydra(group):
                continue
            known = tuple(sorted(self._in_group.get(group, ())))
            where = f"in `{chosen.config}`: " if chosen.config else ""
            message = f"{where}no item of a defaults list is `{key}`, so it cannot be overridden"
            yield Problem("override-unmatched", message, chosen.origin, key, known)
        for key, deletion in self._deleted.items():
            if not deletion.is_used and not _is_of_hydra(key):
                message = f"no item of a defaults list is `{key}`, so it cannot be deleted"
                known = tuple(sorted(self.known))
                yield Problem("override-unmatched", message, deletion.origin, key, known)

    def _key(self, element: Element) -> str:
        return element.override_key(is_modern=self.is_modern)


def _is_of_hydra(group: str) -> bool:
    return group == "hydra" or group.startswith("hydra/")
