"""pip-compile and whatever else writes requirements with exact versions."""

from __future__ import annotations

import posixpath
import re

from repro_check.deps.container.model import Recipe, Source
from repro_check.deps.container.pythons import PythonChoice
from repro_check.deps.container.recipes import parts
from repro_check.text import pattern

_INCLUDED = pattern(r"^\s*(?:-r|-c|--requirement|--constraint)(?:\s+|=)?(\S+)", re.MULTILINE)
_LOCAL = r"^(-e|--editable|\.|/|file:)"
_LOCAL_LINE = pattern(r"^\s*(?:-e\s+|--editable[ =])?(\.[\w./\[\],-]*)\s*(?:#.*)?$", re.MULTILINE)


def of_pip(source: Source, python: PythonChoice) -> Recipe:
    """`pip install --require-hashes` where every line has one; folders of the repository come last."""
    name = parts.quoted(posixpath.basename(source.lock))
    cuda = parts.cuda_of(source)
    own = tuple(dict.fromkeys(found[1] for found in _LOCAL_LINE.finditer(source.text)))
    frozen = [one for one in source.facts.packages if one.origin != "path"]
    has_hashes = bool(frozen) and all(one.hashes for one in frozen)
    option = "--require-hashes " if has_hashes else ""
    install = f"{parts.PIP} {option}-r {name}"
    if own:
        rest = "/tmp/frozen.txt"  # noqa: S108 - in the image
        left = f"grep --invert-match --extended-regexp '{_LOCAL}' {name} > {rest}"
        install = f"{left} && {parts.PIP} {option}-r {rest} && rm {rest}"
    notes = () if has_hashes else (f"{name} has no hashes: `repro-check deps freeze` adds them.",)
    return Recipe(
        cpu=parts.python_base(source, python),
        gpu=parts.gpu_base(cuda, python),
        has_gpu=cuda is not None,
        notes=notes,
        system=parts.system_packages(source),
        files=(source.lock, *_included(source)),
        install=(install,),
        finish=tuple(f"{parts.PIP} --no-deps --editable {parts.quoted(each)}" for each in own),
    )


def _included(source: Source) -> tuple[str, ...]:
    folder = posixpath.dirname(source.lock)
    named = (
        posixpath.normpath(posixpath.join(folder, x[1])) for x in _INCLUDED.finditer(source.text)
    )
    return tuple(dict.fromkeys(path for path in named if path in source.paths))
