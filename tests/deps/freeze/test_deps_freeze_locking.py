"""Locks that the real uv, Poetry and PDM write, on a copy of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanding import Done, repro_check
from freeze_made import index, surroundings

TRAP = "open('ran', 'w').write('x')\nraise SystemExit('code of the repository was run')\n"
UV = """\
[project]
name = "lab"
version = "0.1"
requires-python = ">=3.9"
dependencies = ["rc-alpha{}"]
[project.optional-dependencies]
fast = ["rc-gamma[fast]"]
[dependency-groups]
dev = ["rc-delta"]
[tool.uv]
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


def freeze(root: Path, *words: str, tmp_path: Path, **more: str) -> Done:
    env = {**surroundings(tmp_path, words[0]), **more}
    return repro_check("deps", "freeze", *words[1:], cwd=root, env=env)


def test_uv_locks_extras_and_groups_without_building(make_repo, tmp_path: Path):
    repo = make_repo({"pyproject.toml": UV.format("<2"), "backend.py": TRAP})
    done = freeze(repo.root, "uv", tmp_path=tmp_path)
    assert done.code == 0, done.text
    lock = repo.text("uv.lock")
    assert all(f'name = "rc-{name}"' in lock for name in ("alpha", "beta", "gamma", "delta"))
    assert not list(repo.root.rglob("ran"))
    assert repo.git("status", "--porcelain").split() == ["??", "uv.lock"]


def test_uv_keeps_what_is_locked_until_an_upgrade(make_repo, tmp_path: Path):
    repo = make_repo({"pyproject.toml": UV.format("<2")})
    freeze(repo.root, "uv", tmp_path=tmp_path)
    repo.write({"pyproject.toml": UV.format("")})
    done = freeze(repo.root, "uv", tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert 'version = "1.1"' in repo.text("uv.lock")
    freeze(repo.root, "uv", "--upgrade-package", "rc-alpha", tmp_path=tmp_path)
    assert 'version = "2.0"' in repo.text("uv.lock")
    assert "up to date" in freeze(repo.root, "uv", tmp_path=tmp_path).err


def test_uv_locks_a_workspace_whose_members_are_elsewhere(make_repo, tmp_path: Path):
    repo = make_repo(
        {
            "pyproject.toml": '[project]\nname = "top"\nversion = "1"\nrequires-python = ">=3.9"\n'
            'dependencies = ["part"]\n[tool.uv.sources]\npart = { workspace = true }\n'
            '[tool.uv.workspace]\nmembers = ["parts/*"]\n',
            "parts/part/pyproject.toml": '[project]\nname = "part"\nversion = "1"\n'
            'requires-python = ">=3.9"\ndependencies = ["rc-beta"]\n',
        }
    )
    done = freeze(repo.root, "uv", tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert 'name = "rc-beta"' in repo.text("uv.lock")
    repo.write({"parts/part/pyproject.toml": repo.text("parts/part/pyproject.toml") + "\n"})
    assert "uv.lock: up to date" in freeze(repo.root / "parts/part", "uv", tmp_path=tmp_path).err


@pytest.mark.parametrize("tool", ["uv", "pdm"])
def test_dependencies_that_only_a_build_tells_are_refused(make_repo, tmp_path: Path, tool: str):
    project = f'[project]\nname = "lab"\nversion = "1"\ndynamic = ["dependencies"]\n[tool.{tool}]\n'
    repo = make_repo({"pyproject.toml": project, "setup.py": TRAP})
    done = freeze(repo.root, tool, tmp_path=tmp_path)
    assert done.code == 2
    assert "runs its code" in done.err
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("option", ["--extra", "--group", "--output"])
def test_what_a_lock_has_no_use_for_is_said(make_repo, tmp_path: Path, option: str):
    repo = make_repo({"pyproject.toml": UV.format(""), "uv.lock": ""})
    done = freeze(repo.root, "uv", option, "fast", tmp_path=tmp_path)
    assert done.code == 2
    assert f"no use for `{option}`" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("upgrade", ["--upgrade", "--upgrade-package=rc-alpha"])
def test_poetry_locks_and_keeps_what_is_locked(make_repo, tmp_path: Path, upgrade: str):
    with index(tmp_path) as url:
        project = (
            '[project]\nname = "lab"\nversion = "0.1"\nrequires-python = ">=3.10"\n'
            'dependencies = ["rc-alpha{}"]\n[tool.poetry]\npackage-mode = false\n'
            f'[[tool.poetry.source]]\nname = "tiny"\nurl = "{url}"\npriority = "primary"\n'
        )
        repo = make_repo({"pyproject.toml": project.format("<2")})
        done = freeze(repo.root, "poetry", tmp_path=tmp_path)
        assert done.code == 0, done.text
        assert 'version = "1.1"' in repo.text("poetry.lock")
        repo.write({"pyproject.toml": project.format("")})
        freeze(repo.root, "poetry", tmp_path=tmp_path)
        assert 'version = "1.1"' in repo.text("poetry.lock")
        done = freeze(repo.root, "poetry", upgrade, tmp_path=tmp_path)
        assert 'version = "2.0"' in repo.text("poetry.lock"), done.text
        assert sorted(path.name for path in repo.root.iterdir()) == [
            ".git",
            "poetry.lock",
            "pyproject.toml",
        ]


@pytest.mark.slow
def test_pdm_locks_without_running_the_scripts_that_hang_on_it(make_repo, tmp_path: Path):
    with index(tmp_path) as url:
        ran = tmp_path / "ran"
        repo = make_repo(
            {
                "pyproject.toml": '[project]\nname = "lab"\nversion = "0.1"\n'
                'requires-python = ">=3.10"\ndependencies = ["rc-alpha"]\n[tool.pdm]\n'
                f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{url}"\nverify_ssl = false\n'
                f"[tool.pdm.scripts]\npre_lock = \"touch '{ran}'\"\npost_lock = \"touch '{ran}'\"\n"
            }
        )
        done = freeze(repo.root, "pdm", tmp_path=tmp_path)
        assert done.code == 0, done.text
        assert 'name = "rc-alpha"' in repo.text("pdm.lock")
        assert not ran.exists()
        assert repo.git("status", "--porcelain").split() == ["??", "pdm.lock"]
