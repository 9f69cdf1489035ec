"""Progress of long work: one line on stderr, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from repro_check.render.visible import visible

if TYPE_CHECKING:
    from rich.status import Status

_PATIENCE = 0.7
"""Seconds of work before a line is shown; most checks are done by then and load no rich."""


@contextmanager
def progress(*, patience: float = _PATIENCE) -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done now; nothing is left on the screen at the end.

    Args:
        patience: seconds before anything is shown; 0 for work that is known to take long.
    """
    if not sys.stderr.isatty():
        yield lambda _message: None
        return
    started = time.monotonic()
    with ExitStack() as shown:
        status: Status | None = None

        def show(message: str) -> None:
            nonlocal status
            if status is None and time.monotonic() - started >= patience:
                from rich.console import Console

                status = shown.enter_context(Console(stderr=True).status("Working …"))
            if status is not None:
                from rich.text import Text

                # as text: a path is no markup, and must not steer the terminal
                status.update(Text(visible(message)))

        yield show
