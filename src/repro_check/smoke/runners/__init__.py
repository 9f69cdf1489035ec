"""The seam between a smoke test and the place in which it runs.

A runner makes an environment from the frozen requirements and runs programs in it. One file each:
`venv.py` today; containers fit the same four members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from repro_check.programs import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from repro_check.smoke.spec import SmokeSpec


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A place to run in; all paths are as programs inside it see them.

    Attributes:
        python: the interpreter, as the first word of a command.
        version: the interpreter's version, "3.11".
        probe: the path of `probe.py`.
        home: the fresh home folder.
        variables: the whole environment of a run, before the test adds its own.
        install: how the installation went; None when there was nothing to install.
    """

    python: str
    version: str
    probe: str
    home: str
    variables: Mapping[str, str]
    install: Outcome | None


class Runner(Protocol):
    """Where and how a smoke test runs."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def cannot_see(self) -> tuple[str, ...]:
        """The differences between two machines that this runner is blind to, one clause each."""
        ...

    def prepare(self, tree: Path, spec: SmokeSpec, *, work: Path) -> Environment:
        """Make an environment and install `spec.install` into it.

        Args:
            tree: the project's folder in the exported commit.
            spec: what to install, with which Python.
            work: an existing folder around `tree` in which the runner may write; the caller
                removes it. Programs must see it under the same path.

        Raises:
            NotCheckedError: this machine cannot offer such an environment.
        """
        ...

    def run(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float
    ) -> Outcome:
        """Run a program, with `env` as its whole environment, for at most `timeout` seconds."""
        ...

    def close(self) -> None:
        """Give back what lies outside of `work`; called once, also after an interruption."""
        ...
