"""Locks of each tool, as it lays them out, and what the readers make of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.sources.decoding import Limits
from repro_check.sources.dependencies.locks.pip_compile import asked_directly, compiled
from repro_check.sources.dependencies.locks.reading import lock_tool, read_lock
from repro_check.sources.dependencies.locks.values import PYPI
from repro_check.sources.dependencies.model import Locked, LockFacts
from repro_check.sources.requirements import read_requirements
from repro_check.sources.unreadable import Unreadable

PATHS = {
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pipenv": "Pipfile.lock",
    "pixi": "pixi.lock",
    "pylock": "pylock.toml",
    "conda-lock": "conda-lock.yml",
    "conda": "conda-linux-64.lock",
}


def read(path: str, text: str) -> LockFacts:
    """The facts of a lock."""
    return read_lock(path, text.replace("@PYPI@", PYPI).encode())


def by_name(facts: LockFacts) -> dict[str, Locked]:
    """The packages by name, the last one of each."""
    return {one.name: one for one in facts.packages}


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        *[(path, tool) for tool, path in PATHS.items()],
        ("code/uv.lock", "uv"),
        ("scripts/fit.py.lock", "uv"),
        ("pylock.gpu.toml", "pylock"),
        ("pdm.gpu.lock", "pdm"),
        ("ppc64le.conda-lock.yml", "conda-lock"),
        ("envs/py311-osx-arm64.lock", "conda"),
        ("Cargo.lock", ""),
        ("dvc.lock", ""),
        ("bun.lock", ""),
        ("pyproject.toml", ""),
        ("requirements.txt", ""),
        ("my-uv.lock.toml", ""),
        ("door-lock.yaml", ""),
    ],
)
def test_a_lock_is_known_by_its_name(path: str, tool: str) -> None:
    assert lock_tool(path) == tool


UV = """\
version = 1
requires-python = ">=3.9, <4"

[[package]]
name = "Numpy"
version = "1.26.4+cu1"
source = { registry = "@PYPI@" }
resolution-markers = [
    "python_full_version < '3.10'",
    "sys_platform == 'win32'",
]
dependencies = [
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "zope.interface" },
]
sdist = { url = "https://x/numpy.tar.gz", hash = "sha256:aa", size = 3 }
wheels = [
    { url = "https://x/a.whl", hash = "sha256:ab", size = 1, upload-time = "2025-01-01T00:00:00Z" },
    { url = "https://x/b.whl" },
]

[[package]]
name = "torch"
version = "2.4.0+cu121"
source = { registry = "https://download.pytorch.org/whl/cu121" }

[[package]]
name = "ours"
source = { git = "https://github.com/lab/ours?rev=main#0123456789abcdef0123456789abcdef01234567" }

[[package]]
name = "study"
version = "1"
source = { editable = "." }
dependencies = [
    { name = "numpy" },
]

[package.metadata]
requires-dist = [
    { name = "numpy", extras = ["mkl"], specifier = ">=1.20" },
    { name = "torch", marker = "sys_platform == 'linux' and extra == 'gpu'", specifier = "==2.4.0" },
]

