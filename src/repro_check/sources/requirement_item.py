"""One requirement as pip reads it: a name with versions, a URL, a path, or an option.

The grammar is pip's (https://pip.pypa.io/en/stable/reference/requirements-file-format/) around
PEP 508, which `packaging` decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from repro_check.findings import Span
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Place = Callable[[int, int], Span]

Kind = Literal[
    "requirement", "editable", "url", "file", "include", "constraint", "option", "invalid"
]

_MAX_LENGTH = 20_000
_MAX_LINE = 1_000_000
_WORD = pattern(r"\S+")
_HEAD = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?")
_CONDA = pattern(r"([A-Za-z0-9_][A-Za-z0-9._-]*)\s*=(?!=)\s*[^=\s]")
_URL = pattern(r"(?:(?:git|hg|svn|bzr)\+[a-z+]+|https?|ftp|file|s3|gs):\S", re.IGNORECASE)
_DRIVE = pattern(r"[A-Za-z]:[\\/]")
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_EGG = pattern(r"[#&]egg=([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?")
_COMMIT = pattern(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{40}(?:[0-9A-Fa-f]{24})?(?![0-9A-Fa-f])")
_FRAGMENT_HASH = pattern(r"[#&](?:sha(?:224|256|384|512))=[0-9A-Fa-f]{56}")
_LONG = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "--pypi-url": "--index-url",
    "-f": "--find-links",
    "-C": "--config-settings",
    "--config-setting": "--config-settings",
}
_WITH_VALUE = frozenset(
    {
        "--requirement",
        "--constraint",
        "--editable",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--no-binary",
        "--only-binary",
        "--trusted-host",
        "--use-feature",
        "--hash",
        "--config-settings",
        "--global-option",
        "--install-option",
        "--all-releases",
        "--only-final",
    }
)
_FLAGS = frozenset(
    {
        "--no-index",
        "--pre",
        "--prefer-binary",
        "--require-hashes",
        "--no-require-hashes",
        "--always-unzip",
        "--no-use-wheel",
        "--use-wheel",
    }
)
_KINDS: dict[str, Kind] = {
    "--requirement": "include",
    "--constraint": "constraint",
    "--editable": "editable",
}


class RequirementItem(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement or one option.

    Attributes:
        kind: what it is; "file" is a path or a `file:` URL, "invalid" what pip would refuse.
        text: the requirement as written, without options, hashes and comment.
        span: the place of `text`.
        name: the normalised name of the distribution (PEP 503), "" if unknown; of an option its
            long name ("--index-url").
        specifier: the versions as written, without spaces at the ends.
        url: a URL or path as written; of an option its value.
        marker: the environment marker as written.
        extras: in the order written.
        hashes: how many `--hash` options follow.
        is_pinned: exactly one version or one content can satisfy it: `==` or `===` without a
            wildcard, a hash, or a URL with a full commit.
        comment: the comment at the end of the line, without `#`.
        reason: why an invalid item is invalid.
    """

    kind: Kind
    text: str
    span: Span
    name: str = ""
    specifier: str = ""
    url: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    hashes: int = 0
    is_pinned: bool = False
    comment: str = ""
    reason: str = ""


class _Option(msgspec.Struct, frozen=True):
    name: str
    value: str
    start: int
    end: int


def items_of(line: str, place: Place, comment: str = "") -> Iterator[RequirementItem]:
    """The items of one logical line: one requirement, or each of its options.

    Args:
        line: the joined line without its comment.
        place: the span of `line[start:end]` in the file.
        comment: the comment that the items carry.
    """
    if len(line) > _MAX_LINE:
        span = place(0, len(line))
        yield RequirementItem(kind="invalid", text=line[:80], span=span, reason="is too long")
        return
    words = [(found[0], found.start(), found.end()) for found in _WORD.finditer(line)]
    until = next((i for i, (word, _, _) in enumerate(words) if word.startswith("-")), len(words))
    options = list(_options(line, words[until:]))
    hashes = sum(option.name == "--hash" for option in options)
    if until:
        start, end = words[0][1], words[until - 1][2]
        item = requirement(line[start:end], place(start, end), hashes=hashes)
        yield msgspec.structs.replace(item, comment=comment)
        return
    for option in options:
        item = _option_item(option, line[option.start : option.end], place, hashes)
        yield msgspec.structs.replace(item, comment=comment)


