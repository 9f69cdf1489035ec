"""Merges trees as OmegaConf merges configs that no schema types.

Maps merge key by key, lists and scalars are replaced, `???` leaves what was there, and a map that
meets a list is refused (https://omegaconf.readthedocs.io/en/2.3_branch/usage.html#merging-configurations).
"""

from __future__ import annotations

from repro_check.project.experiments.effective import Keys, Origin, Problem
from repro_check.project.experiments.hydra.resolving import (
    Resolving,
    UnknownError,
    UnresolvedError,
)
from repro_check.project.experiments.hydra.trees import (
    NOWHERE,
    Branch,
    Leaf,
    ListNode,
    MapNode,
    Tree,
    own,
)

# Merging a map into an interpolation of an outer map can deepen a config without end.
_DEEPEST = 250
# And with several such merges it grows as fast as 2, 4, 8, 16.
_MOST = 100_000


class Merge:
    """A config that grows: what has been merged so far, and what was refused."""

    def __init__(self) -> None:
        self.top = MapNode({}, NOWHERE, self)
        self.problems: list[Problem] = []
        self.is_whole = True
        self._open: set[Keys] = set()
        self._copied = 0

    def open(self, package: str) -> None:
        """Note that keys of this package are written where they cannot be seen."""
        self._open.add(tuple(package.split(".")) if package else ())

    def is_open(self, keys: Keys) -> bool:
        """Whether keys may be there that cannot be seen; Hydra's own always are."""
        if keys[:1] == ("hydra",):
            return True
        return bool(self._open) and any(keys[: len(each)] == each for each in self._open)

    def add(self, body: Tree, package: str) -> None:
        """Merge a config into a package."""
        for key in reversed(package.split(".") if package else ()):
            body = MapNode({key: body}, body.origin)
        if isinstance(body, MapNode):
            self.merge_map(self.top, body, ())
        else:
            self._refuse("a config without a package must be a map", body.origin, ())

    def merge_map(
        self, into: MapNode, new: MapNode, keys: Keys, *, is_strict: bool = False
    ) -> None:
        """Merge a map into one that this composition owns.

        Args:
            into: the map that changes.
            new: what comes on top.
            keys: the place of both.
            is_strict: whether new keys are refused, as for overrides without `+`.
        """
        if len(keys) > _DEEPEST:
            self._refuse(f"it is nested more than {_DEEPEST} levels deep", new.origin, keys)
            return
        for key, node in new.children.items():
            here = (*keys, key)
            old = self._old(into, key, here)
            if old is None:
                if is_strict and not self.is_open(here):
                    self.refuse_key(here, tuple(into.children), node.origin)
                else:
                    into.children[key] = node
            elif isinstance(node, Leaf):
                if not node.is_missing:
                    into.children[key] = node
            elif isinstance(old, Leaf):
                into.children[key] = node
            else:
                self.merge_branch(into, key, node, here, is_strict=is_strict)

    def merge_branch(
        self, parent: Branch, key: str | int, new: Branch, keys: Keys, *, is_strict: bool
    ) -> None:
        """Merge a map or list into the map or list that stands under a key."""
        old = own(parent, key, self)
        if isinstance(old, MapNode) and isinstance(new, MapNode):
            self.merge_map(old, new, keys, is_strict=is_strict)
        elif isinstance(old, ListNode) and isinstance(new, ListNode):
            old.children, old.origin = list(new.children), new.origin
        else:
            was, is_ = ("map", "list") if isinstance(old, MapNode) else ("list", "map")
            name = ".".join(map(str, keys))
            self._refuse(f"`{name}` is a {was} and cannot become a {is_}", new.origin, keys)

    def _old(self, into: MapNode, key: str, keys: Keys) -> Tree | None:
        """What stands under a key; a map or list that it refers to is put in its place."""
        old = into.children.get(key)
        if isinstance(old, Leaf) and old.is_interpolation:
            try:
                target = Resolving(self.top).settle(keys, old)[1]
                if not isinstance(target, Leaf):
                    old = into.children[key] = self._unowned(target, 0)
            except UnknownError:
                self.is_whole = False
            except UnresolvedError:
                pass
        return old

    def refuse_key(self, keys: Keys, known: tuple[str, ...], origin: Origin) -> None:
        """Note that an override sets a key that does not exist."""
        name = ".".join(map(str, keys))
        where = f"`{'.'.join(map(str, keys[:-1]))}`" if len(keys) > 1 else "the config"
        message = f"`{name}` cannot be overridden: {where} has no key `{keys[-1]}`"
        self.problems.append(Problem("key-unknown", message, origin, name, known))

    def _refuse(self, message: str, origin: Origin, keys: Keys) -> None:
        if keys[:1] != ("hydra",):
            name = ".".join(map(str, keys))
            self.problems.append(Problem("malformed", message, origin, name))

    def _unowned(self, node: Tree, depth: int) -> Tree:
        """A copy whose branches nobody may change in place."""
        self._copied += 1
        if self._copied > _MOST or depth > _DEEPEST:
            raise UnknownError("too much is copied")
        if isinstance(node, MapNode):
            below = {key: self._unowned(each, depth + 1) for key, each in node.children.items()}
            return MapNode(below, node.origin)
        if isinstance(node, ListNode):
            return ListNode([self._unowned(each, depth + 1) for each in node.children], node.origin)
        return node
