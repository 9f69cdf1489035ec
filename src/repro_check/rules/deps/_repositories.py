"""What a URL of a repository names: which one, and which commit, tag or branch of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from repro_check.project.environment.own_names import OwnNames
from repro_check.project.project import Project
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_URL = pattern(
    r"(?:(?:git|hg|svn|bzr)\+)?(?:[a-z+]+://)?(?:[\w.-]+(?::[^@/]*)?@)?"
    r"(?P<host>[\w.-]+(?::\d+)?)[/:](?P<path>[^@#?\s]+)(?:@(?P<ref>[^#?\s&]+))?.*"
)
_BRANCH = pattern(
    r"(?:main|master|trunk|head|latest|nightly|stable|dev|devel|develop|development|staging|default)"
    r"|(?:heads?|refs/heads|feature|feat|fix|bugfix|branch)/.*|.*\.x|[^0-9]+",
    re.IGNORECASE,
)
_PLACEHOLDER = pattern(r"your|<|\.\.\.|username|user-name|xxx|example\.", re.IGNORECASE)


class Repository(NamedTuple):
    """A repository of a version control system.

    Attributes:
        path: on its host, without `.git` and in lower case: `owner/name`.
        ref: the commit, tag or branch; "" if none is named.
    """

    path: str
    ref: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def is_open(self) -> bool:
        """Whether it means whatever was pushed last: no ref, or one that is a branch's name.

        A name with a digit in it is taken for a tag or a commit.
        """
        return not self.ref or _BRANCH.fullmatch(self.ref) is not None


def repository_of(url: str) -> Repository | None:
    """The repository of a URL in pip's form; None if it is a placeholder or cannot be told."""
    found = _URL.fullmatch(url.strip())
    if found is None or _PLACEHOLDER.search(url):
        return None
    path = found["path"].strip("/").removesuffix(".git").lower()
    return Repository(path, found["ref"] or "")


def own_repositories(project: Project) -> frozenset[str]:
    """The names under which the repository itself is installed or cloned, normalised."""
    return frozenset((*OwnNames(project).distributions, *_packages(project), *_cloned(project)))


def _packages(project: Project) -> Iterator[str]:
    """The packages at the top: many distributions have another name than their repository."""
    for path in project.python.paths:
        match path.split("/"):
            case [name, "__init__.py"] | ["src", name, "__init__.py"]:
                yield normal_name(name)


def _cloned(project: Project) -> Iterator[str]:
    """What READMEs tell to clone first is the repository itself."""
    for told in project.installs.told:
        words = told.command.words
        at = next(
            (at for at in range(len(words) - 1) if words[at : at + 2] == ("git", "clone")), None
        )
        url = next((word for word in words[at + 2 :] if ":" in word), "") if at is not None else ""
        repository = repository_of(url) if url and "/" not in told.path else None
        if repository is not None:
            yield normal_name(repository.name)
