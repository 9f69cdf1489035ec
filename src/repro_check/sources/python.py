"""Facts of Python code: imports, definitions, calls, assignments and the blocks they stand in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.sources.directives import Directive
from repro_check.sources.expressions import Expression, Placed
from repro_check.sources.spans import TOP, At, unpacked

MODULE = 0
"""The index of the module's own block."""


class Block(Placed, frozen=True, array_like=True, gc=False):
    """A stretch of code that runs, repeats or is skipped as one; blocks form a tree.

    Attributes:
        kind: "module", "class", "function", "lambda", "comprehension", "if", "else", "for",
            "while", "try", "except", "finally", "with" or "case".
        parent: the index of the enclosing block; -1 for the module.
        span: from the block's keyword to its last statement.
        test: the condition of an `if` or `while`; for an `else` that of its `if`.
        body_at: where the statements alone stand.
    """

    kind: str
    parent: int
    test: Expression | None
    body_at: At

    @property
    def body(self) -> Span:
        """The span of the statements alone."""
        return unpacked(self.body_at)


class Parameter(Placed, frozen=True, array_like=True, gc=False):
    """A parameter of a function: its name, its default and the annotation's dotted name.

    `kind` is "" for one that may be given by its position, "keyword", "*" or "**".
    """

    name: str
    default: Expression | None
    annotation: str
    kind: str = ""


class Function(Placed, frozen=True, array_like=True, gc=False):
    """A function or method; `qualname` is `Class.method`, `outer.inner` (without `<locals>`)."""

    qualname: str
    block: int
    parameters: tuple[Parameter, ...]
    decorators: tuple[Expression, ...]
    name_at: At

    @property
    def name_span(self) -> Span:
        """The place of the name alone."""
        return unpacked(self.name_at)


class Class(Placed, frozen=True, array_like=True, gc=False):
    """A class; its fields are the assignments in its block."""

    qualname: str
    block: int
    bases: tuple[Expression, ...]
    decorators: tuple[Expression, ...]


class Import(Placed, frozen=True, array_like=True, gc=False):
    """One bound name of an import statement.

    Attributes:
        module: the module as written, relative ones with their leading dots.
        name: the imported symbol; "" for `import module`, "*" for all.
        alias: the name that is bound here.
        block: where the statement stands.
    """

    module: str
    name: str
    alias: str
    block: int


