"""conda-lock.yml (https://conda.github.io/conda-lock/output/#unified-lockfile)."""

from __future__ import annotations

import re

from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.locks.conda_package import conda_requires
from repro_check.sources.dependencies.locks.values import names
from repro_check.sources.dependencies.locks.yaml_items import Item, yaml_items
from repro_check.sources.dependencies.model import Locked, LockFacts
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_HASHES = pattern(r"^  content_hash:\n((?:    [\w-]+: \w+\n)+)", re.MULTILINE)


def read_conda_lock(text: str) -> LockFacts:
    """Facts of a conda-lock.yml; a package stands there once for each platform.

    `content_hash` has the hash of each platform (`linux-64: …`), separated by `, `.

    Raises:
        Unreadable: laid out otherwise than conda-lock writes it.
    """
    hashes = _HASHES.search(text)
    return LockFacts(
        tool="conda-lock",
        packages=tuple(map(_package, yaml_items(text, "package"))),
        content_hash=", ".join(line.strip() for line in hashes[1].splitlines()) if hashes else "",
    )


def _package(item: Item) -> Locked:
    scalars, lists = item.scalars, item.lists
    is_conda = scalars.get("manager") != "pip"
    written = scalars.get("name", "")
    depends = lists.get("dependencies", [])
    return Locked(
        name=pypi_name(written) if is_conda else normal_name(written),
        version=scalars.get("version", ""),
        line=item.line,
        origin="conda" if is_conda else "index",
        url=scalars.get("url", "") if is_conda else "",
        hashes=int(bool(lists.get("hash"))),
        requires=conda_requires(depends) if is_conda else names(depends),
        groups=tuple(filter(None, [scalars.get("category", "")])),
    )
