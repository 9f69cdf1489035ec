"""Entries of a TOML document: values by tomllib, places by a scan of our own.

tomllib keeps no positions. The scan knows only where keys and values begin and end; whether the
document is valid, and what its values are, is left to tomllib.
"""

from __future__ import annotations

import sys
from importlib import import_module

from repro_check.sources.config import ConfigFacts, Entry
from repro_check.sources.decoding import LIMITS, Limits
from repro_check.sources.lines import Lines
from repro_check.sources.toml_scan import Scan, ScanError
from repro_check.sources.unreadable import Unreadable


def toml_facts(text: str, *, limits: Limits = LIMITS) -> ConfigFacts:
    """Entries of one TOML document (https://toml.io/en/v1.0.0).

    Raises:
        Unreadable: broken syntax, or over one of the limits.
    """
    lines = Lines(text)
    scan = Scan(text, limits)
    broken = ""
    # Scanned first, since tomllib has no bounds on depth.
    try:
        scan.run()
    except RecursionError as error:
        raise Unreadable("is nested too deeply") from error
    except ScanError as error:
        broken = f"line {lines.line_of(error.offset)}: {error.what}"
    document = _load(text)
    if broken:
        raise Unreadable(broken)
    entries = []
    for place in scan.places:
        key_span = lines.span(*place.key) if place.key else None
        span = lines.span(place.start, place.end)
        if place.kind == "scalar":
            written = text[place.start : place.end]
            tag, value = _scalar(_at(document, place.keys), written)
            quoted = written.startswith(('"', "'"))
            entries.append(Entry(place.keys, "scalar", tag, value, key_span, span, quoted))
        else:
            entries.append(Entry(place.keys, place.kind, "", "", key_span, span))
    return ConfigFacts("toml", tuple(entries))


def _load(text: str) -> object:
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document: object = reader.loads(text)
    except reader.TOMLDecodeError as error:
        raise Unreadable(_reason(str(error))) from error
    except RecursionError as error:
        raise Unreadable("is nested too deeply") from error
    except ValueError as error:
        # CPython converts no integer of more than 4,300 digits (CVE-2020-10735).
        raise Unreadable("holds a number that is too long") from error
    return document


def _reason(message: str) -> str:
    """The message "what (at line 3, column 5)" of tomllib as "line 3: what"."""
    what, found, place = message.rpartition(" (at line ")
    if not found:
        what, found, _ = message.rpartition(" (at end of document)")
        return f"{_lower(what)} (at the end of the file)" if found else _lower(message)
    return f"line {place.partition(',')[0]}: {_lower(what)}"


def _lower(what: str) -> str:
    return what[:1].lower() + what[1:]


def _at(document: object, keys: tuple[str | int, ...]) -> object:
    for key in keys:
        if isinstance(document, (dict, list)):
            document = document[key]  # type: ignore[index]
    return document


def _scalar(value: object, written: str) -> tuple[str, str]:
    if isinstance(value, str):
        return "str", value
    for kind, tag in ((bool, "bool"), (int, "int"), (float, "float")):
        if isinstance(value, kind):
            return tag, written
    return "timestamp", written
