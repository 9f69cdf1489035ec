"""The one family of errors that a user is meant to read.

Every error says what is wrong, where, and what to do. The command line prints it in one place
(`cli.main`) and exits with `exit_code`; any other exception is a bug of ours.
"""

from __future__ import annotations


class ReproCheckError(Exception):
    """Something the user can mend.

    Args:
        what: one sentence that names the thing at fault.
        where: the file and place (`pyproject.toml:12`), if there is one.
        fix: what to do about it, as an instruction.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(str(self))

    def __str__(self) -> str:
        """`where: what (newline) fix`, without the parts that are empty."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.fix}" if self.fix else head


class UsageError(ReproCheckError):
    """The words on the command line do not fit together."""


class SettingsError(ReproCheckError):
    """A settings file cannot be read, or holds an unknown or ill-typed key."""


class NotCheckedError(ReproCheckError):
    """Something required could not be checked: exit code 3, never 0."""

    exit_code = 3
