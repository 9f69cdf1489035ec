"""A place where code loads a config, and who reads a config file."""

from __future__ import annotations

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.experiments.loading.loader_kinds import LoaderKind, ReadsAs


class Loader(msgspec.Struct, frozen=True):
    """A place where code loads a config.

    Attributes:
        kind: by what.
        reads_as: how it reads scalars.
        path: the file of the call.
        span: the call.
        function: the function in which it stands, or which it decorates.
        call: its index among the calls of the file.
        files: the files of the repository that it surely reads unless it is told otherwise.
        patterns: paths that it may read, `*` for any text; where empty, any of its formats.
        options: the options of the command line that may name another file.
        is_closed: whether it can read nothing but `files`.
        folder: of Hydra, the folder of its configs from the root; None where it is not known or
            there is none.
        name: of Hydra, the name of its config without suffix; None where no config is named or its
            name is not known.
        version_base: of Hydra, as written.
    """

    kind: LoaderKind
    reads_as: ReadsAs
    path: str
    span: Span
    function: Node
    call: int
    files: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    is_closed: bool = False
    folder: str | None = None
    name: str | None = None
    version_base: str | None = None

    @property
    def is_hydra(self) -> bool:
        """Whether Hydra composes what it loads."""
        return self.kind in {LoaderKind.HYDRA, LoaderKind.COMPOSE}


class NamedFile(msgspec.Struct, frozen=True):
    """A config file that a word of a command names: the word's index, its option, the path."""

    index: int
    option: str
    path: str


class Readers(msgspec.Struct, frozen=True):
    """Who reads a config file: surely, and who else may, since what it reads cannot be told."""

    sure: tuple[Loader, ...] = ()
    possible: tuple[Loader, ...] = ()

    def may_read_as(self, reads_as: ReadsAs) -> bool:
        """Whether one of them reads scalars in this way; the sure ones settle it if there are any."""
        return any(loader.reads_as is reads_as for loader in self.sure or self.possible)
