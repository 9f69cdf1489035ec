"""The one walk over a module's syntax tree that makes its facts.

Each handler visits every child once, so a file costs one `ast.parse` and one pass.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from repro_check.sources import directives as directive_comments
from repro_check.sources.operators import OPERATORS
from repro_check.sources.python import (
    MODULE,
    Assignment,
    Block,
    Call,
    Class,
    Declared,
    Exit,
    Function,
    Import,
    ModuleFacts,
    TruthTest,
)
from repro_check.sources.python_expressions import ExpressionWalker
from repro_check.sources.python_names import dotted, label_of, text_of
from repro_check.sources.python_text import decode, parse
from repro_check.sources.scopes import Scopes
from repro_check.sources.spans import TOP, At, packed, unpacked
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_DEFINED = pattern(r"(?:async\s+)?def\s+(\w+)")


def walk_module(data: bytes) -> ModuleFacts:
    """Facts of a module; see `sources.python.read_python`."""
    text = decode(data)
    return walk_text(text)


def walk_text(text: str) -> ModuleFacts:
    """Facts of decoded source text.

    Raises:
        Unreadable: a syntax error (with its line), or nesting beyond the interpreter's limits.
    """
    tree = parse(text)
    walker = _Walker(text)
    try:
        walker.module(tree)
        return walker.facts()
    except RecursionError as error:
        raise Unreadable("is nested too deeply to be read") from error


class _Walker(ExpressionWalker):
    def _run(self, block: int, body: Sequence[ast.stmt]) -> None:
        outer, self._block = self._block, block
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is None:
                self._children(statement)
            else:
                handler(self, statement)
        self._block = outer

    def module(self, tree: ast.Module) -> None:
        self._blocks.append(Block(TOP, "module", -1, None, self._body_at(tree.body)))
        self._run(MODULE, _without_docstring(tree.body))

    def _expression_statement(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._expr(node.value, ("dropped", -1))

    def _assign(self, node: ast.Assign) -> None:
        self._bind(node.targets, node.value, "=", self._at(node))
        names = node.targets[0]
        if isinstance(names, ast.Name) and names.id == "__all__" and self._block == MODULE:
            items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
            self._exports = tuple(text for item in items if (text := text_of(item)))

    def _aug_assign(self, node: ast.AugAssign) -> None:
        operator = OPERATORS.get(type(node.op), "?")
        self._bind([node.target], node.value, f"{operator}=", self._at(node))

    def _ann_assign(self, node: ast.AnnAssign) -> None:
        self._bind([node.target], node.value, ":", self._at(node), dotted(node.annotation) or "")
        self._expr(node.annotation)

    def _bind(
        self,
        targets: Sequence[ast.expr],
        value: ast.expr | None,
        kind: str,
        at: At,
        annotation: str = "",
    ) -> None:
        index = len(self._assignments)
        self._assignments.append(None)
        self._label = label_of(targets[0])
        made = None if value is None else self._expr(value, ("assigned", index))
        self._label = ""
        bound = tuple([self._expr(target) for target in targets])
        self._assignments[index] = Assignment(at, bound, made, kind, self._block, annotation)

    def _return(self, node: ast.Return) -> None:
        self._exits.append(Exit(self._at(node), "return", self._block))
        if node.value is not None:
            self._hand_out(node.value, self._at(node))

    def _leave(self, node: ast.Raise | ast.Break | ast.Continue) -> None:
        kind = type(node).__name__.lower()
        self._exits.append(Exit(self._at(node), kind, self._block))
        self._children(node)

    def _if(self, node: ast.If) -> None:
        test = self._expr(node.test, ("tested", -1))
        self._run(self._open("if", node, node.body, test), node.body)
        if node.orelse:
            self._run(self._open("else", node, node.orelse, test), node.orelse)

    def _while(self, node: ast.While) -> None:
        test = self._expr(node.test, ("tested", -1))
        self._run(self._open("while", node, node.body, test), node.body)
        self._run_else(node, node.orelse)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        block = self._open("for", node, node.body)
        index = len(self._assignments)
        self._assignments.append(None)
        value = self._expr(node.iter, ("iterated", index))
        target = self._expr(node.target)
        at = self._at(node.target)
        self._assignments[index] = Assignment(at, (target,), value, "for", block)
        self._run(block, node.body)
        self._run_else(node, node.orelse)

    def _run_else(self, node: ast.stmt, body: Sequence[ast.stmt]) -> None:
        if body:
            self._run(self._open("else", node, body), body)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        block = self._open("with", node, node.body)
        for item in node.items:
            index = len(self._assignments)
            self._assignments.append(None)
            value = self._expr(item.context_expr, ("assigned", index))
            bound = item.optional_vars
            targets = () if bound is None else (self._expr(bound),)
            at = self._at(item.context_expr)
            self._assignments[index] = Assignment(at, targets, value, "with", block)
        self._run(block, node.body)

    def _try(self, node: ast.Try) -> None:
        self._run(self._open("try", node, node.body), node.body)
        for handler in node.handlers:
            if handler.type is not None:
                self._expr(handler.type)
            self._declare("local", handler.name)
            self._run(self._open("except", handler, handler.body), handler.body)
        self._run_else(node, node.orelse)
        if node.finalbody:
            self._run(self._open("finally", node, node.finalbody), node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self._expr(node.subject, ("tested", -1))
        for case in node.cases:
            self._pattern(case.pattern)
            if case.guard is not None:
                self._expr(case.guard, ("tested", -1))
            self._run(self._open("case", case, case.body), case.body)

    def _pattern(self, pattern: ast.pattern) -> None:
        for node in ast.walk(pattern):
            if isinstance(node, ast.MatchValue):
                self._expr(node.value)
            elif isinstance(node, ast.MatchMapping):
                for key in node.keys:
                    self._expr(key)
                self._declare("local", node.rest)
            elif isinstance(node, ast.MatchClass):
                self._expr(node.cls)
            elif isinstance(node, ast.MatchAs | ast.MatchStar):
                self._declare("local", node.name)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._expr(target)
            if isinstance(target, ast.Name):
                self._declare("local", target.id)

    def _type_alias(self, node: ast.stmt) -> None:
        self._declare("local", node.name.id)  # type: ignore[attr-defined]
        self._children(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = tuple(self._expr(item) for item in node.decorator_list)
        parameters = self._parameters(node.args)
        if node.returns is not None:
            self._expr(node.returns)
        block = self._open("function", node, node.body)
        at = self._blocks[block].at
        qualname = self._prefix + node.name
        name_at = self._name_at(at)
        self._functions.append(Function(at, qualname, block, parameters, decorators, name_at))
        self._nested(block, node, qualname)

    def _class(self, node: ast.ClassDef) -> None:
        decorators = tuple(self._expr(item) for item in node.decorator_list)
        bases = tuple(self._expr(item) for item in node.bases)
        for keyword in node.keywords:
            self._expr(keyword.value)
        block = self._open("class", node, node.body)
        qualname = self._prefix + node.name
        at = self._blocks[block].at
        self._classes.append(Class(at, qualname, block, bases, decorators))
        self._nested(block, node, qualname)

    def _nested(
        self, block: int, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, qualname: str
    ) -> None:
        for parameter in getattr(node, "type_params", ()):
            self._children(parameter)
            self._declared.append(Declared("local", parameter.name, block))
        outer, self._prefix = self._prefix, f"{qualname}."
        self._run(block, _without_docstring(node.body))
        self._prefix = outer

    def _name_at(self, at: At) -> At:
        start = unpacked(at)
        found = _DEFINED.match(self._rows[start.line - 1], start.column - 1)
        if found is None:  # a backslash parts the keyword from the name
            return packed(start.line, start.column, start.line, start.column + len("def"))
        return packed(start.line, found.start(1) + 1, start.line, found.end(1) + 1)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            module, name = alias.name, ""
            if alias.asname == root != alias.name:  # `import a.b as a` is `from a import b as a`
                module, _, name = alias.name.rpartition(".")
            bound = alias.asname or root
            self._imports.append(Import(self._at(alias), module, name, bound, self._block))

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            bound = alias.asname or alias.name
            self._imports.append(Import(self._at(alias), module, alias.name, bound, self._block))

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        kind = type(node).__name__.lower()
        for name in node.names:
            self._declare(kind, name)

    def _declare(self, kind: str, name: str | None) -> None:
        if name is not None:
            self._declared.append(Declared(kind, name, self._block))

    def _assert(self, node: ast.Assert) -> None:
        tested = self._expr(node.test, ("tested", -1))
        if node.msg is not None:
            self._expr(node.msg)
        self._truths.append(TruthTest(self._at(node), "assert", tested, tested, self._block))

    def facts(self) -> ModuleFacts:
        assignments = tuple(item for item in self._assignments if item is not None)
        scopes = Scopes(
            blocks=self._blocks,
            functions=self._functions,
            classes=self._classes,
            imports=self._imports,
            assignments=assignments,
            declared=self._declared,
        )
        return ModuleFacts(
            blocks=tuple(self._blocks),
            functions=tuple(self._functions),
            classes=tuple(self._classes),
            imports=tuple(self._imports),
            calls=tuple(self._resolved(scopes)),
            assignments=assignments,
            returns=tuple(item for item in self._returns if item is not None),
            truth_tests=tuple(self._truths),
            path_literals=tuple(self._paths),
            exports=self._exports,
            directives=self._directives(),
            lines=len(self._rows),
            declared=tuple(self._declared),
            comprehensions=tuple(item for item in self._comprehensions if item is not None),
            exits=tuple(self._exits),
        )

    def _resolved(self, scopes: Scopes) -> Iterator[Call]:
        known: dict[tuple[str, int], str] = {}
        for item in self._calls:
            assert item is not None
            is_plain, at, name, receiver, args, keywords, block, use, user, name_at = item
            target = ""
            if is_plain:
                key = (name, scopes.scope(block))
                if key not in known:
                    known[key] = scopes.target(*key)
                target = known[key]
            yield Call(at, name, target, receiver, args, keywords, block, use, user, name_at)

    def _directives(self) -> tuple[directive_comments.Directive, ...]:
        if directive_comments.MARK not in self._text:
            return ()
        comments: list[tuple[int, int, str]] = []
        # the tokenizer refuses some odd line ends and indents that the parser takes
        with suppress(tokenize.TokenError, SyntaxError):
            comments.extend(
                (*token.start, token.string)
                for token in tokenize.generate_tokens(io.StringIO(self._text).readline)
                if token.type == tokenize.COMMENT
            )
        return directive_comments.in_comments(comments, self._rows)


def _without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[1:]
    return body


_STATEMENTS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Expr: _Walker._expression_statement,
    ast.Assign: _Walker._assign,
    ast.AugAssign: _Walker._aug_assign,
    ast.AnnAssign: _Walker._ann_assign,
    ast.Return: _Walker._return,
    ast.If: _Walker._if,
    ast.While: _Walker._while,
    ast.For: _Walker._for,
    ast.AsyncFor: _Walker._for,
    ast.With: _Walker._with,
    ast.AsyncWith: _Walker._with,
    ast.Try: _Walker._try,
    ast.Match: _Walker._match,
    ast.FunctionDef: _Walker._function,
    ast.AsyncFunctionDef: _Walker._function,
    ast.ClassDef: _Walker._class,
    ast.Import: _Walker._import,
    ast.ImportFrom: _Walker._import_from,
    ast.Global: _Walker._global,
    ast.Nonlocal: _Walker._global,
    ast.Delete: _Walker._delete,
    ast.Assert: _Walker._assert,
    ast.Raise: _Walker._leave,
    ast.Break: _Walker._leave,
    ast.Continue: _Walker._leave,
}
if sys.version_info >= (3, 11):
    _STATEMENTS[ast.TryStar] = _Walker._try
if sys.version_info >= (3, 12):
    _STATEMENTS[ast.TypeAlias] = _Walker._type_alias
