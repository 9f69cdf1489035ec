"""Why a module was not found: undeclared, untracked, local, or of another version."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from repro_check.smoke.result import Diagnosis
from repro_check.smoke.static import explain_missing

if TYPE_CHECKING:
    from repro_check.smoke.scene import Scene


def explain_module(match: re.Match[str], scene: Scene) -> Diagnosis:
    """Answer "No module named ..."."""
    name = match[1]
    top = name.partition(".")[0]
    if own := _own(top, scene):
        return Diagnosis(
            f"It imports {name!r}, which lies in this repository ({own}), but not where Python "
            "looks for it.",
            f"Add `-e .` to {scene.install} (with a pyproject.toml), or start from the folder that "
            "holds it; PYTHONPATH exists only in your shell.",
        )
    for path in (f"{top}.py", top, f"src/{top}"):
        if known := explain_missing(scene.commit, path):
            return Diagnosis(f"It imports {name!r}: {known.sentence}", known.fix)
    if top in sys.stdlib_module_names:
        return Diagnosis(
            f"It imports {name!r}, which Python {scene.version} does not have.",
            "Name the Python version (requires-python, .python-version), or use another module.",
        )
    if name != top:
        return Diagnosis(
            f"It imports {name!r}, which the installed version of {top!r} does not have.",
            f"Pin the version of {top!r} that you use in {scene.install}.",
        )
    return Diagnosis(
        f"It imports {name!r}, which {scene.install} does not install.",
        f"Add the distribution that provides {name!r} to {scene.install}, with its version.",
    )


def explain_drift(match: re.Match[str], scene: Scene) -> Diagnosis | None:
    """Answer a name that a module lacks; of the author's own modules nothing is known."""
    name, module = match["name"], match["module"].partition(".")[0]
    if _own(module, scene):
        return None
    if module in sys.stdlib_module_names:
        return Diagnosis(
            f"{module!r} of Python {scene.version} has no {name!r}.",
            "Name the Python version (requires-python, .python-version), or use another function.",
        )
    return Diagnosis(
        f"The installed version of {module!r} has no {name!r}.",
        f"Pin the version of {module!r} that you use in {scene.install}.",
    )


def _own(top: str, scene: Scene) -> str | None:
    """The shallowest module or package of that name in the commit."""
    file = re.compile(rf"(?:^|/){re.escape(top)}(?:\.py$|/[^\n]*\.py$)")
    found = (name for name in scene.commit.entries if file.search(name))
    nearest = min(found, key=lambda name: (name.count("/"), name), default=None)
    if nearest is None:
        return None
    head, _, _ = nearest.partition(f"{top}/")
    path = nearest if nearest.endswith(f"{top}.py") else f"{head}{top}"
    return scene.commit.short(path)
