"""Run the real command in a process of its own, as a user or a hook does."""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import clean_environment

FALSY = "import random\nimport sys\n\nseed = int(sys.argv[1])\nif seed:\n    random.seed(seed)\n"
"""A file with one SEED004, on line 5, that has a safe fix."""

MENDED = FALSY.replace("if seed:", "if seed is not None:")


class Done(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that it printed."""
        return self.out + self.err

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on its standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def codes(self) -> list[str]:
        """The codes of the findings in its JSON document, in order."""
        return [finding["code"] for finding in self.document["findings"]]


def repro_check(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    before: tuple[str, ...] = (),
) -> Done:
    """Run `repro-check` in a folder; whatever happens, it must not be a bug.

    Args:
        arguments: the words after `repro-check`.
        cwd: where to run it.
        env: more of the environment.
        before: words in front of the command, such as those of `setpriv`.
    """
    done = subprocess.run(
        (*before, sys.executable, "-m", "repro_check", *map(str, arguments)),
        cwd=cwd,
        env=clean_environment()
        | {"XDG_CACHE_HOME": f"{cwd}.cache", "COLUMNS": "100"}
        | (env or {}),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    # as bytes, so that carriage returns stay what they are
    out, err = (part.decode("utf-8", "surrogateescape") for part in (done.stdout, done.stderr))
    assert "Traceback" not in err, err
    assert "bug of repro-check" not in err, err
    return Done(done.returncode, out, err)


def as_json(*arguments: str | Path, cwd: Path, **more: Any) -> Done:
    """`repro-check check` with its JSON document."""
    return repro_check("check", "--output-format", "json", *arguments, cwd=cwd, **more)


def notebook(*sources: str, counts: tuple[int | None, ...] = (), indent: int = 1) -> str:
    """A notebook of code cells, written as Jupyter writes it; by default executed in order."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": counts[index] if counts else index + 1,
            "id": f"cell-{index}",
            "metadata": {},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for index, source in enumerate(sources)
    ]
    document = {
        "cells": cells,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=indent, ensure_ascii=False) + "\n"


def made_up_token() -> str:
    """A token in the form of Hugging Face's, made at run time so that none stands in a file."""
    source = random.Random(7)
    return "h" + "f_" + "".join(source.choice(string.ascii_letters) for _ in range(34))


def without_privileges() -> tuple[str, ...]:
    """Words that run a command as a user whom permissions bind; skips where there are none."""
    import os

    if os.geteuid() != 0:
        return ()
    words = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    try:
        subprocess.run((*words, "true"), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("root may read everything, and its privileges cannot be dropped here")
    return words


def fingerprint(root: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of everything in a folder but git's own."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(".git/") and path.is_file() and not path.is_symlink():
            content = path.read_bytes() if path.stat().st_size < 10_000_000 else b""
            found[name] = path.stat().st_mode, content
    return found


def not_checked(root: Path, *arguments: str, code: int = 0, **more: object) -> dict[str, str]:
    """What a check of everything says that it could not check, by path."""
    before = fingerprint(root)
    done = as_json(*arguments, cwd=root, **more)
    assert done.code == code, done.text
    assert fingerprint(root) == before
    entries = done.document["not_checked"]
    assert len({entry["path"] for entry in entries}) == len(entries), "one reason for a file"
    return {entry["path"]: entry["reason"] for entry in entries}
