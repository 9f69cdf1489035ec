"""Values of configs under a way of keys: of the experiments of a program, else of single files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from repro_check.project.configs import is_experiment_config
from repro_check.project.origins.bindings import Keys
from repro_check.project.origins.composed import ComposedKeys
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.sources.config import Entry
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.findings import Span
    from repro_check.project.files import ConfigFile
    from repro_check.project.project import Project

_REFERENCE = pattern(r"^\$\{([A-Za-z_]\w*(?:\.\w+)*)\}$")
_MOST = 20
_DEEPEST = 4


class ConfigKeys:
    """The configuration files of a repository by what stands in them.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._files = project.configs
        self._composed = ComposedKeys(project)
        self._experiments: list[ConfigFile] | None = None

    def of_loader(self, path: str, span: Span, keys: Keys) -> list[Origin]:
        """The values of a seed in the experiments whose config a call loads; else none."""
        return self._composed.of_loader(path, span, keys)

    def at(self, path: str, near: str, keys: Keys) -> list[Origin]:
        """The value in one file, whose path is written relative to the root or to a code file."""
        for folder in (posixpath.dirname(near), ""):
            full = posixpath.normpath(posixpath.join(folder, path))
            if full in self._files.paths:
                found = self._files.get(full)
                return [] if found is None else list(self._in((found,), keys, 0))
        return []

    def in_folder(self, folder: str, name: str, keys: Keys) -> list[Origin]:
        """The values in the main config of a Hydra folder, else in the groups below it."""
        main = self.at(posixpath.join(folder, f"{name.removesuffix('.yaml')}.yaml"), "", keys)
        if main:
            return main
        below = [file for file in self._all() if not folder or file.path.startswith(f"{folder}/")]
        # a file of the group `train` stands at the key `train`
        return list(self._in(below, keys, 0)) or list(self._in(below, keys[1:], 0))

    def anywhere(self, keys: Keys) -> list[Origin]:
        """The values in all configs that describe experiments."""
        return list(self._in(self._all(), keys, 0))

    def _all(self) -> list[ConfigFile]:
        if self._experiments is None:
            self._experiments = [
                file for file in self._files.readable() if is_experiment_config(file)
            ]
        return self._experiments

    def _in(self, files: Iterable[ConfigFile], keys: Keys, depth: int) -> Iterator[Origin]:
        if not keys or None in keys or depth > _DEEPEST:
            return
        every = list(files)
        count = 0
        for file in every:
            entry = file.facts.get(*(key for key in keys if key is not None))
            if entry is None or entry.kind != "scalar" or count > _MOST:
                continue
            count += 1
            reference = _REFERENCE.match(entry.text)
            if reference is None:
                name = ".".join(str(key) for key in keys)
                yield Origin(OriginKind.CONFIG, value_of(entry), file.path, entry.span, name)
            else:
                found = list(self._in(every, tuple(reference[1].split(".")), depth + 1))
                yield from found or [Origin(OriginKind.UNKNOWN, None, file.path, entry.span)]


def value_of(entry: Entry) -> bool | int | float | str | None:
    """The value of a scalar as its reader gives it, as far as that is simple."""
    text = entry.text
    try:
        if entry.tag == "null":
            return None
        if entry.tag == "bool":
            return text.lower() in {"true", "yes", "on"}
        if entry.tag == "int":
            return int(text.replace("_", ""), 0)
        if entry.tag == "float":
            return float(text.replace("_", ""))
    except ValueError:
        pass
    return text
