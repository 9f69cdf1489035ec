"""pixi.lock against pixi.toml or `[tool.pixi]`: whether each name that is asked for is locked.

Features that no environment uses are not solved, so nothing is said of them
(https://pixi.sh/latest/reference/pixi_manifest/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from repro_check.deps.staleness.asked import parsed
from repro_check.deps.staleness.model import Stale
from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.locks.conda_package import of_file
from repro_check.sources.dependencies.locks.values import table, words
from repro_check.sources.dependencies.model import LockFacts
from repro_check.sources.requirement_item import normal_name

Table = Mapping[str, object]

_CONDA = ("dependencies", "host-dependencies")
_SOURCES = frozenset({"path", "git", "url", "workspace"})


def pixi_stale(lock: LockFacts, manifest: Table) -> Stale | None:
    """The first name that is asked for and not locked."""
    settings = table(table(manifest.get("tool")).get("pixi"))
    project = table(manifest.get("project")) if settings else {}
    pixi = settings or manifest
    names = {one.name for one in lock.packages}
    conda = {normal_name(of_file(one.url)[0]) for one in lock.packages if one.origin == "conda"}
    if not names:
        return None
    for feature in _features(pixi):
        for section in _CONDA:
            for name, asked in table(feature.get(section)).items():
                if table(asked).keys() & _SOURCES:
                    continue
                if normal_name(name) not in conda and pypi_name(name) not in names:
                    return _missing(name)
        for name in table(feature.get("pypi-dependencies")):
            if normal_name(name) not in names:
                return _missing(name)
    for requirement in parsed(words(project.get("dependencies"))):
        if requirement.marker is None and normal_name(requirement.name) not in names:
            return _missing(requirement.name)
    return None


def _missing(name: str) -> Stale:
    return Stale(reason=f"`{name}` is asked for and not locked", name=name)


def _features(pixi: Table) -> Iterator[Table]:
    """The features that some environment takes in, the one without a name first."""
    environments = {"default": {}, **table(pixi.get("environments"))}
    if not all(table(one).get("no-default-feature") for one in environments.values()):
        yield pixi
    used: list[str] = []
    for one in environments.values():
        used += words(one if isinstance(one, list) else table(one).get("features"))
    features = table(pixi.get("feature"))
    for name in dict.fromkeys(used):
        feature = table(features.get(name))
        # a feature of some platforms only may have nothing to solve
        if "platforms" not in feature:
            yield feature