class Keyword(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A keyword argument; `name` is "" for `**mapping`."""

    name: str
    value: Expression


class Call(Placed, frozen=True, array_like=True, gc=False):
    """A call.

    Attributes:
        name: the called name as written, dotted; for a method of an expression only its name.
        target: what the name stands for when an import or a builtin decides it
            (`numpy.random.seed`, `.utils.set_seed`, `builtins.open`); else "".
        receiver: the expression whose method is called, if it is no plain dotted name.
        block: the block in which it runs.
        use: what becomes of the result: "dropped", "assigned", "argument", "receiver", "returned",
            "tested", "iterated" or "other".
        user: the index of the consuming assignment, call or return; else -1.
    """

    name: str
    target: str
    receiver: Expression | None
    args: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    block: int
    use: str
    user: int
    name_at: At

    @property
    def name_span(self) -> Span:
        """The place of the name alone."""
        return unpacked(self.name_at)

    def keyword(self, name: str) -> Expression | None:
        """The value of a keyword argument, or None."""
        for keyword in self.keywords:
            if keyword.name == name:
                return keyword.value
        return None

    @property
    def unpacks(self) -> bool:
        """Whether `*args` or `**kwargs` may bring arguments that cannot be seen."""
        return any(not keyword.name for keyword in self.keywords) or any(
            getattr(argument, "operator", "") == "*" for argument in self.args
        )

    def argument(self, position: int, name: str) -> Expression | None:
        """The argument given by position or by name, or None."""
        if position < len(self.args):
            return self.args[position]
        return self.keyword(name)


class Assignment(Placed, frozen=True, array_like=True, gc=False):
    """A binding: `kind` is "=", an augmented operator ("+="), ":" (annotated), "for", "with"."""

    targets: tuple[Expression, ...]
    value: Expression | None
    kind: str
    block: int
    annotation: str = ""

    @property
    def target(self) -> Expression | None:
        """The first target; None for a `with` that binds nothing."""
        return self.targets[0] if self.targets else None


class Return(Placed, frozen=True, array_like=True, gc=False):
    """A return, a yield, or the value of a lambda."""

    value: Expression
    block: int


class TruthTest(Placed, frozen=True, array_like=True, gc=False):
    """An expression whose truth is asked for outside of an `if` or `while` statement's test.

    Attributes:
        kind: "or", "and", "not", "if" (conditional expression) or "assert".
        tested: the operand whose truth decides.
        then: what is evaluated or taken if it holds (or, for "or", if it does not).
    """

    kind: str
    tested: Expression
    then: Expression
    block: int


class PathLiteral(Placed, frozen=True, array_like=True, gc=False):
    """A whole string constant with a slash, a backslash or a leading tilde.

    An f-string counts if its head is such a constant; its interpolated values are written `{}`.

    Attributes:
        value: the text.
        label: the keyword, variable or dictionary key that it is the value of.
        call: the index of the call of which it is an argument, or -1.
        is_tail: whether it is put behind another text (`root + "/data"`), so that it is no path.
    """

    value: str
    label: str
    call: int
    block: int
    is_tail: bool = False


class Declared(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name whose scope is settled otherwise than by an import, a definition or an assignment.

    `kind` is "global", "nonlocal" or "local" (`except ... as name`, a capture of `match`, `del`, a
    type parameter).
    """

    kind: str
    name: str
    block: int


class Comprehension(Placed, frozen=True, array_like=True, gc=False):
    """A comprehension or generator expression; as a value it is an `Opaque` of the same span.

    Its loops are assignments of kind "for", the innermost in its block.

    Attributes:
        kind: "list", "set", "dict" or "generator".
        block: its own block.
        made: the element; for a dict the key and the value.
        use: what becomes of it, as for a `Call`; `user` likewise.
    """

    kind: str
    block: int
    made: tuple[Expression, ...]
    use: str
    user: int


class Exit(Placed, frozen=True, array_like=True, gc=False):
    """A statement that leaves a block: `kind` is "return", "raise", "break" or "continue"."""

    kind: str
    block: int


class ModuleFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that one module, or the cells of one notebook, say."""

    blocks: tuple[Block, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    assignments: tuple[Assignment, ...]
    returns: tuple[Return, ...]
    truth_tests: tuple[TruthTest, ...]
    path_literals: tuple[PathLiteral, ...]
    exports: tuple[str, ...]
    directives: tuple[Directive, ...]
    lines: int
    declared: tuple[Declared, ...] = ()
    comprehensions: tuple[Comprehension, ...] = ()
    exits: tuple[Exit, ...] = ()

    def ancestors(self, block: int) -> Iterator[int]:
        """The block itself and those around it, innermost first."""
        while block >= 0:
            yield block
            block = self.blocks[block].parent

    def is_inside(self, block: int, outer: int) -> bool:
        """Whether `block` is `outer` or lies inside it."""
        return outer in self.ancestors(block)

    def function_of(self, block: int) -> Function | None:
        """The innermost function or method around a block."""
        for ancestor in self.ancestors(block):
            if self.blocks[ancestor].kind == "function":
                # functions stand in the order of their blocks
                return self.functions[
                    bisect_left(self.functions, ancestor, key=lambda function: function.block)
                ]
        return None

    def calls_to(self, *targets: str) -> Iterator[Call]:
        """The calls whose target is one of these."""
        wanted = frozenset(targets)
        return (call for call in self.calls if call.target in wanted)


EMPTY_MODULE = ModuleFacts(
    blocks=(Block(TOP, "module", -1, None, TOP),),
    functions=(),
    classes=(),
    imports=(),
    calls=(),
    assignments=(),
    returns=(),
    truth_tests=(),
    path_literals=(),
    exports=(),
    directives=(),
    lines=1,
)
"""What an empty file says."""


def read_python(data: bytes) -> ModuleFacts:
    """Facts of a Python source file, by its bytes alone.

    Raises:
        Unreadable: it is no Python that this interpreter can parse.
    """
    from repro_check.sources.python_walk import walk_module

    return walk_module(data)
