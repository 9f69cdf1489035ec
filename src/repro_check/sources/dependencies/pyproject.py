"""What a pyproject.toml or a pixi.toml declares, whichever tools it is written for.

Standards: https://packaging.python.org/en/latest/specifications/pyproject-toml/ (PEP 621, PEP 518) and
https://packaging.python.org/en/latest/specifications/dependency-groups/ (PEP 735).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts
from repro_check.sources.dependencies.groups import group_requirements
from repro_check.sources.dependencies.model import Declared, ManifestFacts
from repro_check.sources.dependencies.pip import declared_items, declared_text
from repro_check.sources.dependencies.pixi import read_pixi
from repro_check.sources.dependencies.poetry import poetry_declared, poetry_indexes, poetry_python
from repro_check.sources.dependencies.specifiers import poetry_specifier
from repro_check.sources.dependencies.tree import Node, tree
from repro_check.sources.dependencies.uv import uv_constraints, uv_indexes, with_uv_sources
from repro_check.sources.requirement_item import items_of

_DYNAMIC = frozenset({"dependencies", "optional-dependencies"})


def read_pyproject(facts: ConfigFacts) -> ManifestFacts:
    """What a pyproject.toml declares, of all its tables."""
    top = tree(facts)
    project, tools = top.at("project"), top.at("tool")
    uv, poetry = tools.at("uv"), tools.at("poetry")
    declared = with_uv_sources(
        [*_standard(project), *group_requirements(top.at("dependency-groups")), *_uv_dev(uv)],
        uv.at("sources"),
    )
    found = _located_by_poetry(list(declared), list(poetry_declared(poetry)))
    found += [*_pdm(tools.at("pdm")), *_hatch(tools.at("hatch")), *uv_constraints(uv)]
    found += _build(top.at("build-system"))
    pixi = read_pixi(tools.at("pixi")) if tools.at("pixi") else None
    found += pixi.declared if pixi else ()
    found.sort(key=lambda one: (one.span.line, one.span.column))
    python = project.at("requires-python") or poetry_python(poetry)
    specifier, span = _python(python, is_poetry=not project.at("requires-python"))
    if not specifier and pixi:
        specifier, span = pixi.python, pixi.python_span
    return ManifestFacts(
        tool=_tool(top),
        declared=tuple(found),
        python=specifier,
        python_span=span if specifier else None,
        is_dynamic=any(each.text in _DYNAMIC for each in project.at("dynamic").strings()),
        indexes=tuple(
            dict.fromkeys(
                [
                    *uv_indexes(uv),
                    *poetry_indexes(poetry),
                    *poetry_indexes(tools.at("pdm")),
                    *(pixi.indexes if pixi else ()),
                ]
            )
        ),
        includes=tuple(_includes(tools)),
    )


def _tool(top: Node) -> str:
    """What reads the file; the tool that manages the environment before the one that builds."""
    tools = top.at("tool")
    has_standard = bool(top.at("project", "dependencies"))
    if tools.at("poetry") and not has_standard:
        return "poetry"
    for name in ("pixi", "uv", "pdm", "poetry", "hatch"):
        if tools.at(name):
            return name
    return "pep621"


def _python(given: Node, *, is_poetry: bool) -> tuple[str, Span | None]:
    text = given.text or given.at("version").text
    return (poetry_specifier(text) if is_poetry else text.strip()), given.span


def _standard(project: Node) -> Iterator[Declared]:
    for each in project.at("dependencies").strings():
        one = declared_text(each.text, each.span)
        if one is not None:
            yield one
    for extra, items in project.at("optional-dependencies").named():
        for each in items.strings():
            one = declared_text(each.text, each.span, role="extra", group=extra)
            if one is not None:
                yield one


def _build(system: Node) -> Iterator[Declared]:
    for each in system.at("requires").strings():
        one = declared_text(each.text, each.span, role="build")
        if one is not None:
            yield one


def _uv_dev(uv: Node) -> Iterator[Declared]:
    for each in uv.at("dev-dependencies").strings():
        one = declared_text(each.text, each.span, role="group", group="dev")
        if one is not None:
            yield one


def _pdm(pdm: Node) -> Iterator[Declared]:
    for group, items in pdm.at("dev-dependencies").named():
        for each in items.strings():
            # a local project stands here as pip writes it: `-e file:///${PROJECT_ROOT}/x#egg=x`
            found = items_of(each.text, partial(_at, each.span))
            yield from declared_items(found, role="group", group=group)


def _at(span: Span, _start: int, _end: int) -> Span:
    return span


def _hatch(hatch: Node) -> Iterator[Declared]:
    for name, environment in hatch.at("envs").named():
        for key in ("dependencies", "extra-dependencies"):
            for each in environment.at(key).strings():
                one = declared_text(each.text, each.span, role="group", group=name)
                if one is not None:
                    yield one


def _located_by_poetry(declared: list[Declared], poetry: list[Declared]) -> list[Declared]:
    """With Poetry 2 its own table only says where standard dependencies come from."""
    standard = {one.name for one in declared if one.role in {"runtime", "extra"}}
    places = {one.name: one for one in poetry if one.origin != "index"}
    kept = [one for one in poetry if one.name not in standard or one.role == "group"]
    return [
        (
            msgspec.structs.replace(
                one, origin=place.origin, url=place.url, is_pinned=place.is_pinned
            )
            if one.origin == "index" and (place := places.get(one.name)) is not None
            else one
        )
        for one in declared
    ] + kept


def _includes(tools: Node) -> Iterator[str]:
    """The files from which setuptools and hatch plug-ins take dynamic dependencies."""
    dynamic = tools.at("setuptools", "dynamic")
    tables = [dynamic.at("dependencies")]
    tables += [given for _, given in dynamic.at("optional-dependencies").named()]
    for table in tables:
        yield from (each.text for each in table.at("file").strings())
    files = tools.at("hatch", "metadata", "hooks", "requirements_txt", "files")
    yield from (each.text for each in files.strings())
