"""Which file a module name means.

A module is looked for as Python would find it when a script is run (in the importing file's folder), as
an installed project would (from the root, or from `src`), and at last as the only file whose path ends
so, since research code often puts folders on `sys.path`.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable


class ModulePlaces:
    """Where the modules of a repository lie.

    Args:
        paths: those of its Python files.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._by_tail: dict[str, list[str]] = {}
        for path in paths:
            if path.endswith(".py"):
                tail = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
                self._by_tail.setdefault(tail, []).append(path)
        self._names = {part.removesuffix(".py") for path in paths for part in path.split("/")}
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, module: str, importer: str) -> str | None:
        """The path of the file that a module name means in a file, or None if it is not ours.

        Args:
            module: dotted, with leading dots when relative.
            importer: path of the importing file.
        """
        folder = importer.rpartition("/")[0]
        key = (folder, module)
        if key not in self._found:
            self._found[key] = self._find(module, folder)
        found = self._found[key]
        # `import random` in utils/random.py means the other one
        return None if found == importer and "." not in module else found

    def _find(self, module: str, importing: str) -> str | None:
        folder = importing
        name = module.lstrip(".")
        tail = name.replace(".", "/")
        if len(module) > len(name):
            for _ in range(len(module) - len(name) - 1):
                folder = posixpath.dirname(folder)
            return self.file_at(posixpath.join(folder, tail) if tail else folder)
        # only what lies beside a script comes before the standard library
        is_standard = name.partition(".")[0] in sys.stdlib_module_names
        while True:
            found = self.file_at(posixpath.join(folder, tail))
            if found and not (is_standard and f"{folder}/__init__.py" in self._paths):
                return found
            if not folder:
                break
            folder = posixpath.dirname(folder)
        if is_standard:
            return None
        return self.file_at(f"src/{tail}") or self._by_suffix(tail, importing)

    def may_be_own(self, module: str) -> bool:
        """Whether a module name may mean a file of this repository, by its first part."""
        return module.startswith(".") or module.partition(".")[0] in self._names

    def file_at(self, stem: str) -> str | None:
        """The file of a module, or of a package, by its path without a suffix."""
        for path in (f"{stem}/__init__.py" if stem else "__init__.py", f"{stem}.py"):
            if path in self._paths:
                return path
        return None

    def _by_suffix(self, tail: str, importing: str) -> str | None:
        found = [
            path
            for path in self._by_tail.get(tail.rpartition("/")[2], ())
            if path.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))
        ]
        if len(found) <= 1:
            return found[0] if found else None
        near = [_shared_folders(path, importing) for path in found]
        best = max(near)
        return found[near.index(best)] if best and near.count(best) == 1 else None


def _shared_folders(path: str, folder: str) -> int:
    """How many folders, from the root on, lead to both."""
    count = 0
    for one, other in zip(path.split("/")[:-1], folder.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
