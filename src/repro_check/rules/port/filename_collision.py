"""PORT006."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Location, Related, Severity
from repro_check.project.project import Project
from repro_check.rules.port._file_names import LONGEST_PATH, colliding, windows_problem
from repro_check.rules.rule import Stage, rule
from repro_check.text import counted


@rule(
    "PORT006",
    severity=Severity.WARNING,
    on=Project,
    practice=11,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def filename_collision(project: Project) -> Iterator[Finding]:
    """A name that other systems cannot hold beside another one, or not at all.

    On macOS and Windows `Data.csv` and `data.csv` are one file: a checkout keeps one of them, and the
    run reads the wrong numbers without a word. Windows refuses names with a colon or a question mark
    and paths that are too long, and then the clone fails as a whole. Names of one kind are reported
    once for each folder.

    Bad:
        # file: results/aux.csv
        1

    Bad:
        # file: results/run-12:30:00.json
        {}

    Good:
        # file: results/data.csv
        1
        # file: results/data_small.csv
        2

    Not this rule:
        # file: results/a/data.csv
        1
        # file: results/b/data.csv
        2
    """
    paths = [file.path for file in project.tree.files]
    for first, *others in colliding(paths):
        is_folder = first not in project.tree
        yield _finding(
            _some_file(project, first),
            f"`{first}` and `{others[0]}` are one {'folder' if is_folder else 'file'} on macOS and "
            "Windows",
            "Rename one of them, so that they differ in more than upper and lower case.",
            [(_some_file(project, other), "the other one") for other in others],
        )
    yield from _not_on_windows(paths)


def _some_file(project: Project, path: str) -> str:
    """The path itself, or for a folder the first file in it."""
    return path if path in project.tree else next(project.tree.below(path)).path


def _not_on_windows(paths: list[str]) -> Iterator[Finding]:
    found: dict[tuple[str, str], list[str]] = {}
    seen: set[str] = set()
    for path in paths:
        start = 0
        while start >= 0:
            end = path.find("/", start)
            whole = path if end < 0 else path[:end]
            problem = windows_problem(whole[start:]) if whole not in seen else ""
            seen.add(whole)
            if problem:
                found.setdefault((path[:start], problem), []).append(path)
                break
            start = end + 1 if end >= 0 else -1
        else:
            if len(path) > LONGEST_PATH:
                problem = f"has more than {LONGEST_PATH} characters, which Windows does not open"
                found.setdefault((path.rpartition("/")[0], problem), []).append(path)
    for (_, problem), (first, *others) in found.items():
        more = f" (and {counted(len(others), 'more name')} here)" if others else ""
        help_text = "Rename it: letters, digits, `-`, `_` and `.` work everywhere."
        yield _finding(first, f"`{first}` {problem}{more}", help_text, [])


def _finding(path: str, message: str, help_text: str, others: list[tuple[str, str]]) -> Finding:
    return Finding(
        message=message,
        location=Location(path=path),
        help=help_text,
        related=tuple(Related(Location(path=other), text) for other, text in others),
    )
