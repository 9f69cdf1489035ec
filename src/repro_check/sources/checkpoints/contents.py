"""What a checkpoint holds, from the symbolic object that its pickle would build."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.checkpoints.model import Tensor
from repro_check.sources.checkpoints.pickles.arrays import dtype_code, dtype_name, lengths
from repro_check.sources.checkpoints.pickles.values import Global, Made, Mapping, Persistent

_DEEPEST = 40
_MOST = 300_000
_REBUILT = frozenset({"_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3"})
_WRAPPED = frozenset(
    {"_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_from_type_v2"}
)
_STORAGES = {
    "Float": "float32",
    "Double": "float64",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Long": "int64",
    "Int": "int32",
    "Short": "int16",
    "Char": "int8",
    "Byte": "uint8",
    "Bool": "bool",
    "ComplexFloat": "complex64",
    "ComplexDouble": "complex128",
}


def mapping_of(value: object) -> Mapping | None:
    """The pairs of a dictionary or of an object, None of anything else."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Made):
        for part in (value.content, value.state):
            if isinstance(part, Mapping) and part.pairs:
                return part
        if isinstance(value.state, tuple):  # `__slots__`: a pair of mappings
            return next((each for each in value.state if isinstance(each, Mapping)), None)
    return None


def walk(value: object) -> Iterator[tuple[str, object]]:
    """Every part of a value below text keys and list places, with its dotted name, in order."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    seen: set[int] = set()
    count = 0
    while waiting and count < _MOST:
        name, part, depth = waiting.pop()
        count += 1
        yield name, part
        if depth > _DEEPEST or id(part) in seen or tensor(name, part) is not None:
            continue
        seen.add(id(part))
        following = [(f"{name}.{key}" if name else key, each) for key, each in _parts(part)]
        waiting.extend((key, each, depth + 1) for key, each in reversed(following))


def _parts(value: object) -> Iterator[tuple[str, object]]:
    pairs = mapping_of(value)
    if pairs is not None:
        for key, each in pairs.pairs:
            if isinstance(key, str | int) and not isinstance(key, bool):
                yield str(key)[:200], each
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield str(place), each


def tensor(name: str, value: object) -> Tensor | None:
    """The tensor or array that a value is, None if it is none."""
    if not isinstance(value, Made) or not isinstance(value.function, Global):
        return None
    arguments = value.arguments if isinstance(value.arguments, tuple) else ()
    function = value.function.name
    if value.function.module == "torch._utils" and function in _REBUILT and len(arguments) > 2:
        return _of_storage(name, arguments)
    if function in _WRAPPED:
        inner = next((tensor(name, each) for each in arguments if isinstance(each, Made)), None)
        if inner is not None or function != "_rebuild_from_type_v2" or len(arguments) < 3:
            return inner
        return tensor(name, Made(arguments[0], arguments[2]))
    if function in {"_reconstruct", "_frombuffer"} and value.function.module.startswith("numpy"):
        return _of_numpy(name, function, value)
    return None


def _of_storage(name: str, arguments: tuple[object, ...]) -> Tensor | None:
    shape = lengths(arguments[2])
    match arguments[0]:
        case Persistent(("storage", Global(_, storage), _, str(device), *_)):
            plain = storage.removesuffix("Storage")
            dtype = _STORAGES.get(plain, plain.lower())
        case _:
            return None
    last = arguments[6] if len(arguments) > 6 else None
    if isinstance(last, Global) and last.module == "torch":
        dtype = last.name  # `_rebuild_tensor_v3` has untyped storages
    return Tensor(name, dtype, shape, device)


def _of_numpy(name: str, function: str, value: Made) -> Tensor | None:
    if function == "_frombuffer":
        parts = value.arguments if isinstance(value.arguments, tuple) else ()
        shape, code = (parts[2], parts[1]) if len(parts) > 2 else (None, None)
    elif isinstance(value.state, tuple) and len(value.state) > 2:
        shape, code = value.state[1], value.state[2]
    else:
        return None
    known = dtype_code(code)
    return Tensor(name, dtype_name(known) if known else "record", lengths(shape))
