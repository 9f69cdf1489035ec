"""A name for a finding that survives edits elsewhere in the file.

It is made of the rule, the path and the text of the place, with a counter for equal places, and so is
free of line numbers: line-keyed baselines break at the first inserted comment
(Yelp/detect-secrets#394, IBM/mcp-context-forge#5758).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from repro_check.findings import Finding


def with_fingerprints(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, in their order, each with its fingerprint (16 hexadecimal digits)."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        text = " ".join(finding.source.split()) or finding.message
        key = (finding.code, finding.location.path, text)
        parts = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        yield msgspec.structs.replace(finding, fingerprint=_digest(parts))


def _digest(text: str) -> str:
    from hashlib import sha256  # 2 ms to import, which a run that finds nothing can do without

    return sha256(text.encode("utf-8", errors="replace")).hexdigest()[:16]
