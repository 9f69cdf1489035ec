"""Secrets that a user has looked at and set aside: comments, and detect-secrets' baseline.

A `.secrets.baseline` comes with the repository, and its `plugins_used` may name a Python file that
detect-secrets then runs. So it is read as data: the digests of its results and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from repro_check.project.project import Project

BASELINE = ".secrets.baseline"

BaselineKey = tuple[str, str]
"""A path relative to the root with forward slashes, and the sha1 of a secret."""


class _Entry(msgspec.Struct):
    hashed_secret: str
    is_secret: bool | msgspec.UnsetType | None = msgspec.UNSET


class _Baseline(msgspec.Struct):
    results: dict[str, list[_Entry]] = {}


def read_baseline(text: str) -> frozenset[BaselineKey]:
    """What a detect-secrets baseline sets aside.

    That is what was labelled as no secret, and what was recorded and never labelled, as
    detect-secrets has it. What was labelled as a secret, or as unsure (`repro-check secrets audit`
    writes null), stays a finding: no hook should be silent on it.

    Entries for GitHub, GitLab and private keys that plain detect-secrets wrote hold the digest of
    a prefix shared by all such tokens (Yelp/detect-secrets#858); they match nothing here.

    Args:
        text: the content of a `.secrets.baseline`.

    Raises:
        ReproCheckError: `text` is not a baseline.
    """
    from repro_check.errors import ReproCheckError

    try:
        baseline = msgspec.json.decode(text, type=_Baseline)
    except msgspec.DecodeError as error:
        raise ReproCheckError(
            f"the secrets baseline cannot be read: {error}",
            where=".secrets.baseline",
            fix="write it anew with `detect-secrets scan > .secrets.baseline`",
        ) from error
    return frozenset(
        (path.replace("\\", "/"), entry.hashed_secret)
        for path, entries in baseline.results.items()
        for entry in entries
        if entry.is_secret is msgspec.UNSET or entry.is_secret is False
    )


def is_allowed(lines: Sequence[str], number: int, *, path: str) -> bool:
    """Whether a `pragma: allowlist secret` comment stands on a line, or the nextline form above.

    Args:
        lines: all lines of the text.
        number: the 1-based number of the line.
        path: where the text came from; detect-secrets knows YAML's comments by it.
    """
    if not any("pragma" in line for line in lines[max(0, number - 2) : number]):
        return False
    from detect_secrets.filters.allowlist import is_line_allowlisted
    from detect_secrets.util.code_snippet import get_code_snippet

    before = max(0, number - 2)  # a copy of all lines for each secret would be quadratic
    context = get_code_snippet(list(lines[before:number]), number - before)
    return bool(is_line_allowlisted(path, lines[number - 1], context))


def accepted_secrets(project: Project) -> frozenset[BaselineKey]:
    """What the user of a repository set aside in detect-secrets' own baseline, read as data only."""
    text = project.text_at(BASELINE)
    return read_baseline(text) if text else frozenset()
