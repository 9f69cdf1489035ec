"""The first line of a training script: refuse to run on other data than was recorded."""

from __future__ import annotations

import os
import re
from pathlib import Path

from repro_check.runtime.hashing import digest
from repro_check.runtime.junk import find_junk

_EXPECTED = re.compile(
    r"(?:(?P<algorithm>md5|sha256|tree:md5|tree:sha256):)?(?P<digits>[0-9a-f]+)", re.IGNORECASE
)
_LENGTHS = {"md5": 32, "sha256": 64, "tree:md5": 32, "tree:sha256": 64}


class DataMismatch(Exception):  # noqa: N818 - it reads as what it says in a traceback
    """The data on disk are not the data that were recorded.

    Attributes:
        path: the file or directory.
        expected: the recorded digest.
        actual: the digest of what is there.
        junk: up to twenty files below `path` that an operating system may have dropped.
    """

    def __init__(
        self, path: str, *, expected: str, actual: str, junk: tuple[str, ...] = ()
    ) -> None:
        self.path = path
        self.expected = expected
        self.actual = actual
        self.junk = junk
        hint = f"\n  perhaps because of files that are not data: {', '.join(junk)}" if junk else ""
        super().__init__(
            f"the data in {path!r} are not those that were recorded: "
            f"expected {expected}, found {actual}{hint}"
        )


def parse_digest(expected: str) -> tuple[str, str]:
    """Split a recorded digest into its algorithm and its digits.

    Args:
        expected: `md5:<hex>`, `sha256:<hex>`, `tree:md5:<hex>`, `tree:sha256:<hex>`, or bare
            digits: 32 of them are an md5, 64 a sha256.

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


def verify_data(path: str | os.PathLike[str], expected: str) -> str:
    """Check that a data file or directory is the one that was recorded.

    Args:
        path: the file or directory.
        expected: the recorded digest; see `parse_digest`. Bare 32 digits for a directory mean
            the md5 recursion described in `repro_check.runtime.hashing`.

    Returns:
        The digest, equal to `expected`, for the log of the run.

    Raises:
        DataMismatch: the content differs.
        FileNotFoundError: there is nothing at `path`.
        UndefinedTreeError: the directory has no one digest (see `repro_check.runtime.trees`).
        ValueError: `expected` is no digest.

    Example:
        verify_data("data/digits", "9e107d9d372bb6826bd81d3542a419d6")
    """
    algorithm, digits = parse_digest(expected)
    where = os.fspath(path)
    if not Path(where).exists():
        raise FileNotFoundError(f"the data are missing: there is nothing at {where!r}")
    actual = digest(where, algorithm)
    if actual.rpartition(":")[2] != digits:
        junk = find_junk(where) if algorithm == "md5" else ()
        raise DataMismatch(where, expected=expected, actual=actual, junk=junk)
    return actual
