"""Whether the work may run with Keras 3, which TensorFlow has brought since 2.16."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.python import Call
from repro_check.text import pattern

# what Keras 3 and TensorFlow from 2.16 on no longer have, or what never worked with them
_OLD = pattern(
    r"^tensorflow\.(compat\.v1|contrib|Session|placeholder|set_random_seed|python\.keras|layers|estimator|"
    r"get_variable|keras\.optimizers\.legacy)\b|^(tf_keras|tensorflow_addons)\b|"
    r"^(tensorflow\.)?keras\.(wrappers|layers\.experimental|experimental|utils\.multi_gpu_model)\b|"
    r"^keras\.(layers\.(core|convolutional|recurrent)|utils\.np_utils|engine|"
    r"backend\.tensorflow_backend)\b"
)
_OLD_METHODS = (
    ".fit_generator",
    ".predict_generator",
    ".predict_classes",
    ".predict_proba_generator",
)
_BUILDS = (
    "tensorflow",
    "tensorflow-gpu",
    "tensorflow-cpu",
    "tensorflow-macos",
    "tensorflow-intel",
)
_TEXTS = frozenset({Kind.MARKDOWN, Kind.DOCKERFILE, Kind.SHELL})
# as people write it: TensorFlow 2.4, the image tensorflow/tensorflow:2.8.0-gpu, tensorflow-gpu 1.15
_NAMED = pattern(
    r"\b(tensorflow|tf)[-_a-z]*(?:[/:=~><`*() ]|\bversion\b){1,8}v?(?P<major>[12])\.(?P<minor>\d{1,2})\b",
    re.IGNORECASE,
)
_FIRST = (2, 16)


def may_be_keras_3(project: Project) -> bool:
    """Whether the project uses Keras, and nothing says that it is an older one."""
    versions = project.versions
    if versions.may_be_below("keras", "3"):
        return False
    if any(versions.may_be_below(name, "2.16") for name in _BUILDS):
        return False
    files = list(project.python.readable(Role.PRODUCT))
    if not any(_uses_keras(file) for file in files):
        return False
    return not any(map(_is_written_for_an_old_one, files)) and not _is_said_to_be_old(project)


def _uses_keras(file: PythonFile) -> bool:
    roots = (item.module.partition(".")[0] for item in file.facts.imports)
    return any(root in {"keras", "tensorflow"} for root in roots)


def _is_written_for_an_old_one(file: PythonFile) -> bool:
    return (
        any(_OLD.match(f"{item.module}.{item.name}") for item in file.facts.imports)
        or any(_is_old(call) for call in file.facts.calls)
        or any(name == "TF_USE_LEGACY_KERAS" for name in _environment(file))
    )


def _is_old(call: Call) -> bool:
    if call.name.endswith(_OLD_METHODS) or _OLD.match(call.target):
        return True
    is_optimiser = ".optimizers." in call.target
    return is_optimiser and (call.keyword("lr") is not None or call.keyword("decay") is not None)


def _environment(file: PythonFile) -> Iterator[str]:
    for item in file.facts.assignments:
        for target in item.targets:
            name = getattr(getattr(target, "index", None), "value", None)
            if isinstance(name, str):
                yield name


def _is_said_to_be_old(project: Project) -> bool:
    """Whether a README, a Dockerfile or a script names a version before Keras 3."""
    return any(
        (int(named["major"]), int(named["minor"])) < _FIRST
        for file in project.tree.files
        if file.kind in _TEXTS and (text := project.text(file))
        for named in _NAMED.finditer(text)
    )
