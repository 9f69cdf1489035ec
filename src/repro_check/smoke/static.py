"""What can be told before anything runs: are the files of the test in the commit, as content?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.smoke.commit import LINK, Commit, is_ignored, lfs_pointers
from repro_check.smoke.plumbing import blob_reader
from repro_check.smoke.result import Diagnosis

if TYPE_CHECKING:
    from repro_check.smoke.spec import SmokeSpec

ROLES = ("install", "checkpoint", "input", "expected")


def check_committed(commit: Commit, spec: SmokeSpec) -> Diagnosis | None:
    """The first file of the test that a clone would not get, or get as a Git LFS pointer."""
    for role in ROLES:
        path = getattr(spec, role)
        if path and (problem := _explain(commit, path)):
            return problem
    return None


def _explain(commit: Commit, path: str) -> Diagnosis | None:
    if commit.at(path):
        return _explain_content(commit, path)
    return explain_missing(commit, path) or Diagnosis(
        f"{path} is neither in the commit nor on your disk.",
        "Correct the path in the settings, or commit the file.",
    )


def explain_missing(commit: Commit, path: str) -> Diagnosis | None:
    """Why `path` is not in the commit although the author has it; None if it is nowhere."""
    if module := commit.submodule_above(path):
        return Diagnosis(
            f"{path} lies in the submodule {module}, which a plain clone leaves empty.",
            "Commit the file here, or tell readers to clone with --recurse-submodules.",
        )
    if other := _other_case(commit, path):
        return Diagnosis(
            f"{path} is committed as {other}: the names differ in case, which only macOS and "
            "Windows forgive.",
            f"Write {other}, or rename the file with `git mv`.",
        )
    if commit.at(path + ".dvc"):
        return Diagnosis(
            f"{path} is kept in DVC: the commit has {path}.dvc, which a clone cannot open.",
            "Commit a small file for the smoke test, or publish this one where all can get it.",
        )
    if os.path.lexists(commit.root / path):
        ignored = is_ignored(commit, path)
        return Diagnosis(
            f"{path} is on your disk, but not in the commit"
            f"{', for .gitignore keeps it out' if ignored else ''}.",
            f"Run `git add {'-f ' if ignored else ''}{path}` and commit, or publish the file and "
            "say in the README where to put it.",
        )
    return None


def _explain_content(commit: Commit, path: str) -> Diagnosis | None:
    entry = commit.at(path)
    if entry and entry.mode == LINK and (target := _outside(commit, path, entry.oid)):
        return Diagnosis(
            f"{path} is a link to {target}, which lies outside of the repository.",
            "Commit the file itself instead of the link.",
        )
    if pointers := lfs_pointers(commit, path):
        return explain_pointer(pointers[0])
    return None


def explain_pointer(path: str) -> Diagnosis:
    """What to say of a file that is a Git LFS pointer in the commit."""
    return Diagnosis(
        f"{path} is a Git LFS pointer in the commit: without git-lfs, and once the LFS quota is "
        "used up, a clone gets three lines of text instead of the file.",
        "Commit the file itself if it is small, or publish it (Zenodo, Hugging Face) and give the "
        "download with its checksum; at least say in the README that `git lfs pull` is needed.",
    )


def _outside(commit: Commit, path: str, oid: str) -> str | None:
    """Where a committed link leads, if that is out of the repository."""
    with blob_reader(commit.top) as blobs:
        target = os.fsdecode(blobs.content(oid))
    place = Path(os.path.normpath(commit.top / commit.full(path))).parent / target
    inside = Path(os.path.normpath(place)).is_relative_to(commit.top)
    return None if inside and not Path(target).is_absolute() else target


def _other_case(commit: Commit, path: str) -> str | None:
    """The committed path that equals `path` but for upper and lower case."""
    wanted = commit.full(path).casefold()
    for name in commit.entries:
        folded = name.casefold()
        if folded == wanted or folded.startswith(wanted + "/"):
            return commit.short(name[: len(wanted)])
    return None
