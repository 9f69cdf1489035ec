"""Whether the data on disk are those that a configuration recorded."""

from __future__ import annotations

import enum
import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.causes import causes
from repro_check.data.digests import Algorithm, agree
from repro_check.data.listing import Listing
from repro_check.data.locate import locate
from repro_check.data.measuring import Measure, Meter, OverBudget
from repro_check.data.paths import is_url
from repro_check.data.pointers import find_pointers, pointer_at
from repro_check.data.schemes import scheme_of
from repro_check.errors import ReproCheckError
from repro_check.runtime.changes import Change, changes, collapsed, key_of
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import UndefinedTreeError

if TYPE_CHECKING:
    from repro_check.data.declarations import DataDeclaration
    from repro_check.data.hashers import Hasher
    from repro_check.data.index import StatIndex
    from repro_check.runtime.lockfile import Section
    from repro_check.runtime.manifest import Entry

MOST_FILES = 20
_CAUSING = 2_000
"""Changes in which a cause is looked for; of names that were rewritten all new ones come first."""


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
        actual: the digest of what is there; "" if it was not computed, as where a changed file
            already tells that it is another one.
        changed: for a mismatch the first files that differ from the recorded ones, where
            it is known what was recorded; those of a lock file for large data may be folders.
        changes: how many there are; None if that is not known.
        causes: for a mismatch what probably made it, as sentences' ends.
        files: for a pointer the files that are pointers, relative to `path`, at most twenty.
        reason: why there is neither match nor mismatch, as a sentence's end; else "".
        size: the bytes on disk, where they were counted.
        file_count: the files on disk, where they were counted.
        listing: what the data looked like when `actual` was theirs; None for those elsewhere.
    """

    declaration: DataDeclaration
    state: State
    path: Path | None = None
    recorded: str = ""
    actual: str = ""
    changed: tuple[Change, ...] = ()
    changes: int | None = None
    causes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    reason: str = ""
    size: int = 0
    file_count: int = 0
    listing: Listing | None = None


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What a check has at hand; every field may be left out.

    Attributes:
        index: remembers digests of unchanged data; None reads every byte.
        hasher: who hashes the files; a pool of processes if None.
        budget: the most bytes to read; None for no limit. The index answers at any size.
        lock: reads the sections of `repro-data.lock`, which name the files that were recorded;
            called only for a mismatch.
        meter: told how many bytes there are, and are dealt with.
        most_changes: how many files a mismatch names.
        reads_remote: whether data on other machines are read; offline unless asked.
    """

    index: StatIndex | None = None
    hasher: Hasher | None = None
    budget: int | None = None
    lock: Callable[[], Sequence[Section]] = tuple
    meter: Meter | None = None
    most_changes: int = MOST_FILES
    reads_remote: bool = False


def verify(
    declaration: DataDeclaration, *, root: Path, config_path: str, means: Means | None = None
) -> Verdict:
    """Compare data with the digest that a configuration records.

    Args:
        declaration: from `declarations`.
        root: the repository.
        config_path: the configuration, relative to the root with forward slashes; `locate` says
            how relative paths are read.
        means: index, budget and so on.
    """
    if declaration.digest_text is None:
        return _unresolved(declaration, "the digest")
    if not declaration.digest_text:
        return Verdict(
            declaration=declaration, state=State.NOT_RECORDED, reason="no digest is recorded yet"
        )
    means = means or Means()
    verdict = _measured(declaration, root, config_path, means, recorded=declaration.digest_text)
    verdict = msgspec.structs.replace(verdict, recorded=declaration.digest_text)
    if verdict.state is not State.NOT_RECORDED:
        return verdict
    if verdict.actual and agree(verdict.actual, declaration.digest_text):
        return msgspec.structs.replace(verdict, state=State.MATCH, reason="")
    if verdict.path is None:
        return msgspec.structs.replace(verdict, state=State.MISMATCH, reason="")
    return _mismatch(verdict, verdict.path, root, means)


def measure(
    declaration: DataDeclaration, *, root: Path, config_path: str, means: Means | None = None
) -> Verdict:
    """The digest of the data as they are now, whatever is recorded; every file is remembered.

    Returns:
        A verdict whose state is NOT_RECORDED and whose `actual` is the digest, or one that says
        why there is no digest. Arguments as for `verify`.
    """
    return _measured(declaration, root, config_path, means or Means(), recorded=None)


def section_key(path: Path, root: Path) -> str:
    """What the lock file calls the data at a path: relative to the repository if they are in it."""
    real, top = Path(os.path.realpath(path)), os.path.realpath(root)
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else real.as_posix()


