"""The settings of pip-tools that a repository keeps (`[tool.pip-tools]`, `.pip-tools.toml`).

Only those that say what is resolved are taken over: others could name files to write outside of the
copy (`pip-args`, `output-file`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.jobs import Job
from repro_check.deps.freeze.preparing import Prepared
from repro_check.deps.freeze.project_table import PYPROJECT
from repro_check.settings.toml import parse_toml

_TEXTS = ("annotation-style", "index-url")
_LISTS = ("constraint", "extra-index-url", "find-links", "trusted-host", "unsafe-package")
_INDEXES = frozenset({"index-url", "extra-index-url", "find-links", "trusted-host"})
_FLAGS = {
    ("pre", True): "--pre",
    ("annotate", False): "--no-annotate",
    ("strip-extras", False): "--no-strip-extras",
    ("header", False): "--no-header",
}


def pip_tools_options(folder: Folder) -> tuple[str, ...]:
    """Options for pip-compile, each one word.

    Raises:
        ReproCheckError: the file cannot be read.
    """
    settings = _settings(folder)
    words = [word for (key, value), word in _FLAGS.items() if settings.get(key) is value]
    for key in (*_TEXTS, *_LISTS):
        given = settings.get(key)
        values = given if isinstance(given, list) and key in _LISTS else [given]
        words += [f"--{key}={one}" for one in values if isinstance(one, str)]
    return tuple(words)


def with_settings(folder: Folder, job: Job, prepared: Prepared) -> tuple[Job, Prepared]:
    """A job as pip-compile would do it here by itself: with these options and indexes.

    Raises:
        ReproCheckError: the settings cannot be read.
    """
    options = pip_tools_options(folder)
    pairs = (word[2:].partition("=") for word in options)
    indexes = [f"--{key} {value}" for key, _, value in pairs if key in _INDEXES]
    lines = tuple(dict.fromkeys((*prepared.options, *indexes)))
    kept = tuple(dict.fromkeys((*job.kept, *options)))
    return (
        msgspec.structs.replace(job, kept=kept),
        msgspec.structs.replace(prepared, options=lines),
    )


def _settings(folder: Folder) -> dict[str, Any]:
    for name in (".pip-tools.toml", PYPROJECT):
        text = folder.text(name)
        if text is None:
            continue
        tool: Any = parse_toml(text, folder.at(name)).get("tool")
        table = tool.get("pip-tools") if isinstance(tool, dict) else None
        if isinstance(table, dict):
            inner = table.get("compile")
            return {**table, **inner} if isinstance(inner, dict) else table
    return {}
