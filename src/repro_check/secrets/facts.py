"""Secrets of one file as facts: made from its name and bytes alone, so that they can be cached."""

from __future__ import annotations

import msgspec

from repro_check.project.files import Subject
from repro_check.project.project import Project
from repro_check.secrets.baseline import BaselineKey, read_baseline
from repro_check.secrets.decode import CellText, decode_text, file_texts
from repro_check.secrets.model import Secret, mask
from repro_check.secrets.scan import find_secrets
from repro_check.sources.discovery import SourceFile

BASELINE = ".secrets.baseline"


class FileSecret(msgspec.Struct, frozen=True, array_like=True):
    """A secret and the part of the file that it stands in.

    Attributes:
        secret: what was found; its line counts inside the part.
        cell: the notebook cell, counted from 1, or None.
        is_output: whether it stands in a saved output, which has no line of its own in the cell.
        sha1: the digest under which detect-secrets' baselines know it.
        shown: the line, with every secret on it redacted.
    """

    secret: Secret
    cell: int | None
    is_output: bool
    sha1: str
    shown: str


class SecretFacts(msgspec.Struct, frozen=True, array_like=True):
    """The secrets of one file, in order of place."""

    secrets: tuple[FileSecret, ...]


class SecretsFile(Subject):
    """Any text file, with the secrets that were found in it."""

    def __init__(self, file: SourceFile, facts: SecretFacts) -> None:
        super().__init__(file)
        self.secrets = facts.secrets


def read_secrets(path: str, data: bytes) -> SecretFacts:
    """The secrets in a file; none in a binary one."""
    text = decode_text(data)
    if text is None:
        return SecretFacts(())
    found: list[FileSecret] = []
    for part in file_texts(text, path=path):
        is_cell = isinstance(part, CellText)
        body = part.text if isinstance(part, CellText) else part
        candidates = find_secrets(body, path=path)
        if not candidates:
            continue
        lines = body.split("\n")
        published = tuple(candidate.published() for candidate in candidates)
        for candidate, secret in zip(candidates, published, strict=True):
            same_line = tuple(other for other in published if other.line == secret.line)
            found.append(
                FileSecret(
                    secret,
                    part.cell if isinstance(part, CellText) else None,
                    is_cell and part.output is not None,  # type: ignore[union-attr]
                    candidate.sha1,
                    mask(lines[secret.line - 1], same_line),
                )
            )
    return SecretFacts(tuple(found))


def accepted_secrets(project: Project) -> frozenset[BaselineKey]:
    """What the user set aside in detect-secrets' own baseline, read as data only."""
    text = project.text_at(BASELINE)
    return read_baseline(text) if text else frozenset()
