"""Whether the data on disk are those that a configuration recorded."""

from __future__ import annotations

import enum
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.digests import Algorithm, UndefinedDigest, agree, digest_of
from repro_check.data.listing import Listing, list_tree
from repro_check.data.locate import locate
from repro_check.data.paths import is_url
from repro_check.data.pointers import find_pointers, pointer_at, pointer_in
from repro_check.runtime.junk import find_junk

if TYPE_CHECKING:
    from repro_check.data.declarations import DataDeclaration
    from repro_check.data.index import StatIndex
    from repro_check.runtime.hashing import Block

MOST_FILES = 20


class State(enum.Enum):
    """What came of comparing data with their recorded digest."""

    MATCH = "match"
    MISMATCH = "mismatch"
    MISSING = "missing"
    POINTER = "pointer"
    UNRESOLVED = "unresolved"
    NOT_RECORDED = "not_recorded"
    TOO_LARGE = "too_large"
    UNDEFINED = "undefined"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one declaration.

    Attributes:
        declaration: what was checked.
        state: the outcome.
        path: where the data are; None if they were not found.
        recorded: the digest in the configuration; "" if there is none.
        actual: the digest of what is there; "" if it was not computed.
        files: for a pointer the files that are pointers, for a mismatch of an md5 those that an
            operating system may have dropped; relative to `path`, at most twenty.
        reason: why there is neither match nor mismatch, as a sentence's end; else "".
        size: the bytes on disk, where they were counted.
    """

    declaration: DataDeclaration
    state: State
    path: Path | None = None
    recorded: str = ""
    actual: str = ""
    files: tuple[str, ...] = ()
    reason: str = ""
    size: int = 0


def verify(
    declaration: DataDeclaration,
    *,
    root: Path,
    config_path: str,
    index: StatIndex | None = None,
    budget: int | None = None,
) -> Verdict:
    """Compare data with the digest that a configuration records.

    Args:
        declaration: from `declarations`.
        root: the repository.
        config_path: the configuration, relative to the root with forward slashes; `locate` says
            how relative paths are read.
        index: remembers digests of unchanged directories; None reads every byte.
        budget: the most bytes to read; None for no limit. The index answers at any size.
    """
    if declaration.digest_text is None:
        return _unresolved(declaration, "the digest")
    if not declaration.digest_text:
        return Verdict(
            declaration=declaration, state=State.NOT_RECORDED, reason="no digest is recorded yet"
        )
    verdict = measure(declaration, root=root, config_path=config_path, index=index, budget=budget)
    verdict = msgspec.structs.replace(verdict, recorded=declaration.digest_text)
    if not verdict.actual or verdict.path is None:
        return verdict
    if agree(verdict.actual, declaration.digest_text):
        return msgspec.structs.replace(verdict, state=State.MATCH, reason="")
    is_plain = declaration.algorithm is Algorithm.MD5
    junk = find_junk(str(verdict.path), limit=MOST_FILES) if is_plain else ()
    return msgspec.structs.replace(verdict, state=State.MISMATCH, files=junk, reason="")


def measure(
    declaration: DataDeclaration,
    *,
    root: Path,
    config_path: str,
    index: StatIndex | None = None,
    budget: int | None = None,
) -> Verdict:
    """The digest of the data as they are now, whatever is recorded.

    Returns:
        A verdict whose state is NOT_RECORDED and whose `actual` is the digest, or one that says
        why there is no digest. Arguments as for `verify`.
    """
    text = declaration.path_text
    if text is None:
        return _unresolved(declaration, f"the path {declaration.path_entry.text!r}")
    if is_url(text):
        reason = f"{text!r} is not on this machine"
        return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)
    place = locate(text, root=root, config_path=config_path)
    if place.path is None:
        if place.is_outside:
            return _undefined(declaration, None, f"{text!r} leads out of the repository")
        reason = f"there is nothing at {text!r}"
        return Verdict(declaration=declaration, state=State.MISSING, reason=reason)
    if _holds(place.path, root / config_path):
        return _undefined(
            declaration,
            place.path,
            f"{text!r} holds the configuration that is to record its digest",
        )
    try:
        return _measured(declaration, place.path, index=index, budget=budget)
    except UndefinedDigest as error:
        reason = f"{_shown(error.where, root)!r} {error.reason}; {error.fix}"
    except OSError as error:
        where = _shown(os.fsdecode(error.filename or place.path), root)
        reason = f"{where!r} cannot be read ({error.strerror or error})"
    return _undefined(declaration, place.path, reason)


def _measured(
    declaration: DataDeclaration, path: Path, *, index: StatIndex | None, budget: int | None
) -> Verdict:
    since_ns = index.clock() if index else 0
    if pointer_at(str(path)):
        return _pointers(declaration, path)
    listing = list_tree(path)
    if any(map(pointer_at, listing.links)):
        return _pointers(declaration, path)
    algorithm = declaration.algorithm
    digest = index.lookup(path, algorithm, listing) if index else None
    if digest is None:
        if budget is not None and listing.size > budget:
            return Verdict(
                declaration=declaration,
                state=State.TOO_LARGE,
                path=path,
                size=listing.size,
                reason=f"{listing.size} bytes are more than the {budget} that may be read",
            )
        try:
            digest = digest_of(path, algorithm, watch=_stop_at_pointer)
        except _PointerMet:
            return _pointers(declaration, path)
        if index and _looks_like(path, listing):
            index.record(path, algorithm, listing, digest, since_ns=since_ns)
    return Verdict(
        declaration=declaration,
        state=State.NOT_RECORDED,
        path=path,
        actual=digest,
        size=listing.size,
    )


class _PointerMet(Exception):  # noqa: N818 - a signal, caught above
    pass


def _stop_at_pointer(_path: str, block: Block) -> None:
    if pointer_in(block):
        raise _PointerMet


def _looks_like(path: Path, listing: Listing) -> bool:
    """Whether the tree still looks as it did before it was read."""
    try:
        return list_tree(path) == listing
    except OSError:
        return False


def _pointers(declaration: DataDeclaration, path: Path) -> Verdict:
    found = list(itertools.islice(find_pointers(path), MOST_FILES))
    commands = sorted({kind.value for _, kind in found}) or ["git lfs pull"]
    return Verdict(
        declaration=declaration,
        state=State.POINTER,
        path=path,
        files=tuple(name for name, _ in found),
        reason=f"the content is not here, only a pointer to it: run {' and '.join(commands)}",
    )


def _unresolved(declaration: DataDeclaration, what: str) -> Verdict:
    reason = f"{what} depends on more than this file"
    return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)


def _undefined(declaration: DataDeclaration, path: Path | None, reason: str) -> Verdict:
    return Verdict(declaration=declaration, state=State.UNDEFINED, path=path, reason=reason)


def _shown(where: str, root: Path) -> str:
    """The path as people know it: relative to the repository if it is in it."""
    top = os.path.realpath(root)
    return Path(where).relative_to(top).as_posix() if Path(where).is_relative_to(top) else where


def _holds(folder: Path, file: Path) -> bool:
    real = Path(os.path.realpath(file))
    return real.is_relative_to(os.path.realpath(folder))
