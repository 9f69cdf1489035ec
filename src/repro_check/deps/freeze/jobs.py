"""What is compiled into what: `requirements.in` into `requirements.txt`, and so on."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

import msgspec

from repro_check.deps.freeze.choosing import REQUIREMENTS, SOURCE, compiled, inputs
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.header import Header, read_header
from repro_check.deps.freeze.model import Wish
from repro_check.deps.freeze.project_table import PYPROJECT, ProjectTable
from repro_check.errors import ReproCheckError, UsageError

PROJECT_FILES = (PYPROJECT, "setup.cfg", "setup.py")
_FROM_IMPORTS = """\
# What the code imports, found by `repro-check deps freeze`. Correct it where it is wrong, then run
# that again: the exact versions are written to {output}.
"""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One frozen file and what it is made from; all names are relative to the folder.

    Attributes:
        sources: the files that name the dependencies.
        output: the frozen file.
        extras: optional dependencies of the project that are frozen as well.
        groups: dependency groups that are frozen as well.
        python: the version of Python to freeze for, "" for the tool's own.
        new_source: text of the only source where it is still to be written, else "".
        kept: other options of the compiler that made the frozen file.
        moved: the hand-written file whose content becomes the source, "" if there is none.
    """

    sources: tuple[str, ...]
    output: str
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    python: str = ""
    kept: tuple[str, ...] = ()
    new_source: str = ""
    moved: str = ""


def find_jobs(
    folder: Folder,
    wish: Wish,
    project: ProjectTable | None,
    imported: Callable[[], tuple[str, ...]],
) -> tuple[Job, ...]:
    """The jobs of this folder, in an order in which none needs a later one.

    Args:
        folder: where the dependencies are declared.
        wish: what was asked for.
        project: its `pyproject.toml`.
        imported: gives the distributions that the code imports.

    Raises:
        ReproCheckError: it is not clear what to freeze, or something would be overwritten.
    """
    jobs = _asked(folder, wish, project) if wish.sources else _found(folder, project, imported)
    special = wish.extras or wish.groups or wish.output or wish.python
    if special and len(jobs) > 1:
        listed = ", ".join(f"`{job.sources[0]}`" for job in jobs)
        raise UsageError(
            f"there are several files to freeze ({listed})",
            where=folder.path,
            fix="Name the one that the options are meant for.",
        )
    if special:
        jobs = [
            msgspec.structs.replace(
                jobs[0],
                extras=wish.extras or jobs[0].extras,
                groups=wish.groups or jobs[0].groups,
                output=wish.output or jobs[0].output,
                python=wish.python or jobs[0].python,
            )
        ]
    for job in jobs:
        _refuse_overwriting(folder, job)
    return tuple(_ordered(folder, jobs))


def _asked(folder: Folder, wish: Wish, project: ProjectTable | None) -> list[Job]:
    for name in wish.sources:
        if not folder.has(name):
            raise UsageError(f"there is no file `{name}`", where=folder.path, fix="Check the path.")
    if wish.output and len(wish.sources) > 1:
        return [Job(sources=wish.sources, output=wish.output)]
    return [_of_source(folder, name, project) for name in wish.sources]


def _of_source(folder: Folder, name: str, project: ProjectTable | None) -> Job:
    if posixpath.basename(name) in PROJECT_FILES:
        return Job(sources=(name,), output=posixpath.join(posixpath.dirname(name), REQUIREMENTS))
    if name.endswith(".in"):
        return Job(sources=(name,), output=f"{name.removesuffix('.in')}.txt")
    if name.endswith(".txt"):
        header = read_header(folder.text(name) or "")
        return (
            _of_header(folder, name, header, project) if header else _of_hand_written(folder, name)
        )
    raise UsageError(
        f"`{name}` is no requirements file and no file of a project",
        where=folder.path,
        fix="Name a .in or .txt file, pyproject.toml, setup.cfg, setup.py or environment.yml.",
    )


