"""DEPS009: frozen files that leave out what they need, and hashes on a part of the lines."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check, places
from conftest import Repo
from locking import run_tool, wheel_house

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
HASH = f"--hash=sha256:{'a' * 64}"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder of wheels."""
    return wheel_house(tmp_path / "house")


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that runs the tests must not answer."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


def judge(root: Path) -> list[Finding]:
    """The findings in a folder."""
    return list(check(root, "DEPS009").findings)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"alpha==1.0 {HASH}\nbeta==1.5\n", "requirements.txt:2:1"),
        (f"beta==1.5\nalpha==1.0 \\\n    {HASH}\n", "requirements.txt:1:1"),
        (f"alpha==1.0 {HASH}\ngit+https://github.com/lab/ours@main\n", "requirements.txt:2:1"),
        (f"alpha==1.0 {HASH}\n-e .\n", "requirements.txt:2:1"),
    ],
)
def test_pip_refuses_a_file_with_hashes_on_some_lines(
    make_repo: MakeRepo, text: str, place: str
) -> None:
    root = make_repo({"requirements.txt": text}, commit=False).root
    assert places(check(root, "DEPS009")) == [f"{place} DEPS009"]


@pytest.mark.parametrize(
    "text",
    [
        f"alpha==1.0 {HASH}\nbeta==1.5 {HASH} {HASH}\n",
        "alpha==1.0\nbeta==1.5\n",
        f"alpha==1.0 {HASH}\nhttps://x/y-1-py3-none-any.whl#sha256={'a' * 64}\n",
        f"--index-url https://x\n-r other.txt\nalpha==1.0 {HASH}\n",
    ],
)
def test_hashes_on_all_lines_or_none_are_fine(make_repo: MakeRepo, text: str) -> None:
    assert judge(make_repo({"requirements.txt": text}, commit=False).root) == []


