"""One walk over an expression: what it says, without the tree behind it.

Positions are turned from UTF-8 bytes (`ast`) into characters here, and only here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

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
    Class,
    Comprehension,
    Declared,
    Exit,
    Function,
    Import,
    Keyword,
    Parameter,
    PathLiteral,
    Return,
    TruthTest,
)
from repro_check.sources.python_names import dotted, is_encodable, is_path, template_of, text_of
from repro_check.sources.python_text import columns
from repro_check.sources.spans import TOP, At, packed

_KEPT_ITEMS = 200
_KEPT_CHARACTERS = 1_000
_LARGEST_INTEGER = 2**63
_NOWHERE = ("other", -1)
_NAME = ast.Name
Use = tuple[str, int]
_Called = tuple[
    bool, At, str, Expression | None, tuple[Expression, ...], tuple[Keyword, ...], int, str, int, At
]
"""The fields of a `Call` whose target is not known yet, and whether its name is a plain dotted one."""
_Node = Any
"""A node that has a place; their types say that `end_lineno` may be None, which it is not here."""


class ExpressionWalker:
    """Reads expressions into the lists that a module's facts are made of.

    Args:
        text: the module, of which the walked trees are parts.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows = text.split("\n")
        # of the lines in which bytes and characters differ
        self._columns = (
            {}
            if text.isascii()
            else {
                number: columns(row)
                for number, row in enumerate(self._rows, start=1)
                if not row.isascii()
            }
        )
        self._blocks: list[Block] = []
        self._functions: list[Function] = []
        self._classes: list[Class] = []
        self._imports: list[Import] = []
        self._calls: list[_Called | None] = []
        self._assignments: list[Assignment | None] = []
        self._returns: list[Return | None] = []
        self._truths: list[TruthTest] = []
        self._paths: list[PathLiteral] = []
        self._declared: list[Declared] = []
        self._comprehensions: list[Comprehension | None] = []
        self._exits: list[Exit] = []
        self._exports: tuple[str, ...] = ()
        self._block = MODULE
        self._prefix = ""
        self._label = ""
        self._tail: At = -1

    def _at(self, node: _Node) -> At:
        """The place of a node."""
        line, last = node.lineno, node.end_lineno
        start, end = node.col_offset, node.end_col_offset
        columns = self._columns
        if columns:
            if line in columns:
                start = columns[line][start]
            if last in columns:
                end = columns[last][end]
        return packed(line, start + 1, last, end + 1)

    def _column(self, line: int, offset: int) -> int:
        columns = self._columns.get(line)
        return offset if columns is None else columns[offset]

    def _stretch(self, line: int, first: _Node, last: _Node) -> At:
        """From a line, at the column of the first node, to the end of the last."""
        column = self._column(first.lineno, first.col_offset) + 1
        end = self._column(last.end_lineno, last.end_col_offset) + 1
        return packed(line, column, last.end_lineno, end)

    def _open(
        self,
        kind: str,
        node: _Node,
        body: Sequence[ast.stmt],
        test: Expression | None = None,
    ) -> int:
        inner = self._body_at(body)
        at = inner
        if kind not in {"else", "finally"} and hasattr(node, "lineno"):
            at = self._stretch(node.lineno, node, body[-1]) if body else self._at(node)
            inner = inner if body else at
        self._blocks.append(Block(at, kind, self._block, test, inner))
        return len(self._blocks) - 1

    def _body_at(self, body: Sequence[ast.stmt]) -> At:
        if not body:
            return TOP
        # a decorated definition begins at its keyword, but its statement at the first decorator
        decorators = getattr(body[0], "decorator_list", ())
        line = decorators[0].lineno if decorators else body[0].lineno
        return self._stretch(line, body[0], body[-1])

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expr(child)
            elif not isinstance(child, ast.expr_context | ast.operator):
                self._children(child)

    def _parameters(self, arguments: ast.arguments) -> tuple[Parameter, ...]:
        positional = [*arguments.posonlyargs, *arguments.args]
        missing = len(positional) - len(arguments.defaults)
        defaults: list[ast.expr | None] = [None] * missing + list(arguments.defaults)
        every = [(item, value, "") for item, value in zip(positional, defaults, strict=True)]
        if arguments.vararg:
            every.append((arguments.vararg, None, "*"))
        named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        every.extend((item, value, "keyword") for item, value in named)
        if arguments.kwarg:
            every.append((arguments.kwarg, None, "**"))
        made = []
        label = self._label
        for item, default, kind in every:
            if item.annotation is not None:
                self._expr(item.annotation)
            self._label = item.arg
            value = None if default is None else self._expr(default)
            self._label = label
            annotation = dotted(item.annotation) or ""
            made.append(Parameter(self._at(item), item.arg, value, annotation, kind))
        return tuple(made)

    def _expr(self, node: ast.expr, use: Use = _NOWHERE) -> Expression:
        if type(node) is _NAME:  # half of all expressions
            return Name(self._at(node), node.id)
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            self._children(node)
            return Opaque(self._at(node))
        return handler(self, node, use)

    def _constant(self, node: ast.Constant, use: Use) -> Expression:
        value = node.value
        at = self._at(node)
        if isinstance(value, str):
            if not value.isascii() and not is_encodable(value):
                return Opaque(at)
            if is_path(value):
                self._keep_path(value, use, at)
            return Literal(at, value[:_KEPT_CHARACTERS])
        if value is None or isinstance(value, bool | float):
            return Literal(at, value)
        if isinstance(value, int) and -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
            return Literal(at, value)
        return Opaque(at)

    def _keep_path(self, value: str, use: Use, at: At) -> None:
        call = use[1] if use[0] == "argument" else -1
        is_tail = self._tail == at
        self._paths.append(PathLiteral(at, value, self._label, call, self._block, is_tail))

    def _name(self, node: ast.Name, _use: Use) -> Expression:
        return Name(self._at(node), node.id)

    def _attribute(self, node: ast.Attribute, _use: Use) -> Expression:
        name = dotted(node)
        if name is not None:
            return Name(self._at(node), name)
        return Attribute(self._at(node), self._expr(node.value), node.attr)

    def _subscript(self, node: ast.Subscript, use: Use) -> Expression:
        # the use passes through: `load(path)["model"]` flows to where the item flows
        base = self._expr(node.value, use)
        return Subscript(self._at(node), base, self._expr(node.slice))

    def _call(self, node: ast.Call, use: Use) -> Expression:
        index = len(self._calls)
        self._calls.append(None)
        label, self._label = self._label, ""
        name, receiver = dotted(node.func), None
        is_plain = name is not None
        if name is None:
            if isinstance(node.func, ast.Attribute):
                name = node.func.attr
                receiver = self._expr(node.func.value, ("receiver", index))
            else:
                name, receiver = "", self._expr(node.func, ("receiver", index))
        argument = ("argument", index)
        self._label = label
        args = tuple([self._expr(item, argument) for item in node.args])
        keywords = []
        for keyword in node.keywords:
            self._label = keyword.arg or ""
            keywords.append(Keyword(keyword.arg or "", self._expr(keyword.value, argument)))
        self._label = label
        at = self._at(node)
        self._calls[index] = (
            is_plain,
            at,
            name,
            receiver,
            args,
            tuple(keywords),
            self._block,
            *use,
            self._at(node.func),
        )
        return CallRef(at, index)

    def _collection(self, node: ast.List | ast.Tuple | ast.Set, _use: Use) -> Expression:
        items = tuple([self._expr(item) for item in node.elts])
        kind = type(node).__name__.lower()
        return Collection(self._at(node), kind, items[:_KEPT_ITEMS])

    def _dict(self, node: ast.Dict, _use: Use) -> Expression:
        keys: list[Expression | None] = []
        items = []
        label = self._label
        for key, value in zip(node.keys, node.values, strict=True):
            keys.append(None if key is None else self._expr(key))
            self._label = text_of(key)
            items.append(self._expr(value))
            self._label = label
        at = self._at(node)
        return Collection(at, "dict", tuple(items[:_KEPT_ITEMS]), tuple(keys[:_KEPT_ITEMS]))

    def _binary(self, node: ast.BinOp, _use: Use) -> Expression:
        # a long chain leans to the left: walk it in a loop, so that its depth costs no stack
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        made = self._expr(left)
        for item in reversed(chain):
            if isinstance(item.op, ast.Add):
                self._tail = self._at(item.right)
            right = self._expr(item.right)
            operator = OPERATORS.get(type(item.op), "?")
            made = (
                Operation(self._at(item), operator, (made, right))
                if len(chain) <= _KEPT_ITEMS
                else Opaque(self._at(item))
            )
        return made

    def _unary(self, node: ast.UnaryOp, _use: Use) -> Expression:
        operand = self._expr(
            node.operand, ("tested", -1) if isinstance(node.op, ast.Not) else _NOWHERE
        )
        at = self._at(node)
        if isinstance(node.op, ast.USub) and isinstance(operand, Literal):
            value = operand.value
            if isinstance(value, int | float) and not isinstance(value, bool):
                return Literal(at, -value)
        operator = OPERATORS.get(type(node.op), "?")
        if operator == "not":
            self._truths.append(TruthTest(at, "not", operand, operand, self._block))
        return Operation(at, operator, (operand,))

    def _boolean(self, node: ast.BoolOp, use: Use) -> Expression:
        operands = tuple(self._expr(item, use) for item in node.values)
        at = self._at(node)
        operator = OPERATORS[type(node.op)]
        for tested, then in pairwise(operands):
            self._truths.append(TruthTest(at, operator, tested, then, self._block))
        return Operation(at, operator, operands)

    def _compare(self, node: ast.Compare, _use: Use) -> Expression:
        operands = (self._expr(node.left), *[self._expr(item) for item in node.comparators])
        operator = OPERATORS.get(type(node.ops[0]), "?") if len(node.ops) == 1 else "chain"
        return Operation(self._at(node), operator, operands)

    def _conditional(self, node: ast.IfExp, use: Use) -> Expression:
        test = self._expr(node.test, ("tested", -1))
        then, other = self._expr(node.body, use), self._expr(node.orelse, use)
        at = self._at(node)
        self._truths.append(TruthTest(at, "if", test, then, self._block))
        return Operation(at, "if", (test, then, other))

    def _f_string(self, node: ast.JoinedStr, use: Use) -> Expression:
        at = self._at(node)
        template = template_of(node.values)
        if is_path(template):
            self._keep_path(template, use, at)
        return Operation(at, "f-string", self._interpolated(node))

    def _interpolated(self, node: ast.JoinedStr) -> tuple[Expression, ...]:
        values = []
        for piece in node.values:
            if not isinstance(piece, ast.Constant):
                values.append(self._expr(piece.value))  # type: ignore[attr-defined]
                if piece.format_spec is not None:  # type: ignore[attr-defined]
                    self._interpolated(piece.format_spec)  # type: ignore[attr-defined]
        return tuple(values)

    def _starred(self, node: ast.Starred, use: Use) -> Expression:
        return Operation(self._at(node), "*", (self._expr(node.value, use),))

    def _await(self, node: ast.Await, use: Use) -> Expression:
        return Operation(self._at(node), "await", (self._expr(node.value, use),))

    def _yield(self, node: ast.Yield | ast.YieldFrom, _use: Use) -> Expression:
        at = self._at(node)
        if node.value is not None:
            self._hand_out(node.value, at)
        return Opaque(at)

    def _walrus(self, node: ast.NamedExpr, use: Use) -> Expression:
        index = len(self._assignments)
        self._assignments.append(None)
        value = self._expr(node.value, ("assigned", index))
        target = self._expr(node.target)
        block = self._block
        while self._blocks[block].kind == "comprehension":  # PEP 572 binds outside of them
            block = self._blocks[block].parent
        self._assignments[index] = Assignment(self._at(node), (target,), value, "=", block)
        return value if use == _NOWHERE else target

    def _lambda(self, node: ast.Lambda, _use: Use) -> Expression:
        parameters = self._parameters(node.args)
        block = self._open("lambda", node, ())
        at = self._at(node)
        self._functions.append(Function(at, "", block, parameters, (), at))
        outer, self._block = self._block, block
        self._hand_out(node.body, at)
        self._block = outer
        return Opaque(at)

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        use: Use,
    ) -> Expression:
        block = self._open("comprehension", node, ())
        own = len(self._comprehensions)
        self._comprehensions.append(None)
        for position, generator in enumerate(node.generators):
            index = len(self._assignments)
            self._assignments.append(None)
            outer, self._block = self._block, self._block if position == 0 else block
            value = self._expr(generator.iter, ("iterated", index))
            self._block = block
            target = self._expr(generator.target)
            at = self._at(generator.target)
            self._assignments[index] = Assignment(at, (target,), value, "for", block)
            for condition in generator.ifs:
                self._expr(condition, ("tested", -1))
            self._block = outer
        outer, self._block = self._block, block
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        made = tuple(self._expr(part) for part in parts)
        self._block = outer
        at = self._at(node)
        kind = _COMPREHENSIONS[type(node)]
        self._comprehensions[own] = Comprehension(at, kind, block, made, *use)
        return Opaque(at)

    def _hand_out(self, value: ast.expr, at: At) -> None:
        index = len(self._returns)
        self._returns.append(None)
        self._returns[index] = Return(at, self._expr(value, ("returned", index)), self._block)


