"""From a lock to the files to make, and to the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from repro_check.deps.container.apptainer import definition
from repro_check.deps.container.docker import dockerfile
from repro_check.deps.container.ignoring import dockerignore
from repro_check.deps.container.model import ContainerPlan, Form, NewFile, Recipe, Source
from repro_check.deps.container.pythons import PythonChoice, choose_python
from repro_check.deps.container.recipes import parts, recipe_for
from repro_check.deps.made_for import made_for
from repro_check.errors import ReproCheckError

_NAMES = {
    Form.DOCKER: ("Dockerfile", "Dockerfile.repro-check"),
    Form.APPTAINER: ("apptainer.def", "repro-check.def"),
}


def plan_container(
    source: Source, form: Form, *, present: Callable[[str], str | None], running: str = ""
) -> ContainerPlan:
    """The container file of a lock, and for Docker what it keeps out of the image.

    Args:
        source: the lock and what stands around it.
        form: the language of the container file.
        present: the text of what is there under a path relative to the root, "" if it is no text; None
            if there is nothing.
        running: the Python that the author works with, where no file names one.

    Returns:
        The files to make: none if they are there as they would be made.

    Raises:
        ReproCheckError: both names that the file could have are taken, or nothing could install this
            lock in a container.
    """
    locked = made_for(source.facts, source.text)
    python = choose_python(source.python, locked, running=running)
    recipe = recipe_for(source, python)
    notes = tuple(_notes(recipe, python))
    for name in _NAMES[form]:
        files = _files(source, recipe, python, name=name, notes=notes, present=present)
        there = present(name)
        if there is None or there == files[0].text:
            return ContainerPlan(tuple(one for one in files if present(one.path) is None), notes)
    first, second = _NAMES[form]
    raise ReproCheckError(
        f"`{first}` and `{second}` are there already, and neither is written over",
        where=second,
        fix="Move it away or remove it, and run this again.",
    )


def write_container(plan: ContainerPlan, root: Path) -> None:
    """Make the files, each whole or not at all; nothing that is there is written over.

    Raises:
        ReproCheckError: a file has come to be there since, or cannot be written.
    """
    from repro_check.atomic import create

    for file in plan.files:
        create(root / file.path, file.text.encode())


def _files(
    source: Source,
    recipe: Recipe,
    python: PythonChoice,
    *,
    name: str,
    notes: tuple[str, ...],
    present: Callable[[str], str | None],
) -> list[NewFile]:
    cuda = parts.cuda_of(source)
    if name.endswith(".def"):
        text = definition(source, recipe, python, name=name, cuda=cuda, notes=notes)
        return [NewFile(name, text)]
    ignored = dockerignore(source.paths)
    # an ignore file of the other name comes before `.dockerignore`, and is for this Dockerfile alone
    is_alone = name == "Dockerfile" and present(".dockerignore") in {None, ignored}
    ignore = ".dockerignore" if is_alone else f"{name}.dockerignore"
    text = dockerfile(source, recipe, name=name, ignore=ignore, cuda=cuda, notes=notes)
    return [NewFile(name, text), NewFile(ignore, ignored)]


def _notes(recipe: Recipe, python: PythonChoice) -> Iterator[str]:
    yield from recipe.notes
    if python.why and recipe.cpu.image == python.image:
        yield python.why
