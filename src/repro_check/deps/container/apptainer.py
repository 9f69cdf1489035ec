"""An Apptainer definition of a recipe.

apptainer.org/docs/user/main/definition_files.html. The image holds the environment alone: Apptainer
mounts the folder that it is called in, and has no file that would keep data and secrets out.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator

from repro_check.deps.container.cuda import Cuda
from repro_check.deps.container.docker import pin_comment
from repro_check.deps.container.model import Recipe, Source
from repro_check.deps.container.pins import UV
from repro_check.deps.container.pythons import PythonChoice

_PLACE = "/opt/lock"


def definition(
    source: Source,
    recipe: Recipe,
    python: PythonChoice,
    *,
    name: str,
    cuda: Cuda | None,
    notes: Iterable[str],
) -> str:
    """The text of a definition file.

    Args:
        source: the lock.
        recipe: how it is installed.
        python: what the environment is made with.
        name: what the definition is called.
        cuda: what the frozen framework is built for.
        notes: sentences for its head.
    """
    blocks = (
        _head(source, recipe, name=name, cuda=cuda, notes=notes),
        _base(recipe),
        [
            "%files",
            *(f"    {shlex.quote(path)} {shlex.quote(_target(path))}" for path in recipe.files),
        ],
        ["%post", "    set -eu", *(f"    {line}" for line in _post(source, recipe, python))],
        ["%environment", *(f"    export {value}" for value in _variables(recipe))],
        ["%runscript", '    exec "$@"'],
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _head(
    source: Source, recipe: Recipe, *, name: str, cuda: Cuda | None, notes: Iterable[str]
) -> list[str]:
    lines = [
        f"# Made from {source.lock} by `repro-check deps freeze --container apptainer`.",
        "#",
        f"#   apptainer build NAME.sif {name}",
        "#   apptainer exec NAME.sif python …",
    ]
    if recipe.gpu is not None and cuda is not None:
        build = f"apptainer build --build-arg base={recipe.gpu.image} NAME-gpu.sif {name}"
        lines += [f"#   {build}", "#   apptainer exec --nv NAME-gpu.sif python …"]
        lines += ["#", f"# {cuda.framework} needs CUDA {cuda.version} in the image."]
    elif recipe.has_gpu and cuda is not None:
        lines += ["#   apptainer exec --nv NAME.sif python …", "#"]
        lines += [f"# CUDA {cuda.version} comes with {cuda.framework}, the driver with the host."]
    else:
        lines += ["#"]
    return [
        *lines,
        "# Code and data stay outside: Apptainer mounts the folder that you are in, and runs as you.",
        *(f"# {note}" for note in notes),
    ]


def _base(recipe: Recipe) -> list[str]:
    image = recipe.cpu.image
    if recipe.gpu is None:
        return [*pin_comment(image), "Bootstrap: docker", f"From: {image}"]
    both = [*pin_comment(image), *pin_comment(recipe.gpu.image)]
    return [*both, "Bootstrap: docker", "From: {{ base }}", "", "%arguments", f"    base={image}"]


def _target(path: str) -> str:
    return posixpath.normpath(posixpath.join(_PLACE, path))


def _post(source: Source, recipe: Recipe, python: PythonChoice) -> Iterator[str]:
    yield f"export {' '.join(_variables(recipe))}"
    if recipe.gpu is not None:
        yield "if ! command -v python3 > /dev/null; then"
        yield "    apt-get update && apt-get install --yes --no-install-recommends python3-pip"
        yield f"    python3 -m pip install --no-cache-dir uv=={UV}"
        make = f"uv venv --seed --python {python.version} /opt/venv"
        yield f"    UV_PYTHON_INSTALL_DIR=/opt/python {make}"
        yield "else"
        yield from (f"    {command}" for command in recipe.cpu.prepare)
        yield "fi"
    else:
        yield from recipe.cpu.prepare
    if recipe.system:
        packages = " ".join(recipe.system)
        yield f"apt-get update && apt-get install --yes --no-install-recommends {packages}"
        yield "rm -rf /var/lib/apt/lists/*"
    yield from recipe.tools
    yield f"cd {shlex.quote(_target(posixpath.dirname(source.lock) or '.'))}"
    yield from recipe.install


def _variables(recipe: Recipe) -> list[str]:
    names = (f"{name}={value}" for name, value in recipe.environment)
    return ["LANG=C.UTF-8", "TZ=UTC", f"PATH={recipe.programs}:$PATH", *names]