_COMPREHENSIONS: dict[type[ast.expr], str] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
}
_EXPRESSIONS: dict[type[ast.AST], Callable[..., Expression]] = {
    ast.Constant: ExpressionWalker._constant,
    ast.Name: ExpressionWalker._name,
    ast.Attribute: ExpressionWalker._attribute,
    ast.Subscript: ExpressionWalker._subscript,
    ast.Call: ExpressionWalker._call,
    ast.List: ExpressionWalker._collection,
    ast.Tuple: ExpressionWalker._collection,
    ast.Set: ExpressionWalker._collection,
    ast.Dict: ExpressionWalker._dict,
    ast.BinOp: ExpressionWalker._binary,
    ast.UnaryOp: ExpressionWalker._unary,
    ast.BoolOp: ExpressionWalker._boolean,
    ast.Compare: ExpressionWalker._compare,
    ast.IfExp: ExpressionWalker._conditional,
    ast.JoinedStr: ExpressionWalker._f_string,
    ast.Starred: ExpressionWalker._starred,
    ast.Await: ExpressionWalker._await,
    ast.Yield: ExpressionWalker._yield,
    ast.YieldFrom: ExpressionWalker._yield,
    ast.NamedExpr: ExpressionWalker._walrus,
    ast.Lambda: ExpressionWalker._lambda,
    ast.ListComp: ExpressionWalker._comprehension,
    ast.SetComp: ExpressionWalker._comprehension,
    ast.DictComp: ExpressionWalker._comprehension,
    ast.GeneratorExp: ExpressionWalker._comprehension,
}
if sys.version_info >= (3, 14):
    _EXPRESSIONS[ast.TemplateStr] = ExpressionWalker._f_string
