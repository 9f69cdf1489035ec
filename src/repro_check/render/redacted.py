"""Config values as they may be shown: secrets are never whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from repro_check.project.experiments.effective import Keys, Value
from repro_check.render.visible import visible
from repro_check.render.yaml_scalars import text


def redacted(values: Iterable[Value]) -> tuple[list[Value], frozenset[Keys]]:
    """The values with their secrets redacted, and the keys of those.

    A value is judged with its key, since `api_key` says as much as the value does.
    """
    from repro_check.secrets.scrub import scrub

    listed = list(values)
    if not listed:
        return [], frozenset()
    written = [f"{_name(value)}: {_words(value)}" for value in listed]
    shown: list[Value] = []
    hidden: set[Keys] = set()
    lines = scrub("\n".join(written), path="config.yaml").split("\n")
    for value, before, after in zip(listed, written, lines, strict=True):
        name, raw = f"{_name(value)}: ", value.value
        is_block = isinstance(raw, str) and "\n" in raw and scrub(raw) != raw
        if after == before and not is_block:
            shown.append(value)
            continue
        hidden.add(value.keys)
        is_cut = after.startswith(name) and not is_block
        words = after[len(name) :].strip("'\"") if is_cut else "..."
        shown.append(msgspec.structs.replace(value, kind="scalar", value=words))
    return shown, frozenset(hidden)


def redacted_keys(values: Iterable[Value]) -> dict[str, str]:
    """Each key of values as it may be shown: a token may have got among the keys."""
    names = list(dict.fromkeys(k for value in values for k in value.keys if isinstance(k, str)))
    flat = [name.replace("\n", "\\n") for name in names]
    pairs = zip(names, flat, scrubbed(flat), strict=True)
    return {name: name if shown == before else shown for name, before, shown in pairs}


def scrubbed(texts: Sequence[str]) -> list[str]:
    """Each text without its secrets; what is found in one is hidden in all."""
    from repro_check.secrets.scrub import scrub

    lines = [each.replace("\n", "\\n") for each in texts]
    return scrub("\n".join(lines)).split("\n") if lines else []


def _name(value: Value) -> str:
    """The last key that is a name: `tokens` of `tokens.0`."""
    return visible(next((key for key in reversed(value.keys) if isinstance(key, str)), "item"))


def _words(value: Value) -> str:
    if value.kind != "scalar" or value.value is None:
        return "null"
    return text(value.value) if isinstance(value.value, str) else str(value.value)
