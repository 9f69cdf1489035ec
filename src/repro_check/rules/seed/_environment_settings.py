"""Environment variables that a library reads once, and where programs set them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from repro_check.project.files import PythonFile
from repro_check.project.timeline import Step
from repro_check.rules.walking import values_of
from repro_check.sources.expressions import Collection, Expression, Literal, Name, Subscript
from repro_check.sources.python import Assignment, Call, Import
from repro_check.text import pattern

_THREADS = (
    "numpy scipy pandas sklearn matplotlib seaborn cv2 torch torchvision tensorflow jax transformers"
).split()
_LATE_THREADS = frozenset({"torch", "tensorflow", "jax"})
_HUB = (
    "huggingface_hub transformers datasets diffusers evaluate peft accelerate sentence_transformers"
).split()
_JAX = "jax flax optax haiku equinox numpyro brax".split()
_CUDA_CALL = pattern(
    r"torch\.cuda\.(is_available|init|set_device|current_device|get_device_\w+|synchronize|mem_get_info)"
)
_JAX_CALL = pattern(
    r"jax\.(devices|local_devices|device_count|local_device_count|device_put|random\.\w+|numpy\.\w+)"
)


class Variable(msgspec.Struct, frozen=True):
    """A variable and the moment at which it is read.

    Attributes:
        modules: the modules whose first import reads it.
        calls: the calls that read it, if imports do not.
        reader: who reads it, in words.
        matters: what then differs, in words.
    """

    modules: frozenset[str]
    calls: re.Pattern[str] | None
    reader: str
    matters: str


def _imported(modules: list[str], reader: str, matters: str) -> Variable:
    return Variable(frozenset(modules), None, reader, matters)


_POOL = "the number of threads, and with it the order in which sums are added up"
# read when the library is loaded: measured with torch 2.13 and numpy 2.4; huggingface_hub/constants.py,
# jax/_src/config.py and keras/src/backend/config.py; CUDA: pytorch/pytorch#23544 and #40618
VARIABLES: dict[str, Variable] = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
        _imported(_THREADS, "the thread pools behind {}", _POOL),
    ),
    "NUMEXPR_NUM_THREADS": _imported(["numexpr"], "{}", _POOL),
    **dict.fromkeys(
        ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "HF_ENDPOINT"),
        _imported(_HUB, "`{}`", "where models and data sets come from"),
    ),
    "HF_DATASETS_CACHE": _imported(["datasets"], "`{}`", "where data sets come from"),
    "HF_DATASETS_OFFLINE": _imported(["datasets"], "`{}`", "where data sets come from"),
    "TRANSFORMERS_CACHE": _imported(["transformers"], "`{}`", "where models come from"),
    "KERAS_BACKEND": _imported(["keras"], "`{}`", "the backend that computes everything"),
    **dict.fromkeys(
        ("JAX_ENABLE_X64", "JAX_PLATFORMS", "JAX_PLATFORM_NAME", "JAX_DEFAULT_MATMUL_PRECISION"),
        _imported(_JAX, "`{}`", "the precision or the device"),
    ),
    "XLA_FLAGS": Variable(frozenset(), _JAX_CALL, "XLA", "the flags of the compiler"),
    "CUDA_VISIBLE_DEVICES": Variable(frozenset(), _CUDA_CALL, "CUDA", "the GPU that is used"),
}
_THREAD_CALLS = (
    "torch.set_num_threads",
    "mkl.set_num_threads",
    "numexpr.set_num_threads",
    "threadpoolctl.threadpool_limits",
    "tensorflow.config.threading.set_intra_op_parallelism_threads",
)
_INHERITING = pattern(
    r"^(subprocess\.|os\.(exec|spawn|system|popen|fork|posix_spawn)|multiprocessing\.|torch\.multiprocessing\.|"
    r"concurrent\.futures\.Process|joblib\.|ray\.|accelerate\.(\w+\.)*notebook_launcher)"
)


class Setting(msgspec.Struct, frozen=True):
    """A place that sets a variable: its name, and the call or the assignment."""

    name: str
    action: Call | Assignment


def settings_in(file: PythonFile) -> Iterator[Setting]:
    """The places of a file that set one of these variables for the running process.

    A number of threads is left out where the file gives it to a library by a call, too.
    """
    given = any(file.calls_to(*_THREAD_CALLS))
    for setting in _settings_in(file):
        if not (given and setting.name.endswith("_NUM_THREADS")):
            yield setting


def _settings_in(file: PythonFile) -> Iterator[Setting]:
    for item in file.facts.assignments:
        for target in item.targets:
            if isinstance(target, Subscript) and _is_environment(file, target.base, item.block):
                name = getattr(target.index, "value", None)
                if name in VARIABLES:
                    yield Setting(str(name), item)
    for call in file.facts.calls:
        if call.target in {"os.environ.setdefault", "os.putenv"} and call.args:
            names = [getattr(call.args[0], "value", None)]
        elif call.target == "os.environ.update":
            names = [keyword.name for keyword in call.keywords]
            names += [key.value for value in values_of(call) for key in _keys(value)]
        else:
            continue
        yield from (Setting(str(name), call) for name in names if name in VARIABLES)


def reads(variable: Variable, step: Step, target: Callable[[Step], str]) -> str:
    """What reads a variable in a step (a module or a call); "" if nothing does."""
    action = step.action
    if isinstance(action, Import):
        root = action.module.partition(".")[0]
        return root if root in variable.modules else ""
    if isinstance(action, Call) and variable.calls is not None:
        return action.name if variable.calls.fullmatch(target(step)) else ""
    return ""


def still_helps(name: str, step: Step, target: Callable[[Step], str]) -> bool:
    """Whether something in a later step takes the variable over all the same."""
    if isinstance(step.action, Import):
        return name in {"OMP_NUM_THREADS", "MKL_NUM_THREADS"} and (
            step.action.module.partition(".")[0] in _LATE_THREADS
        )
    return isinstance(step.action, Call) and bool(_INHERITING.match(target(step)))


def _is_environment(file: PythonFile, base: Expression, block: int) -> bool:
    return isinstance(base, Name) and file.scopes.target(base.name, block) == "os.environ"


def _keys(value: Expression) -> Iterator[Literal]:
    if isinstance(value, Collection):
        yield from (key for key in value.keys if isinstance(key, Literal))
