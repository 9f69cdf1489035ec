"""Whether a repository records the CUDA version that its GPU framework was built for."""

from __future__ import annotations

import posixpath
import re

from repro_check.project.environment.containers import containers
from repro_check.project.project import Project
from repro_check.sources.kinds import Kind, Role
from repro_check.text import pattern

_BUILD = pattern(r"\bcu\d{2,3}\b|cuda-?\d|cuda\d{1,3}|rocm\d|\bcpu\b", re.IGNORECASE)
_PACKAGE = pattern(
    r"cudatoolkit|cuda|cuda-toolkit|pytorch-cuda|cuda-version|cudnn|nvidia-[\w-]+-cu\d+|nvidia-cuda-[\w-]+|"
    r"cuda-runtime|cupy-cuda\w+|cuda\d+|jax-cuda\d+-\w+|jaxlib-cuda\w*|mxnet-cu\d+|paddlepaddle-gpu"
)
_TOLD = pattern(
    r"cuda[^a-z0-9\n]{0,20}(?:(?:toolkit|version|driver|runtime|v)[^a-z0-9\n]{0,12}){0,3}"
    r"(?:\d{1,2}\.\d|(?<!:)(?<!\d)(?:[89]|1[0-3])\b)|\bcu\d{2,3}\b|"
    r"nvidia/cuda|cuda/\d|whl/cu|cudatoolkit",
    re.IGNORECASE,
)
_TEXTS = frozenset({Kind.MARKDOWN, Kind.SHELL, Kind.MAKEFILE, Kind.DOCKERFILE, Kind.APPTAINER})
_NAMES = pattern(
    r"(?:readme|install|setup|requirements?|environment|getting[-_ ]?started|env)[\w.-]*|cog\.yaml|"
    r"[\w.-]+\.(?:def|slurm|sbatch)",
    re.IGNORECASE,
)
_LARGEST = 2_000_000


def records_cuda(project: Project) -> bool:
    """Whether a package, an index, an image or a word in a text on installing names it.

    A README that says "CUDA 11.3" is enough: it is where people look.
    """
    return _by_packages(project) or _by_index(project) or _by_image(project) or _by_words(project)


def _by_packages(project: Project) -> bool:
    environment = project.environment
    for manifest in environment.manifests:
        for one in manifest.facts.declared:
            is_build = "+" in one.specifier and _BUILD.search(one.specifier)
            has_extra = any("cuda" in extra for extra in one.extras)
            if is_build or has_extra or _PACKAGE.fullmatch(one.name) or _BUILD.search(one.url):
                return True
    return any(
        _PACKAGE.fullmatch(package.name)
        or ("+" in package.version and _BUILD.search(package.version))
        or _BUILD.search(package.url)
        for lock in environment.locks
        for package in lock.facts.packages
    )


def _by_index(project: Project) -> bool:
    environment = project.environment
    indexes = [index for manifest in environment.manifests for index in manifest.facts.indexes]
    for command in project.installs.commands:
        indexes.extend(command.install.indexes)
        for one in command.install.declared:
            if "+" in one.specifier or _PACKAGE.fullmatch(one.name):
                return True
    return any(_BUILD.search(index) for index in indexes)


def _by_image(project: Project) -> bool:
    """Whether a container has CUDA inside, or a framework of a version with its own CUDA."""
    return any(
        "cuda" in image.name or "nvidia" in image.name or image.name.endswith("-gpu")
        for _, facts in containers(project)
        for image in facts.images
    )


def _by_words(project: Project) -> bool:
    for file in project.tree.files:
        if file.role in {Role.VENDORED, Role.TEST}:
            continue
        if file.kind in _TEXTS or _NAMES.fullmatch(posixpath.basename(file.path)):
            text = project.text(file) or ""
            if len(text) <= _LARGEST and _TOLD.search(text):
                return True
    return False
