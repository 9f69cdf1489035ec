"""An effective config: what an experiment runs with, and where each value was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from repro_check.findings import Span

Key: TypeAlias = str | int
Keys: TypeAlias = tuple[Key, ...]
Scalar: TypeAlias = bool | int | float | str | None


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where something was written: a file of the repository and a place in it.

    For an override of a documented command these are the file and the line of the command.
    """

    path: str
    span: Span


class Value(msgspec.Struct, frozen=True, gc=False):
    """One leaf of an effective config, or an empty map or list.

    Attributes:
        keys: the way from the top, list positions as integers.
        kind: "scalar", "map" (empty) or "list" (empty).
        value: of a scalar, as the loader makes it; an interpolation (`${model.lr}`) stays text.
        origin: where it was written last.
        is_missing: whether it is Hydra's and OmegaConf's mandatory value (`???`).
        is_known: false where an interpolation or a resolver decides what it is when it runs.
    """

    keys: Keys
    kind: str
    value: Scalar
    origin: Origin
    is_missing: bool = False
    is_known: bool = True

    @property
    def dotted(self) -> str:
        """The keys as one name: `model.layers.0.size`."""
        return ".".join(map(str, self.keys))


class Problem(msgspec.Struct, frozen=True):
    """Why an experiment's config cannot be composed, as its loader would say it.

    Attributes:
        kind: "config-missing", "option-missing", "choice-missing" (an option that each run must
            give), "group-missing", "key-unknown", "key-exists", "override-unmatched",
            "interpolation-missing", "circular", "ambiguous" or "malformed".
        message: one sentence, without a stop at the end.
        subject: the name that is wrong (a key, an option, a group).
        known: the names that would have been right, for a suggestion.
    """

    kind: str
    message: str
    origin: Origin
    subject: str = ""
    known: tuple[str, ...] = ()


class Effective(msgspec.Struct, frozen=True):
    """What an experiment runs with.

    Attributes:
        values: the leaves by their keys, in the order of the composed config.
        problems: what its loader would refuse; where there are any, `values` is what could be read.
        files: the paths of the configs that it is made of, in the order of their reading.
        is_whole: false where something that cannot be seen (a plugin, a structured config, an
            interpolated choice, code that changes it) may add or change keys.
        of_loader: the leaves that configure the loader and not the work (Hydra's own `hydra` node),
            as far as the repository writes them.
    """

    values: dict[Keys, Value]
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    is_whole: bool = True
    of_loader: dict[Keys, Value] = {}

    def get(self, dotted: str) -> Value | None:
        """The leaf of a dotted name, or None."""
        keys: Keys = tuple(int(key) if key.isdigit() else key for key in dotted.split("."))
        return self.values.get(keys)

    def below(self, keys: Keys) -> Iterator[Value]:
        """The leaves at and below these keys."""
        depth = len(keys)
        return (value for value in self.values.values() if value.keys[:depth] == keys)
