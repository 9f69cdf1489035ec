"""What was found in file versions, kept between scans by object name and file name.

A version never changes, so only new ones are read. One file holds a digest for each version that
holds nothing, which is nearly all, and what was found in the others: redacted lines and digests,
never a secret. Its name tells the detectors' version, so that no version reads another's; it is
replaced whole, carries a checksum, and one that is damaged or cannot be written costs time and
nothing else.
"""

from __future__ import annotations

import sys
import zlib
from contextlib import suppress
from pathlib import Path

import msgspec

from repro_check.atomic import write_atomic
from repro_check.bounded import read_bounded
from repro_check.errors import ReproCheckError
from repro_check.hashes import blake2b
from repro_check.secrets.history.reading import Held

_DIGEST = 16
_SUM = 4
_LARGEST = 512 * 1024 * 1024


class _Contents(msgspec.Struct, frozen=True, array_like=True):
    empty: bytes
    others: dict[bytes, Held]


class Kept:
    """What earlier scans found, and what this one adds.

    Args:
        folder: where it is kept; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / f"history-{detectors_version()}.bin"
        self._empty: set[bytes] = set()
        self._others: dict[bytes, Held] = {}
        self._used: set[bytes] = set()
        self._is_new = False
        if self._path is not None:
            self._load(self._path)

    def get(self, name: str, path: str) -> Held | None:
        """What a version holds under a file name, or None if it was never read."""
        key = _key(name, path)
        self._used.add(key)
        return Held() if key in self._empty else self._others.get(key)

    def put(self, name: str, path: str, held: Held) -> None:
        """Remember what a version holds under a file name."""
        key = _key(name, path)
        self._is_new = True
        if held.is_empty:
            self._empty.add(key)
        else:
            self._others[key] = held

    def save(self, *, is_whole: bool) -> None:
        """Write what is new.

        Args:
            is_whole: whether all versions that there are were asked for; others are dropped then.
        """
        if self._path is None or not self._is_new or self._path.parent.is_symlink():
            return
        if is_whole:
            self._empty &= self._used
            self._others = {key: self._others[key] for key in self._used & self._others.keys()}
        contents = _Contents(b"".join(sorted(self._empty)), dict(sorted(self._others.items())))
        data = msgspec.msgpack.encode(contents)
        if len(data) > _LARGEST or self._path.is_symlink():
            return
        with suppress(OSError, ReproCheckError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path, zlib.crc32(data).to_bytes(_SUM, "big") + data)
            self._path.chmod(0o600)
            self._is_new = False
            for other in self._path.parent.glob("history-*.bin"):
                if other != self._path:
                    other.unlink(missing_ok=True)

    def _load(self, path: Path) -> None:
        try:
            stored = read_bounded(path, limit=_LARGEST + _SUM)
        except OSError:
            return
        data = stored[_SUM:]
        if zlib.crc32(data).to_bytes(_SUM, "big") != stored[:_SUM]:
            return
        with suppress(msgspec.MsgspecError, ValueError):
            contents = msgspec.msgpack.decode(data, type=_Contents)
            empty = contents.empty
            self._empty = {empty[at : at + _DIGEST] for at in range(0, len(empty), _DIGEST)}
            self._others = contents.others


def detectors_version() -> str:
    """A digest of all that decides what is a secret: our code, detect-secrets, the interpreter."""
    from importlib.metadata import PackageNotFoundError, version

    state = blake2b(sys.version.encode(), digest_size=8)
    with suppress(PackageNotFoundError):
        state.update(version("detect-secrets").encode())
    for file in sorted(Path(__file__).parent.parent.rglob("*.py")):
        state.update(file.read_bytes())
    return state.hexdigest()


def _key(name: str, path: str) -> bytes:
    file_name = path.rpartition("/")[2]
    words = f"{name}\0{file_name}".encode("utf-8", "surrogatepass")
    return blake2b(words, digest_size=_DIGEST).digest()
