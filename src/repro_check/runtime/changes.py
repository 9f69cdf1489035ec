"""What differs between two manifests: files added, removed and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from repro_check.runtime.files import new_hash
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import Order

Key: TypeAlias = Callable[[str], "tuple[str, ...]"]


class Change(NamedTuple):
    """One difference.

    Attributes:
        path: relative to the data directory, POSIX; a folder's ends with a slash.
        old_size: the recorded size in bytes; None if the file was added.
        new_size: the size in bytes now; None if it was removed.
    """

    path: str
    old_size: int | None
    new_size: int | None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        if self.old_size is None:
            return "added"
        return "removed" if self.new_size is None else "changed"

    def __str__(self) -> str:
        if self.path.endswith("/") and not self.old_size and not self.new_size:
            return f"{self.kind} the empty folder {self.path}"
        if self.old_size is None:
            return f"added {self.path} ({_bytes(self.new_size)})"
        if self.new_size is None:
            return f"removed {self.path} ({_bytes(self.old_size)})"
        if self.old_size == self.new_size:
            return f"changed {self.path} (still {_bytes(self.new_size)})"
        return f"changed {self.path} ({_bytes(self.old_size)}, now {self.new_size:,})"


def _bytes(size: int | None) -> str:
    return "1 byte" if size == 1 else f"{size or 0:,} bytes"


def key_of(order: Order) -> Key:
    """What to sort the paths of a manifest by, so that they come as the walk yields them."""
    if order is Order.PATH:
        return lambda path: (path,)
    return lambda path: tuple(path.lower().rstrip("/").split("/"))


def order_of(algorithm: str) -> Order:
    """The order of the manifest of an algorithm."""
    return Order.LOWER_CASE if algorithm == "md5" else Order.PATH


def changes(recorded: Iterable[Entry], current: Iterable[Entry], order: Order) -> Iterator[Change]:
    """Compare two manifests, both in the same order; neither is held."""
    key = key_of(order)
    olds, news = iter(recorded), iter(current)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if new is None or (old is not None and key(old.path) < key(new.path)):
            assert old is not None
            yield Change(old.path, old.size, None)
            old = next(olds, None)
        elif old is None or key(new.path) < key(old.path):
            yield Change(new.path, None, new.size)
            new = next(news, None)
        else:
            if old != new:
                yield Change(new.path, old.size, new.size)
            old, new = next(olds, None), next(news, None)


def collapsed(entries: Iterable[Entry], file_hash: str) -> Iterator[Entry]:
    """Put one entry in the place of all that lies in a top folder.

    Args:
        entries: a manifest, in either order.
        file_hash: the hash of the folders' digests, made as `fold_tree` makes them.
    """
    group, size, state = "", 0, new_hash(file_hash)
    for entry in entries:
        top = entry.path[: entry.path.find("/") + 1]
        if group and top != group:
            yield Entry(group, size, state.hexdigest())
        if top != group:
            group, size, state = top, 0, new_hash(file_hash)
        if not top:
            yield entry
        size += entry.size
        state.update(f"{entry.digest} {entry.size} {entry.path}\0".encode())
    if group:
        yield Entry(group, size, state.hexdigest())
