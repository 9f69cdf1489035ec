"""Arrays of numpy in pickles: their form, and the raw ones that joblib writes between the opcodes.

joblib (`joblib/numpy_pickle.py`, 0.10 and later) puts an array's bytes behind the `BUILD` of a
`NumpyArrayWrapper`, since 1.1 behind a byte that tells the padding and the padding itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from repro_check.sources.checkpoints.pickles.values import Global, Made, Mapping, Use
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.sources.checkpoints.windows import Window

_WRAPPER = Global("joblib.numpy_pickle", "NumpyArrayWrapper")
_CODE = pattern(r"[<>|=]?([a-zA-Z?])(\d{0,9})")
_NAMES = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


def skip_array(built: object, window: Window, uses: list[Use]) -> None:
    """Leave out the raw bytes that follow if what was just built is joblib's wrapper.

    An array of objects is a pickle of its own there; its uses are added to `uses`.
    """
    if not isinstance(built, Made) or built.function != _WRAPPER:
        return
    state = built.state
    if not isinstance(state, Mapping):
        return
    code, shape = dtype_code(state.get("dtype")), lengths(state.get("shape"))
    if code is None or shape is None:
        raise ValueError("has an array of joblib whose form cannot be told")
    if code.lstrip("|").startswith("O"):
        from repro_check.sources.checkpoints.pickles.machine import walk

        nested = walk(window)
        uses.extend(nested.uses)
        if nested.problem:
            raise ValueError(nested.problem)
        return
    if isinstance(state.get("numpy_array_alignment_bytes"), int):
        window.skip(window.read(1)[0])
    window.skip(math.prod(shape) * item_size(code))


def dtype_code(value: object) -> str | None:
    """Numpy's code of a data type ("<f4", "O") from `numpy.dtype("f4", ...)`, None if it is none."""
    if not isinstance(value, Made) or not isinstance(value.function, Global):
        return None
    if value.function.label != "numpy.dtype" or not isinstance(value.arguments, tuple):
        return None
    code = value.arguments[0] if value.arguments else None
    state = value.state if isinstance(value.state, tuple) else ()
    if not isinstance(code, str) or not _fits(code, state):
        return None
    return code if _CODE.fullmatch(code) else None


def _fits(code: str, state: tuple[object, ...]) -> bool:
    """Whether a type's state leaves it as long as its code says, and without objects in it.

    The state is (version, byte order, shape, names, fields, length, alignment, flags).
    """
    shape, length, flags = (state[2], state[5], state[7]) if len(state) > 7 else (None,) * 3
    has_objects = isinstance(flags, int) and flags & 1
    if code.lstrip("<>|=").startswith("V"):
        return shape is None and not has_objects and length in {None, -1, item_size(code)}
    return code.lstrip("|").startswith("O") or all(each in (None, -1) for each in state[2:6])


def dtype_name(code: str) -> str:
    """The name of a data type by its code: "float32" of "<f4"; the code itself of others."""
    found = _CODE.fullmatch(code)
    if found and found[1] in _NAMES and found[2]:
        return f"{_NAMES[found[1]]}{int(found[2]) * 8}"
    return {"b1": "bool", "O8": "object", "O": "object"}.get(code.lstrip("<>|="), code)


def item_size(code: str) -> int:
    """Bytes of one item.

    Raises:
        ValueError: the code does not tell.
    """
    found = _CODE.fullmatch(code)
    if found is None or (not found[2] and found[1] != "?"):
        raise ValueError(f"has an array of items whose size is not told (`{code}`)")
    if found[1] == "?":
        return 1
    return int(found[2]) * (4 if found[1] == "U" else 1)


def lengths(value: object) -> tuple[int, ...] | None:
    """A shape, None if it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = (value,)
    if not isinstance(value, tuple):
        return None
    found = tuple(each for each in value if isinstance(each, int) and each >= 0)
    return found if len(found) == len(value) else None
