"""`repro-check init`: shows first, asks, adds, and never replaces."""

from __future__ import annotations

from collections.abc import Callable

import yaml
from commanding import FALSY, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
EXISTING = """\
# our hooks
repos:
  - repo: https://github.com/psf/black  # formats
    rev: 24.1.0
    hooks:
      - id: black
"""


def contents(repo: Repo) -> dict[str, bytes]:
    return {
        path.relative_to(repo.root).as_posix(): path.read_bytes()
        for path in repo.root.rglob("*")
        if path.is_file() and ".git/" not in f"{path.relative_to(repo.root)}/"
    }


def test_a_diff_is_shown_and_nothing_is_written_without_consent(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY, ".pre-commit-config.yaml": EXISTING})
    before = contents(repo)
    shown = repro_check("init", "--diff", cwd=repo.root)
    assert shown.code == 0
    refused = repro_check("init", cwd=repo.root)
    assert refused.code == 2
    assert "Nothing was written" in refused.err
    assert refused.out == shown.out
    for words in (
        "+++ b/repro-check.toml",
        "+++ b/.pre-commit-config.yaml",
        "+++ b/.github/workflows/",
    ):
        assert words in shown.out
    assert contents(repo) == before


def test_with_consent_everything_is_set_up_once(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY, ".pre-commit-config.yaml": EXISTING})
    done = repro_check("init", "--yes", cwd=repo.root)
    assert done.code == 0
    config = repo.text(".pre-commit-config.yaml")
    rest = iter(config.splitlines())
    assert all(line in rest for line in EXISTING.splitlines()), "what was there stays, in its order"
    hooks = [hook["id"] for entry in yaml.safe_load(config)["repos"] for hook in entry["hooks"]]
    assert hooks[0] == "black"
    assert "repro-check" in hooks
    written = contents(repo)
    again = repro_check("init", "--yes", cwd=repo.root)
    assert (again.code, again.out) == (0, "Everything is set up already.\n")
    assert contents(repo) == written
    assert (
        repro_check("check", "--select", "SEED004", cwd=repo.root).code == 1
    ), "its settings are valid"


def test_settings_go_into_an_existing_pyproject(make_repo: MakeRepo) -> None:
    project = '[project]\nname = "lab"  # ours\n'
    repo = make_repo({"pyproject.toml": project, "src/x.py": ""})
    done = repro_check("init", "--yes", cwd=repo.root / "src")
    assert done.code == 0
    assert repo.text("pyproject.toml").startswith(project)
    assert "[tool.repro-check]" in repo.text("pyproject.toml")
    assert not (repo.root / "src/.pre-commit-config.yaml").exists()
    assert repro_check("check", cwd=repo.root).code == 0


def test_what_cannot_be_extended_is_one_clear_error(make_repo: MakeRepo) -> None:
    repo = make_repo({".pre-commit-config.yaml": "repos: [\n"})
    before = contents(repo)
    done = repro_check("init", "--yes", cwd=repo.root)
    assert done.code == 2
    assert ".pre-commit-config.yaml" in done.err
    assert contents(repo) == before
