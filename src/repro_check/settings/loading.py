"""Find the settings that hold for a folder, and read them.

The nearest file going up wins, as in ruff (astral-sh/ruff#1055, #3677); a pyproject.toml without
our table is passed by, so that a member of a monorepo inherits the settings above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from repro_check.bounded import read_bounded
from repro_check.errors import SettingsError, UsageError
from repro_check.settings.decode import decode
from repro_check.settings.model import Settings
from repro_check.settings.source import Source
from repro_check.settings.toml import parse_toml

OWN_FILE = "repro-check.toml"
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "repro-check")
MAX_BYTES = 1_000_000


class LoadedSettings(msgspec.Struct, frozen=True):
    """Settings and the file that declares them; no file means the defaults."""

    settings: Settings
    path: Path | None = None
    source: Source | None = None

    def where(self, *keys: str | int) -> str:
        """`file:line` of a key (`where("select")`), or "" without a file."""
        return self.source.where(*keys) if self.source else ""


def load_settings(
    start: Path, root: Path, *, config: Path | None = None, isolated: bool = False
) -> LoadedSettings:
    """The settings that hold for `start`, a file or folder of the repository at `root`.

    Args:
        start: where the search begins; it goes up to `root` and no further.
        root: the repository's root.
        config: read this file and search for none.
        isolated: read no file at all.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or holds an unknown or ill-typed key.
        UsageError: both `config` and `isolated` are given.
    """
    if config is not None and isolated:
        raise UsageError(
            "a settings file was named, and at the same time none is to be read",
            fix="give either --config or --isolated",
        )
    if isolated:
        return LoadedSettings(Settings())
    root = root.resolve()
    if config is not None:
        return _load_named(config, root)
    for path in _candidates(start, root):
        if loaded := _load_found(path, root):
            return loaded
    return LoadedSettings(Settings())


def _candidates(start: Path, root: Path) -> Iterator[Path]:
    start = start.resolve()
    folder = start if start.is_dir() else start.parent
    if not folder.is_relative_to(root):
        folder = root
    while True:
        yield folder / OWN_FILE
        yield folder / PYPROJECT
        if folder == root:
            return
        folder = folder.parent


def _load_found(path: Path, root: Path) -> LoadedSettings | None:
    if not path.is_file():
        return None
    name = path.relative_to(root).as_posix()
    if not path.resolve().is_relative_to(root):
        raise SettingsError(
            "the settings file is a link that leads out of the repository",
            where=name,
            fix="replace the link by the file itself",
        )
    return _load(path, name)


def _load_named(path: Path, root: Path) -> LoadedSettings:
    resolved = path.resolve()
    inside = resolved.is_relative_to(root)
    name = resolved.relative_to(root).as_posix() if inside else str(path)
    loaded = _load(path, name)
    if loaded is None:
        raise SettingsError(
            "the file has no `[tool.repro-check]` table",
            where=name,
            fix="add the table, or name another file",
        )
    return loaded


def _load(path: Path, name: str) -> LoadedSettings | None:
    """The file's settings; None for a pyproject.toml without our table."""
    text = _read(path, name)
    table = TABLE if path.name == PYPROJECT else ()
    # A pyproject.toml that never spells our name cannot hold our table: it need not be parsed,
    # and its faults are not ours to report.
    if table and TABLE[-1] not in text:
        return None
    document = parse_toml(text, name)
    for key in table:
        if not isinstance(document, dict) or key not in document:
            return None
        document = document[key]
    source = Source(name, text, table)
    return LoadedSettings(decode(document, source), path, source)


def _read(path: Path, name: str) -> str:
    try:
        data = read_bounded(path, limit=MAX_BYTES, follow_link=True)
    except (OSError, ValueError) as error:
        what = f"cannot read the settings file: {getattr(error, 'strerror', None) or error}"
        fix = "check the path and its permissions; what is not settings belongs elsewhere"
        raise SettingsError(what, where=name, fix=fix) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where, fix = f"{name}:{line}", "save the file as UTF-8"
        raise SettingsError("the settings file is not UTF-8", where=where, fix=fix) from error
