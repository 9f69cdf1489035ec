"""Why a file was not found: untracked, absolute, misspelt, elsewhere, in a home folder."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.smoke.result import Diagnosis
from repro_check.smoke.static import explain_missing

if TYPE_CHECKING:
    from repro_check.smoke.scene import Scene

# Source lines of a traceback that mean to write the file.
WRITING = re.compile(
    r"""open\([^\n]*,\s*(mode\s*=\s*)?["'][wax]|save|dump|write|to_csv|FileHandler"""
)
ANCHOR = 'Build it from the file\'s own place: Path(__file__).parent / "..."'


def explain_hidden(match: re.Match[str], scene: Scene) -> Diagnosis:
    """A path that exists on the author's machine only; the guard hid it."""
    path = Path(match[1])
    if path.is_relative_to(scene.commit.top):
        here = scene.commit.short(path.relative_to(scene.commit.top).as_posix())
        sentence = f"It opens {path}, a path that exists on your machine only."
        missing = None if scene.commit.at(here) else explain_missing(scene.commit, here)
        fix = f"Write it relative to the repository, {here}. {ANCHOR}."
        return Diagnosis(f"{sentence} {missing.sentence}" if missing else sentence, fix)
    owner = (
        "in your home folder" if path.is_relative_to(Path.home()) else "outside of the repository"
    )
    return Diagnosis(
        f"It opens {path}, {owner}: other people have no such file.",
        "Commit the file, or take its place from an option or an environment variable, and say in "
        "the README where to get it.",
    )


def explain_file(match: re.Match[str], scene: Scene) -> Diagnosis | None:
    """A path that the fresh copy does not have."""
    path = match[1]
    if "subprocess.py" in scene.text and "/" not in path:
        return explain_program(match, scene)
    home = Path(scene.stage.environment.home)
    if Path(path).is_relative_to(home):
        return Diagnosis(
            f"It opens ~/{Path(path).relative_to(home).as_posix()}: other people have no such file "
            "in their home folder.",
            "Commit the file, or let the code make or download it, with its checksum.",
        )
    here = scene.inside(path) if Path(path).is_absolute() else posixpath.normpath(path)
    if here is None:
        return Diagnosis(
            f"It opens {path}, an absolute path that other machines do not have.",
            f"Write it relative to the repository. {ANCHOR}.",
        )
    if scene.commit.at(here) and not scene.commit.full(here).startswith(".."):
        return Diagnosis(
            f"{here} is in the commit, but was not found: the working directory has changed.",
            f"{ANCHOR}.",
        )
    folder = posixpath.dirname(here)
    if folder and not scene.commit.at(folder) and _writes(scene):
        return Diagnosis(
            f"It writes {here}, but a clone has no folder {folder}: git keeps no empty folders.",
            "Make the folder first: Path(...).parent.mkdir(parents=True, exist_ok=True).",
        )
    outside = scene.commit.full(here).startswith("..")
    known = None if outside else explain_missing(scene.commit, here)
    return known or _elsewhere(here, scene, outside=outside)


def explain_program(match: re.Match[str], scene: Scene) -> Diagnosis:
    """A program that is not installed by the requirements."""
    return Diagnosis(
        f"It runs the program {match[1]!r}, which neither {scene.install} "
        "nor a plain system brings.",
        "Use a Python package instead, or name the system package in the README and the container.",
    )


def _elsewhere(here: str, scene: Scene, *, outside: bool) -> Diagnosis | None:
    """A file of that name in another folder, or one beside the repository."""
    tail = "/" + re.sub(r"^(\.\./)+", "", here)
    twins = sorted(name for name in scene.commit.entries if ("/" + name).endswith(tail))
    if twins:
        twin = scene.commit.short(twins[0])
        return Diagnosis(
            f"It opens {here!r} relative to the working directory, but the repository has {twin}: "
            "it runs only when started from another folder.",
            f"{ANCHOR}.",
        )
    if outside:
        return Diagnosis(
            f"It opens {here}, which lies outside of the repository: a clone does not bring it.",
            "Commit the file, or say in the README where to get it.",
        )
    return Diagnosis(
        f"It opens {here}, which is neither in the commit nor on your disk.",
        "Make or download it in the code, with its checksum, or commit it.",
    )


def _writes(scene: Scene) -> bool:
    """Whether the last source line of the repository's own code in the traceback writes."""
    lines = scene.text.splitlines()
    own = [
        lines[index + 1]
        for index, line in enumerate(lines[:-1])
        if (frame := re.match(r'\s*File "([^"]+)"', line)) and scene.inside(frame[1])
    ]
    return bool(own and WRITING.search(own[-1]))