[package.metadata.requires-dev]
dev = [{ name = "numpy" }]
"""


def test_uv_locks_tell_source_fork_and_conditions() -> None:
    numpy, torch, ours, study = read("uv.lock", UV).packages
    assert numpy == Locked(
        name="numpy",
        version="1.26.4+cu1",
        line=5,
        marker="(python_full_version < '3.10') or (sys_platform == 'win32')",
        hashes=2,
        requires=("colorama", "zope-interface"),
        conditional=("colorama",),
    )
    assert (torch.origin, torch.url) == ("index", "https://download.pytorch.org/whl/cu121")
    assert (ours.origin, ours.version) == ("vcs", "")
    assert ours.url == "https://github.com/lab/ours@0123456789abcdef0123456789abcdef01234567"
    assert (study.origin, study.url, study.line) == ("path", ".", 32)


def test_uv_locks_repeat_what_was_asked_for() -> None:
    facts = read("uv.lock", UV)
    assert facts.python == ">=3.9, <4"
    assert facts.knows_requested
    numpy, torch, dev = facts.requested
    assert (numpy.role, numpy.specifier, numpy.extras) == ("runtime", ">=1.20", ("mkl",))
    assert (torch.role, torch.group, torch.marker) == ("extra", "gpu", "sys_platform == 'linux'")
    assert (dev.role, dev.group) == ("group", "dev")
    rows = UV.split("\n")
    for one in facts.requested:
        span = one.span
        assert rows[span.line - 1][span.column - 1 : span.end_column - 1] == one.name
    assert (numpy.span.line, torch.span.line, dev.span.line) == (41, 42, 46)


def test_a_uv_lock_without_metadata_tells_nothing_of_what_was_asked_for() -> None:
    assert not read("uv.lock", UV.partition("[package.metadata]")[0]).knows_requested


def test_the_lock_of_a_script_repeats_its_requirements() -> None:
    text = 'version = 1\n\n[manifest]\nrequirements = [{ name = "rich", specifier = ">=13" }]\n'
    facts = read("tool.py.lock", text)
    (rich,) = facts.requested
    assert (rich.name, rich.specifier, rich.span.line, facts.knows_requested) == (
        "rich",
        ">=13",
        4,
        True,
    )


POETRY = """\
# This file is automatically @generated by Poetry 2.1.3 and should not be changed by hand.

[[package]]
name = "Pillow"
version = "10.0"
description = "It says \\"[[package]]\\" and {file = \\"x\\"}"
optional = false
python-versions = ">=3.8"
groups = ["main", "dev"]
markers = {main = "sys_platform == \\"win32\\"", dev = "python_version < \\"3.9\\""}
files = [
    {file = "a.whl", hash = "sha256:aa"},
    {file = "b.whl", hash = "sha256:bb"},
]

[package.dependencies]
colorama = {version = "*", markers = "sys_platform == \\"win32\\""}
"zope.interface" = ">=5"
olefile = {version = "*", optional = true}
numpy = [
    {version = ">=1", markers = "python_version < \\"3.9\\""},
    {version = ">=2", markers = "python_version >= \\"3.9\\""},
]

[package.extras]
docs = ["furo"]

[[package]]
name = "ours"
version = "0.1"
optional = false
python-versions = "*"
groups = ["main"]
files = []
develop = false

[package.source]
type = "git"
url = "https://github.com/lab/ours"
reference = "main"
resolved_reference = "0123456789abcdef0123456789abcdef01234567"

[metadata]
lock-version = "2.1"
python-versions = ">=3.9,<4"
content-hash = "aa11"
"""


def test_poetry_locks_tell_groups_conditions_and_commits() -> None:
    facts = read("poetry.lock", POETRY)
    pillow, ours = facts.packages
    assert pillow == Locked(
        name="pillow",
        version="10.0",
        line=4,
        marker='(sys_platform == "win32") or (python_version < "3.9")',
        hashes=2,
        requires=("colorama", "zope-interface", "numpy"),
        conditional=("colorama", "numpy"),
        groups=("main", "dev"),
    )
    assert (ours.origin, ours.line, ours.hashes) == ("vcs", 29, 0)
    assert ours.url == "https://github.com/lab/ours@0123456789abcdef0123456789abcdef01234567"
    assert (facts.python, facts.content_hash) == (">=3.9,<4", "aa11")


def test_old_poetry_locks_keep_their_hashes_in_one_table() -> None:
    text = """\
[[package]]
name = "six"
version = "1.16.0"
category = "dev"
optional = false
python-versions = "*"

[metadata]
lock-version = "1.1"
python-versions = "^3.7"
content-hash = "aa"

[metadata.files]
six = [
    {file = "six-1.16.0-py2.py3-none-any.whl", hash = "sha256:8a"},
    {file = "six-1.16.0.tar.gz", hash = "sha256:1e"},
]
"""
    (six,) = read("poetry.lock", text).packages
    assert (six.hashes, six.groups, six.line) == (2, ("dev",), 2)
    bare = text.partition("[metadata.files]")[0] + '[metadata.hashes]\nsix = ["8a", "1e", "2f"]\n'
    assert read("poetry.lock", bare).packages[0].hashes == 3


def test_pdm_locks_tell_groups_and_conditions() -> None:
    text = """\
