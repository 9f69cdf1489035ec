"""Facts of a conda `environment.yml`, from the entries of the YAML file.

The form of a dependency is conda's match specification
(https://docs.conda.io/projects/conda-build/en/latest/resources/package-spec.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.sources.requirement_item import RequirementItem, items_of
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.sources.config import ConfigFacts, Entry

_MAX_LENGTH = 1000
_SPEC = pattern(
    r"(?:(?P<channel>[^\s\[\]=<>!~]+)::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*)"
    r"(?P<version>(?:[=<>!~*\d\s][^\[\]]*)?)(?P<brackets>\[[^\]]*\])?"
)
_BRACKETS = pattern(r"(version|build)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^,\]\s]*))")


class CondaDependency(msgspec.Struct, frozen=True, kw_only=True):
    """One conda dependency.

    Attributes:
        text: as written.
        span: the place of `text`.
        name: the package, in lower case; "" if the text has no form that conda reads.
        version: the versions with their operator ("=1.21", ">=1.2,<2", "==1.2"); "" if any will do.
        build: the build string, "" if any will do.
        channel: of `channel::name`.
        is_pinned: one version only: `==`, a build, or a `=` with at least three parts and no
            wildcard (`=3.8` also allows every 3.8.x; `=3.8.5` could only differ in a fourth part).
    """

    text: str
    span: Span
    name: str
    version: str = ""
    build: str = ""
    channel: str = ""
    is_pinned: bool = False


class EnvironmentFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one conda environment file says.

    Attributes:
        name: of the environment.
        channels: in order of priority.
        dependencies: the conda packages, in document order.
        pip: the requirements of the `pip:` list.
        prefix: the place of the `prefix:` entry, key and value; it names a folder of one machine.
    """

    name: str = ""
    channels: tuple[str, ...] = ()
    dependencies: tuple[CondaDependency, ...] = ()
    pip: tuple[RequirementItem, ...] = ()
    prefix: Span | None = None


def read_environment(facts: ConfigFacts) -> EnvironmentFacts:
    """Facts of a conda environment; those of a YAML file that is none are empty."""
    name, channels, prefix = "", [], None
    dependencies: list[CondaDependency] = []
    pip: list[RequirementItem] = []
    for entry in facts.leaves():
        match entry.keys:
            case ("name",):
                name = entry.text
            case ("prefix",):
                prefix = _pair(entry)
            case ("channels", int()):
                channels.append(entry.text)
            case ("dependencies", int()):
                dependencies.append(conda_dependency(entry.text, entry.span))
            case ("dependencies", int(), "pip", int()):
                pip.extend(_pip_items(entry))
    return EnvironmentFacts(
        name=name,
        channels=tuple(channels),
        dependencies=tuple(dependencies),
        pip=tuple(pip),
        prefix=prefix,
    )


def conda_dependency(text: str, span: Span) -> CondaDependency:
    """One match specification, such as `numpy`, `numpy=1.21=py39_0` or `pytorch::pytorch>=2`."""
    found = _SPEC.fullmatch(text.strip()) if len(text) <= _MAX_LENGTH else None
    if found is None:
        return CondaDependency(text=text, span=span, name="")
    version, build = _version_and_build(found["version"].strip())
    for key, *values in _BRACKETS.findall(found["brackets"] or ""):
        value = next(filter(None, values), "")
        version, build = (value, build) if key == "version" else (version, value)
    return CondaDependency(
        text=text,
        span=span,
        name=found["name"].lower(),
        version=version,
        build=build,
        channel=found["channel"] or "",
        is_pinned=_is_exact(version) or bool(version and build and "*" not in build),
    )


def _version_and_build(written: str) -> tuple[str, str]:
    """Splits `=1.21=py39_0`, `1.21 py39_0` and `==1.21` into versions and build."""
    if " " in written and written[0].isdigit():
        version, _, build = written.partition(" ")
        return f"=={version}", build.strip()
    if written[:1] == "=" and written[1:2] != "=":
        version, _, build = written[1:].partition("=")
        return f"={version}", build
    if written[:1].isdigit():
        return f"=={written}", ""
    return written.replace(" ", ""), ""


def _is_exact(version: str) -> bool:
    if "*" in version or any(mark in version for mark in ",|<>!~"):
        return False
    return version.startswith("==") or (version.startswith("=") and version.count(".") >= 2)


def _pip_items(entry: Entry) -> list[RequirementItem]:
    text, span = entry.text, entry.span
    width = len(text) + 2 * entry.is_quoted
    is_plain = span.line == span.end_line and span.end_column - span.column == width

    def place(start: int, end: int) -> Span:
        if not is_plain:
            return span
        first = span.column + entry.is_quoted
        return Span(span.line, first + start, span.line, first + end)

    before, mark, comment = f" {text}".partition(" #")
    return list(items_of(before[1:], place, comment.strip() if mark else ""))


def _pair(entry: Entry) -> Span:
    start = entry.key_span or entry.span
    return Span(start.line, start.column, entry.span.end_line, entry.span.end_column)
