"""The records of DVC: the outputs of `.dvc` files, the outputs and inputs of a `dvc.lock`.

Source: `dvc/output.py` of DVC 3.67 and 2.58.
"""

from __future__ import annotations

import posixpath

from repro_check.data.declaring.declarations import DataDeclaration
from repro_check.data.declaring.interpolation import Keys
from repro_check.data.dvc.digests import fold
from repro_check.data.dvc.stages import LOCK, Entries, Stage, items_at, stages_of, text_at
from repro_check.data.hashing.digests import Algorithm
from repro_check.data.paths import is_url
from repro_check.runtime.manifest import Entry
from repro_check.sources.config import ConfigFacts
from repro_check.text import pattern

_DIGEST = pattern(r"[0-9a-fA-F]+(?:\.dir)?")
_DRIVE = pattern(r"[A-Za-z]:/")


def is_dvc_file(path: str) -> bool:
    """Whether DVC records digests in a file: `x.dvc` or `dvc.lock`, but nothing inside `.dvc/`."""
    *folders, name = path.split("/")
    is_record = name == LOCK or (name.endswith(".dvc") and name != ".dvc")
    return is_record and ".dvc" not in folders


def outs(
    facts: ConfigFacts, path: str, *, pipeline: ConfigFacts | None = None
) -> tuple[DataDeclaration, ...]:
    """The data that a `.dvc` file or a `dvc.lock` records, in document order.

    `dvc status` compares the outputs and, unless the stage is frozen, the inputs of a stage; so
    both are here: an input that changed says that the recorded outputs came from another one. One
    path with one digest is there once, however many stages record it. Where two stages record
    different digests of a path, both are there, since one of them did not see the data as they
    are. Stages that the pipeline no longer has are passed over, as by DVC.

    `hash: md5` marks a record of DVC 3; without it, it was made by an earlier one, which hashed
    text in its own way. An output kept outside of the cache or never pushed is compared all the
    same. What has no md5 (an import by etag, a URL, a data set of another repository) declares
    nothing; the files of a versioned remote are listed one by one and folded here.

    Args:
        facts: of the file.
        path: of the file, relative to the root with forward slashes.
        pipeline: of the `dvc.yaml` beside a `dvc.lock` (see `pipeline_of`): only there stands the
            `wdir` of a stage. Without it no path of a `dvc.lock` is known.

    Returns:
        Declarations whose `path_text` is relative to the root, or absolute where the record is;
        None where it cannot be known or leads out of the root. `digest_text` is the recorded one,
        ending in `.dir` for a directory.
    """
    entries = {entry.keys: entry for entry in facts.entries}
    found: dict[object, DataDeclaration] = {}
    for stage in stages_of(entries, path, pipeline):
        for section in stage.sections:
            for item in items_at((*stage.keys, section), entries):
                declared = _declaration(item, stage, entries)
                if declared is not None:
                    where = declared.path_text or declared.name
                    digest = (declared.digest_text or "").lower()
                    found.setdefault((where, declared.algorithm, digest), declared)
    return tuple(found.values())


def _declaration(item: Keys, stage: Stage, entries: Entries) -> DataDeclaration | None:
    algorithm = _algorithm(item, entries)
    path, digest = entries.get((*item, "path")), entries.get((*item, "md5"))
    if path is None or path.tag == "null" or not path.text or "://" in path.text:
        return None
    text = text_at((*item, "md5"), entries).strip()
    if files := entries.get((*item, "files")):
        digest, text = files, _folded(files.keys, entries)
    if algorithm is None or (*item, "repo") in entries or not _DIGEST.fullmatch(text):
        return None
    return DataDeclaration(
        name=f"{stage.name}: {path.text}" if stage.name else path.text,
        path_text=_place(stage.folder, path.text),
        path_entry=path,
        digest_text=text,
        digest_entry=digest,
        algorithm=algorithm,
    )


def _algorithm(item: Keys, entries: Entries) -> Algorithm | None:
    if (*item, "hash") not in entries:
        return Algorithm.DVC_DOS2UNIX
    return Algorithm.DVC if text_at((*item, "hash"), entries) == "md5" else None


def _folded(keys: Keys, entries: Entries) -> str:
    """The digest that DVC makes of the files of a versioned remote; "" if one lacks its md5."""
    digests = {
        text_at((*item, "relpath"), entries): text_at((*item, "md5"), entries).lower()
        for item in items_at(keys, entries)
    }
    if not digests or not all(digests) or not all(digests.values()):
        return ""
    return fold(Entry(path, 0, digests[path]) for path in sorted(digests))


def _place(folder: str | None, text: str) -> str | None:
    """The path from the root; written so that nobody takes it for a URL or a home folder."""
    text = text.replace("\\", "/")
    if _DRIVE.match(text):
        return text
    if folder is None and not text.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(folder or "", text))
    if path == ".." or path.startswith("../"):
        return None
    return f"./{path}" if path.startswith("~") or is_url(path) else path
