"""Show changes as a unified diff that `git apply` and `patch` accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from repro_check.setup.model import FileChange


def unified_diff(changes: Iterable[FileChange]) -> str:
    """The diff of all changes, with `a/` and `b/` paths; "" for none."""
    return "".join(line for change in changes for line in _file_diff(change))


def _file_diff(change: FileChange) -> Iterator[str]:
    import difflib

    before = "/dev/null" if change.old is None else f"a/{change.path}"
    lines = difflib.unified_diff(
        _lines(change.old or ""), _lines(change.new), before, f"b/{change.path}"
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    r"""Lines with their ends; only `\n` ends one, unlike in `str.splitlines`."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
