"""Where code names a GPU: tensors moved there, devices spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.python import Call
from repro_check.text import pattern

_GPU = pattern(r"(?P<kind>cuda|mps)(:(?P<index>\d+))?")
_KEYWORDS = frozenset({"device", "device_map", "map_location"})
_BY_POSITION = frozenset({"torch.device", "torch.Generator", "torch.set_default_device"})
# they hold settings, which others can change in one place
_SETTINGS = pattern(
    r"(^|[._])(dict|namespace|\w*config|\w*args|\w*arguments|\w*settings|\w*options|\w*params|field|"
    r"add_argument|option|partial)$",
    re.IGNORECASE,
)
# XGBoost 2 and later go on with the CPU and a warning: xgboost.readthedocs.io, "device" parameter
_FALLS_BACK = ("xgboost.",)


class GpuSite(msgspec.Struct, frozen=True):
    """One place that needs a GPU.

    Attributes:
        text: how it is written, shortly.
        block: the block in which it runs.
        span: the call, or the literal.
        use: the call that needs the device, and its block.
        index: the number of the GPU; None if it is not a fixed one.
    """

    text: str
    block: int
    span: Span
    use: Span
    use_block: int
    index: int | None


def gpu_sites(file: PythonFile) -> Iterator[GpuSite]:
    """The places of a file that put something on a GPU by a fixed word, in order."""
    for call in file.facts.calls:
        if call.name.endswith("cuda") and not call.target and _is_method(call, "cuda"):
            index = _number(file, call)
            yield GpuSite(".cuda()", call.block, call.span, call.span, call.block, index)
        for given in _devices(call):
            yield from _site(file, call, given)


def _number(file: PythonFile, call: Call) -> int | None:
    given = file.constants.literal(call.argument(0, "device"), call.block)
    if given is None or isinstance(given.value, bool) or not isinstance(given.value, int):
        return None
    return given.value


def _is_method(call: Call, *names: str) -> bool:
    owner, _, name = call.name.rpartition(".")
    return name in names and (bool(owner) or call.receiver is not None)


def _can_be_overridden(file: PythonFile) -> bool:
    """Whether names at the top are settings: of a notebook, or of a script that executes others."""
    return file.notebook is not None or any(file.facts.calls_to("builtins.exec"))


def _devices(call: Call) -> Iterator[Expression]:
    """The arguments of a call that are devices."""
    if call.args and (_is_method(call, "to", "to_empty") or _makes_device(call)):
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.name in _KEYWORDS:
            if _SETTINGS.search(call.name) or call.target.startswith(_FALLS_BACK):
                return
            yield keyword.value


def _makes_device(call: Call) -> bool:
    # `torch.device("cuda", args.gpu)` leaves the choice to a setting
    return call.target in _BY_POSITION and all(isinstance(item, Literal) for item in call.args[1:])


def _site(file: PythonFile, call: Call, given: Expression) -> Iterator[GpuSite]:
    literal, block = given, call.block
    if isinstance(given, Name):
        binding = file.constants.binding(given.name, call.block)
        if binding is None or binding.value is None or _can_be_overridden(file):
            return
        literal, block = binding.value, binding.block
    if not isinstance(literal, Literal) or not isinstance(literal.value, str):
        return
    found = _GPU.fullmatch(literal.value)
    if found is None:
        return
    index = int(found["index"]) if found["index"] else None
    span = call.span if literal is given else literal.span
    yield GpuSite(f'"{literal.value}"', block, span, call.span, call.block, index)


def conditional_sites(file: PythonFile) -> Iterator[GpuSite]:
    """Devices inside of conditional expressions: `"cuda:1" if torch.cuda.is_available() else "cpu"`."""
    seen: set[Span] = set()
    for test in file.facts.truth_tests:
        if test.kind == "if" and isinstance(test.then, Literal) and test.then.span not in seen:
            seen.add(test.then.span)
            found = _GPU.fullmatch(str(test.then.value))
            if found is not None and found["index"]:
                index = int(found["index"])
                span = test.then.span
                yield GpuSite(
                    f'"{test.then.value}"', test.block, span, test.span, test.block, index
                )