def test_pip_itself_refuses_what_is_told(make_repo: MakeRepo, house: Path) -> None:
    digest = hashlib.sha256((house / "alpha-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    text = f"alpha==1.0 --hash=sha256:{digest}\nbeta==1.5\n"
    root = make_repo({"requirements.txt": text}, commit=False).root
    assert len(judge(root)) == 1
    words = ("-m", "pip", "download", "-q", "--no-deps", "-d", "out", "-r", "requirements.txt")
    with pytest.raises(AssertionError, match="--require-hashes mode"):
        run_tool(sys.executable, *words, at=root, house=house)


COMPILE = ("pip-compile", "-q", "--no-emit-find-links", "requirements.in")


def drop(path: Path, name: str) -> None:
    """Remove the line that freezes a name, and the comment below it."""
    rows = path.read_text().splitlines(keepends=True)
    at = next(i for i, row in enumerate(rows) if row.startswith(f"{name}=="))
    end = next((i for i in range(at + 1, len(rows)) if not rows[i].startswith(" ")), len(rows))
    path.write_text("".join(rows[:at] + rows[end:]))


PYPROJECT = """\
[project]
name = "study"
version = "1"
requires-python = ">=3.9"
dependencies = ["alpha", "zeta.tools"]
"""


@pytest.fixture
def frozen(make_repo: MakeRepo, house: Path) -> Path:
    """A repository with a compiled file, and no other lock."""
    root = make_repo({"requirements.in": "alpha\nzeta.tools\n"}, commit=False).root
    run_tool(*COMPILE, at=root, house=house)
    return root


def test_a_line_that_is_gone_is_known_from_another_lock(frozen: Path, house: Path) -> None:
    (frozen / "pyproject.toml").write_text(PYPROJECT)
    run_tool("uv", "lock", "--no-index", at=frozen, house=house)
    assert judge(frozen) == []
    drop(frozen / "requirements.txt", "beta")
    (finding,) = judge(frozen)
    assert "pins `alpha==2.0` and not what it needs: `beta`" in finding.message
    assert finding.location.label == "requirements.txt:7:1"
    assert finding.related[0].location.path == "uv.lock"


def test_a_line_that_is_gone_is_known_from_what_is_installed(frozen: Path, house: Path) -> None:
    site = frozen / ".venv" / "lib" / "python3.11" / "site-packages"
    for wheel in house.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(site)
    assert judge(frozen) == []
    drop(frozen / "requirements.txt", "beta")
    (finding,) = judge(frozen)
    assert "`beta`" in finding.message
    assert finding.related == ()


def test_the_active_environment_is_asked_as_well(
    frozen: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = house.parent / "active"
    zipfile.ZipFile(house / "alpha-2.0-py3-none-any.whl").extractall(
        place / "lib" / "python3.12" / "site-packages"
    )
    drop(frozen / "requirements.txt", "beta")
    assert judge(frozen) == []
    monkeypatch.setenv("VIRTUAL_ENV", str(place))
    assert len(judge(frozen)) == 1


def test_another_version_says_nothing_of_this_one(frozen: Path, house: Path) -> None:
    (frozen / "pyproject.toml").write_text(PYPROJECT.replace('"alpha"', '"alpha<2"'))
    run_tool("uv", "lock", "--no-index", at=frozen, house=house)
    drop(frozen / "requirements.txt", "beta")
    assert judge(frozen) == []


LOCK = """\
version = 1

[[package]]
name = "pandas"
version = "2.2.0"
dependencies = [
    { name = "numpy" },
    { name = "pytz" },
    { name = "setuptools" },
    { name = "tzdata", marker = "sys_platform == 'win32'" },
]

[[package]]
name = "albumentations"
version = "1.4.0"
dependencies = [
    { name = "opencv-python" },
    { name = "typing-extensions" },
]
"""
FEW = "pandas==2.2.0\nnumpy==1.26.4\n"
MANY = FEW + "".join(f"p{i}==1.{i}\n" for i in range(8))


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"requirements-frozen.txt": FEW}, 1),
        ({"requirements.lock.txt": FEW}, 1),
        ({"requirements.txt": f"pandas==2.2.0 {HASH}\nnumpy==1.26.4 {HASH}\n"}, 1),
        # what its author asks for, and no freeze
        ({"requirements.txt": FEW}, 0),
        ({"requirements.txt": MANY}, 0),
        ({"requirements-frozen.txt": FEW + "pytz==2024.1\n"}, 0),
        ({"requirements-frozen.txt": FEW + "scipy\n"}, 0),
        ({"requirements-frozen.txt": FEW + "-e .\n"}, 0),
        ({"requirements-frozen.txt": FEW, "requirements-base.txt": "pytz\n"}, 0),
        ({"requirements-frozen.txt": "-r requirements-base.txt\n" + FEW, "requirements-base.txt": "PyTZ"}, 0),
        ({"requirements-frozen.txt": "# pip-compile --no-emit-package pytz\n" + FEW}, 0),
        ({"requirements-frozen.txt": "albumentations==1.4.0\nopencv-python-headless==4.10.0.84\n"}, 0),
        ({"requirements-frozen.txt": "pandas==2.1.0\n"}, 0),
        ({"tests/requirements-frozen.txt": FEW}, 0),
    ],
)  # fmt: skip
def test_only_files_that_were_meant_whole_are_asked(
    make_repo: MakeRepo, files: dict[str, str], count: int
) -> None:
    found = judge(make_repo({**files, "uv.lock": LOCK}, commit=False).root)
    assert len(found) == count
    assert all("`pytz`" in one.message for one in found)


def test_a_long_list_with_nearly_all_it_needs_was_meant_whole(make_repo: MakeRepo) -> None:
    rows = [f'[[package]]\nname = "p{i}"\nversion = "1.{i}"\ndependencies = [{{ name = "p{i + 1}" }}]\n' for i in range(8)]  # fmt: skip
    files = {"requirements.txt": MANY, "uv.lock": "\n".join([LOCK, *rows])}
    (finding,) = judge(make_repo(files, commit=False).root)
    assert "and not what it needs: `p8`, `pytz`" in finding.message
