"""The first line of a training script: refuse to run on other data than was recorded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import overload

from repro_check.runtime.changes import Change, changes, collapsed, key_of, order_of
from repro_check.runtime.config_keys import pairs
from repro_check.runtime.hashing import digest, manifest_of, md5_manifest_of
from repro_check.runtime.junk import find_junk
from repro_check.runtime.lockfile import LARGEST, LockError, Section, find_lock, parse_lock
from repro_check.runtime.manifest import Entry
from repro_check.runtime.pointers import PointerMet, stop_at_pointer
from repro_check.runtime.trees import UndefinedTreeError

_EXPECTED = re.compile(
    r"(?:(?P<algorithm>md5|sha256|tree:md5|tree:sha256|tree:blake3):)?(?P<digits>[0-9a-f]+)",
    re.IGNORECASE,
)
_LENGTHS = {"md5": 32, "sha256": 64, "tree:md5": 32, "tree:sha256": 64, "tree:blake3": 64}
_MOST = 20


class DataMismatch(Exception):  # noqa: N818 - it reads as what it says in a traceback
    """The data on disk are not the data that were recorded.

    Attributes:
        path: the file or directory.
        expected: the recorded digest.
        actual: the digest of what is there.
        changed: up to twenty files that differ, where `repro-data.lock` tells what was recorded.
        junk: up to twenty files below `path` that an operating system may have dropped.
    """

    def __init__(
        self,
        path: str,
        *,
        expected: str,
        actual: str,
        changed: tuple[Change, ...] = (),
        junk: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.expected = expected
        self.actual = actual
        self.changed = changed
        self.junk = junk
        head = f"the data in {path!r} are not those that were recorded"
        lines = [
            f"{head}: expected {expected}, found {actual}",
            *(f"  {_printable(str(change))}" for change in changed),
        ]
        if len(changed) == _MOST:
            lines.append("  (and perhaps more: `repro-check data diff` shows them all)")
        if junk:
            lines.append(
                f"  perhaps because of files that are not data: {_printable(', '.join(junk))}"
            )
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[object, ...]:
        # a launcher brings the errors of its workers home
        return _again, (self.path, self.expected, self.actual, self.changed, self.junk)


def _printable(text: str) -> str:
    """The text with escapes for what does not print: a file's name may hold a terminal's."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


def _again(
    path: str, expected: str, actual: str, changed: tuple[Change, ...], junk: tuple[str, ...]
) -> DataMismatch:
    return DataMismatch(path, expected=expected, actual=actual, changed=changed, junk=junk)


def parse_digest(expected: str) -> tuple[str, str]:
    """Split a recorded digest into its algorithm and its digits.

    Args:
        expected: `md5:<hex>`, `sha256:<hex>`, `tree:md5:<hex>`, `tree:sha256:<hex>`,
            `tree:blake3:<hex>`, or bare digits: 32 of them are an md5, 64 a sha256.

    Returns:
        The algorithm's name and the digits in lower case.

    Raises:
        ValueError: the text is no digest.
    """
    match = _EXPECTED.fullmatch(expected.strip())
    if match:
        digits = match["digits"].lower()
        bare = {32: "md5", 64: "sha256"}.get(len(digits), "")
        algorithm = (match["algorithm"] or bare).lower()
        if _LENGTHS.get(algorithm) == len(digits):
            return algorithm, digits
    raise ValueError(
        f"{expected!r} is no digest: write 32 hexadecimal digits (md5), 64 (sha256), "
        "or tree:sha256: and 64 digits"
    )


@overload
def verify_data(data: str | os.PathLike[str], expected: str) -> str: ...
@overload
def verify_data(data: object) -> dict[str, str]: ...


def verify_data(data: object, expected: str | None = None) -> str | dict[str, str]:
    """Check that data are those that were recorded.

        verify_data("data/digits", "9e107d9d372bb6826bd81d3542a419d6")
        verify_data(cfg.data)  # cfg.data holds a path and a digest: dir and md5, for instance

    Args:
        data: a file or directory; or, without `expected`, a mapping (a dictionary, a config of
            OmegaConf, the result of `argparse`) that holds a path and its digest under keys as
            `repro-check data lock` writes them. Mappings in it are searched too.
        expected: the recorded digest; see `parse_digest`. Bare 32 digits for a directory mean
            the md5 recursion described in `repro_check.runtime.hashing`.

    Returns:
        The digest, equal to `expected`, for the log of the run; for a mapping that of each path.

    Raises:
        DataMismatch: the content differs.
        FileNotFoundError: there is nothing at the path, or only a pointer to the content.
        UndefinedTreeError: the directory has no one digest (see `repro_check.runtime.trees`).
        ValueError: `expected` is no digest, or the mapping records none.
    """
    if expected is not None:
        if not isinstance(data, (str, os.PathLike)):
            raise ValueError(f"{type(data).__name__} is no path")
        return _verified(os.fspath(data), expected)
    found = {path: _verified(path, recorded) for path, recorded in pairs(data)}
    if not found:
        raise ValueError(
            "no digest is recorded in this config: write `md5:` beside the path, and run "
            "`repro-check data lock`"
        )
    return found


def _verified(where: str, expected: str) -> str:
    algorithm, digits = parse_digest(expected)
    if not Path(where).exists():
        raise FileNotFoundError(
            f"the data are missing: there is nothing at {where!r} (from {os.curdir!r}, which is "
            f"{os.path.realpath(os.curdir)!r} now; Hydra changes it where `hydra.job.chdir` is true)"
        )
    try:
        actual = digest(where, algorithm, watch=stop_at_pointer)
    except PointerMet as pointer:
        raise FileNotFoundError(
            f"the content of {pointer.args[0]!r} is not here, only a pointer to it: run "
            "`git lfs pull` or `git annex get`"
        ) from None
    if actual.rpartition(":")[2] == digits:
        return actual
    raise DataMismatch(
        where,
        expected=expected,
        actual=actual,
        changed=tuple(islice(_changes(where, algorithm, digits), _MOST)),
        junk=find_junk(where, limit=_MOST) if algorithm == "md5" else (),
    )


def _changes(where: str, algorithm: str, digits: str) -> Iterator[Change]:
    """What differs from the manifest in the lock file nearest to the data, if there is one."""
    section = _section(where, algorithm, digits)
    if section is None or not section.entries:
        return
    order = order_of(algorithm)
    key = key_of(order)
    file_hash = algorithm.rpartition(":")[2]
    current: Iterator[Entry] = (
        md5_manifest_of(where) if algorithm == "md5" else manifest_of(where, file_hash)
    )
    if section.is_collapsed:
        current = collapsed(current, file_hash)
    try:
        yield from changes(
            sorted(section.entries, key=lambda entry: key(entry.path)), current, order
        )
    except UndefinedTreeError:
        return


def _section(where: str, algorithm: str, digits: str) -> Section | None:
    real = Path(os.path.realpath(where))
    for start in (real.parent, os.curdir):
        try:
            file = find_lock(start)
            if file is None or file.stat().st_size > LARGEST:
                continue
            sections = parse_lock(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, LockError):
            continue  # the mismatch is what matters; `repro-check data` speaks of a damaged file
        names = {real.as_posix()}
        if real.is_relative_to(file.parent):
            names.add(real.relative_to(file.parent).as_posix())
        for section in sections:
            is_of = section.path in names and section.algorithm == algorithm
            if is_of and section.digest.rpartition(":")[2] == digits:
                return section
    return None
