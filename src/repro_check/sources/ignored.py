"""Patterns in the syntax of .gitignore, of a folder outside git and of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from repro_check.errors import SettingsError

if TYPE_CHECKING:
    import pathspec


def patterns(lines: Iterable[str], *, key: str = "exclude") -> pathspec.GitIgnoreSpec:
    """The patterns that a settings key holds.

    Raises:
        SettingsError: one of them is no pattern.
    """
    import pathspec

    listed = list(lines)
    for line in listed:
        if not _is_pattern(line):
            raise SettingsError(
                f"`{line}` is no pattern",
                where=key,
                fix="Write it as in .gitignore, such as `old/` or `*.log`.",
            )
    return pathspec.GitIgnoreSpec.from_lines(listed)


class IgnoreFiles:
    """The .gitignore files of a folder tree; each speaks for its folder and those below."""

    def __init__(self) -> None:
        self._specs: dict[str, pathspec.GitIgnoreSpec] = {}

    def add(self, folder: str, text: str) -> None:
        """Take the .gitignore of a folder; what is no pattern is passed over, as git does."""
        lines = [line for line in text.splitlines() if _is_pattern(line)]
        self._specs[folder] = patterns(lines)

    def ignores(self, path: str) -> bool:
        """Whether a file (or a folder, written with a slash at its end) is ignored.

        The nearest .gitignore that says anything decides (https://git-scm.com/docs/gitignore).
        """
        if not self._specs:
            return False
        folder = path.rstrip("/")
        while folder:
            folder = folder.rpartition("/")[0]
            spec = self._specs.get(folder)
            if spec is not None:
                inside = path[len(folder) + 1 :] if folder else path
                verdict = spec.check_file(inside).include
                if verdict is not None:
                    return verdict
        return False


def _is_pattern(line: str) -> bool:
    import pathspec

    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
