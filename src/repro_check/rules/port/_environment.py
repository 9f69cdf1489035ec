"""Where a program sets an environment variable."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.sources.expressions import Collection, Expression, Literal, Name, Subscript


class EnvironmentSetting(msgspec.Struct, frozen=True):
    """One statement that sets a variable, and to what."""

    value: Expression
    block: int
    span: Span


def environment_settings(file: PythonFile, variable: str) -> Iterator[EnvironmentSetting]:
    """The places where a file sets an environment variable, `setdefault` left out.

    Args:
        file: the file.
        variable: the variable's name.
    """
    for item in file.facts.assignments:
        for target in item.targets:
            if (
                item.value is not None
                and item.kind == "="
                and isinstance(target, Subscript)
                and isinstance(target.index, Literal)
                and target.index.value == variable
                and isinstance(target.base, Name)
                and file.scopes.target(target.base.name, item.block) == "os.environ"
            ):
                yield EnvironmentSetting(item.value, item.block, item.span)
    for call in file.facts.calls_to("os.putenv"):
        if (
            len(call.args) == 2
            and isinstance(call.args[0], Literal)
            and call.args[0].value == variable
        ):
            yield EnvironmentSetting(call.args[1], call.block, call.span)
    for call in file.facts.calls_to("os.environ.update"):
        given = call.keyword(variable)
        if given is not None:
            yield EnvironmentSetting(given, call.block, call.span)
        for table in call.args:
            if isinstance(table, Collection) and table.kind == "dict":
                for key, value in zip(table.keys, table.items, strict=True):
                    if isinstance(key, Literal) and key.value == variable:
                        yield EnvironmentSetting(value, call.block, call.span)
