"""The sources of one job: requirements files, mended where they name places of one machine."""

from __future__ import annotations

import posixpath

import msgspec

from repro_check.deps.freeze.compiling import derived_name, line_ends
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.jobs import PROJECT_FILES, Job
from repro_check.deps.freeze.model import Change
from repro_check.deps.freeze.preparing import items_in
from repro_check.deps.freeze.project_table import PYPROJECT, ProjectTable
from repro_check.deps.freeze.repairing import Known, repair
from repro_check.deps.freeze.static_sources import stated
from repro_check.errors import ReproCheckError, UsageError


class Sources(msgspec.Struct, frozen=True):
    r"""What a job is made from.

    Attributes:
        texts: of each file that the compiler reads, by name, with `\n` for line ends.
        derived: of the sources that are files of a project, how annotations call them.
        changes: sources to write: new ones, and those that were repaired.
        notes: sentences for people.
    """

    texts: dict[str, str]
    derived: dict[str, str]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def read_sources(
    folder: Folder, job: Job, project: ProjectTable | None, known: tuple[Known, ...]
) -> Sources:
    """Read the sources of a job.

    Args:
        folder: the folder that names are relative to.
        job: what is frozen.
        project: the `pyproject.toml` of the folder.
        known: where to look up versions that a conda-style `pip freeze` lost.

    Raises:
        ReproCheckError: one cannot be read, or only the project's code could tell what it needs.
    """
    texts: dict[str, str] = {}
    derived: dict[str, str] = {}
    changes: list[Change] = []
    notes: list[str] = []
    for name in job.sources:
        if posixpath.basename(name) in PROJECT_FILES:
            texts[derived_name(name)] = _stated(folder, name, job)
            of = project.name if project and name == PYPROJECT else ""
            derived[name] = f"{of} ({name})" if of else name
            continue
        written = job.new_source or folder.text(name) or ""
        text = written.replace("\r\n", "\n")
        fixed = repair(text, items_in(folder, name, text), folder, known)
        notes += [
            f"`{one} @ file:...` is a place on one machine; it became `{one}=={version}`, as in {label}"
            for one, (version, label) in fixed.versions.items()
        ]
        notes += [
            f"`{one} @ file:...` is a place on one machine, and neither its name nor an environment here "
            f"tells the version; it became `{one}`, of which any is taken: write it if you know it"
            for one in fixed.unknown
        ]
        texts[name] = fixed.text
        if job.new_source or fixed.text != text:
            old = None if job.new_source else folder.read(name)
            like = folder.read(job.moved) if job.moved else old
            new = line_ends(fixed.text, like)
            changes.append(Change(folder.at(name), old, new, is_by_hand=not job.moved or bool(old)))
    if not derived and (job.extras or job.groups):
        raise UsageError(
            f"`{job.sources[0]}` has neither extras nor groups; they are those of a project",
            fix=f"Name {PYPROJECT} as well, or leave the option out.",
        )
    return Sources(texts, derived, tuple(changes), tuple(notes))


def _stated(folder: Folder, name: str, job: Job) -> str:
    found = stated(folder, name, extras=job.extras, groups=job.groups)
    if found.reason:
        raise ReproCheckError(
            f"its dependencies cannot be read: {found.reason}",
            where=folder.at(name),
            fix="Write them out in `[project]` of pyproject.toml, or in requirements.in.",
        )
    return "".join(f"{line}\n" for line in found.lines)
