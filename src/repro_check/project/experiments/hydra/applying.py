"""Applies overrides of keys to a composed config, in OmegaConf's struct mode."""

from __future__ import annotations

from collections.abc import Mapping

from repro_check.project.experiments.effective import Keys, Problem
from repro_check.project.experiments.hydra.interpolations import (
    InterpolationError,
    interpolation_parts,
)
from repro_check.project.experiments.hydra.merging import Merge
from repro_check.project.experiments.hydra.overrides import Change, Override, is_list
from repro_check.project.experiments.hydra.resolving import (
    Resolving,
    UnknownError,
    UnresolvedError,
    equal,
)
from repro_check.project.experiments.hydra.trees import (
    Branch,
    Leaf,
    ListNode,
    MapNode,
    Tree,
    child,
    own,
    put,
    tree_of_value,
)

# the fields of HydraConf (github.com/facebookresearch/hydra/blob/1.3_branch/hydra/conf/__init__.py), and
# those of its next version
_SETTINGS = frozenset(
    "defaults mode searchpath run sweep hydra_logging job_logging sweeper launcher callbacks help "
    "hydra_help output_subdir overrides job runtime verbose env".split()
)


def apply_override(merge: Merge, override: Override) -> None:
    """Change a composed config by one override; what Hydra refuses becomes a problem of the merge."""
    if override.package is not None:
        message = (
            f"`{override.text}` is about a config group, and there is no group `{override.key}`"
        )
        _refuse(merge, override, "group-missing", message)
    elif override.change is Change.DELETE:
        _delete(merge, override)
    elif _is_unknown_to_hydra(override):
        message = f"`{override.text}`: Hydra has no setting `{override.key}`"
        known = tuple(f"hydra.{name}" for name in sorted(_SETTINGS))
        merge.problems.append(Problem("key-unknown", message, override.origin, override.key, known))
    elif not _is_sound(merge, override):
        return
    elif override.change is Change.ADD and not _is_free(merge, override):
        message = (
            f"`{override.text}`: `{override.key}` exists, so + cannot add it (++ adds or sets)"
        )
        _refuse(merge, override, "key-exists", message)
    else:
        _update(merge, override, is_forced=override.change is not Change.SET)


def _is_unknown_to_hydra(override: Override) -> bool:
    """Whether a key is none of Hydra's own, to which not even `+` adds one: they are a dataclass."""
    root, _, rest = override.key.partition(".")
    return root == "hydra" and bool(rest) and rest.partition(".")[0] not in _SETTINGS


def _is_sound(merge: Merge, override: Override) -> bool:
    try:
        if isinstance(override.plain, str) and "${" in override.plain:
            interpolation_parts(override.plain)
    except InterpolationError as error:
        _refuse(merge, override, "malformed", f"`{override.text}`: {error}")
        return False
    return True


def _is_free(merge: Merge, override: Override) -> bool:
    """Whether `+` may add: the key is not there, is null or `???`, or the value is a map or list."""
    if override.is_filled_in or isinstance(override.plain, Mapping) or is_list(override.plain):
        return True
    *way, last = override.key.split(".")
    resolving = Resolving(merge.top)
    try:
        keys, node = resolving.settle((), merge.top)
        for key in (*way, last):
            below = child(node, key)
            if below is None:
                return True
            keys, node = resolving.settle((*keys, key), below)
    except (UnknownError, UnresolvedError):
        return False
    return isinstance(node, Leaf) and (node.value is None or node.is_missing)


def _update(merge: Merge, override: Override, *, is_forced: bool) -> None:
    *way, last = override.key.split(".")
    node: Branch = merge.top
    keys: Keys = ()
    for key in way:
        keys = (*keys, key)
        below = child(node, key)
        if below is None or isinstance(below, Leaf):
            if not _may_set(merge, node, key, keys, override, is_forced=is_forced):
                return
            # a scalar on the way gives place to a map, which has no keys yet
            put(node, key, MapNode({}, override.origin, merge))
        entered = own(node, key, merge)
        assert not isinstance(entered, Leaf)
        node = entered
    keys = (*keys, last)
    if not _may_set(merge, node, last, keys, override, is_forced=is_forced):
        return
    value = tree_of_value(override.plain, override.origin)
    if override.note:
        value = Leaf(None, override.origin, override.note)
    old = child(node, last)
    if old is None or isinstance(old, Leaf) or isinstance(value, Leaf):
        put(node, last, value)
    else:
        merge.merge_branch(node, last, value, keys, is_strict=not is_forced)


def _may_set(
    merge: Merge, node: Branch, key: str, keys: Keys, override: Override, *, is_forced: bool
) -> bool:
    if child(node, key) is not None:
        return True
    if isinstance(node, ListNode):
        name = ".".join(map(str, keys[:-1]))
        what = f"a list of {len(node.children)}, which has no item `{key}`"
        if not merge.is_open(keys):
            _refuse(merge, override, "key-unknown", f"`{override.text}`: `{name}` is {what}")
        return False
    if is_forced or merge.is_open(keys):
        return True
    merge.refuse_key(keys, tuple(node.children), override.origin)
    return False


def _delete(merge: Merge, override: Override) -> None:
    *way, last = override.key.split(".")
    resolving = Resolving(merge.top)
    found: Tree | None = None
    keys: Keys = ()
    parent: Tree = merge.top
    try:
        keys, parent = resolving.settle(*resolving.select(".".join(way)))
        found = child(parent, last)
        if found is not None:
            found = _settled(resolving, (*keys, last), found)
    except UnknownError:
        return
    except UnresolvedError as error:
        # a name that is not there is what a deletion is refused for; Hydra follows the others too
        if error.kind != "interpolation-missing" or found is not None:
            _refuse(merge, override, error.kind, f"`{override.text}`: {error}")
            return
    if found is None or (isinstance(found, Leaf) and (found.value is None or found.is_missing)):
        if not merge.is_open(tuple(override.key.split("."))):
            message = f"`{override.key}` cannot be deleted: it does not exist, or is null"
            known = tuple(parent.children) if isinstance(parent, MapNode) else ()
            merge.problems.append(
                Problem("key-unknown", message, override.origin, override.key, known)
            )
    elif not override.note and override.plain is not None and not equal(found, override.plain):
        message = f"`{override.text}`: `{override.key}` has another value, so it is not deleted"
        _refuse(merge, override, "override-unmatched", message)
    elif isinstance(parent, MapNode):
        del _owned(merge, keys).children[last]
    else:
        message = f"`{override.text}`: an item of a list cannot be deleted"
        _refuse(merge, override, "malformed", message)


def _settled(resolving: Resolving, keys: Keys, node: Tree) -> Tree:
    try:
        return resolving.settle(keys, node)[1]
    except UnknownError:
        return node


def _owned(merge: Merge, keys: Keys) -> MapNode:
    node: Tree = merge.top
    for key in keys:
        assert not isinstance(node, Leaf)
        node = own(node, key, merge)
    assert isinstance(node, MapNode)
    return node


def _refuse(merge: Merge, override: Override, kind: str, message: str) -> None:
    if not merge.is_open(tuple(override.key.split("."))):
        merge.problems.append(Problem(kind, message, override.origin, override.key))
