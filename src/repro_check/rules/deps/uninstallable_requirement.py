"""DEPS004."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity, Span
from repro_check.project.files import ConfigFile, RequirementsFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.config import ConfigFacts
from repro_check.sources.requirements import RequirementFacts, RequirementItem

_LOCAL_VERSION = re.compile(r"\+(?P<local>(cu|rocm|cpu|pt|xpu)[\w.]*)")
_CONDA_BUILD = re.compile(r"^[\w.-]+=[\w.!*]+=[\w.]*\d[\w.]*$")
_ENVIRONMENT = re.compile(r"(^|/)(conda[-_.]?)?env(ironment)?[\w.-]*\.ya?ml$", re.IGNORECASE)
_ABSOLUTE = re.compile(r"^(/|~|[A-Za-z]:[\\/])")


@rule(
    "DEPS004",
    severity=Severity.ERROR,
    on=(RequirementsFile, ConfigFile),
    practice=9,
    fixes="safe",
)
def uninstallable_requirement(
    file: RequirementsFile | ConfigFile, _project: Project
) -> Iterator[Finding]:
    """A requirement that nobody else can install.

    `pip freeze` inside a conda environment writes `name @ file:///...`, a folder of the build machine of
    conda (conda/conda#11580); a version such as `+cu118` is on no public index; `prefix:` is a folder of
    the author.

    Bad:
        # file: requirements.txt
        certifi @ file:///croot/certifi_1707229174982/work/certifi

    Bad:
        # file: requirements.txt
        torch==2.1.0+cu118

    Bad:
        # file: environment.yml
        name: lab
        dependencies:
          - python=3.11
        prefix: /home/ada/miniconda3/envs/lab

    Good:
        # file: requirements.txt
        certifi==2024.2.2

    Not this rule:
        # file: requirements.txt
        --extra-index-url https://wheels.example.org/cu118
        torch==2.1.0+cu118
        ./wheels/ours-1.0-py3-none-any.whl
        -e .
    """
    if not file.is_product:
        return
    if isinstance(file, RequirementsFile):
        yield from _in_requirements(file)
    elif _ENVIRONMENT.search(file.path):
        yield from _in_environment(file)


def _in_requirements(file: RequirementsFile) -> Iterator[Finding]:
    has_index = any(
        item.kind == "option" and ("index-url" in item.text or "find-links" in item.text or item.text.startswith("-f"))
        for item in file.facts.items
    )
    for item in file.facts.items:
        reason = _why(item, file.facts, has_index=has_index)
        if reason:
            message, advice = reason
            yield file.finding(item.span, message, help=advice)


def _why(
    item: RequirementItem, _facts: RequirementFacts, *, has_index: bool
) -> tuple[str, str] | None:
    name = item.name or item.text
    if item.kind in {"file", "editable", "url"} and _is_elsewhere(item):
        return (
            f"`{name}` is installed from `{item.url or item.text}`, a folder of another machine",
            f"Write the version instead: `{item.name or 'name'}==<version>`; "
            "`pip list --format=freeze` prints it.",
        )
    local = _LOCAL_VERSION.search(item.specifier)
    if item.kind == "requirement" and local and not has_index:
        return (
            f"`{name}{item.specifier}` is on no public index, and no other index is named",
            f"Add the `--extra-index-url` that has `+{local['local']}` builds, or drop the suffix.",
        )
    if item.kind == "invalid" and _CONDA_BUILD.match(item.text.strip()):
        return (
            f"`{item.text.strip()}` is a conda build, which pip cannot install",
            "Write `name==version`, or keep conda packages in environment.yml.",
        )
    return None


def _is_elsewhere(item: RequirementItem) -> bool:
    url = item.url
    if url.startswith("file:"):
        path = url.removeprefix("file:")
        return path.startswith("///") or bool(_ABSOLUTE.match(path.lstrip("/"))) or path.startswith("/")
    return item.kind != "url" and bool(_ABSOLUTE.match(url))


def _in_environment(file: ConfigFile) -> Iterator[Finding]:
    for entry in file.facts.entries:
        if entry.keys == ("prefix",) and _ABSOLUTE.match(entry.text):
            yield file.finding(
                entry.span,
                f"`prefix: {entry.text}` is a folder of the author's machine",
                help="Remove the line; conda decides where an environment lies.",
                fix=_drop_line(file, file.facts, entry.span),
            )


def _drop_line(file: ConfigFile, facts: ConfigFacts, span: Span) -> Fix | None:
    key = facts.get("prefix")
    if key is None or key.key_span is None or key.key_span.column != 1:
        return None
    whole = Span(key.key_span.line, 1, span.end_line, span.end_column)
    return file.replace(whole, "", title="Remove `prefix`", safety=Safety.SAFE)
