"""A GitHub workflow that runs the check on each push and pull request.

Actions are pinned by commit and the token can only read, as zizmor asks (its audits
`unpinned-uses`, `excessive-permissions` and `artipacked`).
"""

from __future__ import annotations

WORKFLOW = ".github/workflows/repro-check.yml"

_TEXT = """\
name: repro-check

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  repro-check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          fetch-depth: 0 # the rules on history need all commits
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with:
          python-version: "3.12"
      - run: python -m pip install git+https://github.com/repro-check/repro-check@v{version}
      - run: repro-check check --output-format github
"""


def workflow(version: str) -> str:
    """The text of the workflow, which installs exactly `version`."""
    return _TEXT.replace("{version}", version)
