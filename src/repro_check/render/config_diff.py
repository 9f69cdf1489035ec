"""What two effective configs do not share, as changed lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from repro_check.project.experiments.effective import FILLED_IN, Keys, Value
from repro_check.render.ansi import BOLD
from repro_check.render.commented import DIM, GREEN, RED, Line, commented
from repro_check.render.config_shown import Shown, note, place, safe
from repro_check.render.config_text import head
from repro_check.render.style import Style
from repro_check.render.yaml_scalars import scalar, text
from repro_check.text import counted

_LONGEST_LIST = 72


class Difference(msgspec.Struct, frozen=True):
    """A key that two configs do not share, with the value of each that has it."""

    old: Value | None
    new: Value | None

    @property
    def value(self) -> Value:
        """One of them."""
        either = self.old or self.new
        assert either is not None
        return either


def differences(old: Shown, new: Shown) -> Iterator[Difference]:
    """The keys whose values differ, new ones beside those of the same branch."""
    before = {value.keys: value for value in old.values}
    after = {value.keys: value for value in new.values}
    for keys in _ordered([*before, *after]):
        was, is_now = before.get(keys), after.get(keys)
        if was is None or is_now is None or _what(was) != _what(is_now) or _is_open(was):
            yield Difference(was, is_now)


def _ordered(every: Sequence[Keys]) -> Iterator[Keys]:
    """Each once, by the first of its branch."""
    rank: dict[Keys, int] = {}
    for keys in every:
        for depth in range(1, len(keys) + 1):
            rank.setdefault(keys[:depth], len(rank))
    leaves = dict.fromkeys(every)
    ways = {keys: [rank[keys[:depth]] for depth in range(1, len(keys) + 1)] for keys in leaves}
    yield from sorted(leaves, key=ways.__getitem__)


def _what(value: Value) -> tuple[str, str, str, bool, str]:
    # 1, 1.0 and true are equal in Python, and not in a config
    return value.kind, type(value.value).__name__, repr(value.value), value.is_known, value.note


def _is_open(value: Value) -> bool:
    # what is filled in here and there need not be the same
    return value.note == FILLED_IN


def diff_text(old: Shown, new: Shown, style: Style) -> str:
    """The document, without its last newline."""
    return commented(_lines(old, new), style)


def _lines(old: Shown, new: Shown) -> Iterator[Line]:
    for sign, shown in (("---", old), ("+++", new)):
        first, *rest = head(shown)
        where = place(shown.experiment.origin)
        yield Line(f"{sign} {first.text.removeprefix('# ')} ({where})", color=BOLD)
        yield from (line for line in rest if line.color != DIM)
    found = list(differences(old, new))
    if not found:
        many = counted(len(old.values), "value")
        yield Line(f"# the two configs are the same ({many})")
        return
    old_side, new_side = _Side("-", RED, old), _Side("+", GREEN, new)
    done: set[Keys] = set()
    for difference in found:
        keys = difference.value.keys
        above = keys[:-1]
        sides = [side for side in (old_side, new_side) if side.has_items(above)]
        lists = [side.list_at(above) for side in sides]
        if isinstance(keys[-1], int) and all(lists):
            if above not in done:
                done.add(above)
                yield from (line for line in lists if line is not None)
            continue
        if difference.old is not None:
            yield old_side.line(keys)
        if difference.new is not None:
            yield new_side.line(keys)


class _Side:
    """One of the two configs, as lines with its sign and colour."""

    def __init__(self, sign: str, color: str, shown: Shown) -> None:
        self._sign, self._color, self._shown, self._safe = sign, color, shown, safe(shown)
        self._values = {value.keys: value for value in self._safe.values}
        self._below: dict[Keys, list[Value]] = {}
        for value in self._safe.values:
            self._below.setdefault(value.keys[:-1], []).append(value)
        self._branches = {keys[:-1] for keys in self._below if keys}

    def line(self, keys: Keys) -> Line:
        """A leaf with its dotted name."""
        value = self._values[keys]
        return self._made(value.dotted, scalar(value), value)

    def has_items(self, keys: Keys) -> bool:
        """Whether there is a list with something in it, or a branch that may be one."""
        items = self._below.get(keys, ())
        return keys in self._branches or any(isinstance(item.keys[-1], int) for item in items)

    def list_at(self, keys: Keys) -> Line | None:
        """A short list of leaves; None for anything else."""
        items = self._below.get(keys, [])
        if not items or keys in self._branches or not isinstance(items[0].keys[-1], int):
            return None
        words = f"[{', '.join(scalar(item, in_flow=True) for item in items)}]"
        if len(words) > _LONGEST_LIST:
            return None
        return self._made(".".join(map(str, keys)), words, items[0])

    def _made(self, name: str, words: str, value: Value) -> Line:
        notes = [place(value.origin), note(value, self._shown, self._safe.hidden)]
        comment = ", ".join(filter(None, notes))
        return Line(f"{self._sign} {text(name)}: {words}", comment, self._color)
