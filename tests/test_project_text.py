"""What the project says about itself is true: versions, tables, hooks, commands, settings."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
import yaml

from repro_check import __version__
from repro_check.cli.app import app
from repro_check.engine import select_rules
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import DOCS
from repro_check.settings import load_settings
from repro_check.setup.hooks_entry import INSTALL_TYPES, REPOSITORY

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)

# Written so that this file does not hold what it looks for.
MACHINE = re.compile(
    rb"/work/(?=main|shared|[.])|/root/[.]|/opt/py[p]i|files[.]pythonhoste[d]|"
    rb"py[p]i[.]org|/tmp/bash_job[s]"
)


def text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def blocks(language: str) -> list[tuple[str, str]]:
    """The fenced blocks of our pages in one language, each with its page."""
    return [
        (page, found["code"])
        for page in PAGES
        for found in FENCE.finditer(text(page))
        if found["language"] == language
    ]


def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parse(words: list[str]) -> None:
    """Let the real command parse its words, without running it."""
    name, *arguments = words
    command = app.get_command(click.Context(app), name)
    assert command, f"there is no command `{name}`"
    if isinstance(command, click.Group):
        group, name, *arguments = command, *arguments
        command = group.get_command(click.Context(group), name)
        assert command, f"there is no command `{name}`"
    command.make_context(name, arguments)


def our_commands() -> list[list[str]]:
    """The `repro-check ...` lines in the shell blocks of our pages, as words."""
    lines = [
        line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
        for _, code in blocks("sh")
        for line in code.splitlines()
    ]
    words = [shlex.split(line, comments=True) for line in lines]
    return [line[1:] for line in words if line and line[0] == "repro-check"]


def test_citation_changelog_and_package_name_one_version():
    citation = yaml.safe_load(text("CITATION.cff"))
    heading = re.search(r"^## (\S+) - (\S+)$", text("CHANGELOG.md"), re.MULTILINE)
    assert heading
    assert citation["version"] == heading[1] == __version__
    released = citation.get("date-released", "unreleased")
    assert str(released) == heading[2]


def test_the_pages_pin_the_current_version():
    pinned = [
        version
        for page in PAGES
        for version in re.findall(r"(?:rev: v|repro-check@v)([\d.]+\d)", text(page))
    ]
    assert pinned
    assert set(pinned) == {__version__}


def test_the_pages_name_the_repository_that_init_writes():
    repositories = {
        repository["repo"]
        for _, code in blocks("yaml")
        if isinstance(page := yaml.safe_load(code), dict)
        for repository in page.get("repos", [])
    }
    assert repositories == {REPOSITORY}


def test_the_table_of_rules_in_the_readme_is_current():
    made = generate()
    readme = text("README.md")
    current = made.with_table(readme, made.readme_table(load_rules()))
    assert readme == current, "run `python docs/generate.py`"


def test_the_table_of_precision_is_current():
    script = ROOT / "benchmarks" / "corpus" / "precision.py"
    before = text("docs/precision.md")
    done = subprocess.run(
        (sys.executable, script, "--check"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert text("docs/precision.md") == before


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_a_page_where_its_address_points(rule):
    made = generate()
    assert rule.url == f"{DOCS}/{made.page_path(rule).removeprefix('rules/').removesuffix('.md')}/"
    page = made.rule_page(rule)
    assert page.startswith(f"# {rule.code} {rule.name}\n\n{rule.summary}\n")
    for section in ("## Found", "## Fine", "## Not meant by this rule"):
        assert section in page


def test_the_manifest_is_valid_for_pre_commit():
    for command, file in {
        "validate-manifest": ".pre-commit-hooks.yaml",
        "validate-config": ".pre-commit-config.yaml",
    }.items():
        checked = subprocess.run(
            [sys.executable, "-m", "pre_commit", command, str(ROOT / file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_command_line_of_every_hook_parses(hook):
    program, *words = shlex.split(hook["entry"])
    assert program == "repro-check"
    parse(words)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_no_hook_runs_at_a_stage_that_it_was_not_made_for(hook):
    """Without `stages` a hook runs at all of them, and takes the commit message for a file."""
    stages = set(hook["stages"])
    assert stages <= {*INSTALL_TYPES, "manual"}
    assert ("commit-msg" in stages) == (hook["id"] == "repro-check-commit-msg")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("dev-requirements.in", True),
        ("requirements/train.txt", True),
        ("sub/pyproject.toml", True),
        ("environment.yml", True),
        ("conda_env.yaml", True),
        ("uv.lock", True),
        ("conda-lock.yml", True),
        ("pylock.toml", True),
        ("pylock.cpu.toml", True),
        ("setup.py", True),
        ("notes.txt", False),
        ("my_setup.py", False),
        ("src/environment.py", False),
        ("configs/train.yaml", False),
        ("package-lock.json", False),
    ],
)
def test_the_requirements_hook_looks_at_files_of_requirements(path, expected):
    pattern = next(hook["files"] for hook in HOOKS if hook["id"] == "repro-check-requirements")
    assert bool(re.search(pattern, path)) is expected


@pytest.mark.parametrize("words", our_commands(), ids=" ".join)
def test_the_commands_on_our_pages_parse(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parse(words)


@pytest.mark.parametrize(("page", "code"), blocks("toml"), ids=lambda text: text.split("\n")[0])
def test_the_settings_on_our_pages_are_settings(page, code, tmp_path):
    (tmp_path / "pyproject.toml").write_text(code, "utf-8")
    loaded = load_settings(tmp_path, tmp_path)
    assert loaded.path, f"{page} shows a table that is not ours"
    assert select_rules(load_rules(), loaded.settings)


def test_the_readme_begins_with_the_two_commands():
    assert [line.partition("#")[0].split() for line in blocks("sh")[0][1].splitlines()] == [
        ["make", "demo"],
        ["make", "test"],
    ]
    for target in ("demo", "test"):
        assert re.search(rf"^{target}:", text("Makefile"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_the_links_between_our_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text(page)):
        is_generated = target.startswith("rules/")
        assert is_generated or ((ROOT / page).parent / target).exists(), target


def test_no_file_names_a_folder_of_one_machine():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    wrong = []
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            wrong += [f"{name}: {found[0]!r}" for found in MACHINE.finditer(path.read_bytes())]
    assert wrong == []
