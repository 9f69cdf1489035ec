"""Python sources to read, and ways to compare what was read."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import msgspec
from hypothesis import strategies as st

from repro_check.findings import Span
from repro_check.sources.lines import Lines
from repro_check.sources.python import Call, Function, ModuleFacts, read_python
from repro_check.sources.spans import unpacked

# one program in which every kind of statement and expression of Python 3.10 stands
EVERY_KIND = '''\
"""Docs with a/slash."""
from __future__ import annotations
import os.path as path, numpy as np
from . import sibling
from ..up import thing as other
from torch.nn import *
__all__ = ["train", "Model"]
LIMIT: int = np.sqrt(4)
bare: path.PathLike
a = b = np.zeros(3)
a[0], (b, *rest) = np.ones(2), sibling.pair()
a += np.random.rand()
a @= b
if a is not None and not b or a <= 1 < 2:
    pass
elif (n := np.size(a)) > 1:
    del n, a[0]
else:
    raise ValueError(f"{a!r:>{n}} of {path.join('x/y', 'z')}") from None
while np.any(a):
    break
else:
    print(-1, +a, ~b, 1j, b"x/y", ..., None, True, 0x10, 1e3, "x/y" "z")
for i, x in enumerate(np.arange(3), start=1):
    continue
else:
    assert np.all(a), other.message()
try:
    import cupy as cp
except (ImportError, OSError) as error:
    cp = None
else:
    cp.init()
finally:
    os.close(0)
with open("a/b") as f, path.lock() as (g, h), np.errstate():
    f.read()[1:2, ::3]
@decorate(1)
@other.plain
def train(p, /, q: int = np.pi(), *args: path.T, r, s=len("k"), **kwargs) -> np.ndarray:
    """Inner docs with a/slash."""
    global LIMIT
    LIMIT = [y for x in np.loads() for y in x if np.good(y)]
    z = {np.key(k): np.value(v) for k, v in kwargs.items()}
    {np.member(k) for k in z}, (np.item(k) for k in z)
    def inner():
        nonlocal z
        z = yield np.first()
        yield from np.second()
        yield
        return (yield)
    return lambda t, u=np.default(): np.body(t, *args, **kwargs)
class Model(Base, other.Mixin[int], metaclass=np.Meta(), **options):
    field: str = "q"
    def method(self):
        return super().method()(1)(2).attr[self.x] if self else {"k": 1, **z}
async def fetch():
    async with path.session() as s:
        async for row in s.rows():
            await row.done()
    return [await r async for r in s.rows()]
match np.command():
    case 1 | "two/three" | other.CONSTANT:
        np.one()
    case [first, *others] if np.guard():
        np.two()
    case {"k": value, **remaining}:
        np.three()
    case path.Point(x=0, y=_) as point:
        np.four()
    case _:
        np.five()
a if b else c
'''

# what later versions added, by the first version that reads it
LATER_KINDS = {
    "exception groups": ((3, 11), "try:\n    f()\nexcept* g.Error as e:\n    h(e)\n"),
    "starred subscripts": ((3, 11), "x[*f(), 1]\n"),
    "starred annotations": ((3, 11), "def g(*args: *f()): pass\n"),
    "parenthesised with": ((3, 10), "with (f() as a, h() as b):\n    g()\n"),
    "type aliases": ((3, 12), "type Pair[T: f()] = tuple[g(), T]\n"),
    "type parameters": ((3, 12), "def h[T: (f(), int), *A, **P](x: T) -> T:\n    return g(T)\n"),
    "generic classes": ((3, 12), "class C[T](f()):\n    x = g(T)\n"),
    "nested quotes": ((3, 12), 'f"{f("a")} {f"{g()}"}"\n'),
    "type defaults": ((3, 13), "class C[T = f()]:\n    x = g(T)\n"),
    "template strings": ((3, 14), 't"a/b {f()} {g():>{h()}}"\n'),
    "bare except tuples": ((3, 14), "try:\n    f()\nexcept A, B:\n    g()\n"),
}


def read(source: str) -> ModuleFacts:
    """Facts of an indented source text."""
    return read_python(dedent(source).encode())


def only_call(facts: ModuleFacts, name: str) -> Call:
    """The one call that is written with this name."""
    (found,) = [call for call in facts.calls if call.name == name]
    return found


def targets(source: str) -> dict[str, str]:
    """What each called name of a source stands for."""
    return {call.name: call.target for call in read(source).calls}


def function(facts: ModuleFacts, qualname: str) -> Function:
    """The one function of this name."""
    (found,) = [item for item in facts.functions if item.qualname == qualname]
    return found


def at(source: str, span: Span) -> str:
    """The text that stands at a span."""
    return Lines(source).text_at(span)


_PLACES = frozenset({"at", "name_at", "body_at"})


def without_places(value: object) -> object:
    """Facts as plain tuples in which no place is left."""
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        told = (item for name, item in fields.items() if name not in _PLACES)
        return (type(value).__name__, *map(without_places, told))
    if isinstance(value, tuple):
        return tuple(map(without_places, value))
    return value


def meaning(facts: ModuleFacts) -> object:
    """Facts without places, comments and the number of lines: what formatting may not change."""
    return without_places(msgspec.structs.replace(facts, directives=(), lines=0))


def standard_library() -> list[Path]:
    """All modules of the standard library, tests and bad samples included, sorted."""
    root = Path(sysconfig.get_path("stdlib"))
    return sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)


def sample(count: int, *, largest: int) -> list[Path]:
    """Some sound modules of the standard library, spread over it."""
    small = [p for p in standard_library() if 500 < p.stat().st_size < largest]
    return [p for p in small[:: max(1, len(small) // count)] if _is_sound(p)][:count]


def _is_sound(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        return False
    return True


def spans(value: object) -> Iterator[Span]:
    """All places in a fact."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            item = getattr(value, name)
            yield from [unpacked(item)] if name in _PLACES else spans(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from spans(item)


_PIECES = (
    "if x:\n", "    ", "\t", "\n", "\r\n", "\r", "\\\n", "x", " = ", "(", ")", "[", "]", "{", "}", ":", ",",
    "lambda ", "def f(a, *b, c=1):", "class A(B):", "return ", "yield ", "import a.b as c", "from . import d",
    "f'{x!r:>{y}}'", "f'", "'", '"""', "é = 'ü'", "# repro-check: ignore[X] -- y", "#", "\x0c", "\ufeff",
    "# coding: latin-1\n", "print 'x'", "0777", "1e999", "-" * 50, "global x", "nonlocal x", "del x", "@", "await ",
    "async ", "for x in y", "with a as b:", "match x:\n", "case [a, *b]:", "x := 1", "\\ud800", "'\\ud800'", "::", "**", "pass", ";",
    "__all__ = ['\\ud800']", "{'\\udfff': 'a/b'}", "try:\n", "except* E as e:", "type X = int", "t'{x}'",
)  # fmt: skip
python_like = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)
