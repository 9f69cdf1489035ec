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

_TEMPLATE = re.compile(r"(?:^|[._-])(?:example|sample|template|dist|tmpl|defaults?|schema)(?:$|\.)")
_DOTENV = re.compile(r"^\.env(?:\.[\w-]+)?$|\.env$|^\.envrc$|^\.flaskenv$")

_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*[\"']?(?P<value>[^\s\"'#]+)", re.MULTILINE
)
_NETRC = re.compile(r"\bpassword\s+(?P<value>\S+)")
_INI_PASSWORD = re.compile(r"^\s*password\s*[=:]\s*(?P<value>\S+)", re.MULTILINE)
_KAGGLE = re.compile(r"\"key\"\s*:\s*\"(?P<value>[0-9a-f]{32})\"")
_GIT_STORE = re.compile(r"^https?://[^:/\s]+:(?P<value>[^@/\s]+)@", re.MULTILINE)
_PGPASS = re.compile(r"^[^#:\s]+:[\d*]+:[^:\s]+:[^:\s]+:(?P<value>\S+)$", re.MULTILINE)
_DOCKER = re.compile(r"\"auth\"\s*:\s*\"(?P<value>[A-Za-z0-9+/]{12,}={0,2})\"")

_BY_NAME = {
    ".netrc": (".netrc Password", _NETRC),
    "_netrc": (".netrc Password", _NETRC),
    ".pypirc": ("PyPI Password", _INI_PASSWORD),
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
    if _TEMPLATE.search(name):
        return
    if _DOTENV.search(name):
        yield from _dotenv(text, name)
        return
    kind, pattern = _BY_NAME.get(name, ("", _NETRC))
    for match in pattern.finditer(text) if kind else ():
        if is_credible(match["value"]) or (
            pattern is _DOCKER and not is_placeholder(match["value"])
        ):
            yield _candidate(text, match, kind=kind, reason=f"a credential stored in {name}")


def _dotenv(text: str, name: str) -> Iterator[Candidate]:
    for match in _ASSIGNMENT.finditer(text):
        value = match["value"]
        if (promises_credential(match["name"]) and is_credible(value)) or (
            match["name"].lower().endswith("key") and is_opaque(value)
        ):
            reason = f"the value of `{match['name']}` in {name}"
            yield _candidate(text, match, kind="Credential File", reason=reason)


def _candidate(text: str, match: re.Match[str], *, kind: str, reason: str) -> Candidate:
    start = match.start("value")
    line_start = text.rfind("\n", 0, start) + 1
    return Candidate(
        kind=kind,
        value=match["value"],
        line=text.count("\n", 0, start) + 1,
        column=start - line_start + 1,
        reason=reason,
    )
