"""The digest of a path or URL, outside of any repository."""

from __future__ import annotations

from pathlib import Path

from repro_check.data.hashing.digests import Algorithm, UndefinedDigest
from repro_check.data.hashing.hashers import Hasher
from repro_check.data.hashing.listing import list_tree
from repro_check.data.hashing.measuring import Measure, Meter
from repro_check.data.hashing.pointers import pointer_at
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.paths import is_url
from repro_check.errors import ReproCheckError
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import UndefinedTreeError


def hash_path(
    where: str, algorithm: Algorithm, *, hasher: Hasher | None = None, meter: Meter | None = None
) -> str:
    """The digest of a file or folder on this machine, or of what fsspec reads from a URL.

    A file that changes while it is read is noticed, and one that changes after it was read is not:
    `verify` and `lock`, which look at the whole tree again, notice both.

    Raises:
        UndefinedDigest: it has no one digest, or cannot be read.
        ReproCheckError: the content is not here, or a package is missing.
    """
    path = Path(where)
    try:
        if is_url(where):
            from repro_check.data.remote import remote_digest

            return remote_digest(where, algorithm, hasher=hasher, meter=meter)
        scheme = scheme_of(algorithm, root=path, path=path)
        if meter and meter.is_live:
            meter.expect(list_tree(path).size)
        return Measure(path, scheme, hasher=hasher, meter=meter).digest_now()
    except UndefinedTreeError as error:
        raise UndefinedDigest(error.reason, where=error.path, fix=error.fix) from error
    except PointerMet as pointer:
        kind = pointer_at(pointer.args[0])
        raise ReproCheckError(
            "the content is not here, only a pointer to it",
            where=pointer.args[0],
            fix=f"Run {kind.value if kind else 'git lfs pull'} first.",
        ) from pointer
    except OSError as error:
        raise ReproCheckError(
            f"it cannot be read ({error.strerror or error})", where=str(error.filename or where)
        ) from error
    except ModuleNotFoundError as error:
        raise ReproCheckError(str(error), where=where) from error