[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"
content_hash = "sha256:bb"

[[metadata.targets]]
requires_python = ">=3.9"

[[package]]
name = "Jinja2"
version = "3.1"
requires_python = ">=3.7"
summary = "x"
groups = ["default", "dev"]
marker = "python_version >= \\"3.9\\""
dependencies = [
    "MarkupSafe>=2.0",
    "colorama>=0.4; sys_platform == \\"win32\\"",
    "Babel>=2.7; extra == \\"i18n\\"",
    "ours @ https://x/y;z.zip",
]
files = [
    {file = "a.whl", hash = "sha256:aa"},
]

[[package]]
name = "lib"
version = "0.1"
git = "https://github.com/lab/lib"
ref = "main"
revision = "0123456"
"""
    facts = read("pdm.lock", text)
    jinja, lib = facts.packages
    assert (facts.python, facts.content_hash) == (">=3.9", "sha256:bb")
    assert jinja.requires == ("markupsafe", "colorama", "ours")
    assert (jinja.conditional, jinja.groups, jinja.hashes) == (("colorama",), ("main", "dev"), 1)
    assert (jinja.marker, jinja.line) == ('python_version >= "3.9"', 10)
    assert (lib.origin, lib.url) == ("vcs", "https://github.com/lab/lib@0123456")


def test_pylocks_tell_their_sources() -> None:
    text = """\
lock-version = "1.0"
requires-python = ">=3.10"
created-by = "uv"

[[packages]]
name = "attrs"
version = "25.1"
marker = "sys_platform == 'linux'"
index = "@PYPI@/"
sdist = { url = "https://x/a.tar.gz", hashes = { sha256 = "aa" } }
wheels = [
    { url = "https://x/a.whl", upload-time = 2025-01-01T00:00:00Z, size = 6, hashes = { sha256 = "bb" } },
]
dependencies = [{ name = "Zope.Interface" }]

[[packages]]
name = "ours"
vcs = { type = "git", url = "https://github.com/lab/ours", commit-id = "abc" }

[[packages]]
name = "study"
directory = { path = ".", editable = true }
"""
    attrs, ours, study = read("pylock.toml", text).packages
    assert (attrs.hashes, attrs.requires, attrs.marker) == (
        2,
        ("zope-interface",),
        "sys_platform == 'linux'",
    )
    assert (attrs.line, ours.line) == (6, 17)
    assert (ours.origin, ours.url) == ("vcs", "https://github.com/lab/ours@abc")
    assert (study.origin, study.url) == ("path", ".")


def test_pipenv_locks_tell_groups_and_lines() -> None:
    document = {
        "_meta": {"hash": {"sha256": "cc"}, "requires": {"python_version": "3.11"}},
        "default": {
            "requests": {
                "hashes": ["sha256:a", "sha256:b"],
                "version": "==2.31.0",
                "index": "pypi",
            },
            "ours": {"git": "https://github.com/lab/ours", "ref": "abc", "editable": True},
        },
        "develop": {"requests": {"version": "==2.31.0", "markers": "python_version >= '3.7'"}},
    }
    facts = read("Pipfile.lock", json.dumps(document, indent=4))
    one, ours, two = facts.packages
    assert (one.version, one.hashes, one.groups, one.line) == ("2.31.0", 2, ("main",), 11)
    assert (ours.origin, ours.url) == ("vcs", "https://github.com/lab/ours@abc")
    assert (two.groups, two.marker) == (("dev-packages",), "python_version >= '3.7'")
    assert two.line > ours.line
    assert (facts.content_hash, facts.python) == ("cc", "==3.11.*")


PIXI_6 = """\
version: 6
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.0-cpu_py311.conda
      - pypi: https://files.example.org/simple/aa/einops-0.8.0-py3-none-any.whl
  docs:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.0-cpu_py311.conda
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.0-cpu_py311.conda
  sha256: aa
  md5: bb
  depends:
  - __glibc >=2.17,<3.0.a0
  - numpy >=1.23,<3
  - python_abi 3.11.* *_cp311
  license: BSD-3-Clause
  purls:
  - pkg:pypi/torch?source=hash-mapping
  size: 12
- pypi: https://files.example.org/simple/aa/einops-0.8.0-py3-none-any.whl
  name: einops
  version: 0.8.0
  sha256: cc
  requires_dist:
  - numpy>=1 ; python_full_version < '3.9'
  - torch
  - pytest ; extra == 'test'
  requires_python: '>=3.8'
- pypi: ./
  name: study
  version: '1.0'
"""


def test_pixi_locks_tell_environments_and_names_on_pypi() -> None:
    torch, einops, study = read("pixi.lock", PIXI_6).packages
    assert (torch.name, torch.version, torch.origin) == ("torch", "2.4.0", "conda")
    assert (torch.line, torch.hashes, torch.groups) == (17, 1, ("main", "docs"))
    assert torch.requires == ("numpy", "python-abi")
    assert (einops.version, einops.requires, einops.conditional) == (
        "0.8.0",
        ("numpy", "torch"),
        ("numpy",),
    )
    assert (einops.groups, einops.origin) == (("main",), "index")
    assert (study.origin, study.url, study.version) == ("path", "./", "1.0")


def test_pixi_locks_before_version_6_write_name_and_version_out() -> None:
    text = """\
version: 5
environments:
  default:
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/noarch/six-1.16.0-pyh6c4a22f_0.tar.bz2
packages:
- kind: conda
  name: six
  version: 1.16.0
  build: pyh6c4a22f_0
  url: https://conda.anaconda.org/conda-forge/noarch/six-1.16.0-pyh6c4a22f_0.tar.bz2
  sha256: aa
  depends:
  - python
- kind: pypi
  name: lightning
  version: '2.0'
  url: https://files.example.org/simple/lightning-2.0-py3-none-any.whl
  sha256: bb
  requires_dist:
  - torch >=2
"""
    six, lightning = read("pixi.lock", text).packages
    assert (six.name, six.version, six.groups, six.line) == ("six", "1.16.0", ("main",), 8)
    assert (lightning.version, lightning.requires, lightning.conditional) == ("2.0", ("torch",), ())


@pytest.mark.parametrize("indent", ["", "  "])
def test_conda_locks_tell_managers_and_platforms(indent: str) -> None:
    text = """\
version: 1
metadata:
  content_hash:
    linux-64: aa
    osx-64: bb
  platforms:
  - linux-64
package:
- name: pytorch
  version: '2.4.0'
  manager: conda
  platform: linux-64
  dependencies:
    numpy: '>=1.23'
    __glibc: '>=2.17'
  url: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.0-cpu.conda
  hash:
    md5: a
    sha256: b
  category: main
  optional: false
- name: einops
  version: 0.8.0
  manager: pip
  platform: linux-64
  dependencies: {}
  url: https://files.example.org/simple/einops.whl
  hash: {}
  category: dev
  optional: true
"""
    head, _, items = text.partition("package:\n")
    text = f"{head}package:\n" + "".join(f"{indent}{line}\n" for line in items.splitlines())
    facts = read("conda-lock.yml", text)
    torch, einops = facts.packages
    assert (torch.name, torch.version, torch.origin, torch.line) == ("torch", "2.4.0", "conda", 9)
    assert (torch.requires, torch.hashes, torch.groups) == (("numpy",), 1, ("main",))
    assert (einops.version, einops.origin, einops.hashes, einops.groups) == (
        "0.8.0",
        "index",
        0,
        ("dev",),
    )
    assert facts.content_hash == "linux-64: aa, osx-64: bb"


def test_explicit_lists_tell_versions_by_their_files() -> None:
    text = """\
# platform: linux-64
@EXPLICIT
https://conda.anaconda.org/conda-forge/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2#d7c8
https://conda.anaconda.org/pytorch/linux-64/pytorch-cuda-11.8-h7e8668a_5.tar.bz2
# pip einops @ https://files.example.org/simple/einops-0.8.0-py3-none-any.whl#sha256=aa
"""
    mutex, cuda, einops = read("conda-linux-64.lock", text).packages
    assert (mutex.version, mutex.hashes, mutex.line) == ("0.1", 1, 3)
    assert (cuda.name, cuda.version, cuda.hashes) == ("pytorch-cuda", "11.8", 0)
    assert (einops.version, einops.origin, einops.hashes, einops.line) == ("0.8.0", "index", 1, 5)


COMPILED = """\
# This file is autogenerated by pip-compile with Python 3.11
numpy==1.26.4 \\
    --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \\
    --hash=sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    # via
    #   -r requirements.in
    #   pandas
pandas[excel]==2.2.0 ; python_version >= "3.9"
    # via -r requirements.in
pytz==2024.1  # via pandas, study (pyproject.toml)
six==1.16.0
    # via python-dateutil

# The following packages are considered to be unsafe in a requirements file:
# setuptools
"""


def test_comments_of_compiled_files_tell_who_needs_what() -> None:
    facts = read_requirements(COMPILED.encode())
    found = by_name(compiled(facts))
    assert found["pandas"].requires == ("numpy", "pytz")
    assert found["pandas"].conditional == ("numpy", "pytz")
    assert found["pandas"].marker == 'python_version >= "3.9"'
    assert (found["numpy"].version, found["numpy"].hashes, found["numpy"].line) == ("1.26.4", 2, 2)
    assert found["six"].requires == ()
    assert list(asked_directly(facts)) == ["pandas"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", "<<<<<<< HEAD\nversion = 1\n"),
        ("poetry.lock", POETRY.replace("[metadata]", "=======\n[metadata]")),
        ("pdm.lock", "a = [" * 3_000),
        ("uv.lock", "a" + ".a" * 5_000 + " = 1\n"),
        ("Pipfile.lock", "{"),
        ("Pipfile.lock", "[" * 5_000),
        ("pixi.lock", PIXI_6.replace("- pypi: ./", "<<<<<<< HEAD\n- pypi: ./")),
        ("conda-lock.yml", "package:\n- {name: a, version: b}\n"),
        ("conda-lock.yml", "package:\n  name: a\n"),
        ("conda-linux-64.lock", "numpy\n"),
        ("uv.lock", "\0"),
        ("README.md", "x"),
    ],
)
def test_what_is_no_such_lock_is_refused(path: str, text: str) -> None:
    with pytest.raises(Unreadable):
        read(path, text)


@pytest.mark.parametrize("path", PATHS.values())
def test_a_lock_over_the_limits_is_refused(path: str) -> None:
    with pytest.raises(Unreadable, match="lines"):
        read_lock(path, b"\n" * 20, Limits(entries=10))
    with pytest.raises(Unreadable, match="MB"):
        read_lock(path, b"#" * 20_000, Limits(bytes=10_000))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "uv.lock",
            'package = [1, {name = 1, dependencies = "x", wheels = {a = 1}, source = []}]\n',
        ),
        ("uv.lock", "package = 1\nmanifest = []\n"),
        ("poetry.lock", 'metadata = 1\n[[package]]\nname = "a"\ndependencies = [1]\ngroups = {}\n'),
        ("pdm.lock", 'metadata = {targets = {}}\n[[package]]\ndependencies = [1, ""]\nfiles = 3\n'),
        ("pylock.toml", "packages = [{vcs = 1, sdist = [1], dependencies = {}}]\n"),
        ("Pipfile.lock", '{"_meta": [], "default": {"a": [], "b": {"version": 1}}, "x": 3}'),
        ("Pipfile.lock", "[]"),
        ("pixi.lock", "environments:\n  a\npackages:\n- x\n  - y\n"),
    ],
)
def test_values_of_other_types_read_as_absent(path: str, text: str) -> None:
    read(path, text)


PIECES = st.sampled_from(
    [
        *UV.splitlines(),
        *POETRY.splitlines(),
        *PIXI_6.splitlines(),
        "@EXPLICIT",
        "[[",
        "'''",
        '"',
        "- a: b",
    ]
)


@given(
    data=st.one_of(
        st.binary(max_size=200), st.lists(PIECES).map(lambda rows: "\n".join(rows).encode())
    )
)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("path", PATHS.values())
def test_any_bytes_are_a_lock_or_refused(path: str, data: bytes) -> None:
    try:
        facts = read_lock(path, data)
    except Unreadable:
        return
    assert all(one.line >= 1 for one in facts.packages)
