"""On which devices a PyTorch checkpoint was saved, read from its pickle opcodes.

Nothing is unpickled: `pickletools` only lists opcodes. A tensor's storage is the persistent id
`("storage", type, key, location, size)` in both formats that `torch.save` has written
(torch/serialization.py): a zip archive with a member `data.pkl`, and before 1.6 a row of pickles.
"""

from __future__ import annotations

import contextlib
import io
import pickletools
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What is read of the object's pickle, in bytes; the tensors' data lie outside of it.
PICKLE_LIMIT = 64 << 20
# Magic number, protocol, system, then the object.
LEGACY_PICKLES = 4
UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    LookupError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


def cuda_locations(path: Path) -> tuple[str, ...]:
    """The sorted CUDA locations in a checkpoint ("cuda:0"); empty if none, or if not readable."""
    found: set[str] = set()
    with contextlib.suppress(*UNREADABLE):
        for pickle in _pickles(path):
            for location in _locations(pickle):
                found.add(location)
    return tuple(sorted(location for location in found if location.startswith("cuda")))


def _pickles(path: Path) -> Iterator[io.BytesIO]:
    with path.open("rb") as file:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    if name.rpartition("/")[2] == "data.pkl":
                        with archive.open(name) as member:
                            yield io.BytesIO(member.read(PICKLE_LIMIT))
        else:
            file.seek(0)
            stream = io.BytesIO(file.read(PICKLE_LIMIT))
            for _ in range(LEGACY_PICKLES):
                yield stream


def _locations(pickle: io.BytesIO) -> Iterator[str]:
    """The fourth item of every persistent id that is a storage, in one pickle of the stream."""
    memo: dict[int, str] = {}
    row: list[str] = []
    last = ""
    for opcode, argument, _ in pickletools.genops(pickle):
        if opcode.name == "MARK":
            row = []
        elif isinstance(argument, str) and "UNICODE" in opcode.name:
            last = argument
            row.append(argument)
        elif opcode.name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            memo[len(memo) if argument is None else int(argument)] = last
        elif opcode.name in ("BINGET", "LONG_BINGET"):
            row.append(memo.get(int(argument or 0), ""))
        elif opcode.name == "BINPERSID" and row[:1] == ["storage"]:
            yield row[-1]
