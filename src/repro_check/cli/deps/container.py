"""`repro-check deps freeze --container`."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from repro_check.bounded import read_bounded
from repro_check.cli import opening
from repro_check.cli.output import say, say_diff
from repro_check.deps.container import Form, plan_container, write_container
from repro_check.deps.container.choosing import main_lock, source_of
from repro_check.render.visible import visible
from repro_check.setup import FileChange, unified_diff
from repro_check.text import pattern

_MOST_BYTES = 1_000_000
_VERSION = pattern(r"(?m)^version(?:_info)?\s*=\s*(3\.\d+(?:\.\d+)?)")
FORMS = tuple(form.value for form in Form)


def make_container(
    opened: opening.Opened, form: str, *, base_image: str, is_shown_only: bool
) -> bool:
    """Show the container file of the repository's lock, and make it unless it is only to be shown.

    Args:
        opened: the repository.
        form: one of `FORMS`.
        base_image: to begin with instead of the one that fits; "" for that.
        is_shown_only: whether nothing is to be written.

    Returns:
        Whether there is a lock to make it from.

    Raises:
        ReproCheckError: no container file can be made from this lock, or its names are taken.
    """
    project = opening.open_session(opened, opened.loaded.settings).project
    lock = main_lock(project)
    if lock is None:
        return False
    plan = plan_container(
        source_of(project, lock, base_image=base_image),
        Form(form),
        present=lambda path: _text(opened.root / path),
        running=_own_python(opened.root),
    )
    if not plan.files:
        say(f"{form}: up to date with {visible(lock.path)}", err=True)
        return True
    say_diff(unified_diff(FileChange(file.path, None, file.text, "") for file in plan.files))
    for note in plan.notes:
        say(f"note: {visible(note)}", err=True)
    if not is_shown_only:
        write_container(plan, opened.root)
        names = ", ".join(visible(file.path) for file in plan.files)
        say(f"{names}: written, from {visible(lock.path)}", err=True)
    return True


def _text(path: Path) -> str | None:
    """What is there; "" for what is no text, None for nothing."""
    if not os.path.lexists(path):
        return None
    try:
        return read_bounded(path, limit=_MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        return ""


def _own_python(root: Path) -> str:
    """The version of the environment in the repository, else the one that runs this."""
    for name in (".venv", "venv"):
        found = _VERSION.search(_text(root / name / "pyvenv.cfg") or "")
        if found is not None:
            return found[1]
    return platform.python_version()
