"""Zip archives, read as a loader would read them and not only as they describe themselves.

A zip names each member twice, in a directory at its end and before the member itself, and loaders
differ in which they believe, in what they do with a wrong check sum and with a member that is named
twice (mmaitre314/picklescan, advisories GHSA-mjqp-26hc-grxg and GHSA-w8jq-xcqf-f792). So an archive
that is not plain is called unreadable, and its members are read all the same.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

import msgspec

from repro_check.sources.checkpoints.parts import Inflating, Part, buffered

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_MAX_MEMBERS = 200_000
_STORED, _DEFLATED = 0, 8
# a member may be followed by a descriptor of up to 24 bytes
_DESCRIPTOR = 24


class Member(msgspec.Struct, frozen=True):
    """One file in an archive.

    Attributes:
        size: unpacked, in bytes, as the directory says.
        packed: the same, packed.
        start: of its packed bytes.
        method: of packing; 0 is none.
        check_sum: CRC-32 of the unpacked bytes, as the directory says.
    """

    name: str
    size: int
    packed: int
    start: int
    method: int
    check_sum: int


class Zip(msgspec.Struct, frozen=True):
    """An archive's members in the order of its directory, and what is not plain about it."""

    members: tuple[Member, ...]
    problems: tuple[str, ...]


def read_zip(stream: IO[bytes]) -> Zip:
    """The members of an archive.

    Raises:
        ValueError: it is none, or is damaged.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise ValueError(f"is a damaged archive ({error})") from error
    with archive:
        infos = archive.infolist()
        if len(infos) > _MAX_MEMBERS:
            raise ValueError(f"has more than {_MAX_MEMBERS:,} members")
        problems = list(_directory_problems(infos))
        if infos and min(info.header_offset for info in infos) > 0:
            problems.append("has bytes before its first member")
        members = []
        end = 0
        for info in sorted(infos, key=lambda each: each.header_offset):
            name, start, flags = _local(stream, info)
            if name not in {info.orig_filename, info.filename}:
                problems.append(f"calls `{info.filename}` also `{name}`")
            if (flags | info.flag_bits) & 0x1:
                problems.append(f"has the encrypted member `{info.filename}`")
            if info.header_offset - end > _DESCRIPTOR:
                problems.append(f"has bytes of no member before `{info.filename}`")
            end = max(end, start + info.compress_size)
            members.append(
                Member(
                    name=info.filename,
                    size=info.file_size,
                    packed=info.compress_size,
                    start=start,
                    method=info.compress_type,
                    check_sum=info.CRC,
                )
            )
        problems.extend(_surroundings(stream, archive.start_dir, end))
    return Zip(tuple(members), tuple(dict.fromkeys(problems)))


def open_member(stream: IO[bytes], member: Member) -> IO[bytes]:
    """The content of a member; neither its check sum nor its flags are asked.

    Raises:
        ValueError: it is packed by a method that no model library uses.
    """
    packed = Part(stream, member.start, member.packed)
    if member.method == _STORED:
        return buffered(packed)
    if member.method == _DEFLATED:
        return buffered(Inflating(packed, -zlib.MAX_WBITS))
    raise ValueError(f"packs `{member.name}` by method {member.method}")


def _directory_problems(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    seen: set[str] = set()
    for info in infos:
        if info.filename in seen:
            yield f"has two members named `{info.filename}`"
        seen.add(info.filename)
        if "\0" in info.orig_filename:
            yield f"has a name with a null byte, `{info.filename}`"
        if info.filename.startswith("/") or ".." in info.filename.split("/"):
            yield f"has the member `{info.filename}`, which leaves its folder"


def _local(stream: IO[bytes], info: zipfile.ZipInfo) -> tuple[str, int, int]:
    """Name, beginning of the packed bytes and flags, by the header before a member."""
    stream.seek(info.header_offset)
    header = stream.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise ValueError(f"has no header before `{info.filename}`")
    fields = _LOCAL.unpack(header)
    flags, name_length, extra_length = fields[2], fields[9], fields[10]
    name = stream.read(name_length).decode("utf-8" if flags & 0x800 else "cp437", "replace")
    return name, info.header_offset + _LOCAL.size + name_length + extra_length, flags


def _surroundings(stream: IO[bytes], directory: int, end: int) -> Iterator[str]:
    """Bytes between the last member's end and the directory, and behind the directory."""
    size = stream.seek(0, io.SEEK_END)
    tail_start = max(0, size - (1 << 16) - 22)
    stream.seek(tail_start)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + 22], "little")
        behind = len(tail) - at - 22 - comment
        if behind > 0:
            yield f"has {behind:,} bytes behind its end"
        if comment:
            yield f"has a comment of {comment:,} bytes at its end"
    if directory - end > _DESCRIPTOR:
        yield "has bytes of no member before its directory"
