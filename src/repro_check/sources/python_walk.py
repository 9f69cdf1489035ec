"""The one walk over a module's syntax tree that makes its facts.

Each handler visits every child once, so a file costs one `ast.parse` and one pass. Positions are
turned from UTF-8 bytes (`ast`) into characters here, and only here.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise

from repro_check.findings import Span
from repro_check.sources import directives as directive_comments
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Subscript,
)
from repro_check.sources.operators import OPERATORS
from repro_check.sources.python import (
    MODULE,
    Assignment,
    Block,
    Call,
    Class,
    Declared,
    Function,
    Import,
    Keyword,
    ModuleFacts,
    Parameter,
    PathLiteral,
    Return,
    TruthTest,
)
from repro_check.sources.scopes import Scopes
from repro_check.sources.unreadable import Unreadable

_KEPT_ITEMS = 200
_KEPT_CHARACTERS = 1_000
_LONGEST_PATH = 400
_LARGEST_INTEGER = 2**63
_DEFINED = re.compile(r"(?:async\s+)?def\s+(\w+)")
_NOWHERE = ("other", -1)
Use = tuple[str, int]


def walk_module(data: bytes) -> ModuleFacts:
    """Facts of a module; see `sources.python.read_python`."""
    text = decode(data)
    return walk_text(text)


def decode(data: bytes) -> str:
    """Source text under PEP 263 (declared encoding, UTF-8 by default), with plain line ends.

    Raises:
        Unreadable: null bytes, an unknown encoding, or bytes that it does not allow.
    """
    if b"\0" in data:
        raise Unreadable("holds null bytes, so it is not Python source")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise Unreadable(f"cannot be decoded: {error}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


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


def parse(text: str) -> ast.Module:
    """`ast.parse`, with one kind of error and without warnings about the checked code."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(_syntax_message(error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable("cannot be parsed: nested too deeply or malformed") from error


def _syntax_message(error: SyntaxError) -> str:
    message = error.msg
    place = f"line {error.lineno}: " if error.lineno else ""
    if "Missing parentheses in call to" in message:
        return f"{place}is written for Python 2 ({message})"
    if "multiple exception types" in message:  # PEP 758 allows them again
        return f"{place}is written for Python 2, or for 3.14 and later ({message})"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{place}{message} (read as Python {version})"


