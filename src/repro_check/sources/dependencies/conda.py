"""What a conda environment file declares, its `pip:` list included."""

from __future__ import annotations

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts
from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.model import Declared, ManifestFacts, Role
from repro_check.sources.dependencies.pip import declared_items
from repro_check.sources.dependencies.specifiers import conda_specifier
from repro_check.sources.environment import CondaDependency, conda_dependency, read_environment

_PIP_OPTIONS = frozenset({"--index-url", "--extra-index-url", "--find-links"})


def read_conda(facts: ConfigFacts) -> ManifestFacts:
    """What an `environment.yml` declares; Python itself is its `python`, not one of `declared`."""
    environment = read_environment(facts)
    found = [one for one in environment.dependencies if one.name and not one.name.startswith("_")]
    python = next((one for one in found if one.name == "python"), None)
    declared = [declared_conda(one) for one in found if one.name != "python"]
    declared.extend(declared_items(environment.pip))
    declared.sort(key=lambda one: (one.span.line, one.span.column))
    return ManifestFacts(
        tool="conda",
        declared=tuple(declared),
        python=conda_specifier(python.version) if python else "",
        python_span=python.span if python else None,
        indexes=tuple(item.url for item in environment.pip if item.name in _PIP_OPTIONS),
        includes=tuple(item.url for item in environment.pip if item.kind == "include"),
        constraints=tuple(item.url for item in environment.pip if item.kind == "constraint"),
    )


def declared_conda(
    dependency: CondaDependency, *, role: Role = "runtime", group: str = "", marker: str = ""
) -> Declared:
    """One conda dependency as a distribution."""
    return Declared(
        name=pypi_name(dependency.name),
        text=dependency.text,
        span=dependency.span,
        specifier=conda_specifier(dependency.version),
        marker=marker,
        role=role,
        group=group,
        origin="conda",
        is_pinned=dependency.is_pinned,
    )


def declared_match(
    text: str, span: Span, *, role: Role = "runtime", group: str = ""
) -> Declared | None:
    """The dependency of a match specification such as `numpy=1.21`; None if it is none."""
    one = conda_dependency(text, span)
    return declared_conda(one, role=role, group=group) if one.name else None
