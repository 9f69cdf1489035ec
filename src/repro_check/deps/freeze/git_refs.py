"""Which commit a branch or a tag of a git dependency means today."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from repro_check.deps.freeze.running import run_tool
from repro_check.errors import ReproCheckError
from repro_check.sources.requirement_item import RequirementItem, is_fixed

_SECONDS = 60.0


class GitPlace(msgspec.Struct, frozen=True):
    """A git dependency.

    Attributes:
        base: the repository, as git takes it.
        ref: a branch, a tag or a commit; "" for the default branch.
        rest: the fragment, with its `#`.
    """

    base: str
    ref: str
    rest: str

    def at(self, commit: str) -> str:
        """The URL at one commit."""
        return f"git+{self.base}@{commit}{self.rest}"


def git_place(item: RequirementItem) -> GitPlace | None:
    """The repository that a requirement comes from; None if it comes from elsewhere."""
    url = item.url
    if not url.startswith("git+"):
        return None
    head, mark, fragment = url[4:].partition("#")
    scheme, slashes, place = head.partition("://")
    host, slash, path = place.partition("/")  # `git@host` holds an `@` of its own
    path, _, ref = path.partition("@")
    return GitPlace(f"{scheme}{slashes}{host}{slash}{path}", ref, f"{mark}{fragment}")


def is_open(item: RequirementItem) -> bool:
    """Whether what a git dependency means can change."""
    return git_place(item) is not None and not is_fixed(item.url)


def resolve_ref(place: GitPlace, *, git: str, scratch: Path, env: Mapping[str, str]) -> str:
    """The commit (40 digits) that a git dependency means now.

    Args:
        place: the dependency.
        git: the program.
        scratch: a folder that is no repository.
        env: variables for git.

    Raises:
        ReproCheckError: the repository cannot be reached, or has no such branch or tag.
    """
    # a repository's text must not choose how git connects (git-scm.com/docs/git#_environment_variables)
    safe = {**env, "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file"}
    asked = [place.ref, f"{place.ref}^{{}}"] if place.ref else ["HEAD"]
    argv = (git, "ls-remote", "--", place.base, *asked)
    outcome = run_tool(argv, cwd=scratch, env=safe, seconds=_SECONDS)
    if outcome.code != 0:
        raise ReproCheckError(
            f"the repository `{place.base}` cannot be reached",
            fix=(
                f"git says: {outcome.text.strip()[-300:]}" if outcome.code else "git took too long."
            ),
        )
    lines = (line.split("\t") for line in outcome.text.splitlines())
    found = {line[1]: line[0] for line in lines if len(line) == 2}
    ref = place.ref
    for name in (f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}", f"refs/heads/{ref}", ref, "HEAD"):
        if commit := found.get(name):
            return commit
    raise ReproCheckError(
        f"the repository `{place.base}` has no branch and no tag `{ref}`",
        fix="Write the full commit (40 digits), or a branch or a tag that is there.",
    )
