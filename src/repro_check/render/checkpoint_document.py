"""What a model file holds as a JSON document; see docs/json-format.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repro_check import __version__
from repro_check.render.json_document import dump
from repro_check.render.visible import encodable
from repro_check.sources.checkpoints.model import ModelFile


def checkpoint_document(path: str, content: ModelFile) -> str:
    """The document, without its last newline; plain values are scrubbed of secrets."""
    keys = _scrubbed(content.keys)
    names = _scrubbed([each.name for each in content.tensors])
    values = _scrubbed([value for _, value in content.values])
    document: dict[str, Any] = {
        "version": 1,
        "tool": {"name": "repro-check", "version": __version__},
        "path": encodable(path),
        "form": content.form,
        "verdict": content.verdict.label,
        "reasons": [
            {
                "verdict": reason.verdict.label,
                "message": encodable(reason.message),
                "subject": encodable(reason.subject) or None,
                "member": encodable(reason.member) or None,
                "offset": reason.offset if reason.offset >= 0 else None,
            }
            for reason in content.reasons
        ],
        "keys": keys,
        "values": {
            encodable(name): value for (name, _), value in zip(content.values, values, strict=True)
        },
        "has_optimizer": content.has_optimizer,
        "has_rng_state": content.has_rng_state,
        "libraries": [encodable(name) for name in content.libraries],
        "tensors": [
            {
                "name": name,
                "dtype": encodable(each.dtype),
                "shape": None if each.shape is None else list(each.shape),
                "device": encodable(each.device) or None,
            }
            for name, each in zip(names, content.tensors, strict=True)
        ],
        "more_tensors": content.more_tensors,
    }
    return dump(document).rstrip("\n")


def _scrubbed(texts: Sequence[str]) -> list[str]:
    """The texts with their secrets redacted, all searched at once."""
    from repro_check.secrets.scrub import scrub

    lines = [encodable(text).replace("\n", " ") for text in texts]
    return scrub("\n".join(lines)).split("\n") if lines else []
