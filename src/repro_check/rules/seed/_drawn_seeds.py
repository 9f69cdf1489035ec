"""Seeds that every run draws anew, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Related, Span
from repro_check.project.files import PythonFile
from repro_check.project.libraries import drawn_by, makes_generator
from repro_check.project.origins import Origin, OriginKind, Provenance, Summary, is_generator_draw
from repro_check.project.origins.guards import guards_around
from repro_check.project.project import Project
from repro_check.rules.seed._seeder_calls import (
    RESEEDING,
    SeederCall,
    is_seeded_anywhere,
    outside_name,
    seeder_calls,
)
from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

_SEED = pattern(r"seed|random_state", re.IGNORECASE)
# what answers requests draws on purpose
_SERVICE = pattern(
    r"(fastapi|flask|gradio|streamlit|starlette|django|uvicorn|litserve|litestar|sanic|bottle|aiohttp|"
    r"chainlit|telegram|discord)(\.|$)"
)
_KEYWORDS = ("random_state", "random_seed", "seed")


class DrawnSeed(msgspec.Struct, frozen=True):
    """A seed that is drawn.

    Attributes:
        span: where it is drawn, if that is in this file, else where it is given to the seeder.
        seeder: what it is given to.
        source: the dotted name of what it is drawn from.
        is_optional: whether somebody can give a seed instead.
        is_held: whether it is kept in an object, which may be saved as a whole.
        told: the other places of it.
    """

    span: Span
    seeder: str
    source: str
    is_optional: bool
    is_held: bool
    is_recorded: bool
    told: tuple[Related, ...]


def drawn_seeds(file: PythonFile, project: Project) -> Iterator[DrawnSeed]:
    """The drawn seeds that the calls of a file are given, each drawing place once."""
    if any(_SERVICE.match(item.module) for item in file.facts.imports):
        return
    said: set[tuple[str, Span]] = set()
    for sink in _sinks(file, project):
        if isinstance(sink.seed, Literal):
            continue
        found = project.origins.provenance(file, sink.seed, sink.call.block)
        drawn = [origin for origin in found.drawn if not _is_repeatable(project, origin)]
        places = {(origin.path, origin.span) for origin in drawn}
        if found.summary not in {Summary.DRAWN, Summary.RECORDED} or not places - said:
            continue
        if sink.seeder is not None and _is_set_again(file, project, sink.seeder):
            continue
        said |= places
        yield _described(file, project, sink, found, drawn[0])


def undone_seeds(file: PythonFile, project: Project) -> Iterator[Call]:
    """The calls that seed anew from the operating system what the file gives a fixed seed."""
    again = [each for each in seeder_calls(file, project) if each.is_reseeding]
    return (each.call for each in again if _undoes(file, project, each))


class _Sink(msgspec.Struct, frozen=True):
    """A call that is given a seed; `seeder` is None where a keyword says that it is one."""

    call: Call
    name: str
    seed: Expression
    seeder: SeederCall | None = None


def _sinks(file: PythonFile, project: Project) -> Iterator[_Sink]:
    """All calls of outside libraries that are given a seed."""
    seeders = {id(each.call): each for each in seeder_calls(file, project)}
    for call in file.facts.calls:
        seeder = seeders.get(id(call))
        if seeder is not None:
            if seeder.seed is not None:
                yield _Sink(call, call.name, seeder.seed, seeder)
            continue
        for keyword in call.keywords:
            is_seed = keyword.name in _KEYWORDS and not isinstance(keyword.value, Literal)
            if is_seed and outside_name(file, project, call):
                yield _Sink(call, f"{call.name}({keyword.name}=...)", keyword.value)


def _described(
    file: PythonFile, project: Project, sink: _Sink, found: Provenance, origin: Origin
) -> DrawnSeed:
    is_here = origin.path == file.path
    is_asked = _is_asked_for(file, sink.call) or _is_asked_for(file, _call_at(file, origin))
    told = [Related(file.location(sink.seed.span), "the generator is seeded here")]
    if not is_here:
        place = project.python[origin.path].location(origin.span)
        told = [Related(place, f"`{origin.note}` is drawn here")]
    elif origin.span == sink.seed.span:
        told = []
    if found.recorded is not None:
        told.append(Related(found.recorded, "it is written down here"))
    return DrawnSeed(
        span=origin.span if is_here else sink.seed.span,
        seeder=sink.name,
        source=origin.note,
        is_optional=is_asked or any(o.kind is OriginKind.CONDITIONAL for o in found.origins),
        is_held=isinstance(sink.seed, Name) and "." in sink.seed.name.removeprefix("self."),
        is_recorded=found.recorded is not None,
        told=tuple(told),
    )


def _call_at(file: PythonFile, origin: Origin) -> Call | None:
    if origin.path != file.path:
        return None
    return next((call for call in file.facts.calls if call.span == origin.span), None)


def _is_asked_for(file: PythonFile, call: Call | None) -> bool:
    """Whether a call stands where a test says that no seed was given."""
    return call is not None and any(
        not guard.if_given and _SEED.search(getattr(guard.tested, "name", ""))
        for guard in guards_around(file.facts, call.block, MODULE)
    )


def _undoes(file: PythonFile, project: Project, again: SeederCall) -> bool:
    """Whether a fixed seed of the same generator is set in the same file."""
    return any(
        each.target in RESEEDING
        and each.families == again.families
        and each.seed is not None
        and not each.is_reseeding
        and project.origins.summary(file, each.seed, each.call.block) is Summary.FIXED
        for each in seeder_calls(file, project)
    )


def _is_set_again(file: PythonFile, project: Project, first: SeederCall) -> bool:
    """Whether the same generator is seeded again behind it, with something that is not drawn."""
    scope = file.scopes.scope(first.call.block)
    return bool(first.families) and any(
        each.families == first.families
        and each.target == first.target
        and each.call.span.line > first.call.span.line
        and file.scopes.scope(each.call.block) == scope
        and each.seed is not None
        and file.facts.is_inside(first.call.block, each.call.block)
        and not project.origins.provenance(file, each.seed, each.call.block).drawn
        for each in seeder_calls(file, project)
    )


def _is_repeatable(project: Project, origin: Origin) -> bool:
    """Whether a draw comes from a generator that is seeded somewhere, or is another rule's matter."""
    if makes_generator(origin.note):
        return True
    return is_generator_draw(origin.note) and any(
        is_seeded_anywhere(project, family) for family in drawn_by(origin.note)
    )
