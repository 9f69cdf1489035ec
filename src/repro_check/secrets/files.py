"""Files that exist to hold credentials, known by their name and judged by their content.

A `.env` with a real value, a .netrc, a .pypirc: what stands in them needs no telling name beside
it. Templates (`.env.example`) and files without a real value are no findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.secrets.model import Candidate
from repro_check.secrets.names import promises_credential
from repro_check.secrets.placeholders import is_credible, is_opaque, is_placeholder
from repro_check.text import pattern

_TEMPLATE = pattern(r"(?:^|[._-])(?:example|sample|template|dist|tmpl|defaults?|schema)(?:$|\.)")
_DOTENV = pattern(r"^\.env(?:\.[\w-]+)?$|\.env$|^\.envrc$|^\.flaskenv$")

_ASSIGNMENT = pattern(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w{0,119})[ \t]*=[ \t]*[\"']?(?P<value>[^\s\"'#]+)",
    re.MULTILINE,
)
_NETRC = pattern(r"\bpassword\s+(?P<value>\S+)")
_INI_PASSWORD = pattern(r"^[ \t]*password[ \t]*[=:][ \t]*(?P<value>\S+)", re.MULTILINE)
_KAGGLE = pattern(r"\"key\"\s*:\s*\"(?P<value>[0-9a-f]{32})\"")
_GIT_STORE = pattern(r"^https?://[^:/\s]+:(?P<value>[^@/\s]+)@", re.MULTILINE)
_PGPASS = pattern(r"^[^#:\s]+:[\d*]+:[^:\s]+:[^:\s]+:(?P<value>\S+)$", re.MULTILINE)
_ONE_LINE = pattern(r"\A\s*(?P<value>[A-Za-z0-9+/=]{16,1400})\s*\Z")
_DOCKER = pattern(r"\"auth\"\s*:\s*\"(?P<value>[A-Za-z0-9+/]{12,}={0,2})\"")

_MUNGE = "munge.key"  # whoever has it is every user of the cluster (munged(8))
_SHORTEST_MUNGE = 32

BINARY = "(binary)"
"""What is shown in place of the content of a binary file."""

_BY_NAME = {
    ".netrc": (".netrc Password", _NETRC),
    "_netrc": (".netrc Password", _NETRC),
    ".pypirc": ("PyPI Password", _INI_PASSWORD),
    ".my.cnf": ("MySQL Password", _INI_PASSWORD),
    ".osfcli.config": ("OSF Password", _INI_PASSWORD),
    _MUNGE: ("Munge Key", _ONE_LINE),
    "kaggle.json": ("Kaggle API Key", _KAGGLE),
    ".git-credentials": ("Git Password", _GIT_STORE),
    ".pgpass": ("PostgreSQL Password", _PGPASS),
    ".dockercfg": ("Docker Login", _DOCKER),
    ".dockerconfigjson": ("Docker Login", _DOCKER),
}


def credential_file(text: str, *, path: str) -> Iterator[Candidate]:
    """The real values in a file whose name says that it holds credentials.

    Args:
        text: its content.
        path: relative to the root, with forward slashes.
    """
    name = path.rpartition("/")[2].lower()
    is_dotenv = "env" in name and bool(_DOTENV.search(name))
    if not (is_dotenv or name in _BY_NAME) or _TEMPLATE.search(name):
        return
    if is_dotenv:
        yield from _dotenv(text, name)
        return
    kind, pattern = _BY_NAME[name]
    for match, place in _placed(pattern, text):
        value = match["value"]
        if is_credible(value) or (
            pattern in (_DOCKER, _ONE_LINE) and not is_placeholder(value[:512])
        ):
            yield _candidate(value, place, kind=kind, reason=f"a credential stored in {name}")


def binary_credential(data: bytes, *, path: str) -> Candidate | None:
    """The whole of a binary file, where that is a credential: the key of a cluster's Munge.

    Args:
        data: its content.
        path: relative to the root, with forward slashes.
    """
    name = path.rpartition("/")[2].lower()
    if name != _MUNGE or len(data) < _SHORTEST_MUNGE or len(set(data)) < _SHORTEST_MUNGE // 2:
        return None
    reason = f"the key stored in {name}"
    return Candidate("Munge Key", data.hex(), line=1, column=1, reason=reason, shown=BINARY)


def _dotenv(text: str, name: str) -> Iterator[Candidate]:
    for match, place in _placed(_ASSIGNMENT, text):
        value = match["value"]
        if (promises_credential(match["name"]) and is_credible(value)) or (
            match["name"].lower().endswith("key") and is_opaque(value)
        ):
            reason = f"the value of `{match['name']}` in {name}"
            yield _candidate(value, place, kind="Credential File", reason=reason)


def _placed(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], tuple[int, int]]]:
    """Each match with the 1-based line and column of its value, in one walk over `text`."""
    line, line_start = 1, 0
    for match in pattern.finditer(text):
        start = match.start("value")
        breaks = text.count("\n", line_start, start)
        if breaks:
            line, line_start = line + breaks, text.rfind("\n", line_start, start) + 1
        yield match, (line, start - line_start + 1)


def _candidate(value: str, place: tuple[int, int], *, kind: str, reason: str) -> Candidate:
    return Candidate(kind=kind, value=value, line=place[0], column=place[1], reason=reason)
