"""Import resolution: what a name stands for across files. Nothing is imported."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.module_places import ModulePlaces
from repro_check.project.self_imports import imports_itself
from repro_check.project.stars import Stars
from repro_check.sources.expressions import CallRef, Name
from repro_check.sources.python import MODULE, Assignment, Class, Function, Import
from repro_check.sources.scopes import imported_name

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_DEEPEST = 12
_PLAIN = frozenset({"=", ":", "with"})


class Symbol(msgspec.Struct, frozen=True, cache_hash=True):
    """What a name stands for.

    Attributes:
        kind: "function", "class" or "module" of this repository, "instance" of such a class,
            "attribute" for what cannot be seen of such a function or class (`train.remote`),
            "external" for anything that an outside import or a builtin brings.
        path: the defining file; "" for external names.
        name: the qualified name inside the file; the dotted name for external ones.
    """

    kind: str
    path: str
    name: str


class Modules:
    """The modules of a repository.

    Args:
        files: its Python files by path.
    """

    def __init__(self, files: Mapping[str, PythonFile]) -> None:
        self._files = files
        self._places = ModulePlaces(files)
        self._definitions: dict[str, dict[str, str]] = {}
        self._functions: dict[str, dict[str, list[Function]]] = {}
        self._classes: dict[str, dict[str, Class]] = {}
        self._prefixes: dict[str, dict[int, str]] = {}
        self._aliases: dict[str, dict[str, Import]] = {}
        self._stars = Stars(files, self.find)
        self._owners: dict[tuple[str, str], list[str]] = {}
        self._starred: dict[tuple[str, str, int], Symbol | None] = {}
        self._methods: dict[str, dict[str, list[Function]]] = {}
        self._around: dict[tuple[str, int], Symbol | None] = {}
        self._members: dict[Symbol, dict[str, Symbol]] = {}
        self._resolved: dict[tuple[str, str, int], Symbol | None] = {}
        self._imported: dict[tuple[str, str], tuple[str, ...]] = {}
        self._imports: dict[str, frozenset[str]] = {}
        self._dotted: dict[tuple[str, str], Symbol | None] = {}

    def find(self, module: str, importer: str) -> str | None:
        """The path of the file that a module name means in a file, or None if it is not ours.

        Args:
            module: dotted, with leading dots when relative.
            importer: path of the importing file.
        """
        return self._places.find(module, importer)

    def may_be_own(self, module: str) -> bool:
        """Whether a module name may mean a file of this repository, by its first part."""
        return self._places.may_be_own(module)

    def imported(self, importer: str, item: Import) -> Sequence[str]:
        """The files whose top levels an import runs: those of the packages around it, too."""
        if not self.may_be_own(item.module):
            return ()
        key = (importer, item.module)
        if key not in self._imported:
            self._imported[key] = tuple(self._packages(importer, item.module))
        around = self._imported[key]
        if not item.name or item.name == "*":
            return around
        inside = self.find(imported_name(item), importer)
        return (*around, inside) if inside and inside != importer else around

    def imports(self, file: PythonFile) -> frozenset[str]:
        """The files whose top levels all the imports of a file run."""
        known = self._imports.get(file.path)
        if known is None:
            known = self._imports[file.path] = frozenset(
                path for item in file.facts.imports for path in self.imported(file.path, item)
            )
        return known

    def _packages(self, importer: str, module: str) -> Iterator[str]:
        """The files of a module, and of the packages around it."""
        plain = module.lstrip(".")
        dots = module[: len(module) - len(plain)]
        names = plain.split(".") if plain else []
        for end in range(0 if dots else 1, len(names) + 1):
            found = self.find(dots + ".".join(names[:end]), importer)
            if found and found != importer:
                yield found

    def resolve(self, file: PythonFile, name: str, block: int, depth: int = 0) -> Symbol | None:
        """What a dotted name stands for where it is written; None where that cannot be seen."""
        if depth > 1:
            return self._resolve(file, name, block, depth)
        # every name means the same throughout a scope
        key = (file.path, name, file.scopes.scope(block))
        if key not in self._resolved:
            self._resolved[key] = self._resolve(file, name, block, depth)
        return self._resolved[key]

    def _resolve(self, file: PythonFile, name: str, block: int, depth: int) -> Symbol | None:
        if depth > _DEEPEST or not name:
            return None
        target = file.scopes.target(name, block)
        if target.startswith("builtins."):
            return Symbol("external", "", target)
        if target:
            return self.resolve_dotted(file, target, depth + 1)
        root, _, rest = name.partition(".")
        if root in {"self", "cls"}:
            return self._own_member(file, rest, block)
        scope = file.scopes.binding(root, block)
        if scope < 0:
            return self._from_stars(file, name, depth) if file.scopes.has_star else None
        prefix = self._prefixes_of(file).get(scope)
        found = None if prefix is None else self._member(file, prefix + root, rest, depth)
        return found or self._variable(file, root, rest, scope, depth)

    def resolve_dotted(self, file: PythonFile, dotted: str, depth: int = 0) -> Symbol | None:
        """What an absolute or relative dotted name stands for, seen from a file."""
        if depth > 1:
            return self._resolve_dotted(file, dotted, depth)
        key = (file.path, dotted)
        if key not in self._dotted:
            self._dotted[key] = self._resolve_dotted(file, dotted, depth)
        return self._dotted[key]

    def _resolve_dotted(self, file: PythonFile, dotted: str, depth: int) -> Symbol | None:
        if depth > _DEEPEST:
            return None
        dots = dotted[: len(dotted) - len(dotted.lstrip("."))]
        names = [name for name in dotted[len(dots) :].split(".") if name]
        if not dots and names and not self.may_be_own(names[0]):
            return Symbol("external", "", dotted)
        for cut in range(len(names), -1 if dots else 0, -1):
            path = self.find(dots + ".".join(names[:cut]), file.path)
            if path is None or (path == file.path and cut == len(names) and not dots):
                continue
            if cut == len(names):
                return Symbol("module", path, "")
            found = self._lookup(self._files[path], ".".join(names[cut:]), depth + 1)
            if found:
                return found
        if len(names) > 1 and not dots and imports_itself(file, names[0]):
            found = self._member(file, names[1], ".".join(names[2:]), depth + 1)
            if found:
                return found
        return None if dots else Symbol("external", "", dotted)

    def methods(self, symbol: Symbol) -> Iterator[tuple[str, Function]]:
        """(path, method) of a class of this repository, its own before the inherited ones."""
        lineage = [symbol]
        for current in lineage:  # grows while it is walked
            file = self._files[current.path]
            for function in self._methods_of(file).get(current.name, ()):
                yield file.path, function
            for base in self.bases(file, current.name):
                if base.kind == "class" and base not in lineage:
                    lineage.append(base)

    def bases(self, file: PythonFile, qualname: str) -> Iterable[Symbol]:
        """What the bases of a class stand for."""
        item = self._classes_of(file).get(qualname)
        if item is not None:
            outer = file.facts.blocks[item.block].parent
            for base in item.bases:
                if isinstance(base, Name):
                    found = self.resolve(file, base.name, outer, 1)
                    if found:
                        yield found

    def functions(self, symbol: Symbol) -> Iterable[Function]:
        """The definitions of a function, or of one's attribute: several in branches, overloads."""
        if symbol.kind not in {"function", "attribute"}:
            return ()
        return self._functions_of(self._files[symbol.path]).get(symbol.name, ())

    def function(self, symbol: Symbol) -> Function | None:
        """The last definition behind a symbol of kind "function"."""
        found = tuple(self.functions(symbol)) if symbol.kind == "function" else ()
        return found[-1] if found else None

    # -- inside one file ------------------------------------------------------------------------

    def _lookup(
        self, file: PythonFile, name: str, depth: int, *, with_stars: bool = True
    ) -> Symbol | None:
        root, _, rest = name.partition(".")
        found = self._member(file, root, rest, depth)
        if found:
            return found
        item = self._aliases_of(file).get(root)
        if item is not None:
            target = imported_name(item) + (f".{rest}" if rest else "")
            return self.resolve_dotted(file, target, depth + 1)
        folder = posixpath.dirname(file.path)
        if file.path.endswith("__init__.py"):
            path = self._places.file_at(f"{folder}/{root}")
            if path and path != file.path:
                if not rest:
                    return Symbol("module", path, "")
                return self._lookup(self._files[path], rest, depth + 1)
        found = self._variable(file, root, rest, MODULE, depth)
        return found or (self._from_stars(file, name, depth) if with_stars else None)

    def _member(self, file: PythonFile, qualname: str, rest: str, depth: int) -> Symbol | None:
        kind = self._definitions_of(file).get(qualname)
        if kind is None:
            return None
        symbol = Symbol(kind, file.path, qualname)
        if not rest:
            return symbol
        found = self.method(symbol, rest) if kind == "class" and depth <= _DEEPEST else None
        return found or Symbol("attribute", file.path, qualname)

    def method(self, symbol: Symbol, name: str) -> Symbol | None:
        """The method of this name of a class of this repository, its own or an inherited one."""
        known = self._members.get(symbol)
        if known is None:
            known = self._members[symbol] = {}
            for path, method in self.methods(symbol):
                last = method.qualname.rpartition(".")[2]
                known.setdefault(last, Symbol("function", path, method.qualname))
        return known.get(name)

    def _own_member(self, file: PythonFile, rest: str, block: int) -> Symbol | None:
        key = (file.path, file.scopes.scope(block))
        if key not in self._around:
            self._around[key] = self._class_around(file, block)
        owner = self._around[key]
        return self.method(owner, rest) if owner and rest else None

    def _class_around(self, file: PythonFile, block: int) -> Symbol | None:
        function = file.facts.function_of(block)
        owner = function.qualname.rpartition(".")[0] if function else ""
        while owner and self._definitions_of(file).get(owner) != "class":
            owner = owner.rpartition(".")[0]
        return Symbol("class", file.path, owner) if owner else None

    def _variable(
        self, file: PythonFile, root: str, rest: str, scope: int, depth: int
    ) -> Symbol | None:
        """The class or function behind a variable that is bound once, to a call or to a name."""
        binding = self._only_binding(file, root, scope)
        value = None if binding is None else binding.value
        if binding is not None and isinstance(value, Name) and value.name.partition(".")[0] != root:
            name = f"{value.name}.{rest}".rstrip(".")
            found = self.resolve(file, name, binding.block, depth + 1)
            return found if found and found.kind != "module" else None
        if not isinstance(value, CallRef):
            return None
        call = file.facts.calls[value.index]
        if call.receiver is not None:
            return None
        made = self.resolve(file, call.name, call.block, depth + 1)
        if made is None:
            return None
        if made.kind == "class":
            return self.method(made, rest) if rest else Symbol("instance", made.path, made.name)
        if made.kind == "external":
            return Symbol("external", "", f"{made.name}().{rest}" if rest else f"{made.name}()")
        return None

    def _only_binding(self, file: PythonFile, root: str, scope: int) -> Assignment | None:
        """The assignment of a variable that is assigned once, and alone."""
        bound = file.scopes.assignments(root, scope)
        chosen = [item for item in bound if item.kind in _PLAIN] if bound else ()
        if len(chosen) != 1 or len(chosen[0].targets) != 1:
            return None
        return chosen[0] if isinstance(chosen[0].targets[0], Name) else None

    def _from_stars(self, file: PythonFile, name: str, depth: int) -> Symbol | None:
        key = (file.path, name, depth)
        if key not in self._starred:
            self._starred[key] = None
            for path in self._star_owners(file, name.partition(".")[0]):
                found = self._lookup(self._files[path], name, depth + 1, with_stars=False)
                if found:
                    self._starred[key] = found
                    break
        return self._starred[key]

    def _star_owners(self, file: PythonFile, root: str) -> list[str]:
        """Those of the files behind `import *` that may bind a plain name."""
        key = (file.path, root)
        if key not in self._owners:
            self._owners[key] = [
                path
                for path in self._stars.sources(file)
                if path.endswith("__init__.py")
                or root in self._definitions_of(self._files[path])
                or root in self._aliases_of(self._files[path])
                or self._files[path].scopes.assignments(root, MODULE)
            ]
        return self._owners[key]

    def _aliases_of(self, file: PythonFile) -> dict[str, Import]:
        """The first import of a file by the name that it binds."""
        known = self._aliases.get(file.path)
        if known is None:
            known = self._aliases[file.path] = {}
            for item in file.facts.imports:
                if item.name != "*":
                    known.setdefault(item.alias, item)
        return known

    def _prefixes_of(self, file: PythonFile) -> dict[int, str]:
        """What qualified names begin with, by the block of the scope in which they are defined."""
        known = self._prefixes.get(file.path)
        if known is None:
            known = self._prefixes[file.path] = {MODULE: ""}
            known.update((item.block, f"{item.qualname}.") for item in file.facts.functions)
            known.update((item.block, f"{item.qualname}.") for item in file.facts.classes)
        return known

    def _definitions_of(self, file: PythonFile) -> dict[str, str]:
        known = self._definitions.get(file.path)
        if known is None:
            known = dict.fromkeys(self._functions_of(file), "function")
            known.update(dict.fromkeys(self._classes_of(file), "class"))
            known.pop("", None)
            self._definitions[file.path] = known
        return known

    def _functions_of(self, file: PythonFile) -> dict[str, list[Function]]:
        known = self._functions.get(file.path)
        if known is None:
            known = self._functions[file.path] = {}
            for function in file.facts.functions:
                known.setdefault(function.qualname, []).append(function)
        return known

    def _classes_of(self, file: PythonFile) -> dict[str, Class]:
        known = self._classes.get(file.path)
        if known is None:
            known = {item.qualname: item for item in file.facts.classes}
            self._classes[file.path] = known
        return known

    def _methods_of(self, file: PythonFile) -> dict[str, list[Function]]:
        """The functions of a file by the class (or function) that they are written in."""
        known = self._methods.get(file.path)
        if known is None:
            known = self._methods[file.path] = {}
            for function in file.facts.functions:
                owner = function.qualname.rpartition(".")[0]
                while owner:
                    known.setdefault(owner, []).append(function)
                    owner = owner.rpartition(".")[0]
        return known
