"""Which keys code reads of the configs that it loads, and what it hands away whole.

A config is followed from its loader through names, parts (`cfg.model`), calls of this repository's own
functions and classes, `self`, and returns. What goes elsewhere (`instantiate(cfg.model)`, `**cfg.data`)
is handed away: every key below may be read there.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.project.experiments.effective import Effective, keys_of
from repro_check.project.experiments.loading.importers import Importers
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.reading.chains import Uses
from repro_check.project.experiments.reading.following import Follow
from repro_check.project.experiments.reading.key_reads import KeyReads
from repro_check.project.origins.bindings import Keys
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_REFERENCE = pattern(r"\$\{([A-Za-z_][\w.]*)\}")


class Reads:
    """The reads of a repository, by the loader of the config.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._importers = Importers(project)
        self._uses: dict[str, Uses] = {}
        self._known: dict[Loader, KeyReads] = {}

    def of(self, loader: Loader) -> KeyReads:
        """What code reads of the config that a loader loads."""
        if loader not in self._known:
            self._known[loader] = Follow(self._project, self.uses_of, self._importers).of(loader)
        return self._known[loader]

    def is_named(self, key: str) -> bool:
        """Whether a key's name stands anywhere in the repository's code, also in texts."""
        return key in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        word = re.compile(r"\w+")
        words: set[str] = set()
        for path in self._project.python.paths:
            words.update(word.findall(self._project.text_at(path) or ""))
        return frozenset(words)

    def uses_of(self, file: PythonFile) -> Uses:
        """The uses in a file, found once."""
        if file.path not in self._uses:
            self._uses[file.path] = Uses(file)
        return self._uses[file.path]


def references(effective: Effective) -> tuple[Keys, ...]:
    """The keys that other values of a config read by an interpolation (`${model.lr}`)."""
    return tuple(
        keys_of(name)
        for value in effective.values.values()
        if isinstance(value.value, str) and "${" in value.value
        for name in _REFERENCE.findall(value.value)
    )


def targets(effective: Effective) -> tuple[Keys, ...]:
    """The parts of a config that name what is called with them (`_target_`, `class_path`)."""
    names = {"_target_", "class_path", "target"}
    return tuple(keys[:-1] for keys in effective.values if keys and keys[-1] in names)
