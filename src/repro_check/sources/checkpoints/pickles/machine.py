"""Pickle's stack machine over symbols, for what a pickle names, calls and would build.

The opcodes' meaning is that of `Lib/pickle.py` in CPython 3.13. Where that one would import a name,
call it or set its attributes, this one writes it down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from repro_check.sources.checkpoints.pickles.arrays import skip_array
from repro_check.sources.checkpoints.pickles.memo import MalformedError, Memo
from repro_check.sources.checkpoints.pickles.names import current
from repro_check.sources.checkpoints.pickles.opcodes import opcodes
from repro_check.sources.checkpoints.pickles.values import (
    OPAQUE,
    Global,
    Made,
    Mapping,
    Persistent,
    Use,
)
from repro_check.sources.checkpoints.windows import Window

# far above what real files have, and low enough that nothing swells
_MAX_STACK = 500_000
_MAX_USES = 100_000
# what is kept of the value; the walk itself goes on to the end
_MAX_KEPT = 200_000
_MAX_TEXT = 1 << 24
_SHORT = 200


class Walked(msgspec.Struct, frozen=True):
    """What one pickle says.

    Attributes:
        uses: in order.
        value: what it would build, in symbols; OPAQUE if it ends early.
        problem: why it could not be read to its end, "" if it could.
        is_whole: whether all of the value was kept; of a very large one only the beginning is.
    """

    uses: tuple[Use, ...]
    value: object
    problem: str
    is_whole: bool


def walk(window: Window, *, skips_arrays: bool = True) -> Walked:
    """Walk one pickle, from where the window stands to behind its `STOP`.

    Args:
        window: the stream.
        skips_arrays: whether raw arrays are left out, as joblib reads it; `pickle.load` takes their
            bytes for opcodes.
    """
    machine = _Machine()
    value: object = OPAQUE
    problem = ""
    try:
        for name, argument, offset in opcodes(window):
            machine.offset = offset
            if name == "STOP":
                value = machine.pop()
            else:
                machine.do(name, argument)
                if name == "BUILD" and skips_arrays:
                    skip_array(machine.top(), window, machine.uses)
    except (OSError, EOFError, ValueError, RuntimeError, OverflowError) as error:
        problem = str(error) or type(error).__name__
    for loose, count in machine.loose.items():
        if count > 0:
            machine.use(loose, "handed on")
    return Walked(tuple(machine.uses), value, problem, machine.kept < _MAX_KEPT)


class _Machine:
    def __init__(self) -> None:
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo = Memo()
        self.uses: list[Use] = []
        self.offset = 0
        self.kept = 0
        self.text = 0
        self.protocol = 0
        self.loose: Counter[Global] = Counter()

    def do(self, name: str, argument: Any) -> None:
        """Do one opcode."""
        step = _STEPS.get(name)
        if step is not None:
            step(self, argument)
        elif name not in _NOTHING:
            raise MalformedError(f"uses `{name}`, which no library does")

    def push(self, value: object) -> None:
        if len(self.stack) >= _MAX_STACK:
            raise MalformedError(f"puts more than {_MAX_STACK:,} things on its stack")
        self.stack.append(value)
        # a `getattr` that is called is judged by what it reaches, any other as a name
        if isinstance(value, Global) and value in _ONLY_CALLED:
            self.loose[value] += 1

    def pop(self) -> object:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise MalformedError("takes more from its stack than it has put there")
        return self.stack.pop()

    def top(self) -> object:
        value = self.pop()
        self.stack.append(value)
        return value

    def since_mark(self) -> list[object]:
        if not self.marks:
            raise MalformedError("takes a mark that it has not set")
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def use(self, name: Global | None, how: str, arguments: object = None) -> None:
        if len(self.uses) >= _MAX_USES:
            raise MalformedError(f"names more than {_MAX_USES:,} classes and functions")
        self.uses.append(Use(name, how, self.offset, arguments))

    def mark(self, _: object) -> None:
        if len(self.marks) >= _MAX_STACK:
            raise MalformedError(f"sets more than {_MAX_STACK:,} marks")
        self.marks.append(len(self.stack))

    def remember(self, index: object) -> None:
        self.memo.put(index, self.top())

    def recall(self, index: object) -> None:
        self.push(self.memo.get(index))

    def put(self, value: object) -> None:
        if isinstance(value, str) and len(value) > _SHORT:
            self.text += len(value)
            value = value if self.text < _MAX_TEXT else OPAQUE
        self.push(value)

    def number(self, value: object) -> None:
        # numbers make up most of a large pickle: small ones are shared anyway
        is_kept = self.kept < _MAX_KEPT and not (
            isinstance(value, int) and value.bit_length() > 128
        )
        self.push(value if is_kept else OPAQUE)

    def named(self, pair: tuple[str, str]) -> None:
        name = Global(*(current(pair) if self.protocol < _NEW_NAMES else pair))
        if name not in _ONLY_CALLED:
            self.use(name, "named")
        self.push(name)

    def stack_named(self, _: object) -> None:
        name, module = self.pop(), self.pop()
        if isinstance(name, str) and isinstance(module, str):
            self.named((module, name))
        else:
            self.use(None, "named")
            self.push(OPAQUE)

    def made(self, function: object, arguments: object) -> None:
        if isinstance(function, Global) and function in _ONLY_CALLED:
            self.loose[function] -= 1
        if function == GETATTR:
            self.push(self.reached(arguments))
            return
        self.use(function if isinstance(function, Global) else None, "called", arguments)
        self.push(self.keep(Made(function, arguments)))

    def reached(self, arguments: object) -> object:
        match arguments:
            case (Global(module, name), str(attribute)) | (
                Made(Global(module, name)),
                str(attribute),
            ):
                found = Global(module, f"{name}.{attribute}")
                self.use(found, "reached")
                return found
        self.use(None, "reached")
        return OPAQUE

    def reduce(self, _: object) -> None:
        arguments, function = self.pop(), self.pop()
        self.made(function, arguments)

    def new_object(self, _: object) -> None:
        arguments, function = self.pop(), self.pop()
        self.made(function, arguments)

    def new_object_with_keywords(self, _: object) -> None:
        keywords, arguments, function = self.pop(), self.pop(), self.pop()
        self.made(function, (arguments, keywords))

    def old_instance(self, pair: tuple[str, str]) -> None:
        arguments = tuple(self.since_mark())
        self.named(pair)
        self.made(self.pop(), arguments)

    def old_object(self, _: object) -> None:
        items = self.since_mark()
        if not items:
            raise MalformedError("makes an object of nothing")
        self.made(items[0], tuple(items[1:]))

    def build(self, _: object) -> None:
        state, target = self.pop(), self.top()
        match target:
            case Made():
                target.state = state
            case Global():
                self.use(target, "changed", state)
        self.change_behind(target)

    def change_behind(self, target: object) -> None:
        """Note what is changed where a call or a torch module may hand back what it was given."""
        if isinstance(target, Made) and isinstance(target.function, Global):
            given = target.arguments if target.function.name in _HANDS_BACK else ()
        else:
            given = target.id if isinstance(target, Persistent) else ()
        for each in given if isinstance(given, tuple) else ():
            if isinstance(each, Global) and not each.module.startswith("torch"):
                self.use(each, "changed")

    def append(self, _: object) -> None:
        item = self.pop()
        self.add([item], self.top())

    def appends(self, _: object) -> None:
        self.add(self.since_mark(), self.top())

    def add(self, items: list[object], target: object) -> None:
        if isinstance(target, Global):
            self.use(target, "changed", items)
        elif isinstance(target, list) and self.has_room(len(items)):
            target.extend(items)

    def set_item(self, _: object) -> None:
        value, key = self.pop(), self.pop()
        self.set_pairs([key, value], self.top())

    def set_items(self, _: object) -> None:
        self.set_pairs(self.since_mark(), self.top())

    def set_pairs(self, items: list[object], target: object) -> None:
        pairs = list(
            zip(items[::2], items[1::2], strict=False)
        )  # an odd one out is refused by pickle too
        if isinstance(target, Global):
            self.use(target, "changed", items)
        self.change_behind(target)
        if isinstance(target, Made):
            target.content = target.content or Mapping([])
            target = target.content
        if isinstance(target, Mapping) and self.has_room(len(pairs)):
            target.pairs.extend(pairs)

    def tuple_of(self, count: int) -> None:
        items = [self.pop() for _ in range(count)]
        self.push(self.keep(tuple(reversed(items))))

    def tuple_since_mark(self, _: object) -> None:
        self.push(self.keep(tuple(self.since_mark())))

    def list_since_mark(self, _: object) -> None:
        self.push(self.keep(self.since_mark()))

    def mapping_since_mark(self, _: object) -> None:
        items = self.since_mark()
        self.push(self.keep(Mapping(list(zip(items[::2], items[1::2], strict=False)))))

    def set_since_mark(self, _: object) -> None:
        self.push(self.keep(tuple(self.since_mark())))

    def persistent(self, _: object) -> None:
        self.push(self.keep(Persistent(self.pop())))

    def pop_since_mark(self, _: object) -> None:
        self.since_mark()

    def pop_one(self, _: object) -> None:
        # `pickle` lets POP take a mark away
        if self.marks and len(self.stack) == self.marks[-1]:
            self.marks.pop()
        else:
            self.pop()

    def duplicate(self, _: object) -> None:
        self.push(self.top())

    def extension(self, _: object) -> None:
        self.use(None, "named")
        self.push(OPAQUE)

    def buffer(self, _: object) -> None:
        self.push(OPAQUE)

    def has_room(self, count: int) -> bool:
        self.kept += count
        return self.kept < _MAX_KEPT

    def keep(self, value: object) -> object:
        return value if self.has_room(1) else OPAQUE


GETATTR = Global("builtins", "getattr")
NESTED = Global("torch.storage", "_load_from_bytes")
# judged by what they are called with; what would call them later cannot be told
_ONLY_CALLED = frozenset({GETATTR, NESTED})
_HANDS_BACK = frozenset(
    {"restore_type_tag", "scalar", "_rebuild_from_type_v2", "_rebuild_from_type"}
)
# protocols below this one write the names of Python 2 (`Lib/_compat_pickle.py`)
_NEW_NAMES = 3
_NOTHING = frozenset({"FRAME", "READONLY_BUFFER"})
_Step = Callable[[_Machine, Any], None]
_STEPS: dict[str, _Step] = {
    **dict.fromkeys(("INT", "LONG", "FLOAT", "BININT", "BININT1", "BININT2"), _Machine.number),
    **dict.fromkeys(("LONG1", "LONG4", "BINFLOAT"), _Machine.number),
    **dict.fromkeys(("STRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"), _Machine.put),
    **dict.fromkeys(("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"), _Machine.put),
    **dict.fromkeys(("BYTEARRAY8",), _Machine.put),
    **dict.fromkeys(("BINSTRING", "SHORT_BINSTRING"), _Machine.put),
    "PROTO": lambda machine, number: setattr(machine, "protocol", number),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_LIST": lambda machine, _: machine.push(machine.keep([])),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "EMPTY_DICT": lambda machine, _: machine.push(machine.keep(Mapping([]))),
    "EMPTY_SET": lambda machine, _: machine.push(machine.keep([])),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "TUPLE": _Machine.tuple_since_mark,
    "LIST": _Machine.list_since_mark,
    "DICT": _Machine.mapping_since_mark,
    "FROZENSET": _Machine.set_since_mark,
    "ADDITEMS": _Machine.appends,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "MARK": _Machine.mark,
    "POP": _Machine.pop_one,
    "POP_MARK": _Machine.pop_since_mark,
    "DUP": _Machine.duplicate,
    "PUT": _Machine.remember,
    "BINPUT": _Machine.remember,
    "LONG_BINPUT": _Machine.remember,
    "MEMOIZE": _Machine.remember,
    "GET": _Machine.recall,
    "BINGET": _Machine.recall,
    "LONG_BINGET": _Machine.recall,
    "GLOBAL": _Machine.named,
    "STACK_GLOBAL": _Machine.stack_named,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "INST": _Machine.old_instance,
    "OBJ": _Machine.old_object,
    "NEWOBJ": _Machine.new_object,
    "NEWOBJ_EX": _Machine.new_object_with_keywords,
    "PERSID": lambda machine, text: machine.push(Persistent(text)),
    "BINPERSID": _Machine.persistent,
    "EXT1": _Machine.extension,
    "EXT2": _Machine.extension,
    "EXT4": _Machine.extension,
    "NEXT_BUFFER": _Machine.buffer,
}
