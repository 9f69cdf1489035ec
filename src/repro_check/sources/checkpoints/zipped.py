"""Zip archives of models: `torch.save` since 1.6, TorchScript, npz, Keras 3 and any other."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.keras import reasons_of_config
from repro_check.sources.checkpoints.model import Reason, Verdict
from repro_check.sources.checkpoints.names import may_be_model
from repro_check.sources.checkpoints.zips import Member, open_member, read_zip

_SMALL = 64 << 20
_PIECE = 1 << 20
_WITH_FILES = re.compile(rb"\b(?:torch|ops\.aten|aten)\.(from_file|save|load)\(")


def read_zipped(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Found:
    """What an archive's members use and hold.

    Raises:
        ValueError: it is damaged.
    """
    archive = read_zip(stream)
    names = {each.name for each in archive.members}
    found = Found(_form(names))
    for problem in archive.problems:
        found.cannot_read(problem, member)
    if any(name.endswith(".data/extern_modules") for name in names):
        message = "carries Python code, which `torch.package` runs"
        found.reasons.append(Reason(Verdict.DANGEROUS, message, "", member))
    for each in archive.members:
        if not (_is_storage(each.name, names) or each.name.endswith("/")):
            found.add(_members(stream, each, member, depth))
    if found.form == "torchscript":
        # its classes stand in the archive itself, as programs of TorchScript
        found.reasons = [
            each for each in found.reasons if not each.subject.startswith("__torch__.")
        ]
        found.roots.discard("__torch__")
        found.notes["program"] = "TorchScript, which runs when it is called"
    return found


def _form(names: set[str]) -> str:
    roots = {name.removesuffix("data.pkl") for name in names if f"/{name}".endswith("/data.pkl")}
    if roots:
        root = min(roots, key=len)
        is_script = f"{root}constants.pkl" in names and any(
            name.startswith(f"{root}code/") for name in names
        )
        return "torchscript" if is_script else "torch zip"
    if {"config.json", "metadata.json"} <= names:
        return "keras"
    return "numpy" if all(name.endswith(".npy") for name in names) and names else "archive"


def _is_storage(name: str, names: set[str]) -> bool:
    """Whether a member is the raw bytes of a tensor, which no loader unpickles."""
    folder, _, tail = name.rpartition("/")
    root, _, last = folder.rpartition("/")
    pickle = f"{root}/data.pkl" if root else "data.pkl"
    return last in {"data", "constants"} and tail.isdigit() and pickle in names


def _members(stream: IO[bytes], each: Member, outer: str, depth: int) -> Iterator[Found]:
    from repro_check.sources.checkpoints.sniffing import read_stream

    name = f"{outer}!{each.name}" if outer else each.name
    with open_member(stream, each) as opened:
        head = opened.peek(16)[:16]  # type: ignore[attr-defined]
        if each.name == "config.json" and each.size <= _SMALL:
            yield _config(opened.read(_SMALL), name)
        elif "/code/" in f"/{each.name}" and each.name.endswith(".py"):
            yield _program(opened.read(_SMALL), name)
        elif may_be_model(each.name, head):
            yield read_stream(opened, member=name, depth=depth + 1)
    if each.size <= _SMALL and may_be_model(each.name, head):
        yield _checked(stream, each, name)


def _program(data: bytes, name: str) -> Found:
    """TorchScript has no files of its own, but torch's operators have (`aten/src/ATen/native`)."""
    found = Found("torchscript")
    for operator in sorted(set(_WITH_FILES.findall(data))):
        what = f"calls `torch.{operator.decode()}`, which reads or writes files"
        found.reasons.append(Reason(Verdict.DANGEROUS, what, f"torch.{operator.decode()}", name))
    return found


def _config(data: bytes, name: str) -> Found:
    found = Found("keras")
    try:
        found.reasons.extend(reasons_of_config(json.loads(data), name))
    except (ValueError, RecursionError):
        found.cannot_read("has a config that is no JSON", name)
    return found


def _checked(stream: IO[bytes], each: Member, name: str) -> Found:
    """Loaders differ in whether they care: one reads what another refuses."""
    found = Found("unknown")
    with open_member(stream, each) as opened:
        total = 0
        while piece := opened.read(_PIECE):
            total = zlib.crc32(piece, total)
    if total != each.check_sum:
        found.cannot_read("has a wrong check sum", name)
    return found
