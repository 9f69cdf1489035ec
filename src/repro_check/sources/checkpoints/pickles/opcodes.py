"""The opcodes of a pickle with their arguments, read one by one.

The table is the standard library's `pickletools`, which documents all protocols; its own reader
holds whole arguments, and one may be as long as the file.
"""

from __future__ import annotations

import codecs
import pickletools
import warnings
from collections.abc import Iterator

from repro_check.sources.checkpoints.pickles.values import Bytes
from repro_check.sources.checkpoints.windows import Window

# longer texts and bytes are skipped, not kept
KEEP = 1 << 16
_LONGEST_LINE = 1 << 24
_BY_CODE = {info.code: info for info in pickletools.opcodes}
_WIDTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}


class UnknownOpcodeError(ValueError):
    """A byte that is no opcode."""


class FrameError(ValueError):
    """An opcode that goes beyond its frame.

    CPython's two unpicklers read it in different ways, and so differ in which name they see.
    """


def opcodes(window: Window) -> Iterator[tuple[str, object, int]]:
    """Name, argument and offset of each opcode up to `STOP`.

    The argument is an integer, a text (two for `GLOBAL` and `INST`), `Bytes`, or None; of texts longer
    than `KEEP` only the beginning is kept.

    Raises:
        TruncatedError: the pickle ends before `STOP`.
        UnknownOpcodeError: a byte is none.
        FrameError: a frame (PEP 3154) ends inside of an opcode, or holds another one.
    """
    frame_end = 0
    while True:
        offset = window.offset
        code = window.read(1)
        info = _BY_CODE.get(code.decode("latin-1"))
        if info is None:
            raise UnknownOpcodeError(f"byte {offset:,} (0x{code.hex()}) is no opcode")
        argument = _argument(info, window)
        if offset < frame_end < window.offset or (info.name == "FRAME" and offset < frame_end):
            raise FrameError(f"byte {offset:,} begins what goes beyond its frame")
        if info.name == "FRAME" and isinstance(argument, int):
            frame_end = window.offset + argument
        yield info.name, argument, offset
        if info.name == "STOP":
            return


def _argument(info: pickletools.OpcodeInfo, window: Window) -> object:
    kind = info.arg
    if kind is None:
        return None
    if kind.n == pickletools.UP_TO_NEWLINE:
        first = window.line(_LONGEST_LINE)
        if kind.name.endswith("_pair"):
            return _text(first), _text(window.line(_LONGEST_LINE))
        return _LINES.get(kind.name, _text)(first)
    if kind.n in _WIDTHS:
        return _counted(kind, window)
    data = window.read(kind.n)
    if kind.name == "float8":
        return 0.0
    return int.from_bytes(data, "little", signed=kind.name.startswith("int"))


def _counted(kind: pickletools.ArgumentDescriptor, window: Window) -> object:
    length = int.from_bytes(window.read(_WIDTHS[kind.n]), "little")
    start = window.offset
    if length > KEEP:
        kept = window.read(256)
        window.skip(length - 256)
    else:
        kept = window.read(length)
    if kind.name.startswith("long"):
        return int.from_bytes(kept, "little", signed=True)
    if kind.name.startswith("unicode"):
        return _text(kept)
    if kind.name.startswith("string"):
        return kept.decode("latin-1")  # Python 2's `str`, which Python 3 reads as text
    return Bytes(length, start)


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="surrogateescape")


def _number(line: bytes) -> int | float:
    """Of `I01`, `L5L` and `F1e3`; 0 for what is none (`int` refuses very long ones)."""
    text = line.decode("latin-1").rstrip("L")
    try:
        return float(text) if "." in text or "e" in text else int(text)
    except ValueError:
        return 0


def _quoted(line: bytes) -> str:
    """Of text as Python 2's `repr` writes it, quoted and escaped."""
    inner = line.strip()[1:-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return codecs.escape_decode(inner)[0].decode("latin-1")
        except ValueError:
            return _text(inner)


def _escaped(line: bytes) -> str:
    try:
        return line.decode("raw-unicode-escape")
    except UnicodeDecodeError:
        return _text(line)


_LINES = {
    "decimalnl_short": _number,
    "decimalnl_long": _number,
    "floatnl": _number,
    "stringnl": _quoted,
    "unicodestringnl": _escaped,
}
