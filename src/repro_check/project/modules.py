"""Import resolution: which file a module name means, and what a name stands for across files.

Nothing is imported. A module is looked for as Python would find it when a script is run (in the
importing file's folder), as an installed project would (from the root, or from `src`), and at last as
the only file whose path ends so, since research code often puts folders on `sys.path`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.sources.expressions import CallRef, Expression, Name
from repro_check.sources.python import MODULE, Assignment, Class, Function
from repro_check.sources.scopes import bound_names, imported_name

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_DEEPEST = 12


class Symbol(msgspec.Struct, frozen=True):
    """What a name stands for.

    Attributes:
        kind: "function", "class" or "module" of this repository, "instance" of such a class,
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
        self._paths = frozenset(files)  # asking the mapping itself would read the file
        self._by_tail: dict[str, list[str]] = {}
        for path in files:
            if path.endswith(".py"):
                tail = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
                self._by_tail.setdefault(tail, []).append(path)
        self._names = {part.removesuffix(".py") for path in files for part in path.split("/")}
        self._definitions: dict[str, dict[str, str]] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._methods: dict[str, dict[str, list[Function]]] = {}
        self._bindings: dict[str, dict[str, list[Assignment]]] = {}
        self._members: dict[Symbol, dict[str, Symbol]] = {}

    def find(self, module: str, importer: str) -> str | None:
        """The path of the file that a module name means in a file, or None if it is not ours.

        Args:
            module: dotted, with leading dots when relative.
            importer: path of the importing file.
        """
        key = (importer.rpartition("/")[0], module)
        if key not in self._found:
            self._found[key] = self._find(module, importer)
        return self._found[key]

    def _find(self, module: str, importer: str) -> str | None:
        folder = posixpath.dirname(importer)
        name = module.lstrip(".")
        tail = name.replace(".", "/")
        if len(module) > len(name):
            for _ in range(len(module) - len(name) - 1):
                folder = posixpath.dirname(folder)
            return self._file_at(posixpath.join(folder, tail) if tail else folder)
        while True:
            found = self._file_at(posixpath.join(folder, tail))
            if found:
                return found
            if not folder:
                break
            folder = posixpath.dirname(folder)
        return self._file_at(f"src/{tail}") or self._by_suffix(tail, importer)

    def resolve(self, file: PythonFile, name: str, block: int, depth: int = 0) -> Symbol | None:
        """What a dotted name stands for where it is written; None where that cannot be seen."""
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
        for scope in self._enclosing(file, block):
            found = self._member(file, f"{scope}{root}", rest, depth)
            if found:
                return found
        if file.scopes.is_local(root, block) or not file.scopes.has_star:
            return self._variable(file, root, rest, block, depth)
        return self._from_stars(file, name, depth) or self._variable(
            file, root, rest, block, depth
        )

    def resolve_dotted(self, file: PythonFile, dotted: str, depth: int = 0) -> Symbol | None:
        """What an absolute or relative dotted name stands for, seen from a file."""
        if depth > _DEEPEST:
            return None
        dots = dotted[: len(dotted) - len(dotted.lstrip("."))]
        names = [name for name in dotted[len(dots) :].split(".") if name]
        if not dots and names and names[0] not in self._names:
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
        return None if dots else Symbol("external", "", dotted)

    def methods(self, symbol: Symbol, depth: int = 0) -> Iterable[tuple[str, Function]]:
        """(path, method) of a class of this repository, inherited ones included."""
        file = self._files[symbol.path]
        for function in self._methods_of(file).get(symbol.name, ()):
            yield file.path, function
        if depth < _DEEPEST:
            for base in self.bases(file, symbol.name):
                if base.kind == "class" and base != symbol:
                    yield from self.methods(base, depth + 1)

    def bases(self, file: PythonFile, qualname: str) -> Iterable[Symbol]:
        """What the bases of a class stand for."""
        for item in file.facts.classes:
            if item.qualname == qualname:
                outer = file.facts.blocks[item.block].parent
                for base in item.bases:
                    if isinstance(base, Name):
                        found = self.resolve(file, base.name, outer, 1)
                        if found:
                            yield found

    def function(self, symbol: Symbol) -> Function | None:
        """The definition behind a symbol of kind "function"."""
        if symbol.kind != "function":
            return None
        functions = self._files[symbol.path].facts.functions
        return next((f for f in functions if f.qualname == symbol.name), None)

    # -- inside one file ------------------------------------------------------------------------

    def _lookup(self, file: PythonFile, name: str, depth: int) -> Symbol | None:
        root, _, rest = name.partition(".")
        found = self._member(file, root, rest, depth)
        if found:
            return found
        for item in file.facts.imports:
            if item.alias == root and item.name != "*":
                target = imported_name(item) + (f".{rest}" if rest else "")
                return self.resolve_dotted(file, target, depth + 1)
        folder = posixpath.dirname(file.path)
        if file.path.endswith("__init__.py"):
            path = self._file_at(f"{folder}/{root}")
            if path and path != file.path:
                if not rest:
                    return Symbol("module", path, "")
                return self._lookup(self._files[path], rest, depth + 1)
        return self._variable(file, root, rest, MODULE, depth) or self._from_stars(
            file, name, depth
        )

    def _member(self, file: PythonFile, qualname: str, rest: str, depth: int) -> Symbol | None:
        kind = self._definitions_of(file).get(qualname)
        if kind is None:
            return None
        symbol = Symbol(kind, file.path, qualname)
        if not rest:
            return symbol
        if kind == "class" and depth <= _DEEPEST:
            return self._method(symbol, rest)
        return None

    def _method(self, symbol: Symbol, name: str) -> Symbol | None:
        known = self._members.get(symbol)
        if known is None:
            known = self._members[symbol] = {}
            for path, method in self.methods(symbol):
                last = method.qualname.rpartition(".")[2]
                known.setdefault(last, Symbol("function", path, method.qualname))
        return known.get(name)

    def _own_member(self, file: PythonFile, rest: str, block: int) -> Symbol | None:
        function = file.facts.function_of(block)
        owner = function.qualname.rpartition(".")[0] if function else ""
        while owner and self._definitions_of(file).get(owner) != "class":
            owner = owner.rpartition(".")[0]
        if not owner or not rest:
            return None
        return self._method(Symbol("class", file.path, owner), rest)

    def _variable(
        self, file: PythonFile, root: str, rest: str, block: int, depth: int
    ) -> Symbol | None:
        """The class or function behind a variable that is bound once, to a call or to a name."""
        value = self._only_value(file, root, block)
        if isinstance(value, Name) and value.name.partition(".")[0] != root:
            found = self.resolve(file, f"{value.name}.{rest}".rstrip("."), block, depth + 1)
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
            return self._method(made, rest) if rest else Symbol("instance", made.path, made.name)
        if made.kind == "external":
            return Symbol("external", "", f"{made.name}().{rest}" if rest else f"{made.name}()")
        return None

    def _only_value(self, file: PythonFile, root: str, block: int) -> Expression | None:
        found = self._bindings_of(file).get(root, [])
        inside = [item for item in found if file.facts.is_inside(block, item.block)]
        chosen = inside or found
        if len(chosen) != 1 or len(chosen[0].targets) != 1:
            return None
        return chosen[0].value if isinstance(chosen[0].targets[0], Name) else None

    def _from_stars(self, file: PythonFile, name: str, depth: int) -> Symbol | None:
        for item in file.facts.imports:
            if item.name == "*" and depth <= _DEEPEST:
                path = self.find(item.module, file.path)
                if path and path != file.path:
                    found = self._lookup(self._files[path], name, depth + 2)
                    if found:
                        return found
        return None

    def _enclosing(self, file: PythonFile, block: int) -> Iterable[str]:
        """Prefixes of qualified names that are visible from a block, innermost first."""
        function = file.facts.function_of(block)
        prefix = function.qualname if function else ""
        kinds = self._definitions_of(file)
        while prefix:
            if kinds.get(prefix) != "class":
                yield f"{prefix}."
            prefix = prefix.rpartition(".")[0]
        yield ""

    def _definitions_of(self, file: PythonFile) -> dict[str, str]:
        known = self._definitions.get(file.path)
        if known is None:
            known = {function.qualname: "function" for function in file.facts.functions}
            known.update({item.qualname: "class" for item in file.facts.classes})
            known.pop("", None)
            self._definitions[file.path] = known
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

    def _bindings_of(self, file: PythonFile) -> dict[str, list[Assignment]]:
        """The assignments of a file by the names that they bind."""
        known = self._bindings.get(file.path)
        if known is None:
            known = self._bindings[file.path] = {}
            for item in file.facts.assignments:
                if item.kind in {"=", ":", "with"}:
                    for target in item.targets:
                        for name in bound_names(target):
                            known.setdefault(name, []).append(item)
        return known

    # -- where modules lie ----------------------------------------------------------------------

    def _file_at(self, stem: str) -> str | None:
        for path in (f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py"):
            if path in self._paths:
                return path
        return None

    def _by_suffix(self, tail: str, importer: str) -> str | None:
        found = [
            path
            for path in self._by_tail.get(tail.rpartition("/")[2], ())
            if path.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))
        ]
        if not found:
            return None
        best = max(found, key=lambda path: len(posixpath.commonprefix([path, importer])))
        return best if len(found) == 1 or posixpath.commonprefix([best, importer]) else None


def class_of(file: PythonFile, qualname: str) -> Class | None:
    """The class of this qualified name."""
    return next((item for item in file.facts.classes if item.qualname == qualname), None)
