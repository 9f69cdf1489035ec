"""One model for what all kinds of files declare and what all kinds of locks freeze."""

from __future__ import annotations

from typing import Literal

import msgspec

from repro_check.findings import Span

Origin = Literal["index", "url", "vcs", "path", "conda"]
Role = Literal["runtime", "extra", "group", "build", "constraint"]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution that a file declares.

    Attributes:
        name: normalised (PEP 503); of a conda package the name on PyPI where it is known; "" of a bare
            URL or path that does not tell.
        text: as written, for messages.
        span: the place of the requirement.
        specifier: the versions in the words of PEP 440, `^1.2` and conda's `=1.2` translated; "" if
            any will do.
        marker: the environment marker as written.
        extras: those asked of the distribution, in order.
        role: what it is needed for: the work itself, an optional extra, a group (PEP 735, Poetry,
            PDM, pixi features), building, or a mere constraint.
        group: the name of the extra or of the group, "" for the others.
        origin: where it comes from.
        url: of a URL or a path as written; of a repository in pip's form (`git+https://…@ref`).
        hashes: how many are named.
        is_pinned: whether one version or one content alone satisfies it.
    """

    name: str
    text: str
    span: Span
    specifier: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    role: Role = "runtime"
    group: str = ""
    origin: Origin = "index"
    url: str = ""
    hashes: int = 0
    is_pinned: bool = False


class ManifestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one file declares.

    Attributes:
        tool: what reads it: "pip", "pep621", "poetry", "pdm", "uv", "hatch", "pixi", "setuptools",
            "conda", "pipenv", "script" (PEP 723) or "command" (an install command).
        declared: in document order.
        python: the versions of Python that it allows (PEP 440), "" if it names none.
        python_span: where.
        is_dynamic: whether dependencies are put together by code or read from elsewhere, so that
            `declared` may lack some.
        indexes: URLs of other package indexes that are named, in order.
        includes: paths, as written, of files whose requirements belong to it: `-r`, `file:` of
            setuptools, what a setup.py opens.
        constraints: paths, as written, of files that constrain it (`-c`).
    """

    tool: str
    declared: tuple[Declared, ...] = ()
    python: str = ""
    python_span: Span | None = None
    is_dynamic: bool = False
    indexes: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution that a lock freezes.

    Attributes:
        name: normalised (PEP 503); of a conda package the name on PyPI where it is known.
        version: as written, local part included; "" of a source that has none.
        line: where it stands, from 1.
        marker: the environment marker, "" if it is always installed.
        origin: where it comes from.
        url: of a URL, a repository (`url@commit`) or a path; of an index its address, unless it is
            PyPI.
        hashes: how many are named.
        requires: normalised names of the distributions that it needs itself, where the lock says so;
            not of those that only its extras need.
        conditional: those of `requires` that only some platforms or Pythons need, or of which the lock
            does not tell.
        groups: of extras and groups that it is locked for, where the lock says so; the work itself
            is "main".
    """

    name: str
    version: str
    line: int
    marker: str = ""
    origin: Origin = "index"
    url: str = ""
    hashes: int = 0
    requires: tuple[str, ...] = ()
    conditional: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class LockFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one lock file freezes.

    Attributes:
        tool: what wrote it: "uv", "poetry", "pdm", "pipenv", "pixi", "conda-lock", "conda" (an
            explicit list), "pylock" (PEP 751) or "pip-compile".
        packages: in document order; one distribution may stand there several times (platforms).
        python: the versions of Python that it was made for (PEP 440), "" if it does not say.
        content_hash: of the manifest it was made from, as the tool writes it; "" if it does not say.
        requested: what the manifest asked for when the lock was made, where the lock says so.
        knows_requested: whether `requested` is told by this form of lock.
    """

    tool: str
    packages: tuple[Locked, ...] = ()
    python: str = ""
    content_hash: str = ""
    requested: tuple[Declared, ...] = ()
    knows_requested: bool = False
