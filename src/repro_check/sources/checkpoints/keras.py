"""Keras configs: a `Lambda` layer carries Python bytecode, which Keras runs when it loads.

`keras.models.load_model(safe_mode=True)` refuses it since Keras 3 (keras.io/api/models,
"Serialization & saving"); older ones run it (CVE-2024-3660).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from repro_check.sources.checkpoints.model import Reason, Verdict

_MOST = 200_000
# classes that run what they are given
_RUNS = frozenset({"TorchModuleWrapper", "JaxLayer", "TFSMLayer"})
_FUNCTIONS = frozenset(
    "activations losses metrics initializers regularizers constraints dtype_policies".split()
)
_OWN = ("keras", "tensorflow", "tf_keras", "builtins")


def reasons_of_config(config: object, member: str) -> Iterator[Reason]:
    """Why a model's config is not safe: bytecode in it, and classes that are not Keras's own."""
    waiting = [config]
    seen: set[str] = set()
    for count, each in enumerate(waiting):
        if count > _MOST:
            yield Reason(
                Verdict.UNREADABLE, "has a config that is too large to be read", "", member
            )
            return
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each.values())
            reason = _reason(each, member)
            if reason is not None and reason.message not in seen:
                seen.add(reason.message)
                yield reason


def _reason(part: dict[str, object], member: str) -> Reason | None:
    name, module = part.get("class_name"), part.get("module")
    if name in {"Lambda", "__lambda__"}:
        return Reason(Verdict.DANGEROUS, "runs the bytecode of a `Lambda` layer", "", member)
    root = module.partition(".")[0] if isinstance(module, str) else ""
    if isinstance(name, str) and root and (root, name) != ("builtins", "function"):
        is_function = root in _OWN and not name[:1].isupper() and "." in str(module)
        is_known = is_function and str(module).rpartition(".")[2] in _FUNCTIONS
        if root in sys.stdlib_module_names or name in _RUNS or (is_function and not is_known):
            label = f"{module}.{name}"
            return Reason(Verdict.DANGEROUS, f"uses `{label}`", label, member)
    is_own = not isinstance(module, str) or module.partition(".")[0] in _OWN
    registered = part.get("registered_name")
    if isinstance(name, str) and not is_own:
        label = f"{module}.{name}"
        return Reason(Verdict.NEEDS_CODE, f"loads only with `{label}`", label, member)
    if isinstance(registered, str) and ">" in registered and module is None:
        package, _, label = registered.partition(">")
        if package != "Custom" or label:
            return Reason(Verdict.NEEDS_CODE, f"loads only with `{label}`", label, member)
    return None
