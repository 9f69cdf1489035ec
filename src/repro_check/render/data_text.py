"""What became of the data that configs declare, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.data import DataDeclaration, State, Verdict
from repro_check.data.repository import Checked
from repro_check.findings import NotChecked
from repro_check.render.visible import columns, visible
from repro_check.runtime.changes import Change
from repro_check.text import counted

_WORDS = {
    State.MATCH: "match",
    State.MISMATCH: "mismatch",
    State.MISSING: "missing",
    State.POINTER: "pointer",
    State.UNRESOLVED: "unresolved",
    State.NOT_RECORDED: "not recorded",
    State.TOO_LARGE: "too large",
    State.UNDEFINED: "undefined",
}
_STATUS = _WORDS | {State.MATCH: "matches", State.MISMATCH: "changed"}
_NO_FILES_OF_DVC = "which files changed, `dvc data status --granular` tells"
_NO_MANIFEST = (
    "which files changed is not known: repro-data.lock has nothing about the recorded data "
    "(`repro-check data lock` writes it while they match)"
)


def verdict_lines(item: Checked) -> Iterator[str]:
    """One line that says it, and below it what is known about a mismatch."""
    verdict = item.verdict
    name = f"{visible(item.config)}: {visible(verdict.declaration.name)}"
    detail = visible(verdict.reason)
    if verdict.state is State.MISMATCH:
        found = f"on disk {verdict.actual}" if verdict.actual else "other files are on disk"
        detail = f"recorded {visible(verdict.recorded)}, {found}"
    yield f"{_WORDS[verdict.state]:<13} {name}{': ' if detail else ''}{detail}"
    yield from (f"{'':<13}   {line}" for line in _details(verdict))


def diff_lines(item: Checked) -> Iterator[str]:
    """The data that differ and each of their files; what could not be checked; else nothing."""
    verdict = item.verdict
    name = f"{visible(item.config)}: {visible(verdict.declaration.name)}"
    if verdict.state is State.MISMATCH:
        yield f"{name} ({visible(verdict.declaration.path_text or '')})"
        yield from (f"  {line}" for line in _details(verdict))
    elif verdict.state not in {State.MATCH, State.NOT_RECORDED}:
        yield f"{name}: not checked: {visible(verdict.reason)}"


def table(
    found: Sequence[Checked], not_declared: Sequence[tuple[str, DataDeclaration]]
) -> list[str]:
    """Aligned columns: state, data, where declared, digest, files and bytes; () for no data."""
    rows = [_row(item) for item in found]
    rows += [
        (
            "not declared",
            visible(one.path_text or one.path_entry.text),
            f"{visible(config)}: {visible(one.name)}",
            "",
            "",
        )
        for config, one in not_declared
    ]
    if not rows:
        return []
    rows.insert(0, ("STATE", "DATA", "DECLARED IN", "DIGEST", "ON DISK"))
    widths = [max(columns(row[place]) for row in rows) for place in range(5)]
    return [
        "  ".join(
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def unread_lines(unread: Sequence[NotChecked]) -> Iterator[str]:
    """One line for each config whose data are unknown because it cannot be read."""
    for note in unread:
        yield f"{'not read':<13} {visible(note.path)}: mend this config: {visible(note.reason)}"


def size_text(size: int) -> str:
    """`999 B`, `1.2 kB`, `3.4 GB`: decimal units, as disks are sold."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"


def change_text(change: Change) -> str:
    """One changed file, its name made harmless."""
    return visible(str(change))


def _row(item: Checked) -> tuple[str, str, str, str, str]:
    verdict = item.verdict
    declared = verdict.declaration
    recorded = verdict.recorded or declared.digest_text or ""
    algorithm, _, digits = recorded.rpartition(":")
    name = algorithm or (declared.algorithm.value if recorded else "")
    on_disk = ""
    if verdict.file_count:
        on_disk = f"{counted(verdict.file_count, 'file')}, {size_text(verdict.size)}"
    return (
        _STATUS[verdict.state],
        visible(declared.path_text or declared.path_entry.text),
        f"{visible(item.config)}: {visible(declared.name)}",
        visible(f"{name}:{digits[:12]}") if digits else "",
        on_disk,
    )


def _details(verdict: Verdict) -> Iterator[str]:
    if verdict.state is State.POINTER and verdict.files:
        yield f"pointers: {visible(', '.join(verdict.files[:3]))}"
    if verdict.state is not State.MISMATCH:
        return
    yield from map(change_text, verdict.changed)
    more = (verdict.changes or 0) - len(verdict.changed)
    if more > 0:
        yield f"and {more:,} more; `repro-check data diff` names them all"
    if verdict.changes is None and not verdict.causes:
        yield _NO_FILES_OF_DVC if verdict.declaration.algorithm.is_dvc else _NO_MANIFEST
    yield from (f"likely cause: {visible(cause)}" for cause in verdict.causes)
