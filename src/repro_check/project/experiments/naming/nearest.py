"""Which of several programs that may read a config is the one it is for: the nearest."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import msgspec

from repro_check.project.experiments.loading.loader import Loader


class Reader(msgspec.Struct, frozen=True):
    """A config and the program that runs with it.

    Attributes:
        loader: the call that reads it.
        entry: the script of the program.
        path: the config.
        is_sure: false where a program elsewhere is meant as likely.
    """

    loader: Loader
    entry: str
    path: str
    is_sure: bool = True


def shared_depth(path: str, other: str) -> int:
    """How many folders, from the root, two paths have in common."""
    depth = 0
    for left, right in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        depth += 1
    return depth


def nearest_readers(
    reached: Sequence[tuple[Loader, str]],
    reading: Mapping[Loader, Sequence[str]],
    training: Collection[str],
    mentions: Callable[[str, str], bool],
) -> Iterator[Reader]:
    """Each config once, with the program in the nearest common folder.

    A program that has configs nearer to it is not meant by those that are farther away, while there
    is another one that may read them. A config that code names belongs to the code that names it.

    Args:
        reached: loaders, and the entries from which they are surely reached, the likelier first.
        reading: the files that each loader reads, or may read.
        training: the entries that train.
        mentions: whether an entry's own code names a file.
    """
    readers: dict[str, list[tuple[Loader, str]]] = {}
    own: dict[str, int] = {}
    for loader, entry in reached:
        for path in reading.get(loader, ()):
            readers.setdefault(path, []).append((loader, entry))
            own[entry] = max(own.get(entry, 0), shared_depth(entry, path))
    for path, every in readers.items():
        named = [each for each in every if path in each[0].files]
        if named:
            own_words = (each for each in named if mentions(each[1], path))
            yield Reader(*next(own_words, named[0]), path)
            continue
        if len({entry for _, entry in every}) == 1:
            yield Reader(*every[0], path)
            continue
        near = max(shared_depth(entry, path) for _, entry in every)
        nearest = [each for each in every if shared_depth(each[1], path) == near]
        # a program with configs of its own is not the one of those above it
        meant = [each for each in nearest if own[each[1]] == near]
        best = (meant or nearest)[0]
        yield Reader(*best, path, is_sure=bool(meant) and not _is_tie(meant, best[1], training))


def _is_tie(meant: Sequence[tuple[Loader, str]], first: str, training: Collection[str]) -> bool:
    """Whether a program of another folder, training as this one, is as near."""
    folder = posixpath.dirname(first)
    return any(
        posixpath.dirname(entry) != folder and (entry in training) == (first in training)
        for _, entry in meant
    )
