"""The walk in CONTRIBUTING.md: one new file is a new rule."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WALK = re.compile(
    r"<!-- walk: (?P<path>\S+) -->\n```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
EXAMPLE = re.compile(
    r"^    (?P<title>Bad|Good|Not this rule):\n        # file: (?P<path>\S+)\n"
    r"(?P<code>(?:        .*\n|\n)+)",
    re.MULTILINE,
)


def walk() -> re.Match[str]:
    found = WALK.search(CONTRIBUTING)
    assert found, "CONTRIBUTING.md has no block marked `<!-- walk: path -->`"
    return found


def examples() -> list[tuple[str, str, str]]:
    """Title, path and code of each example of the walk's rule."""
    return [
        (found["title"], found["path"], textwrap.dedent(found["code"]).strip() + "\n")
        for found in EXAMPLE.finditer(walk()["code"])
    ]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package that has the walk's rule."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "src" / "repro_check", folder / "repro_check")
    path = folder / Path(walk()["path"]).relative_to("src")
    assert not path.exists(), "the walk's rule would replace a real one"
    path.write_text(walk()["code"], "utf-8")
    return folder


def repro_check(package: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "repro_check", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(package), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_new_rule_is_in_the_list(package: Path, tmp_path: Path):
    listed = repro_check(package, "rules", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"PORT900 +warning +file +breakpoint-left-in ", listed.stdout)


def test_the_new_rule_has_a_page(package: Path, tmp_path: Path):
    page = repro_check(package, "rule", "breakpoint-left-in", cwd=tmp_path)
    assert page.returncode == 0, page.stderr
    assert page.stdout.startswith("PORT900 breakpoint-left-in\n")


def test_the_walk_has_every_kind_of_example():
    assert {title for title, _, _ in examples()} == {"Bad", "Good", "Not this rule"}


@pytest.mark.parametrize(
    ("title", "path", "code"), examples(), ids=lambda text: text.split("\n")[0]
)
def test_the_new_rule_fires_on_bad_examples_only(
    package: Path, tmp_path: Path, title: str, path: str, code: str
):
    (tmp_path / path).write_text(code, "utf-8")
    checked = repro_check(
        package,
        *("check", "--select", "PORT900", "--output-format", "concise", "--no-cache", path),
        cwd=tmp_path,
    )
    assert checked.returncode == (1 if title == "Bad" else 0), checked.stdout + checked.stderr
    assert (f"{path}:3:9: PORT900 " in checked.stdout) == (title == "Bad")


def test_the_commands_of_the_walk_name_what_there_is():
    for path in re.findall(r"(?:docs|tests)/[\w/]+\.py", CONTRIBUTING):
        assert (ROOT / path).is_file(), path
    for target in re.findall(r"(?:^|`)make (\w+)", CONTRIBUTING, re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
