"""The functions of override values: casts and sweeps.

https://hydra.cc/docs/1.3/advanced/override_grammar/extended/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from repro_check.project.experiments.hydra.overrides import (
    SWEEPS,
    Choice,
    Glob,
    Interval,
    Range,
    Sweep,
    is_list,
)
from repro_check.project.experiments.hydra.tokens import GrammarError
from repro_check.project.experiments.hydra.trees import Plain

Element: TypeAlias = "Plain | Sweep"
Args: TypeAlias = "list[Element]"
Named: TypeAlias = "dict[str, Element]"


def call(name: str, args: Args, named: Named) -> Element:
    """The value of a function call.

    Raises:
        GrammarError: Hydra has no such function, or refuses these arguments.
    """
    if name in _CASTS:
        return _cast(name, _cast_value(args, named))
    function = _FUNCTIONS.get(name)
    if function is None:
        raise GrammarError(f"Hydra has no function `{name}`")
    try:
        return function(args, dict(named))
    except (TypeError, ValueError, KeyError) as error:
        raise GrammarError(f"`{name}` does not take these arguments") from error


def _cast_value(args: Args, named: Named) -> Element:
    if named:
        if args or set(named) != {"value"}:
            raise GrammarError("a cast takes values or `value=`")
        return named["value"]
    if len(args) == 1:
        return args[0]
    if not args:
        raise GrammarError("a cast needs a value")
    return Choice(tuple(_plain(arg) for arg in args), is_simple=True)


def _cast(name: str, value: Element) -> Element:
    if isinstance(value, Mapping):
        return {key: _plain(_cast(name, item)) for key, item in value.items()}
    if is_list(value):
        return [_plain(_cast(name, item)) for item in value]  # type: ignore[union-attr]
    if isinstance(value, Choice):
        return Choice(tuple(_plain(_cast(name, item)) for item in value.values), value.is_simple)
    if isinstance(value, Range):
        ends = [_cast(name, end) for end in (value.start, value.stop, value.step)]
        if name not in {"int", "float"}:
            raise GrammarError(f"a range cannot be cast to {name}")
        return Range(*ends)  # type: ignore[arg-type]
    if isinstance(value, Interval):
        if name in {"str", "bool"}:
            raise GrammarError(f"an interval cannot be cast to {name}")
        return Interval(_cast(name, value.start), _cast(name, value.end))  # type: ignore[arg-type]
    if isinstance(value, Glob) or (value is None and name != "bool"):
        raise GrammarError(f"this value cannot be cast to {name}")
    try:
        return _CASTS[name](value)
    except (ValueError, OverflowError) as error:
        raise GrammarError(f"`{value}` cannot be cast to {name}") from error


def _to_str(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _to_bool(value: object) -> bool:
    if isinstance(value, str):
        if value.lower() not in {"true", "false"}:
            raise ValueError(value)
        return value.lower() == "true"
    return bool(value)


def _choice(args: Args, named: Named) -> Sweep:
    if named or not args:
        raise TypeError
    if len(args) == 1 and isinstance(args[0], Choice):
        if not args[0].is_simple:
            raise TypeError
        return Choice(args[0].values)
    if None in args:
        raise TypeError
    return Choice(tuple(_plain(arg) for arg in args))


def _range(args: Args, named: Named) -> Sweep:
    given = _bound(args, named, ("start", "stop", "step"))
    start, stop, step = given["start"], given.get("stop"), given.get("step", 1)
    if stop is None:
        start, stop = 0, start
    return Range(_number(start), _number(stop), _number(step))


def _interval(args: Args, named: Named) -> Sweep:
    given = _bound(args, named, ("start", "end"))
    return Interval(float(_number(given["start"])), float(_number(given["end"])))


def _glob(args: Args, named: Named) -> Sweep:
    given = _bound(args, named, ("include", "exclude"))
    return Glob(_names(given["include"]), _names(given.get("exclude") or []))


def _tag(args: Args, named: Named) -> Sweep:
    args = [*args, *named.values()]
    if not args:
        raise TypeError
    sweep = args[-1]
    if set(named) - {"sweep"} or not isinstance(sweep, SWEEPS) or isinstance(sweep, Glob):
        raise TypeError
    if not all(isinstance(tag, str) for tag in args[:-1]):
        raise TypeError
    return sweep


def _sort(args: Args, named: Named) -> Element:
    reverse = named.pop("reverse", False)
    if not isinstance(reverse, bool):
        raise TypeError
    if len(args) > 1 and not all(isinstance(arg, (int, float, str)) for arg in args):
        raise TypeError
    value = _listed(args, named)
    if isinstance(value, Choice):
        return Choice(tuple(sorted(value.values, reverse=reverse)), value.is_simple)  # type: ignore[type-var]
    if isinstance(value, Range):
        return _sorted_range(value, reverse=reverse)
    return sorted(value, reverse=reverse) if is_list(value) else value  # type: ignore[arg-type, type-var]


def _sorted_range(value: Range, *, reverse: bool) -> Range:
    if (value.start < value.stop) is not reverse or value.start == value.stop:
        return value
    size = abs(value.step)
    if reverse:
        return Range(value.stop - size, value.start - size, -value.step)
    return Range(value.stop + size, value.start + size, -value.step)


def _shuffle(args: Args, named: Named) -> Element:
    """The order is random, and what is composed from it is not: each value comes once."""
    value = _listed(args, named)
    if isinstance(value, (Choice, Range)) or is_list(value):
        return value
    return [_plain(value)]


def _listed(args: Args, named: Named) -> Element:
    """The one list or sweep, or a sweep over several values."""
    values = [*args, *named.values()]
    if set(named) - {"list", "sweep"} or not values or None in values:
        raise TypeError
    if len(values) == 1:
        return values[0]
    return Choice(tuple(_plain(value) for value in values), is_simple=True)


def _bound(args: Args, named: Named, names: Sequence[str]) -> dict[str, Element]:
    if len(args) > len(names) or set(named) - set(names[len(args) :]):
        raise TypeError
    return {**dict(zip(names, args, strict=False)), **named}


def _number(value: Element) -> int | float:
    # Hydra takes `true` for 1 here
    if not isinstance(value, (int, float)):
        raise TypeError
    return value


def _names(value: Element) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not is_list(value):
        raise TypeError
    return tuple(map(str, value))  # type: ignore[arg-type]


def _plain(value: Element) -> Plain:
    if isinstance(value, SWEEPS):
        raise GrammarError("a sweep cannot stand inside another value")
    return value


_CASTS: dict[str, Callable[..., Plain]] = {
    "int": int,
    "float": float,
    "str": _to_str,
    "bool": _to_bool,
}
_FUNCTIONS: dict[str, Callable[[Args, Named], Element]] = {
    "choice": _choice,
    "range": _range,
    "interval": _interval,
    "glob": _glob,
    "tag": _tag,
    "sort": _sort,
    "shuffle": _shuffle,
}
