"""What a command line fetches, unpacks and checks: `wget`, `curl`, `tar`, `sha256sum`.

Options are those of the manuals of wget, curl, gdown and aria2.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

import msgspec

from repro_check.text import pattern

URL = pattern(r"(?:https?|ftp)://\S+")
_FETCHERS = frozenset({"wget", "curl", "gdown", "aria2c"})
_OUTPUT = {
    "wget": ("-O", "--output-document"),
    "curl": ("-o", "--output"),
    "gdown": ("-O", "--output"),
    "aria2c": ("-o", "--out"),
}
_FOLDER = {
    "wget": ("-P", "--directory-prefix"),
    "curl": ("--output-dir",),
    "aria2c": ("-d", "--dir"),
}
_READERS = pattern(
    r"tar|unzip|gunzip|gzip|bunzip2|bzip2|xz|unxz|7za?|unrar|zstd|python[\d.]*|Rscript|julia"
)
_CHECKS = pattern(
    r"\b(?:md5|sha\d+|b2|b3|blake\d?|cksum|xxh\w*|xxhsum)(?:sum)?\b|\bshasum\b|\bdgst\b|--checksum\b|"
    r"\bgpg\b|\bhashdeep\b",
    re.IGNORECASE,
)
_STDOUT = pattern(r"-\w*[Oo]?-|/dev/(?:null|stdout)")
_PREFIXES = frozenset(
    {"sudo", "!", "time", "nohup", "env", "exec", "then", "do", "else", "if", "@"}
)


class Fetched(msgspec.Struct, frozen=True):
    """What a command fetches: the index of the word that names the file, or its name from the URL."""

    url: str
    word: int
    folder: int
    name: str


def fetched(words: Sequence[str]) -> Fetched | None:
    """What the words of a command fetch into a file, or None.

    Words that are not known are empty.
    """
    start = _program(words)
    program = posixpath.basename(words[start]) if start < len(words) else ""
    if program not in _FETCHERS or any(_STDOUT.fullmatch(word) for word in words):
        return None
    url = next((word.strip("'\"") for word in words[start + 1 :] if URL.match(word)), "")
    output = _value(words, start, _OUTPUT[program])
    folder = _value(words, start, _FOLDER.get(program, ()))
    if output < 0:
        has_remote_name = program != "curl" or any(
            word == "--remote-name" or re.fullmatch(r"-\w*O\w*", word) for word in words
        )
        name = posixpath.basename(re.split(r"[?#]", url)[0]) if program != "gdown" else ""
        return Fetched(url, -1, folder, name) if has_remote_name and name else None
    return Fetched(url, output, folder, "")


def reads(words: Sequence[str]) -> bool:
    """Whether a command opens the files that it names."""
    start = _program(words)
    return start < len(words) and _READERS.fullmatch(posixpath.basename(words[start])) is not None


def checks(text: str) -> bool:
    """Whether a shell text compares a hash or a signature."""
    return _CHECKS.search(text) is not None


def _program(words: Sequence[str]) -> int:
    at = 0
    while at < len(words) and (words[at] in _PREFIXES or re.match(r"\w+=", words[at])):
        at += 1
    return at


def _value(words: Sequence[str], start: int, options: Sequence[str]) -> int:
    """The index of the word that is an option's value; -1 without one."""
    for at in range(start + 1, len(words) - 1):
        word = words[at]
        if word in options:
            return at + 1
        # short options may be glued: `-qO name`, `-Lo name`
        short = next((one[1] for one in options if len(one) == len("-o")), "")
        if short and re.fullmatch(rf"-[A-Za-z]+{short}", word):
            return at + 1
    return -1