def requirement(text: str, span: Span, *, hashes: int = 0) -> RequirementItem:
    """One requirement without options: PEP 508, a URL, a path, or invalid with the reason."""
    from packaging.requirements import InvalidRequirement, Requirement

    if len(text) > _MAX_LENGTH:
        return RequirementItem(kind="invalid", text=text[:80], span=span, reason="is too long")
    if _is_path(text):
        return _located(text, span, kind="file", hashes=hashes)
    try:
        parsed = Requirement(text)
    except (InvalidRequirement, RecursionError) as error:
        if _URL.match(text):
            kind: Kind = "file" if text.lower().startswith("file:") else "url"
            return _located(text, span, kind=kind, hashes=hashes)
        conda = _CONDA.match(text)
        return RequirementItem(
            kind="invalid",
            text=text,
            span=span,
            name=normal_name(conda[1]) if conda else "",
            reason="`=` is conda's form, pip needs `==`" if conda else _first_line(error),
        )
    url = parsed.url or ""
    head = _HEAD.match(text)
    rest = text[head.end() :] if head else ""
    # In a URL a semicolon needs white space before it to begin a marker.
    specifier, _, marker = rest.replace("\t;", " ;").partition(" ;" if url else ";")
    pinned = (
        hashes > 0
        or is_fixed(url)
        or any(
            s.operator in {"==", "==="} and not s.version.endswith(".*") for s in parsed.specifier
        )
    )
    return RequirementItem(
        kind=("file" if url.lower().startswith("file:") else "url") if url else "requirement",
        text=text,
        span=span,
        name=normal_name(parsed.name),
        specifier="" if url else specifier.strip(" \t()"),
        url=url,
        marker=marker.strip(),
        extras=_extras(head[0].partition("[")[2].rstrip("]")) if head else (),
        hashes=hashes,
        is_pinned=pinned,
    )


def normal_name(name: str) -> str:
    """A distribution's name in the form that indexes compare (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_fixed(url: str) -> bool:
    """Whether a URL can only ever mean one content: a full commit, or a hash in its fragment."""
    return bool(_COMMIT.search(url) or _FRAGMENT_HASH.search(url))


def _options(line: str, words: list[tuple[str, int, int]]) -> Iterator[_Option]:
    at = 0
    while at < len(words):
        word, start, end = words[at]
        at += 1
        name, has_value, value = word.partition("=")
        if not has_value and word[:2] in _LONG and len(word) > 2:
            name, has_value, value = word[:2], "=", word[2:]
        name = _LONG.get(name, name)
        if name in _WITH_VALUE and not has_value:
            from_word = at
            while at < len(words) and (at == from_word or name == "--editable"):
                if words[at][0].startswith("-"):
                    break
                at += 1
            if at > from_word:
                end = words[at - 1][2]
                value = line[words[from_word][1] : end]
        yield _Option(name, value.strip("'\""), start, end)


def _option_item(option: _Option, text: str, place: Place, hashes: int) -> RequirementItem:
    span = place(option.start, option.end)
    kind = _KINDS.get(option.name, "option")
    reason = ""
    if option.name not in _WITH_VALUE and option.name not in _FLAGS:
        reason = f"{option.name} is not an option of requirement files"
    elif option.name in _WITH_VALUE and not option.value:
        reason = f"{option.name} needs a value"
    if reason:
        return RequirementItem(kind="invalid", text=text, span=span, reason=reason)
    if kind == "editable":
        item = _located(option.value, span, kind=kind, hashes=hashes)
        return msgspec.structs.replace(item, text=text)
    return RequirementItem(kind=kind, text=text, span=span, name=option.name, url=option.value)


def _located(text: str, span: Span, *, kind: Kind, hashes: int) -> RequirementItem:
    """A bare URL or path; it names its distribution only in `#egg=` or a wheel's file name."""
    url, _, marker = text.replace("\t;", " ;").partition(" ;")
    url = url.strip()
    egg = _EGG.search(url)
    name, extras = (egg[1], egg[2] or "") if egg else ("", "")
    if not egg and url.endswith("]"):
        url, _, extras = url[:-1].rpartition("[")
    wheel = url.partition("#")[0].replace("\\", "/").rpartition("/")[2]
    if not name and wheel.endswith(".whl"):
        name = wheel.partition("-")[0]
    return RequirementItem(
        kind=kind,
        text=text,
        span=span,
        name=normal_name(name),
        url=url,
        marker=marker.strip(),
        extras=_extras(extras),
        hashes=hashes,
        is_pinned=hashes > 0 or is_fixed(url),
    )


def _is_path(text: str) -> bool:
    word = text.partition(" ")[0].partition(";")[0].partition("[")[0]
    if _DRIVE.match(word) or word.startswith((".", "/", "~")):
        return True
    if _URL.match(word) or "@" in word:
        return False
    return word.lower().endswith(_ARCHIVE) or "/" in word or "\\" in word


def _extras(written: str) -> tuple[str, ...]:
    return tuple(extra.strip() for extra in written.split(",") if extra.strip())


def _first_line(error: Exception) -> str:
    first = str(error).partition("\n")[0].strip()
    return (first[:1].lower() + first[1:]) or "is nested too deeply"
