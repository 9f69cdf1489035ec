"""Follows one config on its way through the code, and notes the keys that are read of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import Node
from repro_check.project.experiments.loading.importers import Importers
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.reading.chains import Use, Uses, Way
from repro_check.project.experiments.reading.key_reads import UNSEEN, Handed, KeyReads, Read
from repro_check.project.origins.bindings import Keys
from repro_check.sources.expressions import Collection, Expression, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from repro_check.project.callers import CallSite
    from repro_check.project.calls import Target
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_MOST_STEPS = 4_000
_MOST_KEYS = 40
# these show or keep the whole config, and read none of its keys
_SHOWS = pattern(
    r"(^|\.)(print|pprint|rich_print|to_yaml|resolve|set_struct|set_readonly|save|dump|dumps|info|debug|"
    r"warning|isinstance|len|type|str|repr|bool|is_config|is_dict|log_params|pretty_text|format)$"
)


def _is_dark(key: str | int | None) -> bool:
    """Whether a key is not known, or gives all that there is (`cfg.__dict__`)."""
    return key is None or (isinstance(key, str) and key.startswith("__"))


class _Held(msgspec.Struct, frozen=True):
    """A name of a file that holds a part of the config; `attribute` of `self` where it is one."""

    path: str
    scope: int
    root: str
    keys: Keys
    inside: Keys = ()


class Follow:
    """One config on its way through the code.

    Args:
        project: the repository.
        uses: the uses of names and calls in a file.
        importers: who imports what.
    """

    def __init__(
        self, project: Project, uses: Callable[[PythonFile], Uses], importers: Importers
    ) -> None:
        self._project = project
        self._uses = uses
        self._importers = importers
        self._found: dict[Read, None] = {}
        self._handed: dict[Handed, None] = {}
        self._seen: set[_Held] = set()
        self._waiting: list[_Held] = []
        self._is_followed = True

    def of(self, loader: Loader) -> KeyReads:
        """Follow what a loader loads."""
        if not self._start(loader):
            return UNSEEN
        steps = 0
        while self._waiting:
            held = self._waiting.pop()
            steps += 1
            if steps > _MOST_STEPS:
                return UNSEEN
            file = self._project.python[held.path]
            for use in self._uses(file).of(held.scope, held.root):
                if use.keys[: len(held.inside)] == held.inside:
                    rest = use.keys[len(held.inside) :]
                    self._use(file, use, (*held.keys, *rest))
                elif use.way is Way.ASSIGNED and not use.keys and held.root.startswith("#"):
                    self._unpacked(file, use, held)
        return KeyReads(tuple(self._found), tuple(self._handed), self._is_followed)

    def _start(self, loader: Loader) -> bool:
        file = self._project.python[loader.path]
        call = file.facts.calls[loader.call]
        if loader.kind is LoaderKind.HYDRA:
            function = file.facts.function_of(loader.function.block)
            if function is None or function.block != loader.function.block:
                return False
            if not function.parameters:
                return False
            self._hold(_Held(file.path, function.block, function.parameters[0].name, ()))
        elif loader.kind is LoaderKind.YACS:
            owner = call.name.rpartition(".")[0]
            if call.receiver is not None or not owner or "." in owner:
                return False
            scope = file.scopes.binding(owner, call.block)
            self._hold(_Held(file.path, scope, owner, ()))
        elif loader.kind in {
            LoaderKind.LIGHTNING,
            LoaderKind.JSONARGPARSE,
            LoaderKind.ML_COLLECTIONS,
        }:
            return False
        else:
            self._hold(_Held(file.path, -1, f"#{loader.call}", ()))
        return True

    def _hold(self, held: _Held) -> None:
        if held not in self._seen and len(held.keys) < 40:
            self._seen.add(held)
            self._waiting.append(held)
            if held.scope == MODULE:
                self._hold_elsewhere(held)

    def _hold_elsewhere(self, held: _Held) -> None:
        """Go on where other files import a name of a module's top level."""
        for item in self._importers.of(held.path, held.root):
            if item.alias == "*":
                self._is_followed = False
                continue
            scopes = self._project.python[item.path].scopes
            scope = scopes.binding(item.alias, item.block)
            inside = (*item.inside, *held.inside)
            self._hold(_Held(item.path, scope, item.alias, held.keys, inside))

    def _use(self, file: PythonFile, use: Use, keys: Keys) -> None:
        dark = next((at for at, key in enumerate(keys) if _is_dark(key)), -1)
        if dark >= 0:
            if use.way is not Way.WRITTEN:
                self._hand(file, use, keys[:dark], "")
            return
        match use.way:
            case Way.WRITTEN:
                return
            case Way.ASSIGNED:
                self._assigned(file, use, keys)
            case Way.ARGUMENT:
                self._argument(file, use, keys)
            case Way.RETURNED:
                self._returned(file, use, keys)
            case Way.METHOD:
                self._method(file, use, keys)
            case Way.ITERATED | Way.HELD:
                self._hand(file, use, keys, "")
            case Way.VALUE:
                self._read(file, use, keys, is_whole=True)

    def _read(self, file: PythonFile, use: Use, keys: Keys, *, is_whole: bool) -> None:
        if keys:
            made = Read(keys, file.path, use.span, use.has_default, is_whole)
            self._found.setdefault(made)

    def _hand(self, file: PythonFile, use: Use, keys: Keys, to: str) -> None:
        self._read(file, use, keys, is_whole=True)
        self._handed.setdefault(Handed(keys, file.path, use.span, to))

    def _assigned(self, file: PythonFile, use: Use, keys: Keys) -> None:
        item = file.facts.assignments[use.place]
        self._read(file, use, keys, is_whole=False)
        for target in item.targets:
            if not isinstance(target, Name) or item.kind not in {"=", ":", "with"}:
                self._hand(file, use, keys, "")
                continue
            root, _, rest = target.name.partition(".")
            if not rest:
                scope = file.scopes.binding(root, item.block)
                self._hold(_Held(file.path, scope, root, keys))
            elif root in {"self", "cls"} and "." not in rest:
                self._on_self(file, item.block, rest, keys)
            else:
                self._hand(file, use, keys, target.name)

    def _unpacked(self, file: PythonFile, use: Use, held: _Held) -> None:
        """`args, cfg = parse()`, where the call returns several values of which one is held."""
        item = file.facts.assignments[use.place]
        for target in item.targets:
            inside = held.inside
            part: Expression | None = target
            if isinstance(target, Collection):
                at = inside[0] if isinstance(inside[0], int) else -1
                part = target.items[at] if 0 <= at < len(target.items) else None
                inside = ()
            if isinstance(part, Name) and "." not in part.name:
                scope = file.scopes.binding(part.name, item.block)
                self._hold(_Held(file.path, scope, part.name, held.keys, inside))
            else:
                self._hand(file, use, held.keys, "")

    def _on_self(self, file: PythonFile, block: int, attribute: str, keys: Keys) -> None:
        """Go on in all methods of the class, and of those that inherit from it, that ask `self`."""
        function = file.facts.function_of(block)
        owner = function.qualname.rpartition(".")[0] if function is not None else ""
        for path, name in self._family(file.path, owner):
            other = self._project.python[path]
            for method in other.facts.functions:
                if method.qualname.rpartition(".")[0] == name and method.parameters:
                    first = method.parameters[0].name
                    self._hold(_Held(path, method.block, first, keys, (attribute,)))

    def _family(self, path: str, owner: str) -> list[tuple[str, str]]:
        """A class with all that it inherits from and all that inherit from it."""
        family = [(path, owner)]
        for known in family:  # grows while it is walked
            file = self._project.python[known[0]]
            for base in self._project.modules.bases(file, known[1]):
                if base.kind == "class" and (base.path, base.name) not in family:
                    family.append((base.path, base.name))
        for known in family:  # grows while it is walked
            for child in self._children.get(known, ()):
                if child not in family:
                    family.append(child)
        return family

    @cached_property
    def _children(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for file in self._project.python.readable(Role.PRODUCT):
            for item in file.facts.classes:
                for base in self._project.modules.bases(file, item.qualname):
                    if base.kind == "class":
                        here = (file.path, item.qualname)
                        found.setdefault((base.path, base.name), []).append(here)
        return found

    def _argument(self, file: PythonFile, use: Use, keys: Keys) -> None:
        call = file.facts.calls[use.place]
        name = call.target or call.name
        if _SHOWS.search(name):
            self._read(file, use, keys, is_whole=bool(keys))
            return
        sure = [t for t in self._project.callers.targets(file.path, call) if t.is_sure and t.call]
        if not sure or use.argument == "":
            self._hand(file, use, keys, name)
            return
        self._read(file, use, keys, is_whole=False)
        for target in sure:
            if not self._into(target, call, use, keys):
                self._hand(file, use, keys, name)

    def _into(self, target: Target, call: Call, use: Use, keys: Keys) -> bool:
        """Go on with the parameter that gets the argument; whether there is one."""
        other = self._project.python[target.node.path]
        function = other.facts.function_of(target.node.block)
        if function is None or target.call is not call or call.unpacks:
            return False
        names = [item.name for item in function.parameters if item.kind == ""]
        if isinstance(use.argument, int):
            at = use.argument + target.is_bound
            name = names[at] if at < len(names) else ""
        else:
            name = next((p.name for p in function.parameters if p.name == use.argument), "")
        if not name:
            return False
        self._hold(_Held(other.path, function.block, name, keys))
        return True

    def _returned(self, file: PythonFile, use: Use, keys: Keys) -> None:
        self._read(file, use, keys, is_whole=False)
        function = file.facts.function_of(use.block)
        if function is None:
            return
        if file.facts.blocks[file.scopes.scope(use.block)].kind != "function":
            self._hand(file, use, keys, "")
            return
        sites = self._project.callers.calls_of(Node(file.path, function.block))
        if not sites:
            self._hand(file, use, keys, function.qualname)
        inside: Keys = (use.argument,) if use.argument != -1 else ()
        for site in sites:
            self._at_site(site, keys, inside)

    def _at_site(self, site: CallSite, keys: Keys, inside: Keys) -> None:
        facts = self._project.python[site.path].facts
        index = next((at for at, call in enumerate(facts.calls) if call is site.call), -1)
        self._hold(_Held(site.path, -1, f"#{index}", keys, inside))

    def _method(self, file: PythonFile, use: Use, keys: Keys) -> None:
        """A method of the config (`cfg.items()`), or a value that is itself called or asked."""
        call = file.facts.calls[use.place]
        last = call.name.rpartition(".")[2]
        if last in {"update", "merge_from_file", "merge_from_list", "freeze", "defrost", "clone"}:
            if last == "clone":
                self._hand(file, use, keys, last)
            return
        if _SHOWS.search(last):
            self._read(file, use, keys, is_whole=bool(keys))
        else:
            self._hand(file, use, keys, last)
