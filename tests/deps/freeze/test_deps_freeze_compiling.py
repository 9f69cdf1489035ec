"""Frozen requirements that the real pip-tools and uv make, and that the real pip takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanding import fingerprint
from conftest import Repo
from freeze_made import freeze, installs, pins

PROJECT = """\
[project]
name = "lab"
version = "0.1"
requires-python = ">=3.9"
dependencies = ["rc-alpha<2"]
[project.optional-dependencies]
fast = ["rc-gamma[fast]"]
all = ["lab[fast]", "rc-windows"]
[dependency-groups]
dev = [{ include-group = "base" }, "rc-delta"]
base = ["rc-beta"]
"""


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_what_is_frozen_installs_with_hashes(make_repo, tmp_path: Path, tool: str):
    repo = make_repo({"requirements.in": "rc-alpha  # the model\nrc-gamma[fast]\n"})
    done = freeze(repo.root, "--tool", tool, tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert "+++ b/requirements.txt" in done.out
    wanted = {"rc-alpha": "2.0", "rc-beta": "1.0", "rc-delta": "3.0", "rc-gamma": "1.0"}
    assert pins(repo.text("requirements.txt")) == wanted
    assert repo.text("requirements.in") == "rc-alpha  # the model\nrc-gamma[fast]\n"
    assert "Would install rc-alpha-2.0 rc-beta-1.0" in installs(
        repo.root / "requirements.txt", tmp_path
    )


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_a_second_run_finds_nothing_to_do(make_repo, tmp_path: Path, tool: str):
    repo = make_repo({"requirements.in": "rc-alpha\n"})
    freeze(repo.root, "--tool", tool, tmp_path=tmp_path)
    before = fingerprint(repo.root)
    done = freeze(repo.root, tmp_path=tmp_path)
    assert (done.code, done.out) == (0, ""), done.text
    assert "up to date" in done.err
    assert fingerprint(repo.root) == before


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_frozen_versions_stay_until_an_upgrade(make_repo, tmp_path: Path, tool: str):
    repo = make_repo({"requirements.in": "rc-alpha==1.0\nrc-beta==1.0\n"})
    freeze(repo.root, "--tool", tool, tmp_path=tmp_path)
    repo.write({"requirements.in": "rc-alpha\nrc-beta\nrc-delta\n"})
    freeze(repo.root, tmp_path=tmp_path)
    frozen = pins(repo.text("requirements.txt"))
    assert frozen == {"rc-alpha": "1.0", "rc-beta": "1.0", "rc-delta": "3.0"}
    freeze(repo.root, "--upgrade-package", "rc-beta", tmp_path=tmp_path)
    assert pins(repo.text("requirements.txt")) == {**frozen, "rc-beta": "1.5"}
    freeze(repo.root, "--upgrade", tmp_path=tmp_path)
    assert pins(repo.text("requirements.txt"))["rc-alpha"] == "2.0"


def test_extras_and_groups_of_a_project_are_frozen_and_remembered(make_repo, tmp_path: Path):
    repo = make_repo({"pyproject.toml": PROJECT})
    done = freeze(repo.root, "--extra", "all", "--group", "dev", tmp_path=tmp_path)
    assert done.code == 0, done.text
    text = repo.text("requirements.txt")
    assert set(pins(text)) == {"rc-alpha", "rc-beta", "rc-gamma", "rc-delta", "rc-windows"}
    assert "# via lab (pyproject.toml)" in text
    assert freeze(repo.root, tmp_path=tmp_path).out == ""
    installs(repo.root / "requirements.txt", tmp_path)


@pytest.mark.parametrize(("option", "name"), [("--extra", "slow"), ("--group", "slow")])
def test_an_unknown_extra_or_group_is_named(make_repo, tmp_path: Path, option: str, name: str):
    repo = make_repo({"pyproject.toml": PROJECT})
    done = freeze(repo.root, option, name, tmp_path=tmp_path)
    assert done.code == 2
    assert "`slow`" in done.err
    assert not (repo.root / "requirements.txt").exists()


def test_a_marker_that_is_false_here_is_said_and_uv_keeps_it(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-beta\nrc-windows; sys_platform == 'win32'\n"})
    done = freeze(repo.root, "--tool", "pip-compile", tmp_path=tmp_path)
    assert "rc-windows" in done.err
    assert set(pins(repo.text("requirements.txt"))) == {"rc-beta"}
    freeze(repo.root, "--tool", "uv", tmp_path=tmp_path)
    assert "rc-windows==1.0 ; sys_platform == 'win32'" in repo.text("requirements.txt")
    installs(repo.root / "requirements.txt", tmp_path)


def test_loose_requirements_move_to_an_input_file(make_repo, tmp_path: Path):
    loose = "# what the paper used\r\nrc-alpha>=1  # the model\r\n"
    repo = make_repo({"requirements.txt": loose})
    asked = freeze(repo.root, tmp_path=tmp_path)
    assert asked.code == 2
    assert "written by hand" in asked.err
    assert repo.git("status", "--porcelain") == ""
    done = freeze(repo.root, "--yes", tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert (repo.root / "requirements.in").read_bytes() == loose.encode()
    frozen = (repo.root / "requirements.txt").read_bytes()
    assert frozen.count(b"\r\n") == frozen.count(b"\n"), "line ends stay what they were"
    installs(repo.root / "requirements.txt", tmp_path)


def test_layers_are_compiled_in_their_order(make_repo, tmp_path: Path):
    repo = make_repo(
        {
            "requirements/base.in": "rc-alpha==1.1\nrc-beta==1.0\n",
            "requirements/all.in": "-c base.txt\nrc-beta\nrc-delta\n",
        }
    )
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert pins(repo.text("requirements/all.txt")) == {"rc-beta": "1.0", "rc-delta": "3.0"}
    repo.write({"requirements/base.in": "rc-alpha==1.1\nrc-beta==1.5\n"})
    freeze(repo.root, "--upgrade", tmp_path=tmp_path)
    assert pins(repo.text("requirements/all.txt"))["rc-beta"] == "1.5"


def test_a_named_file_is_frozen_alone_and_elsewhere(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-alpha\n", "requirements-dev.in": "rc-delta\n"})
    freeze(repo.root, "requirements-dev.in", "--output", "locks/dev.txt", tmp_path=tmp_path)
    assert not (repo.root / "requirements.txt").exists()
    assert pins(repo.text("locks/dev.txt")) == {"rc-delta": "3.0"}


def test_the_index_that_the_sources_name_stays_and_that_of_the_machine_does_not(
    make_repo, tmp_path: Path
):
    repo = make_repo({"requirements.in": "--find-links wheels\nrc-beta\n"})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 0, done.text
    text = repo.text("requirements.txt")
    assert "\n--find-links wheels\n" in text
    assert str(tmp_path) not in text


def test_versions_of_the_environment_are_preferred(make_repo, tmp_path: Path):
    site = ".venv/lib/python3.11/site-packages"
    repo = make_repo({"requirements.in": "rc-alpha\nrc-delta\n", ".gitignore": ".venv\n"})
    made = {"rc_alpha-1.1+cu118": "", "rc_beta-1.0": "", "rc_delta-9.9": ""}
    repo.write({f"{site}/{name}.dist-info/METADATA": "" for name in made})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert pins(repo.text("requirements.txt")) == {
        "rc-alpha": "1.1",
        "rc-beta": "1.0",
        "rc-delta": "3.0",
    }
    assert "2 versions of 3 are those of .venv" in done.err
    assert "rc-delta (9.9)" in done.err


def test_diff_and_dry_run_write_nothing(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-alpha\n"})
    for word in ("--diff", "--dry-run"):
        done = freeze(repo.root, word, tmp_path=tmp_path)
        assert done.code == 0
        assert "+rc-alpha==2.0" in done.out
    assert repo.git("status", "--porcelain") == ""


def test_the_diff_is_one_that_git_applies(make_repo, tmp_path: Path):
    repo: Repo = make_repo({"requirements.txt": "rc-alpha\nrc-beta==1.0\n"})
    done = freeze(repo.root, "--diff", tmp_path=tmp_path)
    (tmp_path / "change.diff").write_text(done.out)
    repo.git("apply", str(tmp_path / "change.diff"))
    assert repo.text("requirements.in") == "rc-alpha\nrc-beta==1.0\n"
    installs(repo.root / "requirements.txt", tmp_path)


def test_a_compiled_file_without_its_source_is_said(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-alpha\n"})
    freeze(repo.root, tmp_path=tmp_path)
    (repo.root / "requirements.in").unlink()
    before = fingerprint(repo.root)
    done = freeze(repo.root, "--yes", tmp_path=tmp_path)
    assert done.code == 2
    assert "`requirements.in`, which is not here" in done.err
    assert fingerprint(repo.root) == before


def test_what_pip_compile_itself_made_goes_on_with_its_command(make_repo, tmp_path: Path):
    command = "pip-compile --generate-hashes --output-file=requirements.txt requirements.in"
    header = (
        "#\n# This file is autogenerated by pip-compile with Python 3.11\n"
        f"# by the following command:\n#\n#    {command}\n#\n"
    )
    repo = make_repo(
        {"requirements.in": "rc-alpha\n", "requirements.txt": f"{header}rc-alpha==1.0\n"}
    )
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 0, done.text
    text = repo.text("requirements.txt")
    assert f"#    {command}\n" in text
    assert pins(text)["rc-alpha"] == "1.0"


def test_imports_alone_give_an_input_file_first(make_repo, tmp_path: Path):
    code = "import os\nimport yaml\ntry:\n    import torch\nexcept ImportError:\n    torch = None\n"
    from locking import make_wheel

    make_wheel(tmp_path / "extra", "PyYAML", "6.0")
    repo = make_repo({"train.py": code, "setup.txt": ""})
    links = f"{tmp_path / 'house'} {tmp_path / 'extra'}"
    done = freeze(repo.root, tmp_path=tmp_path, PIP_FIND_LINKS=links)
    assert done.code == 0, done.text
    assert done.out.index("requirements.in") < done.out.index("requirements.txt")
    lines = repo.text("requirements.in").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["pyyaml"]
    assert pins(repo.text("requirements.txt")) == {"pyyaml": "6.0"}


def test_a_folder_below_the_project_freezes_the_project(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-beta\n", "src/train.py": "x = 1\n"})
    done = freeze(repo.root / "src", tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert pins(repo.text("requirements.txt")) == {"rc-beta": "1.5"}
