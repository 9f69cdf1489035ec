"""All data that the configs of a repository declare, verified or recorded in one go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

import msgspec

from repro_check.data.declaring.declarations import DataDeclaration
from repro_check.data.declaring.declared import declared_data, undeclared_data
from repro_check.data.hashing.digests import Algorithm, agree
from repro_check.data.hashing.index import StatIndex
from repro_check.data.hashing.listing import list_tree
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.locate import locate
from repro_check.data.lock import Locked, LockPlan, lock_edits
from repro_check.data.lock_file import read_lock, section_for, write_lock
from repro_check.data.mismatch import remote_memory, section_key
from repro_check.data.verdicts import Means, State, Verdict
from repro_check.data.verify import measure, verify
from repro_check.errors import ReproCheckError
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.runtime.junk import find_junk
from repro_check.runtime.lockfile import Section
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError


class Checked(msgspec.Struct, frozen=True):
    """The verdict on one declaration of one config."""

    config: str
    verdict: Verdict


class Recording(msgspec.Struct, frozen=True):
    """What to write down about the data of one config.

    Attributes:
        config: the config.
        plan: the edits that write digests into it.
        sections: for the lock file: those of data whose digest stands in the config then.
        unmeasured: the verdicts of data that have no digest.
        replaced: digests that stood in the config before.
        warnings: what is odd about data that were recorded all the same, by their name.
    """

    config: ConfigFile
    plan: LockPlan
    sections: tuple[Section, ...]
    unmeasured: tuple[Verdict, ...]
    replaced: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]


Announce = Callable[[str, DataDeclaration], None]
"""Told the config and the data that are looked at next."""


def means_of(project: Project, *, budget: int | None = None) -> Means:
    """What a repository offers to every check of its data."""
    index = StatIndex(project.state_folder)
    return Means(index=index, lock=partial(_lock_of, project), budget=budget)


def _lock_of(project: Project) -> tuple[Section, ...]:
    try:
        return read_lock(project.root)
    except ReproCheckError:
        return ()  # it only names files: what it cannot say is said to be unknown


def verify_all(
    project: Project,
    *,
    means: Means,
    announce: Announce,
    includes: Callable[[str], bool] = lambda _path: True,
) -> Iterator[Checked]:
    """Verify every declaration of the product's configs, in the order of their paths.

    Args:
        project: the repository.
        means: index, budget and so on.
        announce: told what is verified next.
        includes: whether a config is meant.
    """
    for config in project.configs.readable():
        if not config.is_product or not includes(config.path):
            continue
        for declaration in declared_data(config, project):
            announce(config.path, declaration)
            verdict = verify(declaration, root=project.root, config_path=config.path, means=means)
            yield Checked(config.path, verdict)


def not_declared(
    project: Project, *, includes: Callable[[str], bool] = lambda _path: True
) -> Iterator[tuple[str, DataDeclaration]]:
    """Data that configs of experiments name and that no digest is recorded of."""
    for config in project.configs.readable():
        if includes(config.path):
            for declaration in undeclared_data(config, project):
                yield config.path, declaration


def record(
    project: Project,
    config: ConfigFile,
    *,
    means: Means,
    announce: Announce,
    algorithm: Algorithm | None = None,
    update: bool = False,
    is_named: bool = False,
) -> Recording | None:
    """Plan the digests to write into one config; None if it declares no data.

    Data that a config of an experiment (or one that the user named) mentions without any digest
    key are recorded as well.

    Args:
        project: the repository.
        config: one of its configs; a file of DVC is DVC's to write.
        means: index, hasher and so on.
        announce: told what is measured next.
        algorithm: for digests that are to be written; None for that of the key, else md5.
        update: whether a recorded digest that differs is replaced.
        is_named: whether the user named this very config.
    """
    declared = [one for one in declared_data(config, project) if not one.algorithm.is_dvc]
    declared.extend(undeclared_data(config, project, is_named=is_named))
    text = project.text(config.file)
    if not declared or text is None:
        return None
    locked, unmeasured, sections, warnings = [], [], [], []
    for declaration in declared:
        announce(config.path, declaration)
        if algorithm and (update or not declaration.digest_text):
            declaration = msgspec.structs.replace(declaration, algorithm=algorithm)  # noqa: PLW2901
        verdict = measure(declaration, root=project.root, config_path=config.path, means=means)
        section = None
        if verdict.actual:
            try:
                section = _section(project, declaration, verdict, means)
            except (UndefinedTreeError, PointerMet, OSError):
                verdict = _unsteady(verdict)
        if verdict.actual and section is not None and _is_without_data(verdict, section):
            verdict = _empty(verdict)
        if verdict.actual:
            locked.append(Locked(declaration, verdict.actual))
            sections.append(section)
            if warning := _oddity(verdict):
                warnings.append((declaration.name, warning))
        else:
            unmeasured.append(verdict)
    plan = lock_edits(text, config.facts, locked, path=config.path, update=update)
    refused = {one.declaration for one in plan.refused}
    kept = [
        section
        for one, section in zip(locked, sections, strict=True)
        if section is not None and one.declaration not in refused
    ]
    replaced = tuple(
        one.declaration.digest_text
        for one in locked
        if one.declaration.digest_text
        and not agree(one.declaration.digest_text, one.digest)
        and one.declaration not in refused
    )
    return Recording(config, plan, tuple(kept), tuple(unmeasured), replaced, tuple(warnings))


def _oddity(verdict: Verdict) -> str:
    """What is odd about data that are recorded, as a sentence; "" if nothing is."""
    if verdict.path is None:
        return ""
    junk = find_junk(str(verdict.path)) if verdict.declaration.algorithm is Algorithm.MD5 else ()
    if not junk:
        return ""
    return (
        f"md5 counts files that the operating system dropped: {', '.join(junk[:3])}. Remove them "
        "and run this again with `--update`, or use a tree digest, which passes over them."
    )


def update_lock(project: Project, recordings: Sequence[Recording]) -> bool:
    """Bring the lock file up to date with what was written into configs; whether it changed.

    Sections of data that no config declares any more are dropped, and of those just recorded the
    ones whose digest no config has. To be called under `held`, which holds since the configs were
    read.

    Raises:
        ReproCheckError: the file is damaged, or cannot be written.
    """
    sections = [section for recording in recordings for section in recording.sections]
    if not sections:
        return False
    new = {(section.path, section.algorithm): section for section in sections}
    replaced = {digest for recording in recordings for digest in recording.replaced}
    digests: set[str] = set()
    declared: set[str] = set()
    for config in project.configs.readable():
        for one in (*declared_data(config, project), *undeclared_data(config, project)):
            digests.update({one.digest_text or ""} - replaced)
            place = locate(one.path_text or "", root=project.root, config_path=config.path)
            if one.path_text and place.path is not None:
                declared.add(section_key(place.path, project.root))
    others = declared - {section.path for section in sections}
    kept = {
        (section.path, section.algorithm): section
        for section in read_lock(project.root)
        if section.path in others or _is_recorded(section, digests)
    }
    return write_lock(project.root, (kept | new).values())


def _is_recorded(section: Section, digests: Collection[str]) -> bool:
    return any(agree(section.digest, digest) for digest in digests)


def _section(
    project: Project, declaration: DataDeclaration, verdict: Verdict, means: Means
) -> Section | None:
    if verdict.path is None:
        found = remote_memory(verdict, means)
        if found is None:
            return None
        key, known = found
        file_hash = declaration.algorithm.value.rpartition(":")[2]
        entries = (one.entry for one in known)
        return section_for(key, declaration.algorithm, verdict.actual, file_hash, entries)
    scheme = scheme_of(declaration.algorithm, root=project.root, path=verdict.path)
    task = Measure(verdict.path, scheme, index=means.index, hasher=means.hasher)
    memory = task.memory()
    is_of_them = memory is not None and agree(memory.digest, verdict.actual)
    section = section_for(
        section_key(verdict.path, project.root),
        declaration.algorithm,
        verdict.actual,
        scheme.file_hash,
        (one.entry for one in memory) if memory and is_of_them else task.manifest(),
    )
    if not is_of_them and list_tree(verdict.path) != verdict.listing:
        raise ChangedTreeError(str(verdict.path), "changed meanwhile", "wait until it is written")
    return section


def _is_without_data(verdict: Verdict, section: Section) -> bool:
    """Whether it is only a place for data that are still to come."""
    names = [entry.path.rpartition("/")[2] for entry in section.entries if entry.digest]
    return not verdict.file_count or (bool(names) and _PLACEHOLDERS.issuperset(names))


_PLACEHOLDERS = frozenset({".gitkeep", ".keep", ".gitignore"})


def _empty(verdict: Verdict) -> Verdict:
    """A digest of nothing would make every copy with the data in it a mismatch."""
    return msgspec.structs.replace(
        verdict,
        state=State.UNDEFINED,
        actual="",
        reason=f"there are no data in {verdict.declaration.path_text!r} yet; fetch them (is the disk "
        "mounted?), and run this again",
    )


def _unsteady(verdict: Verdict) -> Verdict:
    """The data changed after their digest was made: it is not to be recorded with other files."""
    return msgspec.structs.replace(
        verdict,
        state=State.UNDEFINED,
        actual="",
        reason=f"{verdict.declaration.path_text!r} is being changed by another program; wait until "
        "it is done",
    )
