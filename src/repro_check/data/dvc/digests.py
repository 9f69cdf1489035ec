"""The two hashes of DVC: its md5 of a directory, and the md5 that DVC before 3.0 took of text.

Sources: `dvc_data/hashfile/tree.py`, `hash.py` and `istextfile.py` (dvc-data 3.18, and 0.51 for
DVC 2). A directory is the MD5 of a JSON list of its files in the order of their paths, on one
line and in ASCII; empty folders, sizes and permissions do not count.
"""

from __future__ import annotations

import hashlib
from json import JSONEncoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_check.runtime.manifest import Entry

DIRECTORY = ".dir"
_BLOCK = 1 << 20
_HEAD = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"


def fold(entries: Iterable[Entry]) -> str:
    """The digest of a directory, `<32 digits>.dir`.

    Names enter as they are spelled: two Unicode normal forms of one name are two names.

    Args:
        entries: its manifest in the order of the UTF-8 paths, the digests those of DVC; folders
            are passed over.

    Raises:
        ValueError: the files are not in order, so that DVC would get another digest.
    """
    quoted = JSONEncoder().encode
    md5 = hashlib.md5(b"[", usedforsecurity=False)
    before, comma = "", ""
    for path, _, digest in entries:
        if path.endswith("/"):
            continue
        if path <= before:
            raise ValueError(f"{path!r} comes after {before!r}, which is not the order of paths")
        md5.update(f'{comma}{{"md5": "{digest}", "relpath": {quoted(path)}}}'.encode())
        before, comma = path, ", "
    md5.update(b"]")
    return md5.hexdigest() + DIRECTORY


class Dos2UnixMD5:
    r"""The `md5-dos2unix` of DVC before 3.0, as a hash object of hashlib.

    A file whose first 512 bytes look like text is hashed with `\n` for every `\r\n`, as DVC read
    it: in blocks of 1 MiB, and a pair that such a block cuts in two stays. DVC 3 verifies these
    old digests block by block, and so disagrees with what DVC 2 recorded where a later block of a
    large file looks otherwise than the first; this class follows DVC 2, which made the record.
    """

    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._head = b""
        self._is_text: bool | None = None
        self._at = 0
        self._return = b""

    def update(self, data: bytes | memoryview, /) -> None:
        """Add bytes, in portions of any size."""
        if self._is_text is None:
            self._head += data
            if len(self._head) < _HEAD:
                return
            data, self._head = self._head, b""
            self._is_text = _looks_like_text(data[:_HEAD])
        if self._is_text:
            self._add_text(data)
        else:
            self._md5.update(data)

    def hexdigest(self) -> str:
        """The digest so far, 32 hexadecimal digits."""
        if self._is_text is None:
            head = self._head
            text = head.replace(b"\r\n", b"\n") if _looks_like_text(head) else head
            return hashlib.md5(text, usedforsecurity=False).hexdigest()
        end = self._md5.copy()
        end.update(self._return)
        return end.hexdigest()

    def _add_text(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            part, rest = rest[: _BLOCK - self._at], rest[_BLOCK - self._at :]
            self._at = (self._at + len(part)) % _BLOCK
            block = self._return + bytes(part)
            # A return at the end of a portion waits for the next byte, unless DVC's block ends.
            is_open = block.endswith(b"\r") and self._at > 0
            self._return = b"\r" if is_open else b""
            whole = block[:-1] if is_open else block
            self._md5.update(whole.replace(b"\r\n", b"\n"))


def _looks_like_text(head: bytes) -> bool:
    """Perl's guess: no null byte, and at most three in ten that are not printable ASCII."""
    if b"\0" in head:
        return False
    return not head or len(head.translate(None, _TEXT)) / len(head) <= 0.30
