"""What a pyproject.toml, pixi.toml, Pipfile, setup.cfg or setup.py declares that nobody else can install."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.files import ConfigFile, PythonFile
from repro_check.project.project import Project
from repro_check.rules.deps._indexes import is_index_named
from repro_check.rules.deps._places import is_elsewhere, is_outside
from repro_check.sources.dependencies.model import Declared, ManifestFacts
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.sources.config import ConfigFacts

LOCAL_VERSION = pattern(r"===?\s*[^,;\s]*\+(?P<local>[A-Za-z0-9.]+)")
"""Public indexes refuse local versions (PEP 440, "Local version identifiers")."""
HINT = "`pip list --format=freeze` prints versions"
# these read indexes from their own file; pip is given them on the command line
_WITH_INDEXES = frozenset({"poetry", "pipenv", "pixi", "uv", "pdm", "script"})


class Uninstallable(msgspec.Struct, frozen=True):
    """A requirement that only one machine can install.

    Attributes:
        span: where it stands.
        what: what is wrong.
        help: what to write instead.
    """

    span: Span
    what: str
    help: str


def of_config(file: ConfigFile, project: Project) -> Iterator[Uninstallable]:
    """The requirements of a configuration file that cannot be installed elsewhere."""
    read = _reader(file.path.rpartition("/")[2])
    if read is not None:
        yield from _found(read(file.facts), file.path, project)


def of_setup(file: PythonFile, project: Project) -> Iterator[Uninstallable]:
    """The requirements of a setup.py that cannot be installed elsewhere."""
    from repro_check.sources.dependencies.setup_py import read_setup_py

    yield from _found(read_setup_py(file.facts), file.path, project)


def _reader(name: str) -> Callable[[ConfigFacts], ManifestFacts] | None:
    if name == "pyproject.toml":
        from repro_check.sources.dependencies.pyproject import read_pyproject

        return read_pyproject
    if name == "pixi.toml":
        from repro_check.sources.dependencies.pixi import read_pixi_toml

        return read_pixi_toml
    if name == "Pipfile":
        from repro_check.sources.dependencies.pipfile import read_pipfile

        return read_pipfile
    if name == "setup.cfg":
        from repro_check.sources.dependencies.setup_cfg import read_setup_cfg

        return read_setup_cfg
    return None


def _found(facts: ManifestFacts, path: str, project: Project) -> Iterator[Uninstallable]:
    seen: set[Span] = set()
    for one in facts.declared:
        found = _why(one, facts, path, project)
        if found is not None and one.span not in seen:
            seen.add(one.span)
            yield found


def _why(one: Declared, facts: ManifestFacts, path: str, project: Project) -> Uninstallable | None:
    name = one.name or one.text
    if one.url and one.origin in {"path", "vcs", "url"}:
        # a path beside the file, unlike pip's, which begins where pip runs
        is_beside = one.origin == "path" and not one.url.lower().startswith("file:")
        if (is_outside if is_beside else is_elsewhere)(one.url, path):
            return Uninstallable(
                one.span,
                f"`{name}` is installed from `{one.url}`, which is not in this repository",
                f"Write the version instead, `{name}==<version>` ({HINT}), or the repository that "
                "it can be cloned from.",
            )
    local = LOCAL_VERSION.search(one.specifier) if one.origin == "index" else None
    if (
        local
        and facts.tool in _WITH_INDEXES
        and not facts.indexes
        and not is_index_named(path, project)
    ):
        return Uninstallable(
            one.span,
            f"`{name}{one.specifier}` is on no public index, and no other index is named",
            f"Name the index that has `+{local['local']}` builds as a source, or drop the suffix.",
        )
    return None