class _Walker:
    def __init__(self, text: str) -> None:
        self._text = text
        self._is_ascii = text.isascii()
        self._rows = text.split("\n")
        self._columns: dict[int, list[int]] = {}
        self._blocks: list[Block] = []
        self._functions: list[Function] = []
        self._classes: list[Class] = []
        self._imports: list[Import] = []
        self._calls: list[tuple[Call, bool] | None] = []
        self._assignments: list[Assignment | None] = []
        self._returns: list[Return | None] = []
        self._truths: list[TruthTest] = []
        self._paths: list[PathLiteral] = []
        self._declared: list[Declared] = []
        self._exports: tuple[str, ...] = ()
        self._block = MODULE
        self._prefix = ""
        self._label = ""

    # -- places ---------------------------------------------------------------------------------

    def _span(self, node: ast.expr | ast.stmt | ast.arg | ast.alias | ast.keyword) -> Span:
        end_line = node.end_lineno or node.lineno
        end_column = node.end_col_offset or 0
        if self._is_ascii:
            return Span(node.lineno, node.col_offset + 1, end_line, end_column + 1)
        return Span(
            node.lineno,
            self._character(node.lineno, node.col_offset) + 1,
            end_line,
            self._character(end_line, end_column) + 1,
        )

    def _character(self, line: int, byte: int) -> int:
        columns = self._columns.get(line)
        if columns is None:
            row = self._rows[line - 1]
            columns = self._columns[line] = [] if row.isascii() else _columns(row)
        return columns[byte] if columns else byte

    # -- blocks ---------------------------------------------------------------------------------

    def _open(
        self,
        kind: str,
        node: ast.expr | ast.stmt | ast.excepthandler | ast.match_case | ast.Module,
        body: Sequence[ast.stmt],
        test: Expression | None = None,
    ) -> int:
        inner = self._body_span(body)
        if isinstance(node, ast.stmt | ast.expr | ast.excepthandler) and kind not in {
            "else",
            "finally",
        }:
            start = self._span(node)  # type: ignore[arg-type]
            whole = Span(start.line, start.column, inner.end_line, inner.end_column)
            if not body:
                whole = inner = start
        else:
            whole = inner
        self._blocks.append(Block(kind, self._block, whole, test, inner))
        return len(self._blocks) - 1

    def _body_span(self, body: Sequence[ast.stmt]) -> Span:
        if not body:
            return Span(1, 1, 1, 1)
        first, last = self._span(body[0]), self._span(body[-1])
        # a decorated definition begins at its keyword, but its statement at the first decorator
        decorators = getattr(body[0], "decorator_list", ())
        line = decorators[0].lineno if decorators else first.line
        return Span(line, first.column, last.end_line, last.end_column)

    def _run(self, block: int, body: Sequence[ast.stmt]) -> None:
        outer, self._block = self._block, block
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is None:
                self._children(statement)
            else:
                handler(self, statement)
        self._block = outer

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expr(child)
            elif not isinstance(child, ast.expr_context | ast.operator):
                self._children(child)

    def module(self, tree: ast.Module) -> None:
        self._blocks.append(Block("module", -1, Span(1, 1, 1, 1), None, self._body_span(tree.body)))
        self._run(MODULE, _without_docstring(tree.body))

    # -- statements -----------------------------------------------------------------------------

    def _expression_statement(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._expr(node.value, ("dropped", -1))

    def _hand_out(self, value: ast.expr, span: Span) -> None:
        index = len(self._returns)
        self._returns.append(None)
        self._returns[index] = Return(self._expr(value, ("returned", index)), self._block, span)

    def _assign(self, node: ast.Assign) -> None:
        self._bind(node.targets, node.value, "=", self._span(node))
        names = node.targets[0]
        if isinstance(names, ast.Name) and names.id == "__all__" and self._block == MODULE:
            items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
            self._exports = tuple(text for item in items if (text := _text(item)))

    def _aug_assign(self, node: ast.AugAssign) -> None:
        operator = OPERATORS.get(type(node.op), "?")
        self._bind([node.target], node.value, f"{operator}=", self._span(node))

    def _ann_assign(self, node: ast.AnnAssign) -> None:
        self._bind([node.target], node.value, ":", self._span(node), _dotted(node.annotation) or "")
        self._expr(node.annotation)

    def _bind(
        self,
        targets: Sequence[ast.expr],
        value: ast.expr | None,
        kind: str,
        span: Span,
        annotation: str = "",
    ) -> None:
        index = len(self._assignments)
        self._assignments.append(None)
        self._label = _label(targets[0])
        made = None if value is None else self._expr(value, ("assigned", index))
        self._label = ""
        bound = tuple(self._expr(target) for target in targets)
        self._assignments[index] = Assignment(bound, made, kind, self._block, span, annotation)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._hand_out(node.value, self._span(node))

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
        span = self._span(node.target)
        self._assignments[index] = Assignment((target,), value, "for", block, span)
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
            span = self._span(item.context_expr)
            self._assignments[index] = Assignment(targets, value, "with", block, span)
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
        span = self._blocks[block].span
        qualname = self._prefix + node.name
        name_span = self._name_span(span)
        self._functions.append(Function(qualname, block, parameters, decorators, span, name_span))
        self._nested(block, node, qualname)

    def _class(self, node: ast.ClassDef) -> None:
        decorators = tuple(self._expr(item) for item in node.decorator_list)
        bases = tuple(self._expr(item) for item in node.bases)
        for keyword in node.keywords:
            self._expr(keyword.value)
        block = self._open("class", node, node.body)
        qualname = self._prefix + node.name
        span = self._blocks[block].span
        self._classes.append(Class(qualname, block, bases, decorators, span))
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

    def _name_span(self, start: Span) -> Span:
        found = _DEFINED.match(self._rows[start.line - 1], start.column - 1)
        if found is None:  # a backslash parts the keyword from the name
            return Span(start.line, start.column, start.line, start.column + len("def"))
        return Span(start.line, found.start(1) + 1, start.line, found.end(1) + 1)

    def _parameters(self, arguments: ast.arguments) -> tuple[Parameter, ...]:
        positional = [*arguments.posonlyargs, *arguments.args]
        missing = len(positional) - len(arguments.defaults)
        defaults: list[ast.expr | None] = [None] * missing + list(arguments.defaults)
        pairs: list[tuple[ast.arg, ast.expr | None]] = list(zip(positional, defaults, strict=True))
        if arguments.vararg:
            pairs.append((arguments.vararg, None))
        pairs.extend(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
        if arguments.kwarg:
            pairs.append((arguments.kwarg, None))
        made = []
        label = self._label
        for argument, default in pairs:
            if argument.annotation is not None:
                self._expr(argument.annotation)
            self._label = argument.arg
            value = None if default is None else self._expr(default)
            self._label = label
            annotation = _dotted(argument.annotation) or ""
            made.append(Parameter(argument.arg, value, annotation, self._span(argument)))
        return tuple(made)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            module, name = alias.name, ""
            if alias.asname == root != alias.name:  # `import a.b as a` is `from a import b as a`
                module, _, name = alias.name.rpartition(".")
            bound = alias.asname or root
            self._imports.append(Import(module, name, bound, self._block, self._span(alias)))

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            bound = alias.asname or alias.name
            self._imports.append(Import(module, alias.name, bound, self._block, self._span(alias)))

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
        self._truths.append(TruthTest("assert", tested, tested, self._block, self._span(node)))

    # -- expressions ----------------------------------------------------------------------------

    def _expr(self, node: ast.expr, use: Use = _NOWHERE) -> Expression:
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            self._children(node)
            return Opaque(self._span(node))
        return handler(self, node, use)

    def _constant(self, node: ast.Constant, use: Use) -> Expression:
        value = node.value
        span = self._span(node)
        if isinstance(value, str):
            if not value.isascii() and not _is_encodable(value):
                return Opaque(span)
            is_path = "/" in value or "\\" in value or value.startswith("~")
            if is_path and len(value) <= _LONGEST_PATH and "\n" not in value:
                call = use[1] if use[0] == "argument" else -1
                self._paths.append(PathLiteral(value, self._label, call, self._block, span))
            return Literal(value[:_KEPT_CHARACTERS], span)
        if value is None or isinstance(value, bool | float):
            return Literal(value, span)
        if isinstance(value, int) and -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
            return Literal(value, span)
        return Opaque(span)

    def _name(self, node: ast.Name, _use: Use) -> Expression:
        return Name(node.id, self._span(node))

    def _attribute(self, node: ast.Attribute, _use: Use) -> Expression:
        dotted = _dotted(node)
        if dotted is not None:
            return Name(dotted, self._span(node))
        return Attribute(self._expr(node.value), node.attr, self._span(node))

    def _subscript(self, node: ast.Subscript, use: Use) -> Expression:
        # the use passes through: `load(path)["model"]` flows to where the item flows
        base = self._expr(node.value, use)
        return Subscript(base, self._expr(node.slice), self._span(node))

    def _call(self, node: ast.Call, use: Use) -> Expression:
        index = len(self._calls)
        self._calls.append(None)
        label, self._label = self._label, ""
        name, receiver = _dotted(node.func), None
        is_plain = name is not None
        if name is None:
            if isinstance(node.func, ast.Attribute):
                name = node.func.attr
                receiver = self._expr(node.func.value, ("receiver", index))
            else:
                name, receiver = "", self._expr(node.func, ("receiver", index))
        argument = ("argument", index)
        self._label = label
        args = tuple(self._expr(item, argument) for item in node.args)
        keywords = []
        for keyword in node.keywords:
            self._label = keyword.arg or ""
            keywords.append(Keyword(keyword.arg or "", self._expr(keyword.value, argument)))
        self._label = label
        span = self._span(node)
        call = Call(
            name,
            "",
            receiver,
            args,
            tuple(keywords),
            self._block,
            use[0],
            use[1],
            span,
            self._span(node.func),
        )
        self._calls[index] = (call, is_plain)
        return CallRef(index, span)

    def _collection(self, node: ast.List | ast.Tuple | ast.Set, _use: Use) -> Expression:
        items = tuple(self._expr(item) for item in node.elts)
        kind = type(node).__name__.lower()
        return Collection(kind, items[:_KEPT_ITEMS], self._span(node))

    def _dict(self, node: ast.Dict, _use: Use) -> Expression:
        keys: list[Expression | None] = []
        items = []
        label = self._label
        for key, value in zip(node.keys, node.values, strict=True):
            keys.append(None if key is None else self._expr(key))
            self._label = _text(key)
            items.append(self._expr(value))
            self._label = label
        span = self._span(node)
        return Collection("dict", tuple(items[:_KEPT_ITEMS]), span, tuple(keys[:_KEPT_ITEMS]))

    def _binary(self, node: ast.BinOp, _use: Use) -> Expression:
        # a long chain leans to the left: walk it in a loop, so that its depth costs no stack
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        made = self._expr(left)
        for item in reversed(chain):
            right = self._expr(item.right)
            operator = OPERATORS.get(type(item.op), "?")
            made = (
                Operation(operator, (made, right), self._span(item))
                if len(chain) <= _KEPT_ITEMS
                else Opaque(self._span(item))
            )
        return made

    def _unary(self, node: ast.UnaryOp, _use: Use) -> Expression:
        operand = self._expr(
            node.operand, ("tested", -1) if isinstance(node.op, ast.Not) else _NOWHERE
        )
        span = self._span(node)
        if isinstance(node.op, ast.USub) and isinstance(operand, Literal):
            value = operand.value
            if isinstance(value, int | float) and not isinstance(value, bool):
                return Literal(-value, span)
        operator = OPERATORS.get(type(node.op), "?")
        if operator == "not":
            self._truths.append(TruthTest("not", operand, operand, self._block, span))
        return Operation(operator, (operand,), span)

    def _boolean(self, node: ast.BoolOp, use: Use) -> Expression:
        operands = tuple(self._expr(item, use) for item in node.values)
        span = self._span(node)
        operator = OPERATORS[type(node.op)]
        for tested, then in pairwise(operands):
            self._truths.append(TruthTest(operator, tested, then, self._block, span))
        return Operation(operator, operands, span)

    def _compare(self, node: ast.Compare, _use: Use) -> Expression:
        operands = (self._expr(node.left), *(self._expr(item) for item in node.comparators))
        operator = OPERATORS.get(type(node.ops[0]), "?") if len(node.ops) == 1 else "chain"
        return Operation(operator, operands, self._span(node))

    def _conditional(self, node: ast.IfExp, use: Use) -> Expression:
        test = self._expr(node.test, ("tested", -1))
        then, other = self._expr(node.body, use), self._expr(node.orelse, use)
        span = self._span(node)
        self._truths.append(TruthTest("if", test, then, self._block, span))
        return Operation("if", (test, then, other), span)

    def _f_string(self, node: ast.JoinedStr, _use: Use) -> Expression:
        return Operation("f-string", self._interpolated(node), self._span(node))

    def _interpolated(self, node: ast.JoinedStr) -> tuple[Expression, ...]:
        values = []
        for piece in node.values:
            if not isinstance(piece, ast.Constant):
                values.append(self._expr(piece.value))  # type: ignore[attr-defined]
                if piece.format_spec is not None:  # type: ignore[attr-defined]
                    self._interpolated(piece.format_spec)  # type: ignore[attr-defined]
        return tuple(values)

    def _starred(self, node: ast.Starred, use: Use) -> Expression:
        return Operation("*", (self._expr(node.value, use),), self._span(node))

    def _await(self, node: ast.Await, use: Use) -> Expression:
        return Operation("await", (self._expr(node.value, use),), self._span(node))

    def _yield(self, node: ast.Yield | ast.YieldFrom, _use: Use) -> Expression:
        span = self._span(node)
        if node.value is not None:
            self._hand_out(node.value, span)
        return Opaque(span)

    def _walrus(self, node: ast.NamedExpr, use: Use) -> Expression:
        index = len(self._assignments)
        self._assignments.append(None)
        value = self._expr(node.value, ("assigned", index))
        target = self._expr(node.target)
        block = self._block
        while self._blocks[block].kind == "comprehension":  # PEP 572 binds outside of them
            block = self._blocks[block].parent
        self._assignments[index] = Assignment((target,), value, "=", block, self._span(node))
        return value if use == _NOWHERE else target

    def _lambda(self, node: ast.Lambda, _use: Use) -> Expression:
        parameters = self._parameters(node.args)
        block = self._open("lambda", node, ())
        span = self._span(node)
        self._functions.append(Function("", block, parameters, (), span, span))
        outer, self._block = self._block, block
        self._hand_out(node.body, span)
        self._block = outer
        return Opaque(span)

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        _use: Use,
    ) -> Expression:
        block = self._open("comprehension", node, ())
        for position, generator in enumerate(node.generators):
            index = len(self._assignments)
            self._assignments.append(None)
            outer, self._block = self._block, self._block if position == 0 else block
            value = self._expr(generator.iter, ("iterated", index))
            self._block = block
            target = self._expr(generator.target)
            span = self._span(generator.target)
            self._assignments[index] = Assignment((target,), value, "for", block, span)
            for condition in generator.ifs:
                self._expr(condition, ("tested", -1))
            self._block = outer
        outer, self._block = self._block, block
        if isinstance(node, ast.DictComp):
            self._expr(node.key)
            self._expr(node.value)
        else:
            self._expr(node.elt)
        self._block = outer
        return Opaque(self._span(node))

    # -- the end --------------------------------------------------------------------------------

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
        )

    def _resolved(self, scopes: Scopes) -> Iterator[Call]:
        for item in self._calls:
            assert item is not None
            call, is_plain = item
            target = scopes.target(call.name, call.block) if is_plain else ""
            if not target:
                yield call
            else:
                yield Call(
                    call.name,
                    target,
                    call.receiver,
                    call.args,
                    call.keywords,
                    call.block,
                    call.use,
                    call.user,
                    call.span,
                    call.name_span,
                )

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


