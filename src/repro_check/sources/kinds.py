"""What kind of file a path names, and which part of a repository it belongs to."""

from __future__ import annotations

import enum
import re

from repro_check.text import pattern


class Kind(enum.Enum):
    """How a file is read."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    YAML = "yaml"
    TOML = "toml"
    JSON = "json"
    INI = "ini"
    REQUIREMENTS = "requirements"
    MARKDOWN = "markdown"
    SHELL = "shell"
    MAKEFILE = "makefile"
    DOCKERFILE = "dockerfile"
    APPTAINER = "apptainer"
    LATEX = "latex"
    OTHER = "other"

    # an enum's own hash runs in Python: 14,000 look-ups, 3 ms of a hook among 2,000 files
    __hash__ = object.__hash__


class Role(enum.Enum):
    """Which part of the repository a file belongs to; many rules speak only of PRODUCT."""

    PRODUCT = "product"
    TEST = "test"
    DOCS = "docs"
    VENDORED = "vendored"
    GENERATED = "generated"

    __hash__ = object.__hash__


_BY_SUFFIX = {
    ".py": Kind.PYTHON,
    ".ipynb": Kind.NOTEBOOK,
    ".yaml": Kind.YAML,
    ".yml": Kind.YAML,
    ".dvc": Kind.YAML,
    ".toml": Kind.TOML,
    ".json": Kind.JSON,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".sh": Kind.SHELL,
    ".bash": Kind.SHELL,
    ".slurm": Kind.SHELL,
    ".sbatch": Kind.SHELL,
    ".tex": Kind.LATEX,
}
_BY_NAME = {"dvc.lock": Kind.YAML, "pipfile": Kind.TOML, "setup.cfg": Kind.INI}
_TESTS = frozenset({"test", "tests", "testing", "unit_tests", "unittests"})
_DOCS = frozenset({"doc", "docs", "documentation"})
_VENDORED = frozenset(
    {
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "vendor",
        "vendors",
        "vendored",
        "_vendor",
        "extern",
        "external",
        "externals",
        "submodules",
        "node_modules",
        "site-packages",
        ".venv",
        "venv",
    }
)
_ELSEWHERE = _TESTS | _DOCS | _VENDORED
_TEST_ENDS = ("_test.py", "_test.ipynb")
_GENERATED = ("_pb2.py", "_pb2_grpc.py", "_version.py")
_REQUIREMENTS = pattern(
    r"(^|[-_.])(requirements?|constraints?)([-_.][\w.-]*)?\.(txt|in)$", re.IGNORECASE
)
_DOCKER_SUFFIXES = frozenset({".dockerfile", ".containerfile"})
_DOCKERFILE = pattern(r"(?:dockerfile|containerfile)(?:$|[._-])")
_APPTAINER = pattern(r"(?:singularity|apptainer)(?:$|\.)")


def kind_of(path: str) -> Kind:
    """The kind of a file by its path alone."""
    folder, _, name = path.rpartition("/")
    lower = name.lower()
    suffix = lower[lower.rfind(".") :] if "." in lower else ""
    kind = _BY_SUFFIX.get(suffix)
    if kind is not None and not lower.startswith("dockerfile."):
        return kind
    if suffix in {".txt", ".in"}:
        in_folder = folder.rpartition("/")[2].lower() in {"requirements", "reqs"}
        is_requirements = in_folder or _REQUIREMENTS.search(lower)
        return Kind.REQUIREMENTS if is_requirements else Kind.OTHER
    known = _BY_SUFFIX.get(suffix)
    if known is not None:
        return known
    if lower in _BY_NAME:
        return _BY_NAME[lower]
    if suffix in _DOCKER_SUFFIXES or _DOCKERFILE.match(lower):
        return Kind.DOCKERFILE
    if suffix == ".def" or _APPTAINER.match(lower):
        return Kind.APPTAINER
    if lower in {"makefile", "gnumakefile"} or suffix == ".mk":
        return Kind.MAKEFILE
    return Kind.OTHER


def role_of(path: str) -> Role:
    """The part of the repository that a path belongs to."""
    *folders, name = path.lower().split("/")
    is_elsewhere = not _ELSEWHERE.isdisjoint(folders)
    if is_elsewhere and not _VENDORED.isdisjoint(folders):
        return Role.VENDORED
    is_test = (
        name == "conftest.py"
        or name.endswith(_TEST_ENDS)
        or (name.startswith("test_") and name.endswith((".py", ".ipynb")))
    )
    if is_test or (is_elsewhere and not _TESTS.isdisjoint(folders)):
        return Role.TEST
    if is_elsewhere and not _DOCS.isdisjoint(folders):
        return Role.DOCS
    if name.endswith(_GENERATED) or ".ipynb_checkpoints" in folders:
        return Role.GENERATED
    return Role.PRODUCT
