"""An effective config: what an experiment runs with, and where each value was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from repro_check.findings import Span

Key: TypeAlias = str | int
Keys: TypeAlias = tuple[Key, ...]
Scalar: TypeAlias = bool | int | float | str | None
_LONGEST_INDEX = 10

FILLED_IN = "filled in by the command"
"""The note of a value that a shell or a reader fills in: `lr=$LR`, `data.path=/path/to/data`."""


def is_index(key: str) -> bool:
    """Whether a key can be the position of a list item: `int` takes other digits, and not too many."""
    return key.isascii() and key.isdigit() and len(key) < _LONGEST_INDEX


def keys_of(dotted: str) -> Keys:
    """The keys of a dotted name; those that can be positions in a list are."""
    return tuple(int(key) if is_index(key) else key for key in dotted.split("."))


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
        note: why no one can tell what it is: `FILLED_IN`, "one of 1, 2 in each run" of a sweep; its
            value is None then. "" for all others.
        bare: which of the keys are numbers or booleans to YAML (`30: 0.1`), although `keys` has their
            text, as list positions are integers there.
    """

    keys: Keys
    kind: str
    value: Scalar
    origin: Origin
    is_missing: bool = False
    is_known: bool = True
    note: str = ""
    bare: tuple[int, ...] = ()

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
        config: of "config-missing" and "option-missing", the config as its path along the search path.
    """

    kind: str
    message: str
    origin: Origin
    subject: str = ""
    known: tuple[str, ...] = ()
    config: str = ""


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
        open_choices: of what is filled in or swept, what it leaves open of the config as a whole, as
            clauses.
        runs: of a sweep over the options of groups, what its runs have; the first is `values`.
    """

    values: dict[Keys, Value]
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    is_whole: bool = True
    of_loader: dict[Keys, Value] = {}
    open_choices: tuple[str, ...] = ()
    runs: tuple[Effective, ...] = ()

    @property
    def each(self) -> tuple[Effective, ...]:
        """What each run has: of a sweep over the options of groups several, else this alone."""
        return self.runs or (self,)

    def get(self, dotted: str) -> Value | None:
        """The leaf of a dotted name, or None."""
        return self.values.get(keys_of(dotted))

    def below(self, keys: Keys) -> Iterator[Value]:
        """The leaves at and below these keys."""
        depth = len(keys)
        return (value for value in self.values.values() if value.keys[:depth] == keys)
