"""Explicit lists of conda: `@EXPLICIT` and the URL of each package.

`conda list --explicit` and `conda-lock --kind explicit` write them
(https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-environments.html).
"""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.locks.conda_package import of_file
from repro_check.sources.dependencies.model import Locked, LockFacts
from repro_check.sources.requirement_item import normal_name
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

# what conda cannot install stands in a comment
_PIP = pattern(r"# pip (\S+) @ (\S+)(.*)$")
_WHEEL = pattern(r"[\w.]+-([\w.!+]+)-[\w.]+-[\w.]+-[\w.]+\.whl")


def read_explicit(text: str) -> LockFacts:
    """Facts of an explicit list.

    Raises:
        Unreadable: no such list.
    """
    lines = text.splitlines()
    if "@EXPLICIT" not in map(str.strip, lines):
        raise Unreadable("has no line @EXPLICIT")
    return LockFacts(tool="conda", packages=tuple(_packages(lines)))


def _packages(lines: list[str]) -> Iterator[Locked]:
    for number, line in enumerate(lines, 1):
        if found := _PIP.match(line):
            wheel = _WHEEL.search(found[2])
            yield Locked(
                name=normal_name(found[1]),
                version=wheel[1] if wheel else "",
                line=number,
                hashes=(found[2] + found[3]).count("sha256"),
            )
            continue
        url, _, digest = line.strip().partition("#")
        name, version = of_file(url)
        if name:
            yield Locked(
                name=pypi_name(name),
                version=version,
                line=number,
                origin="conda",
                url=url,
                hashes=int(bool(digest)),
            )