def _measured(
    declaration: DataDeclaration,
    root: Path,
    config_path: str,
    means: Means,
    *,
    recorded: str | None,
) -> Verdict:
    text = declaration.path_text
    if text is None:
        return _unresolved(declaration, f"the path {declaration.path_entry.text!r}")
    if is_url(text):
        return _remote(declaration, text, means)
    place = locate(text, root=root, config_path=config_path)
    if place.path is None:
        if place.is_outside:
            return _undefined(declaration, None, f"{text!r} leads out of the repository")
        if place.reason:
            reason = f"{text!r} {place.reason}"
            return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)
        reason = f"there is nothing at {text!r}"
        return Verdict(declaration=declaration, state=State.MISSING, reason=reason)
    if _holds(place.path, root / config_path):
        return _undefined(
            declaration,
            place.path,
            f"{text!r} holds the configuration that is to record its digest",
        )
    try:
        return _found(declaration, place.path, root, means, recorded)
    except UndefinedTreeError as error:
        reason = f"{_shown(error.path, root)!r} {error.reason}; {error.fix}"
    except OSError as error:
        where = _shown(os.fsdecode(error.filename or place.path), root)
        reason = f"{where!r} cannot be read ({error.strerror or error})"
    except (ReproCheckError, ModuleNotFoundError) as error:
        reason = str(error)
    return _undefined(declaration, place.path, reason)


def _remote(declaration: DataDeclaration, url: str, means: Means) -> Verdict:
    from repro_check.data.remote import remembered_digest, remote_digest, shown

    if not means.reads_remote:
        reason = f"{shown(url)!r} is not on this machine; `--remote` reads it"
        return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)
    try:
        read = partial(remote_digest, url, declaration.algorithm)
        if means.index is not None:
            read = partial(remembered_digest, url, declaration.algorithm, index=means.index)
        found = read(hasher=means.hasher, meter=means.meter)
    except ReproCheckError as error:
        return _undefined(declaration, None, f"{error.where!r}: {error.what}; {error.fix}")
    return Verdict(declaration=declaration, state=State.NOT_RECORDED, actual=found)


def _found(
    declaration: DataDeclaration, path: Path, root: Path, means: Means, recorded: str | None
) -> Verdict:
    if pointer_at(str(path)):
        return _pointers(declaration, path)
    scheme = scheme_of(declaration.algorithm, root=root, path=path)
    task = Measure(path, scheme, index=means.index, hasher=means.hasher, meter=means.meter)
    try:
        found = task.digest(
            budget=means.budget, recorded=recorded or "", keep_files=recorded is None
        )
    except PointerMet:
        return _pointers(declaration, path)
    except UndefinedTreeError as error:
        # a link to absent content is one that leads nowhere
        if pointer_at(error.path):
            return _pointers(declaration, path)
        raise
    except OverBudget as over:
        return Verdict(
            declaration=declaration,
            state=State.TOO_LARGE,
            path=path,
            size=over.args[0],
            reason=f"{over.args[0]:,} bytes are more than the {means.budget:,} that may be read; "
            "run `repro-check data verify`",
        )
    return Verdict(
        declaration=declaration,
        state=State.NOT_RECORDED,
        path=path,
        actual=found.digest,
        size=found.listing.size,
        file_count=found.listing.files,
        listing=found.listing,
    )


def _mismatch(verdict: Verdict, path: Path, root: Path, means: Means) -> Verdict:
    """Name what differs, as far as it is known what was recorded."""
    algorithm = verdict.declaration.algorithm
    scheme = scheme_of(algorithm, root=root, path=path)
    task = Measure(path, scheme, index=means.index, hasher=means.hasher)
    changed: Iterable[Change] = ()
    first: Sequence[Change] = ()
    count = None
    section = section_of(means.lock(), section_key(path, root), algorithm, verdict.recorded)
    memory = task.memory()
    is_affordable = means.budget is None or verdict.size <= means.budget
    if memory is not None and agree(memory.digest, verdict.recorded):
        old: Iterable[Entry] = (one.entry for one in memory)
        changed = changes(old, task.manifest(), scheme.order)
    elif section is not None and section.entries and (is_affordable or memory is not None):
        key = key_of(scheme.order)
        old = sorted(section.entries, key=lambda entry: key(entry.path))
        new: Iterable[Entry] = task.manifest()
        if section.is_collapsed:
            new = collapsed(new, scheme.file_hash)
        changed = changes(old, new, scheme.order)
    try:
        every = iter(changed)
        first = list(itertools.islice(every, max(means.most_changes, _CAUSING)))
        count = len(first) + sum(1 for _ in every)
    except (UndefinedTreeError, OSError, PointerMet):
        first = ()
    return msgspec.structs.replace(
        verdict,
        state=State.MISMATCH,
        reason="",
        changed=tuple(first[: means.most_changes]),
        changes=count or None,
        causes=causes(
            path, first, root=Path(os.path.realpath(root)), counts_junk=algorithm is Algorithm.MD5
        ),
    )


def section_of(
    lock: Sequence[Section], key: str, algorithm: Algorithm, digest: str
) -> Section | None:
    """The section of the lock file about these data with this digest, if there is one."""
    for section in lock:
        if (section.path, section.algorithm) == (key, algorithm.value):
            return section if agree(section.digest, digest) else None
    return None


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
