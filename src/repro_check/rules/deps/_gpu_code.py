"""Whether the code of a repository fails on a machine without a GPU."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Location
from repro_check.project.entries import main_guard
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import Literal
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call
from repro_check.text import pattern

_GPU = pattern(r"(?:cuda|gpu)(?::\d+)?")
_TF_GPU = pattern(r"/?(?:device:)?gpu:\d+", re.IGNORECASE)
_GPU_NAME = pattern(r"cuda|gpu", re.IGNORECASE)
_MAY_NOT_RUN = frozenset({"if", "else", "try", "except", "case", "while", "lambda"})
_WORDS = frozenset(
    {"cuda", "CUDAExtension", "cupy", "gpu", "set_device", "device", "nvcc", "CUDA_HOME", "to"}
)
_BUILDERS = frozenset({"CUDAExtension", "make_cuda_ext"})
_OF = {
    "torch": "torch",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "cupy": "cupy",
    "paddle": "paddlepaddle",
    "mxnet": "mxnet",
}


def gpu_uses(project: Project) -> dict[str, Location]:
    """For each framework whose code surely needs a GPU, by its distribution, the first such place."""
    found: dict[str, Location] = {}
    # what the guard of an imported module does only tries it out
    imported = frozenset(entry.path for entry in project.entries if entry.is_imported)
    for source in project.mentioning(_WORDS):
        if source.role is not Role.PRODUCT:
            continue
        file = project.python.get(source.path)
        for name, location in _in_file(file, imported) if file is not None else ():
            found.setdefault(name, location)
    return found


def _in_file(file: PythonFile, imported: frozenset[str]) -> Iterator[tuple[str, Location]]:
    facts = file.facts
    modules = {item.module.partition(".")[0] for item in facts.imports}
    frameworks = [name for name in _OF if name in modules]
    if not frameworks:
        return
    guard = None if file.path in imported else main_guard(facts)
    if "cupy" in frameworks and not _is_guarded(file):
        yield "cupy", Location(path=file.path, span=None)
    conditional = {test.then.span for test in facts.truth_tests if test.then is not None}
    for call in facts.calls:
        name = _needs(call, frameworks)
        if name and call.span not in conditional and _always_runs(file, call.block, guard):
            yield _OF[name], file.location(call.span)


def _needs(call: Call, frameworks: list[str]) -> str:
    """The framework of which a call asks for a GPU whatever the machine has; "" if it does not."""
    last = call.name.rpartition(".")[2]
    if "torch" in frameworks:
        if last in _BUILDERS:
            return "torch"
        is_method = not call.target and ("." in call.name or call.receiver is not None)
        if last == "cuda" and is_method and not call.unpacks:
            return "torch"
        device = (
            call.argument(0, "device") if last == "to" and is_method else call.keyword("device")
        )
        if _names(device, "cuda"):
            return "torch"
    if "paddle" in frameworks and call.target == "paddle.set_device":
        return "paddle" if _names(call.argument(0, "device"), "gpu") else ""
    if "tensorflow" in frameworks and call.target == "tensorflow.device":
        device = call.argument(0, "device_name")
        is_gpu = isinstance(device, Literal) and _TF_GPU.fullmatch(str(device.value))
        return "tensorflow" if is_gpu else ""
    if "jax" in frameworks and call.target == "jax.devices":
        wanted = call.argument(0, "backend")
        return "jax" if _names(wanted, "gpu") or _names(wanted, "cuda") else ""
    if "mxnet" in frameworks and call.target == "mxnet.gpu":
        return "mxnet"
    return ""


def _names(value: object, device: str) -> bool:
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        return False
    return value.value.startswith(device) and _GPU.fullmatch(value.value) is not None


def _always_runs(file: PythonFile, block: int, guard: int | None) -> bool:
    """Whether nothing inside a function, or in a script's main block, decides if a block of it runs."""
    for ancestor in file.facts.ancestors(block):
        kind = file.facts.blocks[ancestor].kind
        if ancestor == guard:
            return True
        if kind in _MAY_NOT_RUN:
            return False
        if kind == "function":
            # `def to_gpu(self)` is called where there is one
            function = file.facts.function_of(ancestor)
            name = function.qualname.rpartition(".")[2] if function is not None else ""
            return _GPU_NAME.search(name) is None
    return True


def _is_guarded(file: PythonFile) -> bool:
    """Whether cupy is only tried, so that the code does without it."""
    return not any(
        item.module.partition(".")[0] == "cupy" and _always_runs(file, item.block, None)
        for item in file.facts.imports
    )
