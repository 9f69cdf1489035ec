"""Replace a file whole or not at all, or make a new one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from repro_check.errors import ReproCheckError


def create(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; whatever already has its name is left as it is.

    Raises:
        ReproCheckError: something of this name is there, or the folder cannot be written to.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReproCheckError(
            f"cannot make the file ({error.strerror or error})",
            where=str(path),
            fix="Move what is there, or make the folder writable.",
        ) from error


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, a crash or a full disk sees the old content or the new.

    The bytes go to a temporary file in the same folder, reach the disk, and take the old file's
    place in one step; its permissions are kept. Where `path` is a link, the file that it leads to
    is replaced, and the link stays.

    Raises:
        ReproCheckError: the folder cannot be written to, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:64]}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        try:
            # The system applies the umask to a new file; an old one hands its mode on.
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ReproCheckError(
            f"cannot write the file ({error.strerror or error}); what was there is intact",
            where=str(path),
            fix="make the folder writable, and see that the disk is not full",
        ) from error
