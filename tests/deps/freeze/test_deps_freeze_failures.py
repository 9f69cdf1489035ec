"""What the tools print when they fail (recorded from pip-tools 7.6, uv 0.13, Poetry 2.5), as one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro_check.deps.freeze.failures import failure
from repro_check.deps.freeze.model import Way
from repro_check.deps.freeze.running import Outcome

WORK = Path("/copy/tree")
TRACE = (
    'Traceback (most recent call last):\n  File "x.py", line 8, in <module>\n    sys.exit(cli())\n'
)
BUILD = (
    "  Collecting rasterio==1.2.10 (from -r requirements.in (line 7))\n"
    f"{TRACE}pip._internal.exceptions.InstallationSubprocessError: Getting requirements to build "
    "wheel exited with 1\n"
)
POETRY = (
    "Resolving dependencies...\n\nBecause rc-gamma (1.0) depends on rc-beta (<1.2)\n and lab depends on "
    "rc-beta (>=1.2), rc-gamma is forbidden.\nSo, because lab depends on rc-gamma (*), version solving "
    "failed.\n"
)
UV_BUILD = "error: Failed to build `blis==0.4.1`\n  cause: The build backend returned an error\n"
UV_LOCAL = (
    "error: No solution found when resolving dependencies\n  cause: Because there is no version of "
    "torch==2.2.0+cu118 and you require torch==2.2.0+cu118, we can conclude that your requirements are "
    "unsatisfiable.\n"
)


@pytest.mark.parametrize(
    ("way", "text", "expected"),
    [
        (Way.PIP_COMPILE, BUILD, "`rasterio==1.2.10` has no wheel"),
        (Way.UV_COMPILE, UV_BUILD, "`blis==0.4.1` has no wheel"),
        (Way.UV_COMPILE, UV_LOCAL, "Builds such as `+cu118` are on an index of their own"),
        (
            Way.PIP_COMPILE,
            f"{TRACE}DistributionNotFound: No matching distribution found for torch==2.1.0+cu118\n",
            "add its `--extra-index-url`",
        ),
        (Way.POETRY, POETRY, "rc-gamma (1.0) depends on rc-beta (<1.2) and lab depends on"),
        (Way.POETRY, "All attempts to connect to index.example.org failed.\n", "could not reach"),
        (
            Way.UV_LOCK,
            "error: Failed to fetch: https://me:hunter2@index.example.org/simple/a/\n",
            "could not reach `index.example.org`",
        ),
        (Way.UV_LOCK, "error: Failed to parse: `pyproject.toml`\n", "Failed to parse"),
        (Way.PIP_COMPILE, f"{TRACE}OSError: no space\n\nmore\n", "it says: no space"),
        (Way.PIP_COMPILE, "bad file /copy/tree/.frozen-setup.py.in\n", "bad file setup.py"),
        (Way.PDM, "[AttributeError]: module has no attribute\n", "module has no attribute"),
        (Way.PIXI, "", "it says: nothing"),
    ],
)
def test_a_failure_is_told_in_one_sentence(way: Way, text: str, expected: str):
    said = str(failure(way, Outcome(1, text), work=WORK, seconds=900.0))
    assert expected in said
    assert "hunter2" not in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 2
