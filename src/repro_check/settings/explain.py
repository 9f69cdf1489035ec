"""Say what is wrong with a settings table, in the words of the person who wrote it.

msgspec stops at the first fault and describes it as ``Expected `int`, got `str` - at `$.cache` ``.
Here that becomes a sentence with file, line and a remedy; unknown keys are named first, because a
misspelt key explains other faults. A message of another form passes as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from repro_check.errors import SettingsError
from repro_check.settings.declared import DeclaredRule
from repro_check.settings.model import DataEntry, Settings
from repro_check.settings.positions import KeyPath
from repro_check.settings.source import Source

_TABLES: Mapping[str, type[msgspec.Struct]] = {"data": DataEntry, "rules": DeclaredRule}
_WORDS: Mapping[str, str] = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_MESSAGE = re.compile(r"^(.*) - at `\$(.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|(\[\.\.\.\])")
_EXPECTED = re.compile(r"^Expected `([^`]+)`(.*?)(?:, got `([^`]+)`)?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(.*)`$")


def explained(message: str, document: Mapping[str, Any], source: Source) -> SettingsError:
    """The error that stands for msgspec's `message` about `document`."""
    if unknown := _unknown_key(document, source):
        return unknown
    split = _MESSAGE.match(message)
    text, keys = (split[1], _steps(split[2], document)) if split else (message, ())
    spelled, value = source.spell(keys), _value(document, keys)
    fix = _meaning(keys)
    if text.startswith("Invalid enum value"):
        allowed = _allowed(keys)
        choices = ", ".join(f"`{choice}`" for choice in allowed)
        what = f"`{spelled}` is {_quoted(str(value))}, but it must be one of {choices}"
        fix = _did_you_mean(str(value), allowed) or fix
    elif expected := _EXPECTED.match(text):
        kind, got = expected[1].removesuffix(" | null"), expected[3]
        found = f" is {_word(got)}, but it" if got else ""
        what = f"`{spelled}`{found} must be {_word(kind)}{expected[2]}"
        if kind == "array":
            fix = _as_list(str(keys[-1]), value, source) or fix
    elif missing := _MISSING.match(text):
        what, fix = f"`{spelled}` lacks the key `{missing[1]}`", _meaning((*keys, missing[1]))
    else:
        what = f"`{spelled}`: {text}"
    return SettingsError(what, where=source.where(*keys), fix=fix)


def _unknown_key(document: Mapping[str, Any], source: Source) -> SettingsError | None:
    for path, struct, item in _tables(document):
        known = tuple(_fields(struct))
        for key in item:
            if key not in known:
                place = f" in `{source.spell(path)}`" if path or source.table else ""
                fix = _did_you_mean(key, known) or _listed(key, known)
                what = f"unknown key {_quoted(key)}{place}"
                return SettingsError(what, where=source.where(*path, key), fix=fix)
    return None


def _tables(
    document: Mapping[str, Any],
) -> Iterator[tuple[KeyPath, type[msgspec.Struct], Mapping[str, Any]]]:
    """Our table and each table in its typed lists, with the struct that it becomes."""
    yield (), Settings, document
    for key, struct in _TABLES.items():
        items = document.get(key)
        for position, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, Mapping):
                yield (key, position), struct, item


def _fields(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


def _did_you_mean(wrong: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(wrong[:60].lower().replace("_", "-"), known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def _listed(wrong: str, known: tuple[str, ...]) -> str:
    if wrong == "tool":
        return "in repro-check.toml the keys stand at the top level, without `[tool.repro-check]`"
    return "the keys are " + ", ".join(f"`{key}`" for key in sorted(known))


def _as_list(key: str, value: Any, source: Source) -> str:
    if isinstance(value, str):
        return f"write `{key} = [...]`, with each value between quotes"
    if isinstance(value, Mapping):
        return f"write `[[{'.'.join((*source.table, key))}]]`, with two brackets"
    return ""


def _quoted(text: str) -> str:
    """Foreign text between backquotes, short and without control characters."""
    return f"`{text[:60] if text.isprintable() else ascii(text[:60])}`"


def _word(kind: str) -> str:
    """A type in plain words; TOML's dates have only msgspec's name."""
    return _WORDS.get(kind, f"a {kind}")


def _steps(path: str, document: Mapping[str, Any]) -> KeyPath:
    """The keys of msgspec's path; for a key that it does not name (`[...]`), the faulty one."""
    keys: list[str | int] = []
    for key, position, unnamed in _STEP.findall(path):
        if unnamed:
            keys.append(_faulty_glob(_value(document, tuple(keys))))
        else:
            keys.append(int(position) if position else key)
    return tuple(keys)


def _faulty_glob(globs: Mapping[str, Any]) -> str:
    """The first glob of `per-file-ignores` whose value is not a list of strings."""
    for glob, codes in globs.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            return glob
    return "..."


def _value(document: Any, keys: KeyPath) -> Any:
    for key in keys:
        is_inside = isinstance(document, list) or (
            isinstance(document, Mapping) and key in document
        )
        document = document[key] if is_inside else None
    return document


def _described(keys: KeyPath) -> tuple[str, Any]:
    """The innermost key that the model describes, and its `Annotated` type; None without one."""
    names = [key for key in keys if isinstance(key, str)]
    if len(names) > 1 and names[0] in _TABLES:
        return names[1], _fields(_TABLES[names[0]]).get(names[1])
    return (names[0], _fields(Settings).get(names[0])) if names else ("", None)


def _meaning(keys: KeyPath) -> str:
    """What the key is for, as the remedy of last resort."""
    name, kind = _described(keys)
    if get_origin(kind) is not Annotated:
        return "the keys are described by `repro-check settings`"
    return f"`{name}`: {kind.__metadata__[0].description}"


def _allowed(keys: KeyPath) -> tuple[str, ...]:
    """The values that the key may have, from its type."""
    kind = _described(keys)[1]
    choices = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return get_args(choices) if get_origin(choices) is Literal else ()