def _found(
    folder: Folder, project: ProjectTable | None, imported: Callable[[], tuple[str, ...]]
) -> list[Job]:
    jobs = [_of_header(folder, name, header, project) for name, header in compiled(folder)]
    covered = {source for job in jobs for source in job.sources}
    jobs += [_of_source(folder, name, project) for name in inputs(folder) if name not in covered]
    if jobs:
        return jobs
    # an empty one declares nothing
    if folder.has(REQUIREMENTS) and not _is_blank(folder, REQUIREMENTS):
        return [_of_hand_written(folder, REQUIREMENTS)]
    if project and (project.is_project or project.groups):
        return [_of_source(folder, PYPROJECT, project)]
    if there := [name for name in PROJECT_FILES[1:] if folder.has(name)]:
        return [_of_source(folder, there[0], project)]
    names = imported()
    if not names:
        raise UsageError(
            "nothing is declared here, and nothing outside of the standard library is imported",
            where=folder.path,
            fix="There is nothing to freeze; name a file if there is one elsewhere.",
        )
    text = _FROM_IMPORTS.format(output=REQUIREMENTS) + "".join(f"{name}\n" for name in names)
    return [Job(sources=(SOURCE,), output=REQUIREMENTS, new_source=text)]


def _of_hand_written(folder: Folder, name: str) -> Job:
    source = f"{name.removesuffix('.txt')}.in"
    if folder.has(source):
        raise UsageError(
            f"`{name}` was written by hand, and `{source}` is there as well",
            where=folder.path,
            fix=f"Name the one to freeze: `repro-check deps freeze {source} --output FILE`.",
        )
    if _is_blank(folder, name):
        raise UsageError(
            f"`{name}` is empty, so it names nothing to freeze",
            where=folder.path,
            fix="Write what the work needs into it, or remove it: then the imports are taken.",
        )
    return Job(sources=(source,), output=name, new_source=folder.text(name) or "", moved=name)


def _of_header(folder: Folder, name: str, header: Header, project: ProjectTable | None) -> Job:
    """The job that made a compiled file, as far as its sources are still there."""
    inner = posixpath.dirname(name)
    beside = f"{name.removesuffix('.txt')}.in"
    sources = []
    for source in header.sources or (beside,):
        # the command may have been run in the file's folder or in the one that is frozen
        places = (source, posixpath.join(inner, posixpath.basename(source)))
        sources += [place for place in places if not place.startswith("/") and folder.has(place)][
            :1
        ]
    sources = [source for source in sources if source != name] or [
        place for place in (beside, PYPROJECT) if folder.has(place)
    ][:1]
    if not sources:
        listed = " and ".join(f"`{source}`" for source in header.sources or (beside,))
        raise ReproCheckError(
            f"it was compiled from {listed}, which is not here any more",
            where=folder.at(name),
            fix=f"Get it back from git, or write `{beside}` with the direct dependencies.",
        )
    return Job(
        sources=tuple(sources),
        output=name,
        extras=tuple(project.extras) if project and header.has_all_extras else header.extras,
        groups=header.groups,
        python=header.asked_python,
        kept=header.kept,
    )


def _refuse_overwriting(folder: Folder, job: Job) -> None:
    if job.output in job.sources:
        raise UsageError(
            f"`{job.output}` would be written over what it is made from",
            where=folder.path,
            fix="Name another file with `--output`.",
        )
    # a file of blanks alone holds nothing that could be lost
    is_safe = job.output == job.moved or not folder.has(job.output) or _is_blank(folder, job.output)
    if not is_safe and read_header(folder.text(job.output) or "") is None:
        raise UsageError(
            f"`{job.output}` was written by hand, and would be overwritten",
            where=folder.path,
            fix="Name another file with `--output`, or rename that one.",
        )


def _is_blank(folder: Folder, name: str) -> bool:
    """Whether a file can be read and holds nothing."""
    data = folder.read(name)
    return data is not None and not data.strip()


def _ordered(folder: Folder, jobs: list[Job]) -> Iterator[Job]:
    """First what others name with `-r` or `-c`."""
    left = list(jobs)
    texts = {
        job.output: "\n".join(folder.text(source) or "" for source in job.sources) for job in jobs
    }

    def names(job: Job, other: Job) -> bool:
        words = texts[job.output].split()
        wanted = {posixpath.basename(name) for name in (other.output, *other.sources)}
        return any(posixpath.basename(word.rpartition("=")[2]) in wanted for word in words)

    while left:
        free = next(
            (job for job in left if not any(names(job, one) for one in left if one is not job)),
            left[0],
        )
        left.remove(free)
        yield free
