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
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          fetch-depth: 0 # the rules on history need all commits
          persist-credentials: false
      - uses: actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0
        with:
          python-version: "3.12"
      - run: python -m pip install repro-check-hooks=={version}
      - run: repro-check check --output-format github
"""


def workflow(version: str) -> str:
    """The text of the workflow, which installs exactly `version`."""
    return _TEXT.replace("{version}", version)
