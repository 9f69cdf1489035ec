"""What interpolations stand for in a tree, where that can be known without running code."""

from __future__ import annotations

from repro_check.project.experiments.effective import Keys
from repro_check.project.experiments.hydra.interpolations import (
    InterpolationError,
    Part,
    Reference,
    Resolver,
    interpolation_parts,
)
from repro_check.project.experiments.hydra.trees import Leaf, MapNode, Tree, child, plain
from repro_check.text import pattern

_DEEPEST = 50
# A few lines of interpolations can stand for billions of values.
_MOST = 50_000
_LONGEST = 10_000
_KEY = pattern(r"\[([^\]]*)\]|\.?([^.\[]+)|\.")


class UnknownError(ValueError):
    """Code decides: a resolver, or Hydra itself."""


class UnresolvedError(ValueError):
    """The interpolation cannot be resolved.

    Attributes:
        kind: "interpolation-missing", "circular" or "malformed".
        subject: the name that it asks for.
        known: the names at the level where it is lost.
    """

    def __init__(self, kind: str, message: str, subject: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.subject = subject
        self.known = known


class Resolving:
    """Resolves interpolations in one tree.

    Args:
        top: the whole config, from which absolute names are looked up.
    """

    def __init__(self, top: Tree) -> None:
        self._top = top
        self._spent = 0

    def settle(
        self, keys: Keys, node: Tree, open_at: frozenset[Keys] = frozenset()
    ) -> tuple[Keys, Tree]:
        """The node that a node stands for, and where that is; itself if it is no interpolation.

        Raises:
            UnknownError: only a run can tell.
            UnresolvedError: no run can.
        """
        while isinstance(node, Leaf) and node.is_interpolation:
            self._spent += 1
            if self._spent > _MOST:
                raise UnknownError(str(node.value))
            if keys in open_at or len(open_at) > _DEEPEST:
                name = str(node.value)
                raise UnresolvedError("circular", f"`{name}` leads back to itself", name)
            open_at |= {keys}
            parts = self._parts(str(node.value))
            if len(parts) == 1 and not isinstance(parts[0], str):
                keys, node = self._part(parts[0], keys[:-1], open_at)
            else:
                return keys, Leaf(self._joined(parts, keys[:-1], open_at), node.origin)
        return keys, node

    def _parts(self, text: str) -> tuple[Part, ...]:
        try:
            return interpolation_parts(text)
        except InterpolationError as error:
            raise UnresolvedError("malformed", str(error), text) from error

    def _joined(self, parts: tuple[Part, ...], parent: Keys, open_at: frozenset[Keys]) -> str:
        texts = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            keys, node = self.settle(*self._part(part, parent, open_at), open_at)
            if not isinstance(node, Leaf) or node.note:
                # OmegaConf writes a map or list as Python would; nobody means that
                raise UnknownError(".".join(map(str, keys)))
            texts.append(str(node.value))
        text = "".join(texts)
        if len(text) > _LONGEST:
            raise UnknownError(text[:40])
        return text

    def _part(self, part: Part, parent: Keys, open_at: frozenset[Keys]) -> tuple[Keys, Tree]:
        if isinstance(part, Resolver):
            raise UnknownError(part.name)
        assert isinstance(part, Reference)
        return self.select(self._joined(part.parts, parent, open_at).strip(), parent, open_at)

    def select(
        self, name: str, parent: Keys = (), open_at: frozenset[Keys] = frozenset()
    ) -> tuple[Keys, Tree]:
        """What stands under a name, and where; interpolations on the way are followed.

        Args:
            name: dotted, with leading dots relative to `parent`, and `[0]` or `.0` for list items.
            parent: the keys of the map or list in which the interpolation stands.
            open_at: the places whose interpolations are being resolved.
        """
        rest = name.lstrip(".")
        up = len(name) - len(rest) - 1
        if up > len(parent):
            raise UnresolvedError("interpolation-missing", f"`{name}` leads above the top", name)
        keys: Keys = parent[: len(parent) - up] if up >= 0 else ()
        node: Tree | None = self._top
        for key in keys:
            node = child(node, key) if node is not None else None
        for found in _KEY.finditer(rest):
            key = found[1] or found[2] or ""
            assert node is not None
            keys, node = self.settle(keys, node, open_at)
            below = child(node, key)
            if below is None and isinstance(node, Leaf) and node.note:
                raise UnknownError(name)
            if below is None:
                self._lost(name, keys, node)
            keys, node = (*keys, key if isinstance(node, MapNode) else int(key)), below
        assert node is not None
        if isinstance(node, Leaf) and node.is_missing:
            message = f"`{name}` has no value yet (`???`)"
            raise UnresolvedError("interpolation-missing", message, name)
        return keys, node

    def _lost(self, name: str, keys: Keys, node: Tree) -> None:
        if name == "hydra" or name.startswith("hydra."):
            raise UnknownError(name)
        known = tuple(node.children) if isinstance(node, MapNode) else ()
        where = f" in `{'.'.join(map(str, keys))}`" if keys else ""
        message = f"`{name}` names nothing{where}"
        raise UnresolvedError("interpolation-missing", message, name, known)


def equal(tree: Tree, value: object) -> bool:
    """Whether a tree has this plain value, with Python's equality."""
    return bool(plain(tree) == value)
