"""DEPS011."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from repro_check.findings import Finding, Location, Related, Severity
from repro_check.project.environment.pythons import PythonDeclaration, PythonKind
from repro_check.project.project import Project
from repro_check.rules.deps._python_minors import minors, spoken
from repro_check.rules.rule import Stage, rule

_ORDER: tuple[PythonKind, ...] = (
    "manifest",
    "file",
    "conda",
    "image",
    "command",
    "ci",
    "readme",
)
# each of them may be one of several ways to run the same work
_CHOICES: frozenset[PythonKind] = frozenset({"image", "command", "ci", "readme"})
_SPEAKS: dict[PythonKind, str] = {
    "manifest": "`{path}` asks for Python {versions}",
    "file": "`{path}` pins Python {versions}",
    "conda": "`{path}` makes an environment of Python {versions}",
    "image": "the container of `{path}` has Python {versions}",
    "command": "`{path}` tells to make an environment of Python {versions}",
    "ci": "the tests in `{path}` run on Python {versions}",
    "readme": "`{path}` names Python {versions}",
}


class _Group(msgspec.Struct, frozen=True):
    """What all places of one kind in one folder allow together, and the first of them."""

    kind: PythonKind
    first: PythonDeclaration
    minors: frozenset[str]

    def says(self) -> str:
        """A clause of a sentence."""
        return _SPEAKS[self.kind].format(path=self.first.path, versions=spoken(self.minors))


@rule(
    "DEPS011",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def python_mismatch(project: Project) -> Iterator[Finding]:
    """Two places ask for versions of Python that have nothing in common.

    Whoever follows the one cannot follow the other: pip refuses a package whose `requires-python`
    excludes the interpreter (https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python),
    and pinned versions have no wheels for another one. Compared are `requires-python` and its like,
    `.python-version`, conda environments, images, commands that make environments, the versions that
    the tests run on, and what the README's sections on installing name (a bare "Python 3.8" is read as
    3.8 or later). Several files of one kind are alternatives, so one of them in common is enough; so are
    an image and a command that both keep to `requires-python`. Bug-fix releases are not told apart.

    Bad:
        # file: pyproject.toml
        [project]
        name = "lab"
        version = "1"
        requires-python = ">=3.10"
        # file: environment.yml
        name: lab
        dependencies:
          - python=3.8
          - numpy=1.24.4

    Bad:
        # file: README.md
        # Lab

        ## Installation

        Requires Python 3.9 or later.
        # file: Dockerfile
        FROM python:3.7-slim
        RUN pip install numpy==1.21.6

    Good:
        # file: pyproject.toml
        [project]
        name = "lab"
        version = "1"
        requires-python = ">=3.8"
        # file: environment.yml
        name: lab
        dependencies:
          - python=3.8
          - numpy=1.24.4

    Not this rule:
        # file: pyproject.toml
        [project]
        name = "lab"
        version = "1"
        requires-python = ">=3.9"
        # file: .github/workflows/tests.yml
        on: push
        jobs:
          test:
            strategy:
              matrix:
                python: ["3.8", "3.12"]
            steps:
              - uses: actions/setup-python@v5
                with:
                  python-version: ${{ matrix.python }}
              - run: pytest
          lint:
            steps:
              - uses: actions/setup-python@v5
                with:
                  python-version: "3.7"
              - run: pre-commit run

    Not this rule:
        # file: environment-py37.yml
        name: lab
        dependencies:
          - python=3.7.9
        # file: environment-py310.yml
        name: lab
        dependencies:
          - python=3.10
        # file: Dockerfile
        FROM python:3.7.16
        # file: old/environment.yml
        name: old
        dependencies:
          - python=2.7
    """
    folders: dict[str, list[PythonDeclaration]] = {}
    for one in project.pythons:
        if one.kind in _ORDER and one.specifier:
            folders.setdefault(one.folder, []).append(one)
    for declarations in folders.values():
        yield from _in_folder(list(_groups(declarations)))


def _groups(declarations: Sequence[PythonDeclaration]) -> Iterator[_Group]:
    for kind in _ORDER:
        same = [one for one in declarations if one.kind == kind]
        if kind == "readme":
            # what is named first may be another project's; the lowest is what all of them allow
            same.sort(key=lambda one: -len(minors(one.specifier)))
        allowed = frozenset(minor for one in same for minor in minors(one.specifier))
        if same and allowed:
            yield _Group(kind, same[0], allowed)


def _in_folder(groups: Sequence[_Group]) -> Iterator[Finding]:
    agreed: list[_Group] = []
    for group in groups:
        other = next((each for each in agreed if _contradict(group, each, agreed[0])), None)
        if other is None:
            agreed.append(group)
        else:
            yield _finding(group, other)


def _contradict(group: _Group, other: _Group, first: _Group) -> bool:
    """Whether two groups have nothing in common and are no two choices that the manifest allows."""
    is_choice = group.kind in _CHOICES and other.kind in _CHOICES and first.kind == "manifest"
    if is_choice and not group.minors.isdisjoint(first.minors):
        return False
    return group.minors.isdisjoint(other.minors)


def _finding(group: _Group, other: _Group) -> Finding:
    one, two = group.first, other.first
    return Finding(
        message=f"{_capital(group.says())}, but {other.says()}: no version fits both",
        location=Location(path=one.path, span=one.span),
        help=f"Write the version that gave the results in both places (`{one.text}` here, "
        f"`{two.text}` in `{two.path}`).",
        related=(Related(Location(path=two.path, span=two.span), f"`{two.text}` stands here"),),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
