"""A folder for one smoke test, removed at its end, also after Ctrl-C."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def workspace(*, keep: bool) -> Iterator[Path]:
    """A fresh folder with its links resolved; it stays if `keep` is set."""
    folder = Path(tempfile.mkdtemp(prefix="repro-check-smoke-")).resolve()
    try:
        yield folder
    finally:
        if not keep:
            _remove(folder)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        # The code under test may have made folders that their owner cannot write.
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)
