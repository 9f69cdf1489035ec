"""Secrets of one file as facts: made from its name and bytes alone, so that they can be cached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from repro_check.secrets.decode import CellText, decode_text, file_texts
from repro_check.secrets.files import BINARY, binary_credential
from repro_check.secrets.model import Candidate, mask
from repro_check.secrets.prefilter import LONGEST_LINE
from repro_check.secrets.scan import MOST, find_secrets
from repro_check.secrets.scrub import scrub
from repro_check.secrets.subject import FileSecret, SecretFacts


def read_secrets(path: str, data: bytes) -> SecretFacts:
    """The secrets in a file; of binary ones only some that are a secret as a whole."""
    text = decode_text(data)
    if text is None:
        whole = binary_credential(data, path=path)
        if whole is None:
            return SecretFacts(())
        return SecretFacts((FileSecret(whole.published(), None, False, whole.sha1, BINARY),))
    found: list[FileSecret] = []
    for part in file_texts(text, path=path):
        if len(found) >= MOST:
            break
        if isinstance(part, CellText):
            found += _of_text(part.text, path, cell=part.cell, is_output=part.output is not None)
        else:
            found += _of_text(part, path, cell=None, is_output=False)
    return SecretFacts(tuple(found[:MOST]))


def _of_text(text: str, path: str, *, cell: int | None, is_output: bool) -> Iterator[FileSecret]:
    on_lines: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in find_secrets(text, path=path):
        on_lines[candidate.line].append(candidate)
    if not on_lines:
        return
    lines = text.split("\n")
    masked = [
        mask(lines[number - 1], tuple(each.published() for each in here))
        for number, here in on_lines.items()
    ]
    # What is left on a line after the last secret that is reported must not be shown, either.
    shown = scrub("\n".join(masked), path=path).split("\n")
    for line, here in zip(shown, on_lines.values(), strict=True):
        for candidate in here:
            published = candidate.published()
            yield FileSecret(published, cell, is_output, candidate.sha1, line[:LONGEST_LINE])
