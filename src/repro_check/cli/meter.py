"""A bar for reading that takes long: how much, how fast, how long still. On a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 0.7
"""Seconds of work before a bar is shown; most checks are done by then and load no rich."""


class Meter:
    """What is read now, and how far it has come; shows nothing unless it is `live`.

    Args:
        live: whether there is somebody to see it.
    """

    def __init__(self, *, live: bool) -> None:
        self.is_live = live
        self._what = ""
        self._total = 0
        self._done = 0
        self._since = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def begin(self, what: str) -> None:
        """Something else is read from now on.

        Args:
            what: its name, already made visible.
        """
        self._what, self._total, self._done = what, 0, 0
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, description=what, total=None)

    def expect(self, size: int) -> None:
        """So many bytes there are."""
        self._total, self._done = size, 0
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, description=self._what, total=size)

    def tick(self, size: int) -> None:
        """So many more are dealt with."""
        if not self.is_live:
            return
        self._done += size
        if self._bar is None:
            if time.monotonic() - self._since < _PATIENCE:
                return
            self._bar = _bar()
            self._task = self._bar.add_task(self._what, total=self._total or None)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=self._done)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


@contextmanager
def meter() -> Iterator[Meter]:
    """A meter on standard error, if that is a terminal; nothing is left of it at the end."""
    shown = Meter(live=sys.stderr.isatty())
    try:
        yield shown
    finally:
        shown.close()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),  # a path is no markup
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
