"""Read a file that is not trusted: a regular one, up to a size, without waiting."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def open_regular(path: Path, *, follow_link: bool = False) -> BinaryIO:
    """Open a regular file for reading; who opens it closes it.

    Args:
        path: the file.
        follow_link: whether the last part of the path may be a symbolic link.

    Raises:
        FileNotFoundError: there is none.
        OSError: it is a link or no regular file; `strerror` says which.
    """
    descriptor = os.open(path, os.O_RDONLY | _NO_WAIT | (0 if follow_link else _NO_FOLLOW))
    stream = open(descriptor, "rb")  # noqa: SIM115 - it is handed out
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return stream


def read_bounded(path: Path, *, limit: int, follow_link: bool = False) -> bytes:
    """The content of a regular file.

    A pipe or a device in its place is refused and not waited for (a clone cannot carry one, an
    archive can); a link is refused unless it may be followed.

    Args:
        path: the file.
        limit: the most bytes to read.
        follow_link: whether the last part of the path may be a symbolic link.

    Raises:
        FileNotFoundError: there is none.
        OSError: it is a link or no regular file, has more than `limit` bytes, or cannot be read;
            `strerror` says which.
    """
    with open_regular(path, follow_link=follow_link) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", str(path))
    return data
