"""A Dockerfile of a recipe.

docs.docker.com/build/building/best-practices: what changes seldom comes first, so that a change of the
code installs nothing anew; and no process runs as root.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from repro_check.deps.container.cuda import Cuda
from repro_check.deps.container.model import Base, Recipe, Source
from repro_check.deps.container.pins import UV

USER = "reader"
_UV_IMAGE = f"ghcr.io/astral-sh/uv:{UV}"
_GPU_VARIABLES = "NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"


def dockerfile(
    source: Source,
    recipe: Recipe,
    *,
    name: str,
    ignore: str,
    cuda: Cuda | None,
    notes: Iterable[str],
) -> str:
    """The text of a Dockerfile.

    Args:
        source: the lock.
        recipe: how it is installed.
        name: what the Dockerfile is called.
        ignore: what the file is called that keeps data out of the image.
        cuda: what the frozen framework is built for.
        notes: sentences for its head.
    """
    blocks = (
        _head(source, recipe, name=name, ignore=ignore, notes=notes),
        *_bases(recipe, cuda),
        _environment(recipe),
        *_root_steps(recipe),
        *_installation(source, recipe),
        *_code(source, recipe),
    )
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def pin_comment(image: str) -> list[str]:
    """How to find the digest of an image that has none."""
    if "@sha256:" in image:
        return []
    return [f"# pin by digest: docker buildx imagetools inspect {image}"]


def _head(
    source: Source, recipe: Recipe, *, name: str, ignore: str, notes: Iterable[str]
) -> list[str]:
    chosen = "" if name == "Dockerfile" else f"--file {name} "
    gpu = [
        f"#   docker build {chosen}--build-arg DEVICE=gpu --tag NAME:gpu .",
        "#   docker run --gpus all --rm NAME:gpu python …",
    ]
    return [
        f"# Made from {source.lock} by `repro-check deps freeze --container docker`.",
        "#",
        f"#   docker build {chosen}--tag NAME .",
        "#   docker run --rm NAME python …",
        *(gpu if recipe.has_gpu else ()),
        "#",
        f"# Data, checkpoints and results stay outside ({ignore}); mount them:",
        '#   docker run --volume "$PWD/data:/app/data:ro" …',
        *(f"# {note}" for note in notes),
    ]


def _bases(recipe: Recipe, cuda: Cuda | None) -> Iterator[list[str]]:
    if not recipe.has_gpu or cuda is None:
        yield _stage(recipe.cpu)
        return
    yield ["ARG DEVICE=cpu"]
    yield _stage(recipe.cpu, alias="cpu")
    if recipe.gpu is None:
        yield [
            f"# CUDA {cuda.version} comes with {cuda.framework}, the driver with the host.",
            "FROM cpu AS gpu",
            f"ENV {_GPU_VARIABLES}",
        ]
    else:
        if recipe.gpu.brings_uv:
            yield [*pin_comment(_UV_IMAGE), f"FROM {_UV_IMAGE} AS uv"]
        yield [
            f"# {cuda.framework} needs CUDA {cuda.version} in the image.",
            *_stage(recipe.gpu, alias="gpu"),
            f"ENV {_GPU_VARIABLES}",
        ]
    yield ["FROM ${DEVICE}"]


def _stage(base: Base, *, alias: str = "") -> list[str]:
    return [
        *pin_comment(base.image),
        f"FROM {base.image}{f' AS {alias}' if alias else ''}",
        *(["COPY --from=uv /uv /usr/local/bin/uv"] if base.brings_uv else ()),
        *(f"RUN {command}" for command in base.prepare),
    ]


def _environment(recipe: Recipe) -> list[str]:
    values = [
        "LANG=C.UTF-8",
        "TZ=UTC",
        "PYTHONUNBUFFERED=1",
        f"PATH={recipe.programs}:$PATH",
        *(f"{name}={value}" for name, value in recipe.environment),
    ]
    joined = " \\\n    ".join(values)
    return [f"ENV {joined}"]


def _root_steps(recipe: Recipe) -> Iterator[list[str]]:
    if recipe.user:
        yield ["USER root", f"RUN install -d -o {recipe.user} /app", f"USER {recipe.user}"]
    else:
        own = f"useradd --create-home {USER} && install -d -o {USER} /app"
        yield [f"RUN {own}"]
    if recipe.system:
        packages = " ".join(recipe.system)
        get = f"apt-get update && apt-get install --yes --no-install-recommends {packages}"
        yield [f"RUN {get} && rm -rf /var/lib/apt/lists/*"]
    if recipe.tools:
        yield [f"RUN {command}" for command in recipe.tools]


def _installation(source: Source, recipe: Recipe) -> Iterator[list[str]]:
    folder = posixpath.dirname(source.lock)
    work = _work(folder)
    is_plain = all(posixpath.dirname(path) == folder and " " not in path for path in recipe.files)
    plain = [f"COPY {' '.join(recipe.files)} ./"]
    copies = plain if is_plain else _copies(recipe.files, folder)
    yield [f"WORKDIR {work}", *copies, *(f"RUN {command}" for command in recipe.install)]


def _copies(paths: Iterable[str], folder: str) -> list[str]:
    return [f'COPY ["{path}", "{posixpath.relpath(path, folder or ".")}"]' for path in paths]


def _code(source: Source, recipe: Recipe) -> Iterator[list[str]]:
    user = recipe.user or USER
    back = ["WORKDIR /app"] if posixpath.dirname(source.lock) else []
    work = _work(posixpath.dirname(source.lock))
    finish = [f"RUN {command}" for command in recipe.finish]
    where = [f"WORKDIR {work}"] if back and finish else []
    yield [*back, f"COPY --chown={user} . .", *where, *finish, *(back if where else ())]
    yield [f"USER {user}", 'CMD ["bash"]']


def _work(folder: str) -> str:
    return posixpath.normpath(posixpath.join("/app", folder))
