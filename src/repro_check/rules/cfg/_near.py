"""Names that are probably meant: misspelt words, and the nearest of those that exist."""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST = 4
_LONG = 9
_LONGEST = 60


def misspelt(wrong: str, right: str) -> bool:
    """Whether one name is the other with a typing error, and not another word.

    The names may differ in underscores and case (`batchsize`), or in one word by one letter more, less,
    changed or swapped with its neighbour; in a long word by two. Numbers and short words never count:
    `layer1` and `layer2`, `lr` and `l1` are different things.

    Args:
        wrong: what is written.
        right: what is known to exist.
    """
    if wrong == right or max(len(wrong), len(right)) > _LONGEST:
        return False
    if _plain(wrong) == _plain(right):
        return len(right) > _SHORTEST
    ours, theirs = wrong.lower().split("_"), right.lower().split("_")
    if len(ours) != len(theirs):
        return False
    different = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if len(different) != 1:
        return False
    one, other = different[0]
    if any(letter.isdigit() for letter in one + other):
        return False
    shorter = min(len(one), len(other))
    allowed = 2 if shorter >= _LONG else 1
    return shorter >= _SHORTEST and distance(one, other) <= allowed


def nearest(name: str, known: Iterable[str]) -> str:
    """The name most like this one, or "" where none is near.

    Args:
        name: what is written.
        known: what exists.
    """
    import difflib

    names = [one for one in known if one != name]
    found = [one for one in names if misspelt(name, one)]
    return (found or difflib.get_close_matches(name, names, n=1, cutoff=0.8) or [""])[0]


def distance(one: str, other: str) -> int:
    """The number of letters to insert, delete, change or swap with a neighbour.

    Optimal string alignment (Damerau 1964, doi:10.1145/363958.363994).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, its in enumerate(other, 1):
            cost = min(line[-1] + 1, last[column] + 1, last[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and its == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
