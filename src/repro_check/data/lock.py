"""Write digests into a configuration as text edits, so that the rest of the file stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.data.declaring.declarations import DataDeclaration, mappings, path_beside
from repro_check.data.hashing.digests import Algorithm, agree
from repro_check.data.keys import DIGESTS, GENERIC_KEYS, normal
from repro_check.findings import Edit, Location, Span
from repro_check.runtime.config_keys import PATH_SUFFIXES
from repro_check.sources.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_check.sources.config import ConfigFacts, Entry

_DIGEST_KEYS = {
    Algorithm.MD5: "md5",
    Algorithm.SHA256: "sha256",
    Algorithm.TREE_MD5: "digest",
    Algorithm.TREE_SHA256: "digest",
    Algorithm.TREE_BLAKE3: "digest",
}
_CONSTRUCTED = frozenset({"_target_", "class_path"})
_ARGUMENTS = frozenset({"init_args", "dict_kwargs", "kwargs"})


class Refusal(msgspec.Struct, frozen=True):
    """A digest that was not written, and why, as a sentence's end.

    Attributes:
        is_recorded: another digest stands there, which `update` would replace.
    """

    declaration: DataDeclaration
    reason: str
    is_recorded: bool = False


class LockPlan(msgspec.Struct, frozen=True):
    """The edits that record digests, in document order, and what was left as it is."""

    edits: tuple[Edit, ...]
    refused: tuple[Refusal, ...]


class Locked(msgspec.Struct, frozen=True):
    """A declaration and the digest to record for it, as `digest_of` gives it."""

    declaration: DataDeclaration
    digest: str


def lock_edits(
    text: str, facts: ConfigFacts, locked: Iterable[Locked], *, path: str, update: bool = False
) -> LockPlan:
    """Plan how to write digests into a configuration file.

    An empty digest is filled in, an absent one becomes a sibling below the path's line (or behind
    the path, in a mapping in braces). A recorded digest that already agrees needs no edit.

    Args:
        text: the file.
        facts: what it says; every span belongs to `text`.
        locked: the digests.
        path: the file, relative to the root, for the edits' locations.
        update: whether a recorded digest that differs is replaced; refused otherwise.
    """
    page = _Page(text, facts)
    edits: dict[Span, str] = {}
    refused = []
    for one in locked:
        declared = one.declaration
        recorded = declared.digest_text
        if recorded and agree(recorded, one.digest):
            continue
        if declared.digest_entry and recorded != "" and not update:
            reason = "another digest is recorded already"
            refused.append(Refusal(declared, reason, is_recorded=True))
            continue
        try:
            if declared.digest_entry is None:
                span, replacement = page.insertion(declared, one.digest)
            else:
                digest = _named(one.digest, declared.digest_entry, declared.algorithm)
                span, replacement = page.filling(declared.digest_entry, digest)
        except _Refused as refusal:
            refused.append(Refusal(declared, str(refusal)))
            continue
        if replacement not in edits.get(span, ""):
            edits[span] = edits.get(span, "") + replacement
    ordered = sorted(edits.items(), key=lambda item: (item[0].line, item[0].column))
    return LockPlan(
        tuple(Edit(Location(path=path, span=span), new) for span, new in ordered), tuple(refused)
    )


class _Refused(Exception):  # noqa: N818 - becomes a `Refusal`
    pass


class _Page:
    """One file's text, and where something can be written into it."""

    def __init__(self, text: str, facts: ConfigFacts) -> None:
        self.lines = Lines(text)
        self.format = facts.format
        self.entries = {entry.keys: entry for entry in facts.entries}
        self.below = mappings(facts)
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def filling(self, entry: Entry, digest: str) -> tuple[Span, str]:
        """Put the digest in the place of a value, in the quotes that it has."""
        span = entry.span
        if not _is_on_one_line(entry):
            raise _Refused("the digest does not stand on the line of its key")
        old = self.lines.text_at(span)
        if "${" in old:
            raise _Refused("the digest is an interpolation")
        quote = old[0] if old[:1] in ("'", '"') else '"'
        before = self.lines.text_at(Span(span.line, 1, span.line, span.column))
        space = " " if not old and before.endswith(":") else ""
        return span, f"{space}{quote}{digest}{quote}"

    def insertion(self, declared: DataDeclaration, digest: str) -> tuple[Span, str]:
        """Put a key and the digest after the path they belong to."""
        path = declared.path_entry
        if path.key_span is None or not _is_on_one_line(path):
            raise _Refused("the path does not stand on the line of its key")
        pair = self._pair(self._key_for(path, declared.algorithm), digest)
        line = path.key_span.line
        before = self.lines.text_at(Span(line, 1, line, path.key_span.column))
        if self._is_in_braces(path):
            on_its_own = not before.strip() and self.format != "toml"
            end = path.span.end_column
            return (
                Span(line, end, line, end),
                f",{self.newline + before if on_its_own else ' '}{pair}",
            )
        if before.strip(" \t-"):
            raise _Refused("the path does not stand on a line of its own")
        end = self._end_of(line)
        return Span(line, end, line, end), f"{self.newline}{before.replace('-', ' ')}{pair}"

    def _key_for(self, path: Entry, algorithm: Algorithm) -> str:
        mapping = self.below[path.keys[:-1]]
        around = normal(path.keys[-2]) if len(path.keys) > 1 else ""
        if not _CONSTRUCTED.isdisjoint(mapping) or around in _ARGUMENTS:
            raise _Refused(
                "the mapping is handed to a constructor, which a new key would break; add the "
                "argument and the key yourself"
            )
        written = str(path.keys[-1])
        key, kind = normal(written), _DIGEST_KEYS[algorithm]
        stems = [key.removesuffix(suffix) for suffix in PATH_SUFFIXES if key.endswith(suffix)]
        named = [f"{stem}_{kind}" for stem in reversed(stems) if stem]
        for candidate in ([kind] if key in GENERIC_KEYS else []) + named:
            if candidate not in mapping and path_beside(candidate, mapping) is path:
                return candidate.replace("_", "-") if "-" in written else candidate
        raise _Refused("no key beside it would speak of this path alone")

    def _pair(self, key: str, digest: str) -> str:
        if self.format == "toml":
            return f'{key} = "{digest}"'
        return f'"{key}": "{digest}"' if self.format == "json" else f'{key}: "{digest}"'

    def _is_in_braces(self, path: Entry) -> bool:
        around = self.entries.get(path.keys[:-1])
        if around is None or self.format == "json":
            return self.format == "json"
        start = around.span
        return (
            self.lines.text_at(Span(start.line, start.column, start.line, start.column + 1)) == "{"
        )

    def _end_of(self, line: int) -> int:
        """The column behind the last character of a line."""
        starts = [*self.lines.starts, len(self.lines.text) + 1]
        return len(self.lines.text[starts[line - 1] : starts[line]].rstrip("\r\n")) + 1


def _named(digest: str, entry: Entry, algorithm: Algorithm) -> str:
    """The digest, with the name of its algorithm where the key would give it another one."""
    words = (DIGESTS.fullmatch(normal(key)) for key in reversed(entry.keys) if isinstance(key, str))
    kind = next((match["kind"] for match in words if match), "")
    name = algorithm.value
    is_plain = ":" in digest or kind in {name, f"{name}sum", "digest", "checksum"}
    return digest if is_plain else f"{name}:{digest}"


def _is_on_one_line(entry: Entry) -> bool:
    """Whether key and value share a line; the value of an alias stands elsewhere."""
    key = entry.key_span
    return key is not None and key.line == key.end_line == entry.span.line == entry.span.end_line
