"""The requirements of each kind of file that nobody else can install."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity, Span
from repro_check.project.environment import is_conda_environment
from repro_check.project.files import (
    ConfigFile,
    MarkdownFile,
    PythonFile,
    RequirementsFile,
    ShellFile,
)
from repro_check.project.project import Project
from repro_check.rules.deps._elsewhere import HINT, LOCAL_VERSION, of_config, of_setup
from repro_check.rules.deps._indexes import INDEX_OPTIONS, names_index
from repro_check.rules.deps._places import is_elsewhere
from repro_check.sources.config import Entry
from repro_check.sources.environment import read_environment
from repro_check.sources.requirement_item import RequirementItem
from repro_check.text import pattern

_CONDA = pattern(r"[\w.-]+=[\w.!*]+(=[\w.]+)?")
_INDEX = pattern(r"index-url|find-links|PIP_INDEX|UV_INDEX|torch-backend")


def in_config(file: ConfigFile, project: Project) -> Iterator[Finding]:
    """Those of a conda environment, a pyproject.toml, pixi.toml, Pipfile or setup.cfg."""
    if is_conda_environment(file):
        yield from _in_environment(file)
        return
    for one in of_config(file, project):
        yield file.finding(one.span, one.what, help=one.help)


def in_setup(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Those of a setup.py."""
    for one in of_setup(file, project):
        yield file.finding(one.span, one.what, help=one.help)


def in_requirements(file: RequirementsFile, project: Project) -> Iterator[Finding]:
    """Those of a requirement file."""
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


def in_commands(file: MarkdownFile | ShellFile, project: Project) -> Iterator[Finding]:
    """Commands that install a local version, where nothing in the file names an index."""
    text = project.text(file.file) or ""
    if "install" not in text or not LOCAL_VERSION.search(text) or _INDEX.search(text):
        return
    commands = [each for each in project.installs.commands if each.path == file.path]
    if any(each.install.indexes for each in commands):
        return
    for command in commands:
        for one in command.install.declared if command.install.tool == "pip" else ():
            if one.origin == "index" and (local := LOCAL_VERSION.search(one.specifier)):
                what = f"`{one.text}` is on no public index, and the command names no other"
                builds = f"`+{local['local']}`"
                yield Finding(
                    message=what,
                    location=command.location(one.span),
                    help=f"Add the `--extra-index-url` that has {builds} builds, or drop the suffix.",
                )


def _why(item: RequirementItem, path: str) -> tuple[str, str] | None:
    """What is wrong with a requirement, and what to write instead."""
    name = item.name or item.text
    if item.kind in {"file", "editable", "url"} and is_elsewhere(item.url, path):
        return (
            f"`{name}` is installed from `{item.url}`, which is not in this repository",
            f"Write the version instead, `{item.name or 'name'}==<version>`: {HINT}.",
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
    found = LOCAL_VERSION.search(item.specifier) if item.kind == "requirement" else None
    return found["local"] if found else ""


def _drop_line(file: ConfigFile, entry: Entry) -> Fix | None:
    if entry.key_span is None or entry.key_span.column != 1:
        return None
    whole = Span(entry.key_span.line, 1, entry.span.end_line, entry.span.end_column)
    return file.replace(whole, "", title="Remove `prefix`", safety=Safety.SAFE)
