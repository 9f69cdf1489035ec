"""The words of pip and uv, as they were recorded, and what they say of a lock."""

from __future__ import annotations

import pytest

from repro_check.deps.fresh.model import Trouble
from repro_check.deps.fresh.reading import disagreements, failures, outside_reason, yanked

FAILED = [
    (
        (
            "ERROR: Could not find a version that satisfies the requirement gone==3.0 (from versions: none)\n"
            "ERROR: No matching distribution found for gone==3.0\n"
        ),
        [(Trouble.MISSING, "gone")],
    ),
    (
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated\n"
            "    bad==1.0 from http://127.0.0.1:8/wheels/bad-1.0-py3-none-any.whl#sha256=aa (from -r r.txt "
            "(line 9)):\n        Expected sha256 00\n             Got        bd\n"
        ),
        [(Trouble.CHANGED, "bad")],
    ),
    (
        (
            "error: No solution found when resolving dependencies\n  cause: Because onlysrc==1.0 has no usable "
            "wheels and you require onlysrc==1.0, we can conclude that your requirements are unsatisfiable.\n"
        ),
        [(Trouble.NO_WHEEL, "onlysrc")],
    ),
    (
        (
            "  cause: Because torch==2.1.0 has no wheels with a matching Python version tag (e.g., `cp313`) and "
            "you require torch==2.1.0, we can conclude that your requirements are unsatisfiable.\n"
        ),
        [(Trouble.NO_WHEEL, "torch")],
    ),
    (
        (
            "  cause: Because there is no version of torch==2.1.0+cu121 and you require torch==2.1.0+cu121, we "
            "can conclude that your requirements are unsatisfiable.\n"
        ),
        [(Trouble.MISSING, "torch")],
    ),
    (
        "  cause: Because My_Pkg was not found in the package registry and you require my-pkg==9, we can\n",
        [(Trouble.MISSING, "my-pkg")],
    ),
    (
        (
            "error: Failed to download `delta==1.0`\n  cause: Failed to fetch: `https://index/delta.whl`\n"
            "  cause: HTTP status client error (404 Not Found) for url (https://index/delta.whl)\n"
        ),
        [(Trouble.MISSING, "delta")],
    ),
    (
        (
            "error: Distribution `only-mac==1.0 @ registry+https://index/simple` can't be installed because it "
            "doesn't have a source distribution or wheel for the current platform\n"
        ),
        [(Trouble.NO_WHEEL, "only-mac")],
    ),
    (
        "error: Failed to download `bad==1.0`\n  cause: Hash mismatch for `bad==1.0`\n\n  Expected:\n",
        [(Trouble.CHANGED, "bad")],
    ),
    (
        "ERROR: Package 'ours' requires a different Python: 3.11.7 not in '>=3.12'\n",
        [(Trouble.OTHER_PYTHON, "ours")],
    ),
    ("error: Failed to build `torch_scatter==2.1.2`\n", [(Trouble.BROKEN, "torch-scatter")]),
    ("  ERROR: Failed building wheel for torch-scatter\n", [(Trouble.BROKEN, "torch-scatter")]),
    (
        (
            "ERROR: Could not install requirement x==1 from https://e.org/x-1-py3-none-any.whl because of HTTP "
            "error 404 Client Error: Not Found for url\n"
        ),
        [(Trouble.MISSING, "x")],
    ),
    ("error: a new kind of trouble\n", []),
    ("Successfully installed alpha-1.0\n", []),
]


@pytest.mark.parametrize(("text", "expected"), FAILED)
def test_the_distribution_that_failed_is_named(
    text: str, expected: list[tuple[Trouble, str]]
) -> None:
    assert [(one.trouble, one.name) for one in failures(text)] == expected


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (
            (
                "WARNING: The candidate selected for download or install is a yanked version: 'delta' candidate "
                "(version 1.0 at https://index/delta-1.0-py3-none-any.whl)\n"
                "Reason for being yanked: broken metadata\n"
            ),
            "delta",
            "broken metadata",
        ),
        (
            (
                "WARNING: The candidate selected for download or install is a yanked version: 'delta' candidate "
                "(version 1.0 at https://index/d.whl)\nReason for being yanked: <none given>\n"
            ),
            "delta",
            "",
        ),
        ('warning: `delta==1.0` is yanked (reason: "broken")\n', "delta", "broken"),
        ("warning: `delta==1.0` is yanked\n", "delta", ""),
    ],
)
def test_a_withdrawn_version_is_told_with_the_reason(text: str, name: str, why: str) -> None:
    (found,) = yanked(text)
    assert (found.name, found.detail) == (name, why)


@pytest.mark.parametrize(
    "text",
    [
        (
            "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError\n"
            "ERROR: No matching distribution found for numpy==1.26.0\n"
        ),
        (
            "error: Request failed after 3 retries in 10.1s\n  cause: Failed to fetch: https://index/alpha/\n"
            "  cause: error sending request for url (https://index/alpha/)\n"
        ),
        "  cause: tcp connect error\n  cause: Connection refused (os error 111)\n",
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
    ],
)
def test_a_failure_of_the_network_or_the_disk_says_nothing_about_the_lock(text: str) -> None:
    assert outside_reason(text)


def test_a_missing_version_is_no_failure_of_the_network() -> None:
    assert not any(outside_reason(text) for text, expected in FAILED if expected)


@pytest.mark.parametrize(
    "text",
    [
        "gamma 1.0 has requirement beta<2, but you have beta 2.0.\n",
        "gamma 1.0 requires beta, which is not installed.\n",
        "Found 1 incompatibility\nThe package `gamma` requires `beta<2`, but `2.0` is installed\n",
    ],
)
def test_what_does_not_fit_together_is_named(text: str) -> None:
    assert [one.name for one in disagreements(text)] == ["gamma"]
    assert list(disagreements("No broken requirements found.\n")) == []
