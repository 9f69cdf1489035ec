"""uv.lock, and pylock.toml (PEP 751), which uv installs too.

docs.astral.sh/uv/guides/integration/docker: the lock first, the code in a later layer.
"""

from __future__ import annotations

import posixpath

from repro_check.deps.container.model import Recipe, Source
from repro_check.deps.container.pins import UV
from repro_check.deps.container.pythons import PythonChoice
from repro_check.deps.container.recipes import parts

_ENVIRONMENT = (
    ("UV_PROJECT_ENVIRONMENT", "/opt/venv"),
    ("UV_PYTHON_DOWNLOADS", "never"),
    ("UV_LINK_MODE", "copy"),
)
_SYNC = "uv sync --frozen --no-dev --no-cache"


def of_uv(source: Source, python: PythonChoice) -> Recipe:
    """`uv sync --frozen`: nothing is resolved anew."""
    cuda = parts.cuda_of(source)
    return Recipe(
        cpu=parts.python_base(source, python),
        gpu=parts.gpu_base(cuda, python),
        has_gpu=cuda is not None,
        system=parts.system_packages(source),
        tools=(f"{parts.PIP} uv=={UV}",),
        files=(*parts.beside(source, "pyproject.toml", "uv.toml"), source.lock),
        # uv takes what it does not know out of the environment, itself too, unless it is inexact
        install=(f"{_SYNC} --inexact --no-install-local",),
        finish=(f"{_SYNC} --inexact",) if source.is_package else (),
        environment=_ENVIRONMENT,
    )


def of_pylock(source: Source, python: PythonChoice) -> Recipe:
    """`uv pip install` of the frozen file."""
    cuda = parts.cuda_of(source)
    name = parts.quoted(posixpath.basename(source.lock))
    return Recipe(
        cpu=parts.python_base(source, python),
        gpu=parts.gpu_base(cuda, python),
        has_gpu=cuda is not None,
        system=parts.system_packages(source),
        tools=(f"{parts.PIP} uv=={UV}",),
        files=(source.lock,),
        install=(f"uv pip install --no-cache --python /opt/venv/bin/python -r {name}",),
        environment=_ENVIRONMENT[1:],
    )
