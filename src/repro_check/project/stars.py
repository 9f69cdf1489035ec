"""What `import *` brings into a file: the files behind it, by way of others too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_MOST = 256


class Stars:
    """The star imports of a repository, each file's read once.

    Args:
        files: its Python files by path.
        find: the path of the file that a module name means in the file at a path, or None.
    """

    def __init__(
        self, files: Mapping[str, PythonFile], find: Callable[[str, str], str | None]
    ) -> None:
        self._files = files
        self._find = find
        self._direct: dict[str, Iterable[str]] = {}
        self._sources: dict[str, Sequence[str]] = {}

    def sources(self, file: PythonFile) -> Sequence[str]:
        """The files whose names come into a file, the nearest first.

        Of more than 256 only the nearest: what comes from further away is unknown.
        """
        known = self._sources.get(file.path)
        if known is None:
            order = [file.path]
            seen = {file.path}
            for current in order:  # grows while it is walked
                if len(order) > _MOST:
                    break
                new = [path for path in self._named_by(current) if path not in seen]
                seen.update(new)
                order += new
            known = self._sources[file.path] = order[1 : _MOST + 1]
        return known

    def _named_by(self, path: str) -> Iterable[str]:
        """The files of which a file itself says `import *`, each once."""
        known = self._direct.get(path)
        if known is None:
            imports = self._files[path].facts.imports
            modules = dict.fromkeys(item.module for item in imports if item.name == "*")
            found = (self._find(module, path) for module in modules)
            known = self._direct[path] = dict.fromkeys(each for each in found if each)
        return known
