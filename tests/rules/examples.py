"""The examples in the rules' docstrings, as files."""

from __future__ import annotations

import hashlib
import re
import textwrap
from typing import NamedTuple

from repro_check.rules.rule import Rule

_HEADINGS = ("Bad", "Good", "Not this rule")
_FILE = re.compile(r"^# file: (?P<path>\S+)$")
_RANDOM = re.compile(r"\{random hex (?P<length>\d+)\}")
DEFAULT_PATH = "train.py"
MESSAGE = "# commit message"


class Example(NamedTuple):
    """One block: whether the rule must fire, and the files (or the commit message) it shows."""

    rule: Rule
    heading: str
    number: int
    files: dict[str, str]
    message: str

    @property
    def name(self) -> str:
        """For test ids."""
        return f"{self.rule.code}-{self.heading}-{self.number}"


def examples_of(rule: Rule) -> list[Example]:
    """The examples of a rule, in order."""
    found: list[Example] = []
    blocks = re.split(r"^(Bad|Good|Not this rule):\n", rule.document, flags=re.MULTILINE)
    for heading, body in zip(blocks[1::2], blocks[2::2], strict=True):
        lines = body.split("\n")
        kept = []
        for line in lines:
            if line and not line.startswith(" "):
                break
            kept.append(line)
        text = textwrap.dedent("\n".join(kept)).strip("\n") + "\n"
        text = _RANDOM.sub(lambda found: _hexadecimal(int(found["length"])), text)
        number = sum(1 for example in found if example.heading == heading) + 1
        files, message = _files(text)
        found.append(Example(rule, heading, number, files, message))
    return found


def _files(text: str) -> tuple[dict[str, str], str]:
    if text.startswith(MESSAGE):
        return {}, text.removeprefix(MESSAGE).lstrip("\n")
    files: dict[str, list[str]] = {}
    path = DEFAULT_PATH
    for line in text.split("\n"):
        named = _FILE.match(line)
        if named:
            path = named["path"]
            files[path] = []
        else:
            files.setdefault(path, []).append(line)
    return {path: "\n".join(lines).strip("\n") + "\n" for path, lines in files.items()}, ""


def _hexadecimal(length: int) -> str:
    return hashlib.sha512(b"an example").hexdigest()[:length]
