"""What a container is made from, and what is made."""

from __future__ import annotations

import enum

import msgspec

from repro_check.sources.dependencies.model import LockFacts


class Form(enum.Enum):
    """The language of the container file."""

    DOCKER = "docker"
    APPTAINER = "apptainer"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A lock and what stands around it.

    Attributes:
        lock: path of the lock, relative to the root.
        text: of the lock.
        facts: of the lock.
        python: the version of Python that the repository declares ("3.11" or "3.11.9"), "" for none.
        is_package: whether the repository is itself a package, to be installed with its code.
        paths: of all files of the repository.
        base_image: to begin with instead of the one that fits; "" for that.
    """

    lock: str
    text: str
    facts: LockFacts
    python: str = ""
    is_package: bool = False
    paths: tuple[str, ...] = ()
    base_image: str = ""


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """An image to begin with.

    Attributes:
        image: name and tag, or digest.
        prepare: commands that leave an environment in `/opt/venv`.
        brings_uv: whether `uv` has to be brought along, since the image has no Python of its own.
    """

    image: str
    prepare: tuple[str, ...] = ()
    brings_uv: bool = False


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How to install one kind of lock, whatever the language of the container file.

    Attributes:
        cpu: the image to begin with.
        gpu: another image for the GPU; None if that of the CPU does for it too.
        has_gpu: whether there is a variant for the GPU at all.
        notes: sentences for who reads the file.
        system: packages of the distribution that installing needs.
        tools: commands that install what reads the lock, with a pinned version.
        files: what installing reads: the lock and what it was made from.
        install: commands, run beside those files.
        finish: commands, run beside the code.
        environment: names and values of variables.
        programs: the folder of the environment's programs.
        user: a user that the image has already and that is not root; "" if one is to be made.
    """

    cpu: Base
    gpu: Base | None = None
    has_gpu: bool = False
    notes: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    files: tuple[str, ...]
    install: tuple[str, ...]
    finish: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    programs: str = "/opt/venv/bin"
    user: str = ""


class NewFile(msgspec.Struct, frozen=True):
    """A file to make: its path relative to the root, and its text."""

    path: str
    text: str


class ContainerPlan(msgspec.Struct, frozen=True):
    """Files to make, none of which is there yet, and what their reader has to know."""

    files: tuple[NewFile, ...]
    notes: tuple[str, ...] = ()
