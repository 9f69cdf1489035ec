"""The stages of a `.dvc` file or a `dvc.lock`: where they stand, and what their paths start from.

Source: `dvc/stage/loader.py` and `dvc/schema.py` of DVC 3.67 and 2.58.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from repro_check.data.declaring.interpolation import Keys
from repro_check.sources.config import ConfigFacts, Entry

LOCK = "dvc.lock"

Entries = Mapping[Keys, Entry]


class Stage(NamedTuple):
    """Where the outputs and inputs of one stage stand.

    Attributes:
        keys: of the stage.
        name: of the stage; "" for that of a `.dvc` file.
        folder: what its paths are relative to, from the root; None where that cannot be known.
        sections: the lists that `dvc status` compares.
    """

    keys: Keys
    name: str
    folder: str | None
    sections: tuple[str, ...]


def pipeline_of(path: str) -> str:
    """The path of the `dvc.yaml` whose stages a `dvc.lock` records."""
    return posixpath.join(posixpath.dirname(path), "dvc.yaml")


def stages_of(entries: Entries, path: str, pipeline: ConfigFacts | None) -> Iterator[Stage]:
    """The stages of a file of DVC, in document order.

    Args:
        entries: of the file.
        path: of the file, relative to the root.
        pipeline: of the `dvc.yaml` that belongs to a `dvc.lock`; None if it cannot be read.
    """
    here = posixpath.dirname(path)
    if posixpath.basename(path) != LOCK:
        yield _stage((), "", entries, (), here)
        return
    schema = entries.get(("schema",))
    # Before DVC 2.0 the stages stood at the top, and one of them may be called "schema".
    has_schema = schema is not None and schema.kind == "scalar"
    if has_schema and text_at(("schema",), entries) != "2.0":
        return
    top: Keys = ("stages",) if has_schema else ()
    defined = {entry.keys: entry for entry in pipeline.entries} if pipeline else {}
    for keys in [keys for keys in entries if len(keys) > len(top) and keys[:-1] == top]:
        name = str(keys[-1])
        if pipeline is None:
            yield Stage(keys, name, None, ("outs", "deps"))
        elif (definition := _definition(name, defined)) is not None:
            yield _stage(keys, name, defined, definition, here)


def items_at(keys: Keys, entries: Entries) -> Iterator[Keys]:
    """The keys of the items of the list at these keys."""
    index = 0
    while (item := (*keys, index)) in entries:
        yield item
        index += 1


def text_at(keys: Keys, entries: Entries) -> str:
    """A scalar as written, whatever YAML makes of its digits; "" if there is none."""
    entry = entries.get(keys)
    return "" if entry is None or entry.tag == "null" else entry.text


def _definition(name: str, defined: Entries) -> Keys | None:
    """Where `dvc.yaml` defines a stage; `name@item` is one of many made by a template."""
    group = name.partition("@")[0]
    for keys in (("stages", name), ("stages", group)):
        if keys in defined:
            return (*keys, "do") if (*keys, "do") in defined else keys
    return None


def _stage(keys: Keys, name: str, defined: Entries, definition: Keys, here: str) -> Stage:
    wdir = text_at((*definition, "wdir"), defined).replace("\\", "/")
    frozen = [text_at((*definition, key), defined).lower() for key in ("frozen", "locked")]
    folder = None if "${" in wdir else posixpath.join(here, wdir)
    return Stage(keys, name, folder, ("outs",) if "true" in frozen else ("outs", "deps"))
