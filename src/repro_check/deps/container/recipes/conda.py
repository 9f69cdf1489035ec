"""conda-lock and explicit lists, by micromamba; pixi, by itself. They bring Python and CUDA along."""

from __future__ import annotations

import posixpath
import re

from repro_check.deps.container.model import Base, Recipe, Source
from repro_check.deps.container.pins import MICROMAMBA, PIXI
from repro_check.deps.container.pythons import PythonChoice
from repro_check.deps.container.recipes import parts
from repro_check.errors import ReproCheckError
from repro_check.text import pattern

_PLATFORM = pattern(r"(?:^# platform: |/)((?:linux|osx|win)-(?:\w+))", re.MULTILINE)


def of_conda(source: Source, _python: PythonChoice) -> Recipe:
    """micromamba-docker.readthedocs.io: a lock is installed into `base`."""
    platform = _PLATFORM.search(source.text[:2000])
    if source.facts.tool == "conda" and platform and not platform[1].startswith("linux"):
        raise ReproCheckError(
            f"the list is of packages for {platform[1]}, and a container runs Linux",
            where=source.lock,
            fix="Write a lock for linux-64 too: `conda-lock --platform linux-64`.",
        )
    name = parts.quoted(posixpath.basename(source.lock))
    install = f"micromamba install --yes --name base --file {name} && micromamba clean --all --yes"
    return Recipe(
        cpu=Base(image=source.base_image or f"mambaorg/micromamba:{MICROMAMBA}"),
        has_gpu=parts.cuda_of(source) is not None,
        files=(source.lock,),
        install=(install,),
        programs="/opt/conda/bin",
        user="mambauser",
    )


def of_pixi(source: Source, _python: PythonChoice) -> Recipe:
    """`pixi install --frozen`."""
    folder = posixpath.join("/app", posixpath.dirname(source.lock))
    return Recipe(
        cpu=Base(image=source.base_image or f"ghcr.io/prefix-dev/pixi:{PIXI}"),
        has_gpu=parts.cuda_of(source) is not None,
        files=(*parts.beside(source, "pixi.toml", "pyproject.toml"), source.lock),
        install=("pixi install --frozen && rm -rf ~/.cache/rattler",),
        programs=posixpath.join(folder, ".pixi/envs/default/bin"),
    )
