"""Secrets of one file as facts: made from its name and bytes alone, so that they can be cached."""

from __future__ import annotations

from repro_check.secrets.decode import CellText, decode_text, file_texts
from repro_check.secrets.model import mask
from repro_check.secrets.scan import find_secrets
from repro_check.secrets.subject import FileSecret, SecretFacts


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