def _dotted(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and names:
        names.append(node.id)
        return ".".join(reversed(names))
    return None


def _label(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        return _text(target.slice)
    return (_dotted(target) or "").rpartition(".")[2]


def _text(node: ast.expr | None) -> str:
    """The value of a string constant that can be written down; else ""."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if _is_encodable(node.value) else ""
    return ""


def _columns(row: str) -> list[int]:
    """For each byte of a line in UTF-8, and its end, the character that it belongs to."""
    columns = [at for at, character in enumerate(row) for _ in character.encode()]
    return [*columns, len(row)]


def _is_encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


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
}
if sys.version_info >= (3, 11):
    _STATEMENTS[ast.TryStar] = _Walker._try
if sys.version_info >= (3, 12):
    _STATEMENTS[ast.TypeAlias] = _Walker._type_alias

_EXPRESSIONS: dict[type[ast.AST], Callable[..., Expression]] = {
    ast.Constant: _Walker._constant,
    ast.Name: _Walker._name,
    ast.Attribute: _Walker._attribute,
    ast.Subscript: _Walker._subscript,
    ast.Call: _Walker._call,
    ast.List: _Walker._collection,
    ast.Tuple: _Walker._collection,
    ast.Set: _Walker._collection,
    ast.Dict: _Walker._dict,
    ast.BinOp: _Walker._binary,
    ast.UnaryOp: _Walker._unary,
    ast.BoolOp: _Walker._boolean,
    ast.Compare: _Walker._compare,
    ast.IfExp: _Walker._conditional,
    ast.JoinedStr: _Walker._f_string,
    ast.Starred: _Walker._starred,
    ast.Await: _Walker._await,
    ast.Yield: _Walker._yield,
    ast.YieldFrom: _Walker._yield,
    ast.NamedExpr: _Walker._walrus,
    ast.Lambda: _Walker._lambda,
    ast.ListComp: _Walker._comprehension,
    ast.SetComp: _Walker._comprehension,
    ast.DictComp: _Walker._comprehension,
    ast.GeneratorExp: _Walker._comprehension,
}
if sys.version_info >= (3, 14):
    _EXPRESSIONS[ast.TemplateStr] = _Walker._f_string
