"""What differs from the recorded data, as far as it is known what was recorded."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.causes import causes
from repro_check.data.hashing.digests import Algorithm, agree, fault_of
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.memory import Memory
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.verdicts import Means, State, Verdict
from repro_check.runtime.changes import Change, changes, collapsed, key_of
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import Order, UndefinedTreeError

_CAUSING = 2_000
"""Changes in which a cause is looked for; of names that were rewritten all new ones come first."""

if TYPE_CHECKING:
    from repro_check.runtime.lockfile import Section
    from repro_check.runtime.manifest import Entry


def explained(verdict: Verdict, root: Path, means: Means) -> Verdict:
    """The verdict as a mismatch, with the files that differ and the likely causes.

    Args:
        verdict: of data that have another digest than the recorded one.
        root: the repository.
        means: those of the comparison.
    """
    fault = fault_of(verdict.recorded, verdict.declaration.algorithm)
    if fault:
        return msgspec.structs.replace(verdict, state=State.MISMATCH, reason="", causes=(fault,))
    first: list[Change] = []
    count = 0
    try:
        every = _changes(verdict, root, means)
        first = list(itertools.islice(every, max(means.most_changes, _CAUSING)))
        count = len(first) + sum(1 for _ in every)
    except (UndefinedTreeError, OSError, PointerMet):
        first = []
    return msgspec.structs.replace(
        verdict,
        state=State.MISMATCH,
        reason="",
        changed=tuple(first[: means.most_changes]),
        changes=count or None,
        causes=_causes(verdict, first, root),
    )


def _changes(verdict: Verdict, root: Path, means: Means) -> Iterator[Change]:
    if verdict.path is None:
        yield from _changes_behind(verdict, means)
        return
    algorithm = verdict.declaration.algorithm
    scheme = scheme_of(algorithm, root=root, path=verdict.path)
    task = Measure(verdict.path, scheme, index=means.index, hasher=means.hasher)
    memory = task.memory()
    if memory is not None and agree(memory.digest, verdict.recorded):
        yield from changes((one.entry for one in memory), task.manifest(), scheme.order)
        return
    key = section_key(verdict.path, root)
    section = section_of(means.lock(), key, algorithm, verdict.recorded)
    is_affordable = means.budget is None or verdict.size <= means.budget
    if section is not None and section.entries and (is_affordable or memory is not None):
        yield from _changes_since(section, task.manifest(), scheme.file_hash, scheme.order)


def _changes_behind(verdict: Verdict, means: Means) -> Iterator[Change]:
    """Those of data behind a URL: what was just read is remembered."""
    algorithm = verdict.declaration.algorithm
    found = remote_memory(verdict, means)
    if found is None:
        return
    key, memory = found
    section = section_of(means.lock(), key, algorithm, verdict.recorded)
    if section is not None and section.entries:
        file_hash = algorithm.value.rpartition(":")[2]
        yield from _changes_since(section, (one.entry for one in memory), file_hash, Order.PATH)


def remote_memory(verdict: Verdict, means: Means) -> tuple[str, Memory] | None:
    """What is remembered of data behind a URL that have just been read, and their key."""
    from repro_check.data.remote import shown

    algorithm = verdict.declaration.algorithm
    url = verdict.declaration.path_text
    if means.index is None or url is None or not algorithm.is_tree:
        return None
    memory = means.index.memory(Path(shown(url)), algorithm)
    if memory is None or not agree(memory.digest, verdict.actual):
        return None
    return shown(url), memory


def _changes_since(
    section: Section, new: Iterable[Entry], file_hash: str, order: Order
) -> Iterator[Change]:
    key = key_of(order)
    old = sorted(section.entries, key=lambda entry: key(entry.path))
    yield from changes(old, collapsed(new, file_hash) if section.is_collapsed else new, order)


def _causes(verdict: Verdict, changed: Sequence[Change], root: Path) -> tuple[str, ...]:
    if verdict.path is None:
        return ()
    counts_junk = verdict.declaration.algorithm is Algorithm.MD5
    return causes(verdict.path, changed, root=Path(os.path.realpath(root)), counts_junk=counts_junk)


def section_of(
    lock: Sequence[Section], key: str, algorithm: Algorithm, digest: str
) -> Section | None:
    """The section of the lock file about these data with this digest, if there is one."""
    for section in lock:
        if (section.path, section.algorithm) == (key, algorithm.value):
            return section if agree(section.digest, digest) else None
    return None


def section_key(path: Path, root: Path) -> str:
    """What the lock file calls the data at a path: relative to the repository if they are in it."""
    real, top = Path(os.path.realpath(path)), os.path.realpath(root)
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else real.as_posix()
