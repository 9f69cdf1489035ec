"""What people should know about a compiled file."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.header import read_header
from repro_check.deps.freeze.jobs import Job
from repro_check.deps.freeze.model import Way
from repro_check.deps.freeze.preparing import Prepared, items_in
from repro_check.deps.freeze.project_table import ProjectTable
from repro_check.sources.requirement_item import normal_name


def notes_on(
    way: Way,
    folder: Folder,
    job: Job,
    prepared: Prepared,
    *,
    text: str,
    project: ProjectTable | None,
) -> Iterator[str]:
    """Sentences on one compiled file.

    Args:
        way: what compiled it.
        folder: the folder that names are relative to.
        job: what was compiled.
        prepared: what the compiler read.
        text: the compiled file.
        project: the `pyproject.toml` of the folder.
    """
    if job.moved:
        yield (
            f"what `{job.moved}` asked for is now in `{job.sources[0]}`: change that one by hand, and "
            f"run this again; `{job.output}` is what others install"
        )
    if prepared.has_repositories:
        yield (
            f"`{job.output}` has no hashes, since it names a repository, which pip cannot hash, and pip "
            "wants hashes for everything or for nothing; the commit is fixed"
        )
    if way is Way.PIP_COMPILE:
        yield from _on_markers(folder, job, prepared, text)
    yield from _on_python(project, job, text)


def _on_markers(folder: Folder, job: Job, prepared: Prepared, text: str) -> Iterator[str]:
    frozen = {normal_name(line.partition("==")[0].partition("[")[0]) for line in text.split("\n")}
    for name, source in prepared.files.items():
        for item in items_in(folder, name, source):
            if item.kind == "requirement" and item.marker and item.name not in frozen:
                yield (
                    f"`{item.text}` is not in `{job.output}`, for pip-compile freezes for this machine "
                    "and this Python alone; `--tool uv` freezes for all"
                )


def _on_python(project: ProjectTable | None, job: Job, text: str) -> Iterator[str]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    header = read_header(text)
    version = header.python if header else ""
    if not version or project is None or not project.python:
        return
    try:
        allowed = SpecifierSet(project.python)
    except InvalidSpecifier:
        return
    # `>=3.9.2` allows some of 3.9
    if not any(allowed.contains(f"{version}.{patch}") for patch in range(40)):
        yield (
            f"`{job.output}` was frozen for Python {version}, but pyproject.toml asks for "
            f"{project.python}; `--tool uv --python-version` freezes for another"
        )
