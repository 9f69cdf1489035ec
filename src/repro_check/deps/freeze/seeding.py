"""What a new frozen file keeps: the versions of the old one, else those that gave the results."""

from __future__ import annotations

from collections.abc import Callable

from repro_check.deps.freeze.compiling import Compiler
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.git_refs import GitPlace, git_place, resolve_ref
from repro_check.deps.freeze.header import read_header
from repro_check.deps.freeze.installed import Installed
from repro_check.deps.freeze.jobs import Job
from repro_check.deps.freeze.model import Wish
from repro_check.deps.freeze.programs import find_program
from repro_check.errors import ReproCheckError
from repro_check.sources.requirement_item import RequirementItem, is_fixed, normal_name
from repro_check.sources.requirements import read_requirements
from repro_check.sources.unreadable import Unreadable
from repro_check.text import counted, pattern

_FEW = 6
_PIN = pattern(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")


def pins(text: str) -> dict[str, str]:
    """The versions that a compiled file pins, by normalised name."""
    found = map(_PIN.match, text.split("\n"))
    return {normal_name(match["name"]): match["version"] for match in found if match}


def seed_of(folder: Folder, job: Job, installed: Installed | None, wish: Wish) -> str:
    """A frozen file whose versions are to be kept where they fit; "" to take the newest."""
    if wish.upgrade:
        return ""
    old = (folder.text(job.output) or "").replace("\r\n", "\n")
    if read_header(old):
        return old
    if installed is None:
        return ""
    upgraded = set(map(normal_name, wish.upgraded))
    # a local part (`+cu118`) says how it was built; `==2.1.0` fits every build of 2.1.0
    return "".join(
        f"{name}=={version.partition('+')[0]}\n"
        for name, version in sorted(installed.versions.items())
        if name not in upgraded
    )


def note_on_seed(seed: str, text: str, installed: Installed | None) -> str:
    """A sentence on the versions that were taken from an environment; "" if none were."""
    if installed is None or not seed or read_header(seed):
        return ""
    wanted, got = pins(seed), pins(text)
    kept = [name for name in got if got[name].partition("+")[0] == wanted.get(name)]
    other = [f"{name} ({wanted[name]})" for name in got if name in wanted and name not in kept]
    if not kept and not other:
        return ""
    sentence = f"{counted(len(kept), 'version')} of {len(got)} are those of {installed.label}"
    if other:
        sentence += f"; these did not fit or are on no index: {', '.join(other[:_FEW])}"
        sentence += f" and {len(other) - _FEW} more" if len(other) > _FEW else ""
    return f"{sentence}. `--upgrade` takes the newest instead."


def commits_of(
    compiler: Compiler, folder: Folder, job: Job, wish: Wish
) -> Callable[[RequirementItem, GitPlace], str]:
    """A function that gives the commit which a git dependency without one is frozen at.

    That of the old frozen file is kept for a dependency that names neither branch nor tag.
    """
    upgraded = set(map(normal_name, wish.upgraded))
    old: dict[tuple[str, str], str] = {}
    for item in () if wish.upgrade else _items(folder.text(job.output) or ""):
        place = git_place(item)
        if place is not None and is_fixed(item.url) and item.name not in upgraded:
            old[item.name, place.base] = place.ref

    def commit_of(item: RequirementItem, place: GitPlace) -> str:
        if not place.ref and (kept := old.get((item.name, place.base))):
            return kept
        git = find_program("git", folder.root)
        if git is None:
            raise ReproCheckError(
                f"`{item.text}` names no commit, and there is no git to ask for it",
                fix="Install git, or write the full commit (40 digits).",
            )
        return resolve_ref(place, git=git, scratch=compiler.work.parent, env=compiler.env)

    return commit_of


def _items(text: str) -> tuple[RequirementItem, ...]:
    try:
        return read_requirements(text.encode()).items
    except Unreadable:
        return ()
