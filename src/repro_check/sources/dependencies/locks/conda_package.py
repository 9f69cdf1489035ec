"""Names and versions of conda packages.

A file is called `name-version-build.conda`
(https://docs.conda.io/projects/conda-build/en/latest/concepts/package-naming-conv.html).
"""

from __future__ import annotations

from collections.abc import Iterable

from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.locks.requires import split_requirements
from repro_check.text import pattern

_FILE = pattern(r"(?:^|/)([^/\s]+)-([^/\s-]+)-([^/\s-]+)\.(?:conda|tar\.bz2)(?=$|[#?\s])")


def of_file(url: str) -> tuple[str, str]:
    """Name (as written) and version of the package in a file; ("", "") if it is none of conda's."""
    found = _FILE.search(url)
    return (found[1], found[2]) if found else ("", "")


def conda_requires(depends: Iterable[str]) -> tuple[str, ...]:
    """The names in `depends`, without the virtual packages (`__glibc`) that stand for the machine."""
    names = split_requirements(one for one in depends if not one.startswith("__"))[0]
    return tuple(dict.fromkeys(map(pypi_name, names)))
