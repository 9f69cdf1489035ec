"""DEPS004."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity, Span
from repro_check.project.environment import is_conda_environment
from repro_check.project.files import ConfigFile, RequirementsFile
from repro_check.project.project import Project
from repro_check.rules.deps._indexes import INDEX_OPTIONS, names_index
from repro_check.rules.deps._places import is_elsewhere
from repro_check.rules.rule import rule
from repro_check.sources.config import Entry
from repro_check.sources.environment import read_environment
from repro_check.sources.requirement_item import RequirementItem, requirement
from repro_check.text import pattern

# public indexes refuse local versions (PEP 440, "Local version identifiers")
_LOCAL_VERSION = pattern(r"===?\s*[^,;\s]*\+(?P<local>[A-Za-z0-9.]+)")
_CONDA = pattern(r"[\w.-]+=[\w.!*]+(=[\w.]+)?")
_HINT = "`pip list --format=freeze` prints versions"


@rule(
    "DEPS004",
    severity=Severity.ERROR,
    on=(RequirementsFile, ConfigFile),
    practice=9,
    fixes="safe",
)
def uninstallable_requirement(
    file: RequirementsFile | ConfigFile, project: Project
) -> Iterator[Finding]:
    """A requirement that nobody else can install.

    `pip freeze` inside a conda environment writes `name @ file:///...`, a folder of the machine that
    built the package (conda/conda#11580); a version such as `+cu118` is on no public index. The `prefix:`
    of an environment, a leftover of the author's machine that conda ignores (conda/conda#10466), is
    only noted.

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
          - pip:
              - torch==2.1.0+cu118

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
    if isinstance(file, RequirementsFile):
        yield from _in_requirements(file, project)
    elif file.path.endswith("pyproject.toml"):
        yield from _in_pyproject(file)
    elif is_conda_environment(file):
        yield from _in_environment(file)


def _in_requirements(file: RequirementsFile, project: Project) -> Iterator[Finding]:
    conda = [
        item
        for item in file.facts.items
        if item.kind == "invalid" and _CONDA.fullmatch(item.text.strip())
    ]
    # `conda list --export` writes for `conda create --file`, and says so at the top
    if conda and not any("conda" in comment.text for comment in file.facts.comments):
        more = f", and so are {len(conda) - 1} more lines" if len(conda) > 1 else ""
        yield file.finding(
            conda[0].span,
            f"`{conda[0].text.strip()}` is conda's form, which pip cannot install{more}",
            help="Write `name==version`, or keep conda packages in environment.yml.",
        )
    for item in file.facts.items:
        reason = _why(item, file.path)
        if not reason or (_local(item) and names_index(file, project)):
            continue
        yield file.finding(item.span, reason[0], help=reason[1])


def _in_environment(file: ConfigFile) -> Iterator[Finding]:
    items = read_environment(file.facts).pip
    has_index = any(item.name in INDEX_OPTIONS for item in items)
    for item in items:
        reason = _why(item, file.path)
        if reason and not (_local(item) and has_index):
            yield file.finding(item.span, reason[0], help=reason[1])
    prefix = file.facts.get("prefix")
    if prefix is not None and is_elsewhere(prefix.text, file.path):
        yield file.finding(
            prefix.span,
            f"`prefix: {prefix.text}` is a leftover of the author's machine, which conda ignores",
            help="Remove the line; conda makes the environment under its `name`.",
            severity=Severity.INFO,
            fix=_drop_line(file, prefix),
        )


def _in_pyproject(file: ConfigFile) -> Iterator[Finding]:
    for entry in file.facts.entries:
        is_dependency = entry.keys[:2] in {
            ("project", "dependencies"),
            ("project", "optional-dependencies"),
        }
        if is_dependency and entry.kind == "scalar":
            item = requirement(entry.text, entry.span)
            reason = None if _local(item) else _why(item, file.path)
            if reason:
                yield file.finding(entry.span, reason[0], help=reason[1])


def _why(item: RequirementItem, path: str) -> tuple[str, str] | None:
    """What is wrong with a requirement, and what to write instead."""
    name = item.name or item.text
    if item.kind in {"file", "editable", "url"} and is_elsewhere(item.url, path):
        return (
            f"`{name}` is installed from `{item.url}`, which is not in this repository",
            f"Write the version instead, `{item.name or 'name'}==<version>`: {_HINT}.",
        )
    if item.kind in {"include", "constraint"} and is_elsewhere(item.url, path):
        return (
            f"`{item.url}` is a file of another machine",
            "Put the file into the repository and name it by a relative path.",
        )
    if local := _local(item):
        return (
            f"`{name}{item.specifier}` is on no public index, and no other index is named",
            f"Add the `--extra-index-url` that has `+{local}` builds, or drop the suffix.",
        )
    if item.name == "pkg-resources" and item.specifier == "==0.0.0":
        return (
            "`pkg-resources==0.0.0` is on no index; Debian's pip writes it by mistake",
            "Remove the line.",
        )
    return None


def _local(item: RequirementItem) -> str:
    found = _LOCAL_VERSION.search(item.specifier) if item.kind == "requirement" else None
    return found["local"] if found else ""


def _drop_line(file: ConfigFile, entry: Entry) -> Fix | None:
    if entry.key_span is None or entry.key_span.column != 1:
        return None
    whole = Span(entry.key_span.line, 1, entry.span.end_line, entry.span.end_column)
    return file.replace(whole, "", title="Remove `prefix`", safety=Safety.SAFE)
