"""How each kind of lock is installed in a container: one file for each way."""

from __future__ import annotations

from repro_check.deps.container.model import Recipe, Source
from repro_check.deps.container.pythons import PythonChoice
from repro_check.errors import ReproCheckError


def recipe_for(source: Source, python: PythonChoice) -> Recipe:
    """The recipe of a lock.

    Raises:
        ReproCheckError: nothing is known that could install it in a container.
    """
    from repro_check.deps.container.recipes.conda import of_conda, of_pixi
    from repro_check.deps.container.recipes.managers import of_pdm, of_pipenv, of_poetry
    from repro_check.deps.container.recipes.pip import of_pip
    from repro_check.deps.container.recipes.uv import of_pylock, of_uv

    makers = {
        "uv": of_uv,
        "pylock": of_pylock,
        "pip-compile": of_pip,
        "poetry": of_poetry,
        "pdm": of_pdm,
        "pipenv": of_pipenv,
        "conda": of_conda,
        "conda-lock": of_conda,
        "pixi": of_pixi,
    }
    maker = makers.get(source.facts.tool)
    if maker is None or source.lock.endswith(".py.lock"):
        raise ReproCheckError(
            "a container file cannot be written from this kind of lock",
            where=source.lock,
            fix="Freeze the environment with `repro-check deps freeze` first.",
        )
    return maker(source, python)
