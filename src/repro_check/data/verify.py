"""Whether the data on disk are those that a configuration recorded."""

from __future__ import annotations

import itertools
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.hashing.digests import agree
from repro_check.data.hashing.measuring import Measure, OverBudget
from repro_check.data.hashing.pointers import find_pointers, pointer_at
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.locate import locate
from repro_check.data.mismatch import explained
from repro_check.data.paths import is_url
from repro_check.data.verdicts import MOST_FILES, Means, State, Verdict
from repro_check.errors import ReproCheckError
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import UndefinedTreeError

if TYPE_CHECKING:
    from repro_check.data.declaring.declarations import DataDeclaration


def verify(
    declaration: DataDeclaration, *, root: Path, config_path: str, means: Means | None = None
) -> Verdict:
    """Compare data with the digest that a configuration records.

    Args:
        declaration: from `declarations`.
        root: the repository.
        config_path: the configuration, relative to the root with forward slashes; `locate` says
            how relative paths are read.
        means: index, budget and so on.
    """
    if declaration.digest_text is None:
        return _unresolved(declaration, "the digest")
    if not declaration.digest_text:
        return Verdict(
            declaration=declaration, state=State.NOT_RECORDED, reason="no digest is recorded yet"
        )
    means = means or Means()
    verdict = _measured(declaration, root, config_path, means, recorded=declaration.digest_text)
    verdict = msgspec.structs.replace(verdict, recorded=declaration.digest_text)
    if verdict.state is not State.NOT_RECORDED:
        return verdict
    if verdict.actual and agree(verdict.actual, declaration.digest_text):
        return msgspec.structs.replace(verdict, state=State.MATCH, reason="")
    return explained(verdict, root, means)


def measure(
    declaration: DataDeclaration, *, root: Path, config_path: str, means: Means | None = None
) -> Verdict:
    """The digest of the data as they are now, whatever is recorded; every file is remembered.

    Returns:
        A verdict whose state is NOT_RECORDED and whose `actual` is the digest, or one that says
        why there is no digest. Arguments as for `verify`.
    """
    return _measured(declaration, root, config_path, means or Means(), recorded=None)


def _measured(
    declaration: DataDeclaration,
    root: Path,
    config_path: str,
    means: Means,
    *,
    recorded: str | None,
) -> Verdict:
    text = declaration.path_text
    if text is None:
        return _unresolved(declaration, f"the path {declaration.path_entry.text!r}")
    if is_url(text):
        return _remote(declaration, text, means)
    place = locate(text, root=root, config_path=config_path)
    if place.path is None:
        if place.is_outside:
            return _undefined(
                declaration,
                None,
                f"{text!r} leads out of the repository; write the absolute path if it is meant",
            )
        if place.reason:
            reason = f"{text!r} {place.reason}"
            return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)
        advice = "; run `dvc pull`" if declaration.algorithm.is_dvc else ""
        reason = f"there is nothing at {text!r}{advice}"
        return Verdict(declaration=declaration, state=State.MISSING, reason=reason)
    if _holds(place.path, root / config_path):
        return _undefined(
            declaration,
            place.path,
            f"{text!r} holds the configuration that is to record its digest",
        )
    try:
        return _found(declaration, place.path, root, means, recorded)
    except UndefinedTreeError as error:
        reason = f"{_shown(error.path, root)!r} {error.reason}; {error.fix}"
    except OSError as error:
        where = _shown(os.fsdecode(error.filename or place.path), root)
        reason = f"{where!r} cannot be read ({error.strerror or error})"
    except (ReproCheckError, ModuleNotFoundError) as error:
        reason = str(error)
    return _undefined(declaration, place.path, reason)


def _remote(declaration: DataDeclaration, url: str, means: Means) -> Verdict:
    from repro_check.data.remote import remembered_digest, remote_digest, shown

    if not means.reads_remote:
        reason = f"{shown(url)!r} is not on this machine; `--remote` reads it"
        return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)
    try:
        read = partial(remote_digest, url, declaration.algorithm)
        if means.index is not None:
            read = partial(remembered_digest, url, declaration.algorithm, index=means.index)
        found = read(hasher=means.hasher, meter=means.meter)
    except ReproCheckError as error:
        return _undefined(declaration, None, f"{error.where!r}: {error.what}; {error.fix}")
    return Verdict(declaration=declaration, state=State.NOT_RECORDED, actual=found)


def _found(
    declaration: DataDeclaration, path: Path, root: Path, means: Means, recorded: str | None
) -> Verdict:
    if pointer_at(str(path)):
        return _pointers(declaration, path)
    scheme = scheme_of(declaration.algorithm, root=root, path=path)
    task = Measure(path, scheme, index=means.index, hasher=means.hasher, meter=means.meter)
    try:
        found = task.digest(
            budget=means.budget, recorded=recorded or "", keep_files=recorded is None
        )
    except PointerMet:
        return _pointers(declaration, path)
    except UndefinedTreeError as error:
        # a link to absent content is one that leads nowhere
        if pointer_at(error.path):
            return _pointers(declaration, path)
        raise
    except OverBudget as over:
        return Verdict(
            declaration=declaration,
            state=State.TOO_LARGE,
            path=path,
            size=over.args[0],
            reason=f"{over.args[0]:,} bytes are more than the {means.budget:,} that may be read; "
            "run `repro-check data verify`",
        )
    return Verdict(
        declaration=declaration,
        state=State.NOT_RECORDED,
        path=path,
        actual=found.digest,
        size=found.listing.size,
        file_count=found.listing.files,
        listing=found.listing,
    )


def _pointers(declaration: DataDeclaration, path: Path) -> Verdict:
    found = list(itertools.islice(find_pointers(path), MOST_FILES))
    commands = sorted({kind.value for _, kind in found}) or ["git lfs pull"]
    return Verdict(
        declaration=declaration,
        state=State.POINTER,
        path=path,
        files=tuple(name for name, _ in found),
        reason=f"the content is not here, only a pointer to it: run {' and '.join(commands)}",
    )


def _unresolved(declaration: DataDeclaration, what: str) -> Verdict:
    reason = f"{what} depends on more than this file"
    return Verdict(declaration=declaration, state=State.UNRESOLVED, reason=reason)


def _undefined(declaration: DataDeclaration, path: Path | None, reason: str) -> Verdict:
    return Verdict(declaration=declaration, state=State.UNDEFINED, path=path, reason=reason)


def _shown(where: str, root: Path) -> str:
    """The path as people know it: relative to the repository if it is in it."""
    top = os.path.realpath(root)
    return Path(where).relative_to(top).as_posix() if Path(where).is_relative_to(top) else where


def _holds(folder: Path, file: Path) -> bool:
    real = Path(os.path.realpath(file))
    return real.is_relative_to(os.path.realpath(folder))
