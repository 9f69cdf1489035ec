"""Which Pythons the continuous integration of a repository runs its tests with.

`actions/setup-python` (https://github.com/actions/setup-python), `astral-sh/setup-uv`,
`conda-incubator/setup-miniconda`, matrices of GitHub, and `image: python:3.8` of GitLab.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts, Entry
from repro_check.sources.dependencies.installs import python_version
from repro_check.text import pattern

_KEYS = frozenset({"python-version", "python_version", "python", "py", "pythonversion"})
_WORKS = pattern(
    r"\b(?:pytest|unittest|nosetests|tox|nox|make (?:test|check)|pip3? install (?:\S+ )*(?:-e )?['\"]?\.|"
    r"(?:uv|poetry|pdm) (?:sync|install)|setup\.py|conda env|python\d? (?:-m )?(?:train|main|test))"
)
_PLAIN = pattern(r"(?:pypy-?)?\d+\.\d+(?:\.\d+)?(?:-dev)?t?")
_IMAGE = pattern(r"(?:\S*/)?python:(\d\.\d+(?:\.\d+)?)\S*")


class WorkflowPython(NamedTuple):
    """A version that a job runs with."""

    specifier: str
    span: Span
    text: str


def python_in_workflow(facts: ConfigFacts) -> Iterator[WorkflowPython]:
    """The versions of the jobs that install the project or run its tests; others need not agree."""
    jobs: dict[str, list[Entry]] = {}
    for entry in facts.leaves():
        keys = entry.keys
        if keys[:1] == ("jobs",) and len(keys) > 2:
            jobs.setdefault(str(keys[1]), []).append(entry)
        elif keys and keys[-1] == "image" and (found := _IMAGE.fullmatch(entry.text)):
            yield WorkflowPython(python_version(found[1]), entry.span, found[1])
    for entries in jobs.values():
        if any(entry.keys[-1] == "run" and _WORKS.search(entry.text) for entry in entries):
            yield from _in_job(entries)


def _in_job(entries: list[Entry]) -> Iterator[WorkflowPython]:
    for entry in entries:
        is_step = "with" in entry.keys and str(entry.keys[-1]).lower() in _KEYS
        in_matrix = "matrix" in entry.keys and any(
            str(key).lower() in _KEYS for key in entry.keys[-2:]
        )
        in_exclude = "exclude" in entry.keys
        if (is_step or in_matrix) and not in_exclude and _PLAIN.fullmatch(entry.text):
            version = entry.text.removesuffix("t").removesuffix("-dev")
            specifier = python_version(version)
            if specifier:
                yield WorkflowPython(specifier, entry.span, version)
