"""Writes the committed tree, and nothing else, into a fresh folder.

Blobs are copied as they were committed. `git archive` would not do: it runs the author's Git LFS
smudge filter (so pointers turn into files that a plain clone does not get) and drops what
`export-ignore` names. Links are written as links only if they stay inside the folder, as in the
"data" filter of PEP 706.
"""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from repro_check.smoke.commit import EXECUTABLE, LINK, SUBMODULE, Commit, Entry
from repro_check.smoke.plumbing import BlobReader, blob_reader


def export_commit(commit: Commit, into: Path) -> tuple[str, ...]:
    """Write the commit's files below `into`, a folder that does not exist yet.

    Returns:
        What was left out and why, one sentence each.

    Raises:
        ReproCheckError: git cannot read a file of the commit.
    """
    into.mkdir(parents=True)
    notes = [
        f"The submodule {entry.path} is not exported: a plain clone has only an empty folder."
        for entry in commit.entries.values()
        if entry.mode == SUBMODULE
    ]
    folders = {folder for path in commit.entries for folder in _folders(path)}
    safe = [entry for entry in commit.entries.values() if _is_safe(entry, folders)]
    links = [entry for entry in safe if entry.mode == LINK]
    with blob_reader(commit.top) as blobs:
        for entry in safe:
            if entry.is_file:
                _write(entry, into, blobs)
            elif entry.mode == SUBMODULE:
                (into / entry.path).mkdir(parents=True, exist_ok=True)
        # Links come last, so that no file can be written through one.
        for entry in links:
            _link(entry, into, blobs)
    unsafe = sorted({*commit.entries} - {entry.path for entry in safe})
    notes += [f"{path!r} is not exported: such a name can leave the folder." for path in unsafe]
    notes += [
        f"The link {path} is not exported: it leads out of the repository."
        for path in _drop_escapes([entry.path for entry in links], into)
    ]
    return tuple(notes)


def _folders(path: str) -> set[str]:
    """Every folder above `path`, without regard to case, as some file systems see it."""
    parts = path.casefold().split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}


def _is_safe(entry: Entry, folders: set[str]) -> bool:
    """Whether an entry made by a hostile git would still stay below the folder, on any system."""
    if entry.mode == LINK and entry.path.casefold() in folders:
        return False
    windows = os.name == "nt"
    parts = PureWindowsPath(entry.path).parts if windows else entry.path.split("/")
    if windows and ":" in entry.path:
        return False
    return not any(part in ("", ".", "..") or part.casefold() == ".git" for part in parts)


def _write(entry: Entry, into: Path, blobs: BlobReader) -> None:
    target = into / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        for piece in blobs.chunks(entry.oid):
            file.write(piece)
    if entry.mode == EXECUTABLE:
        target.chmod(target.stat().st_mode | 0o111)


def _link(entry: Entry, into: Path, blobs: BlobReader) -> None:
    """Write a link, or, where links are not allowed, the text file that git writes there."""
    content = blobs.content(entry.oid)
    target = into / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(os.fsdecode(content))
    except FileExistsError:
        return
    except (OSError, ValueError):
        target.write_bytes(content)


def _drop_escapes(paths: list[str], into: Path) -> list[str]:
    """Remove the links that lead out of `into`, and return their paths.

    The real path is asked, once all links exist: a chain of harmless looking links can escape.
    """
    inside = into.resolve()
    escaping = []
    for path in paths:
        link = into / path
        if link.is_symlink() and not Path(os.path.realpath(link)).is_relative_to(inside):
            escaping.append(path)
    for path in escaping:
        (into / path).unlink()
    return escaping
