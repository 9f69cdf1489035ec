"""Say in one sentence why a tool failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from repro_check.deps.freeze.model import Way
from repro_check.deps.freeze.running import Outcome
from repro_check.errors import ReproCheckError
from repro_check.text import pattern

_NETWORK = pattern(
    r"connection (?:refused|reset|aborted|broken|error|timed out)|name or service not known|name resolution|"
    r"failed to establish a new connection|error sending request|dns error|max retries exceeded|"
    r"all attempts to connect|network is unreachable|no route to host|"
    r"could ?n[o']t? (?:connect|resolve host)|"
    r"read timed out|connect ?timeout|proxyerror|tunnel connection failed|failed to fetch|"
    r"client error \(connect\)|"
    r"certificate verify failed|could not resolve",
    re.IGNORECASE,
)
_NOT_FOUND = pattern(r"No matching distribution found for (?P<name>.+)")
_NOWHERE = pattern(r"Because (?P<name>\S+) was not found in the ")
_PARENT = pattern(
    r"requirement=(?:Specifier|Explicit|Requires\w*)Requirement\((?P<what>'[^']*'|\"[^\"]*\")\), "
    r"parent=(?P<parent>None|[^\[\]]*?)\)(?=[,\]])"
)
_FILE = pattern(r"(?P<name>[\w.]+?)-(?P<version>\d[\w.!+]*)(?:-[\w.-]+\.whl|\.tar\.gz|\.zip)")
_PIP_BUILD = pattern(
    r"Getting requirements to build \w+ (?:exited|did not)|metadata-generation-failed|"
    r"Preparing (?:\w+ )?metadata .*(?:exited|did not)|egg_info (?:exited|did not)"
)
_COLLECTING = pattern(r"^\s*Collecting (\S+)", re.MULTILINE)
_UV_BUILD = pattern(r"Failed to (?:download and )?build `(?P<name>[^`]+)`")
_LOCAL = pattern(r"==[\w.]+\+\w")
_LOCAL_HINT = (
    "Builds such as `+cu118` are on an index of their own: add its `--extra-index-url` to the requirements, "
    "or drop the suffix."
)
_RAISED = pattern(
    r"^\[?[\w.]+(?:Error|Exception|NotFound|Impossible)\]?: (?P<what>.)", re.MULTILINE
)
_SERVER = pattern(r"(?:https?://(?:[^\s/@'\"]*@)?|host=['\"])(?P<host>[\w.-]+(?::\d+)?)")
_CREDENTIALS = pattern(r"//[^/\s@'\"]+@")
_STAND_IN = pattern(r"\.frozen-([\w.-]+)\.in\b")
_NOISE = ("Traceback", "warning:", "WARNING:", "hint:", "During handling", "The above exception")
_KEPT = 1200


def failure(way: Way, outcome: Outcome, *, work: Path, seconds: float) -> ReproCheckError:
    """The error to raise for a tool that did not do its work.

    Args:
        way: what was run.
        outcome: how it ended.
        work: its folder, whose name is left out of messages.
        seconds: the limit that it had.
    """
    if outcome.code is None:
        return ReproCheckError(
            f"`{way.value}` did not end within {seconds:,.0f} seconds, and was stopped",
            fix="Give it more time with `--timeout`, or see whether the network is slow.",
        )
    text = _CREDENTIALS.sub("//", outcome.text)
    text = _STAND_IN.sub(r"\1", text.replace(f"{work}/", ""))
    if causes := list(dict.fromkeys(_causes(text))):
        return ReproCheckError(
            f"the requirements contradict each other: {'; '.join(causes)}",
            fix="Loosen one of them; nothing was written.",
        )
    if broken := _NETWORK.search(text):
        return ReproCheckError(
            f"`{way.value}` could not reach {_host(text, broken.start())}, where it looks for versions",
            fix="Check the network, the proxy and the address of the index; nothing was written.",
        )
    if name := _unbuilt(text):
        return ReproCheckError(
            f"`{name}` has no wheel for this Python and this machine, and its sources do not build here",
            fix="Choose a version that has one, or another Python: `--tool uv --python-version 3.10`.",
        )
    if missing := _NOWHERE.search(text):
        return ReproCheckError(
            f"`{missing['name']}` is on no index that was asked",
            fix="Correct the name in requirements.in, or write where it comes from: `name @ git+https://...`.",
        )
    said = _said(text)
    if "No solution found" in text or "version solving failed" in text:
        return ReproCheckError(
            f"the requirements cannot all be met: {_reason(text)}",
            fix=_LOCAL_HINT if _LOCAL.search(text) else "Loosen one of them; nothing was written.",
        )
    if found := _NOT_FOUND.search(text):
        name = found["name"].strip()
        return ReproCheckError(
            f"no index has a version of `{name}` that fits the Python that {way.value} runs with",
            fix=(
                _LOCAL_HINT
                if _LOCAL.search(name)
                else "Check the name and the versions that it allows. An old version needs the Python of its "
                "time: `--tool uv --python-version 3.7`."
            ),
        )
    return ReproCheckError(
        f"`{way.value}` failed; it says: {said}",
        fix="Mend that; nothing was written.",
    )


def _causes(text: str) -> Iterator[str]:
    """Who wants what, of a conflict that pip found."""
    at = text.rfind("ResolutionImpossible: [")
    if at < 0:
        return
    found = list(_PARENT.finditer(text, at))
    if len(found) < 2:
        return
    for match in found:
        what = match["what"][1:-1]
        parent = _FILE.search(match["parent"])
        yield (
            f"{parent['name']} {parent['version']} needs {what}"
            if parent
            else f"you ask for {what}"
        )


def _reason(text: str) -> str:
    """The explanation of a resolver that gives one, as one line."""
    at = min((text.find(word) for word in ("Because ", "because ") if word in text), default=0)
    lines = [
        line.strip(" \u2570\u2500\u25b6\u2502\u251c\u00d7").removeprefix("cause: ")
        for line in text[at:].splitlines()
    ]
    kept = [line for line in lines if line and not line.startswith(_NOISE)]
    return " ".join(kept)[:_KEPT]


def _host(text: str, at: int) -> str:
    """The server that could not be reached, as far as the words around a place tell."""
    near = list(_SERVER.finditer(text, max(0, at - 500), at + 500))
    return f"`{near[0]['host']}`" if near else "a package index"


def _unbuilt(text: str) -> str:
    """The package whose sources could not be built, "" if that is not what failed."""
    if found := _UV_BUILD.search(text):
        return found["name"]
    collected = _COLLECTING.findall(text) if _PIP_BUILD.search(text) else []
    return collected[-1] if collected else ""


def _said(text: str) -> str:
    if raised := list(_RAISED.finditer(text)):
        return " ".join(text[raised[-1].start("what") :].partition("\n\n")[0].split())[:_KEPT]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "usage error"))]
    kept = [line for line in errors or lines[-5:] if not line.startswith(_NOISE)]
    return " ".join(kept)[-_KEPT:] or "nothing"
