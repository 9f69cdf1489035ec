"""The configs that code registers in Hydra's ConfigStore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.project.experiments.hydra.repository import Stored
from repro_check.sources.expressions import Literal
from repro_check.sources.kinds import Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.expressions import Expression

_STORE = pattern(r"(^|\.)(hydra_plugins|hydra\.core\.config_store|hydra_zen)(\.|$)")
_ELSEWHERE = pattern(r"^(hydra_zen|hydra_plugins)(\.|$)")


def stored_configs(project: Project) -> Stored:
    """The names that calls of `ConfigStore.store` register (`group/name`), as far as they are told.

    https://hydra.cc/docs/1.3/tutorials/structured_config/config_store/
    """
    names: set[str] = set()
    is_complete = True
    for file in project.python.readable(Role.PRODUCT):
        modules = {item.module for item in file.facts.imports}
        if not any(_STORE.search(module) for module in modules):
            continue
        is_complete = is_complete and not any(_ELSEWHERE.search(module) for module in modules)
        for call in file.facts.calls:
            if call.name.rpartition(".")[2] == "store":
                name = _text(file, call.argument(0, "name"), call.block)
                given = call.argument(2, "group")
                group = "" if given is None else _text(file, given, call.block)
                if name is None or group is None or call.unpacks:
                    is_complete = False
                else:
                    names.add(f"{group}/{name}".strip("/").removesuffix(".yaml"))
    return Stored(frozenset(names), is_complete)


def _text(file: PythonFile, expression: Expression | None, block: int) -> str | None:
    if isinstance(expression, Literal) and expression.value is None:
        return ""
    return file.constants.text(expression, block)
