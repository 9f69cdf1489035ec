"""What several recipes share."""

from __future__ import annotations

import posixpath
import shlex

from repro_check.deps.container.cuda import Cuda, find_cuda
from repro_check.deps.container.model import Base, Source
from repro_check.deps.container.pythons import PythonChoice

TOOL_FOLDER = "/opt/tool"
PIP = "python -m pip install --no-cache-dir"


def python_base(source: Source, python: PythonChoice) -> Base:
    """Python's own image, or the one that was asked for, with an empty environment."""
    image = source.base_image or python.image
    # not `python`: Debian's own, in an image of the user's, is called python3 alone
    return Base(image=image, prepare=("python3 -m venv /opt/venv",))


def gpu_base(cuda: Cuda | None, python: PythonChoice) -> Base | None:
    """The image with CUDA, for a framework that does not bring it along; None if none is needed."""
    if cuda is None or not cuda.image:
        return None
    make = f"uv venv --seed --python {python.version} /opt/venv"
    return Base(
        image=cuda.image,
        prepare=(f"UV_PYTHON_INSTALL_DIR=/opt/python {make}",),
        brings_uv=True,
    )


def cuda_of(source: Source) -> Cuda | None:
    """The CUDA that a lock is made for."""
    return find_cuda(source.facts.packages)


def beside(source: Source, *names: str) -> tuple[str, ...]:
    """Those of these files that lie in the folder of the lock."""
    folder = posixpath.dirname(source.lock)
    found = (posixpath.join(folder, name) for name in names)
    return tuple(path for path in found if path in source.paths)


def system_packages(source: Source) -> tuple[str, ...]:
    """Git, where something is installed from a repository."""
    return ("ca-certificates", "git") if _has_repository(source) else ()


def tool_install(tool: str, version: str) -> str:
    """Install a program apart from the environment, so that it is no part of it."""
    python = f"{TOOL_FOLDER}/bin/python"
    return (
        f"python -m venv {TOOL_FOLDER} && {python} -m pip install --no-cache-dir {tool}=={version}"
    )


def tool_environment() -> str:
    """The variable that makes a program work in the environment rather than in its own."""
    return f"VIRTUAL_ENV=/opt/venv {TOOL_FOLDER}/bin/"


def quoted(path: str) -> str:
    """A path as one word of a command."""
    return shlex.quote(path)


def _has_repository(source: Source) -> bool:
    return any(one.origin == "vcs" for one in source.facts.packages)
