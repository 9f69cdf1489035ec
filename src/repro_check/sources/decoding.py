"""From bytes to text: the encodings that research files come in, and what may be spent on one."""

from __future__ import annotations

import codecs

import msgspec

from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern


class Limits(msgspec.Struct, frozen=True):
    """What a reader may spend on one file, since its bytes are not trusted.

    Attributes:
        bytes: the size of the file.
        depth: how deeply values may be nested.
        entries: how many keys and list items a configuration may hold.
        aliased: how many of them may come from YAML aliases and merge keys, which let a few bytes
            stand for billions of values ("billion laughs", CVE-2019-11253).
    """

    bytes: int = 20_000_000
    depth: int = 200
    entries: int = 500_000
    aliased: int = 50_000


LIMITS = Limits()
_SURROGATE = pattern("[\ud800-\udfff]")


def decode(data: bytes, limits: Limits = LIMITS) -> str:
    """The text of a file: UTF-8 with or without a byte order mark, or UTF-16 with one.

    Raises:
        Unreadable: too large, another encoding, or no text at all (null bytes).
    """
    if len(data) > limits.bytes:
        size = f"{len(data) / 1e6:,.1f} MB, over the limit of {limits.bytes / 1e6:,.1f} MB"
        raise Unreadable(f"has {size}")
    encoding = "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"the byte 0x{data[error.start]:02x} has no place in {encoding.upper()} text"
        raise Unreadable(f"line {line}: {what}") from error
    null = text.find("\0")
    if null >= 0:
        line = text.count("\n", 0, null) + 1
        raise Unreadable(f"line {line}: a null byte, so this is no text")
    return text


def encodable(text: str) -> str:
    """The text without lone surrogates, which escapes can spell but no UTF-8 file can hold."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
