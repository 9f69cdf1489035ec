"""DEPS010."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from repro_check.findings import Finding, Related, Severity
from repro_check.project.project import Project
from repro_check.rules.deps._pins import Pin, Source, disagree, sources
from repro_check.rules.rule import Stage, rule

_SHOWN = 3
_MOST = 100
# a lock is made from these, and may be stale: that is another rule's business
_LOCKED = frozenset({"lock", "packaging", "pipenv", "pixi", "conda"})


@rule(
    "DEPS010",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def contradiction(project: Project) -> Iterator[Finding]:
    """Two files pin different versions of one package for the same environment.

    Who repeats the work takes one of them, and gets the versions that the results came from, or
    others. Files that are meant for different machines (`requirements-cpu.txt` beside
    `requirements-gpu.txt`), for development or for another folder may differ; so may markers, and
    builds of one version (`+cu118`).

    Bad:
        # file: requirements.txt
        torch==1.13.1
        # file: environment.yml
        channels: [pytorch]
        dependencies:
          - python=3.10
          - pytorch=2.0.1

    Bad:
        # file: setup.py
        from setuptools import setup
        setup(name="work", install_requires=["torch==1.9.0"])
        # file: requirements.txt
        torch==1.13.1

    Bad:
        # file: requirements.txt
        -r base.txt
        numpy==1.26.4
        # file: base.txt
        numpy==1.21.0

    Good:
        # file: requirements.txt
        torch==2.0.1+cu118
        # file: environment.yml
        channels: [pytorch]
        dependencies:
          - pytorch=2.0

    Not this rule:
        # file: requirements-cpu.txt
        torch==1.13.1
        # file: requirements-gpu.txt
        torch==2.0.1
        # file: requirements-dev.txt
        torch==2.1.0
        # file: baseline/requirements.txt
        torch==1.0.0
    """
    found = list(sources(project))
    for source in found:
        # in a conda environment pip replaces what conda installed, which an export writes down twice
        if source.kind != "conda":
            yield from _within(source)
    for one, other in _pairs(found, project):
        yield from _between(one, other)


def _pairs(found: list[Source], project: Project) -> Iterator[tuple[Source, Source]]:
    """The files that belong together: one reads the other, or both describe one folder."""
    by_path = {source.path: source for source in found}
    linked = {frozenset(pair) for pair in _links(project) if pair[0] != pair[1]}
    for paths in sorted(map(sorted, linked)):
        if all(path in by_path for path in paths):
            yield by_path[paths[0]], by_path[paths[1]]
    by_folder: dict[str, list[Source]] = {}
    for source in found:
        if source.is_canonical:
            by_folder.setdefault(source.folder, []).append(source)
    for together in by_folder.values():
        for one, other in combinations(together[:_MOST], 2):
            if frozenset({one.path, other.path}) not in linked and _are_of_one(one, other):
                yield one, other


def _are_of_one(one: Source, other: Source) -> bool:
    """Whether two files of one folder are of different kinds that people choose from."""
    kinds = {one.kind, other.kind}
    return (
        len(kinds) == 2
        and not ("lock" in kinds and kinds <= _LOCKED)
        and kinds != {"lock", "readme"}
    )


def _links(project: Project) -> set[tuple[str, str]]:
    """The pairs of files of which the first reads the second."""
    environment = project.environment
    found = set()
    for manifest in environment.files:
        for included in environment.with_includes(manifest):
            if included.path != manifest.path:
                found.add((manifest.path, included.path))
            found.update((manifest.path, path) for path in included.constraints)
    return found


def _within(source: Source) -> Iterator[Finding]:
    pairs = []
    by_name: dict[str, Pin] = {}
    for pin in source.pins:
        first = by_name.setdefault(pin.name, pin)
        if first is not pin and first.version and pin.version and disagree(first, pin):
            pairs.append((pin, first))
    yield from _finding(pairs, source.path)


def _between(one: Source, other: Source) -> Iterator[Finding]:
    theirs: dict[str, list[Pin]] = {}
    for pin in other.pins:
        theirs.setdefault(pin.name, []).append(pin)
    pairs = [
        (pin, same[0])
        for pin in one.pins
        if (same := theirs.get(pin.name)) and all(disagree(pin, each) for each in same)
    ]
    yield from _finding(pairs, other.path)


def _finding(pairs: list[tuple[Pin, Pin]], path: str) -> Iterator[Finding]:
    if not pairs:
        return
    pin, same = pairs[0]
    line = same.location.span.line if same.location.span else 1
    others = [f"`{each.name}` {each.shown} and {that.shown}" for each, that in pairs[1:_SHOWN]]
    more = f"; so are {', '.join(others)}" if others else ""
    if len(pairs) > _SHOWN:
        more += f" and {len(pairs) - _SHOWN} more"
    yield Finding(
        message=f"`{pin.name}` is {pin.shown} here and {same.shown} in {path}:{line}{more}, so it is "
        "open which of them the results came from",
        location=pin.location,
        help="Keep the versions that were used in one file, and have the others read it or leave them "
        "open.",
        related=tuple(
            Related(each.location, f"`{each.name}` {each.shown}") for _, each in pairs[:_SHOWN]
        ),
    )
