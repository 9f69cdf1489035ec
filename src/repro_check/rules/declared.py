"""Rules that a laboratory declares in its settings, without code: `[[tool.repro-check.rules]]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from repro_check.findings import Finding, Location, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.rule import OWN, Rule, Stage
from repro_check.settings import DeclaredRule

_LONGEST_LINE = 1_000
_MOST_PER_FILE = 20

Places = Iterator[Location]


def declared_rules(declared: Sequence[DeclaredRule]) -> Iterator[Rule]:
    """Make rules of declarations, in their order."""
    for one in declared:
        yield Rule(
            code=one.code,
            name=one.name,
            severity=Severity[one.severity.upper()],
            stage=Stage.REPOSITORY,
            subjects=(Project,),
            roles=OWN,
            practice=0,
            is_default=True,
            is_in_release=False,
            fixes="",
            document=f"{one.message}\n\n{one.help}".strip(),
            check=_check(one),
        )


def _check(one: DeclaredRule) -> Callable[[Project], Iterator[Finding]]:
    def check(project: Project) -> Iterator[Finding]:
        for location in _failures(one, project):
            yield Finding(message=one.message, location=location, help=one.help)

    return check


def _failures(one: DeclaredRule, project: Project) -> Places:
    if one.file_exists is not None:
        return _without_file(one.file_exists, project)
    if one.key_present is not None:
        return _without_key(one.file or "", one.key_present, project)
    return _with_pattern(one.pattern_absent or "", one.files, project)


def _without_file(glob: str, project: Project) -> Places:
    if not any(True for _ in _matching((glob,), project)):
        yield Location(path="")


def _without_key(path: str, key: str, project: Project) -> Places:
    config = project.configs.get(path) if path in project.configs.paths else None
    if config is None:
        yield Location(path="")
    elif config.facts.get(*key.split(".")) is None:
        yield Location(path=path, span=Span(1, 1, 1, 1))


def _with_pattern(pattern: str, globs: Sequence[str], project: Project) -> Places:
    search = re.compile(pattern).search
    for path in _matching(globs or ("*",), project):
        text = project.text_at(path)
        found = 0
        for number, line in enumerate((text or "").splitlines(), start=1):
            match = search(line[:_LONGEST_LINE])
            if match:
                yield Location(
                    path=path, span=Span(number, match.start() + 1, number, match.end() + 1)
                )
                found += 1
                if found == _MOST_PER_FILE:
                    break


def _matching(globs: Sequence[str], project: Project) -> Iterator[str]:
    import pathspec

    spec = pathspec.GitIgnoreSpec.from_lines(globs)
    return (file.path for file in project.tree.files if spec.match_file(file.path))
