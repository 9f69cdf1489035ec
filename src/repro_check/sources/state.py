"""Where a repository's caches and indexes are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

from repro_check.hashes import blake2b
from repro_check.sources import git


def state_folder(root: Path) -> Path:
    """The folder: beside git's data if it can be written to, else in the user's cache."""
    folder = git.folder(root)
    if folder is not None and os.access(folder, os.W_OK):
        return folder / "repro-check"
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    name = blake2b(os.fsencode(root), digest_size=8).hexdigest()
    return Path(home) / "repro-check" / name
