"""What is declared and what is frozen, file by file, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from repro_check.render.visible import columns, visible

if TYPE_CHECKING:
    from repro_check.project.environment import Lock, Manifest
    from repro_check.project.project import Project


def dependency_table(project: Project) -> Iterator[str]:
    """Aligned columns: manifests with how many of their requirements are frozen, then the locks."""
    from repro_check.deps.container.choosing import frozen_files

    locks = list(frozen_files(project))
    paths = {lock.path for lock in locks}
    frozen = {one.name for lock in locks for one in lock.facts.packages if one.version or one.url}
    manifests = [
        _manifest(one, frozen)
        for one in project.environment.manifests
        if one.facts.declared and one.path not in paths
    ]
    if manifests:
        yield from _aligned(
            [("declares", "tool", "requirements", "exact", "in a lock"), *manifests]
        )
    if locks:
        if manifests:
            yield ""
        rows = (_lock(one, project) for one in locks)
        yield from _aligned([("freezes", "tool", "distributions", "with hashes", "Python"), *rows])


def _manifest(manifest: Manifest, frozen: set[str]) -> tuple[str, ...]:
    from repro_check.project.environment.environment import is_recorded

    declared = [one for one in manifest.facts.declared if one.name and one.name != "python"]
    exact = sum(is_recorded(one) for one in declared)
    held = sum(one.name in frozen for one in declared)
    counts = (str(len(declared)), str(exact), str(held))
    return (manifest.path, manifest.facts.tool, *counts)


def _lock(lock: Lock, project: Project) -> tuple[str, ...]:
    requirements = project.requirements.get(lock.path)
    # pinned line by line by a person, or by `pip freeze`, which leaves no mark
    tool = (requirements.facts.compiled_by or "pip") if requirements else lock.tool
    if lock.reason:
        return (lock.path, tool, f"cannot be read: {lock.reason}", "", "")
    packages = lock.facts.packages
    with_hashes = sum(one.hashes > 0 for one in packages)
    return (lock.path, tool, str(len(packages)), str(with_hashes), lock.facts.python)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()
