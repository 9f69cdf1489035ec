"""The hooks as other repositories use them: real pre-commit, real commits, real pushes.

pre-commit installs them from a copy of this checkout as it stands, committed or not. All repositories
use the same copy at the same commit, so one environment is built, once for all test processes.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import NamedTuple

import pytest
from commanding import FALSY, MENDED, Done, as_json, made_up_token, notebook, repro_check
from conftest import IDENTITY, Files, Repo, clean_environment

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parents[2]
PRE_COMMIT = (sys.executable, "-m", "pre_commit")
MakeRepo = Callable[..., Repo]


class Hooks(NamedTuple):
    """A repository that offers the hooks, and where pre-commit keeps their environment."""

    source: Path
    revision: str
    home: Path

    def config(self, *ids: str) -> str:
        """A .pre-commit-config.yaml with these hooks."""
        lines = [
            "default_install_hook_types: [pre-commit, commit-msg, pre-push]",
            "repos:",
            f"  - repo: {self.source}",
            f"    rev: {self.revision}",
            "    hooks:",
            *(f"      - id: {name}" for name in ids),
        ]
        return "\n".join(lines) + "\n"

    def run(self, *command: str, cwd: Path) -> Done:
        """Run a command that may start hooks."""
        env = clean_environment() | IDENTITY | {"PRE_COMMIT_HOME": str(self.home)}
        done = subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=540
        )
        assert "bug of repro-check" not in done.stdout + done.stderr, done.stdout + done.stderr
        return Done(done.returncode, done.stdout, done.stderr)


class Lab:
    """A research repository with hooks installed."""

    def __init__(self, repo: Repo, hooks: Hooks, *ids: str) -> None:
        self.repo = repo
        self.root = repo.root
        self.hooks = hooks
        repo.commit(files={".pre-commit-config.yaml": hooks.config(*ids)})
        done = hooks.run(*PRE_COMMIT, "install", cwd=repo.root)
        assert done.code == 0, done.text

    def commit(self, files: Files, message: str = "Seed the training run") -> Done:
        """Stage everything and commit it, hooks and all."""
        self.repo.write(files)
        self.repo.git("add", "--all")
        return self.git("commit", "--message", message)

    def git(self, *arguments: str) -> Done:
        """A git command that runs hooks."""
        return self.hooks.run("git", *arguments, cwd=self.root)

    @property
    def commits(self) -> int:
        """How many commits there are."""
        return int(self.repo.git("rev-list", "--count", "HEAD"))


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """The hooks of this checkout, with their environment built by whoever comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "hooks"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        source = shared / "repro-check"
        if not source.exists():
            _copy_checkout(shared / "making").rename(source)
        revision = Repo(source).git("rev-parse", "HEAD").strip()
        made = Hooks(source, revision, shared / "pre-commit")
        user = Repo(shared / "first-user")
        user.commit(files={".pre-commit-config.yaml": made.config("repro-check")})
        done = made.run(*PRE_COMMIT, "install-hooks", cwd=user.root)
        assert done.code == 0, done.text
    return made


def _copy_checkout(target: Path) -> Path:
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=CHECKOUT,
        env=clean_environment(),
        capture_output=True,
        check=True,
    )
    shutil.rmtree(target, ignore_errors=True)
    copy = Repo(target)
    for name in os.fsdecode(listed.stdout).split("\0"):
        file = CHECKOUT / name
        if name and file.is_file() and not name.startswith(("examples/", "tests/")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target / name)
    copy.commit("Take the checkout as it stands")
    return target


@pytest.fixture
def make_lab(make_repo: MakeRepo, hooks: Hooks) -> Callable[..., Lab]:
    return lambda *ids: Lab(make_repo(), hooks, *ids)


class Case(NamedTuple):
    """A planted defect: the hook that stops it, what it says, and the mended files."""

    hook: str
    planted: Files
    says: tuple[str, ...]
    mended: Files


_LOAD = "import torch\n\n\ndef load(model, path):\n    model.load_state_dict(torch.load(path))\n"
_SECRET = f'login(token="{made_up_token()}")\n'
CASES = {
    "SEED004": Case(
        "repro-check",
        {"train.py": FALSY},
        ("train.py:5:4: SEED004", "seed 0 skips `random.seed`"),
        {"train.py": MENDED},
    ),
    "PORT001": Case(
        "repro-check",
        {"configs/train.yaml": "data_dir: /home/ada/mini\n"},
        ("configs/train.yaml:1:11: PORT001", "only on the machine of the author"),
        {"configs/train.yaml": "data_dir: data/mini\n"},
    ),
    "SEC001 in a notebook": Case(
        "repro-check",
        {"notebooks/login.ipynb": notebook("from hub import login\n", _SECRET)},
        ("notebooks/login.ipynb:cell 2:1:", "SEC001"),
        {"notebooks/login.ipynb": notebook("from hub import login\n", "login()\n")},
    ),
    "SEC001 by the hook for secrets": Case(
        "repro-check-secrets",
        {"notes.txt": f"token = '{made_up_token()}'\n"},
        ("notes.txt:1:", "SEC001"),
        {"notes.txt": "The token stands in the environment.\n"},
    ),
    "NB001": Case(
        "repro-check",
        {"notebooks/results.ipynb": notebook("x = 1\n", "x + 1\n", counts=(2, 1))},
        ("notebooks/results.ipynb:cell 2:1:1: NB001", "not from one run in order"),
        {"notebooks/results.ipynb": notebook("x = 1\n", "x + 1\n")},
    ),
    "CKPT004": Case(
        "repro-check",
        {"evaluate.py": _LOAD},
        ("evaluate.py:5:27: CKPT004", "`torch.load` without `map_location`"),
        {"evaluate.py": _LOAD.replace("(path))", '(path, map_location="cpu"))')},
    ),
    "DEPS004": Case(
        "repro-check",
        {"requirements.txt": "numpy==2.1.3\ncertifi @ file:///croot/certifi_17/certifi\n"},
        ("requirements.txt:2:", "DEPS004", "is not in this repository"),
        {"requirements.txt": "numpy==2.1.3\ncertifi==2024.2.2\n"},
    ),
    "DEPS002": Case(
        "repro-check-requirements",
        {
            "requirements.txt": "torch\nnumpy>=1.20\n",
            "train.py": 'if __name__ == "__main__":\n    print("training")\n',
        },
        ("requirements.txt:1:1: DEPS002", "2 of 2 requirements name no exact version"),
        {"requirements.txt": "torch==2.9.0\nnumpy==2.1.3\n"},
    ),
    "DATA002": Case(
        "repro-check-data",
        {
            "configs/train.yaml": f"data:\n  dir: data/train\n  md5: {'0' * 32}\n",
            "data/train/a.csv": "1,2\n",
        },
        ("configs/train.yaml:3:8: DATA002", md5(b"a.csv1,2\n").hexdigest()),
        {
            "configs/train.yaml": (
                f"data:\n  dir: data/train\n  md5: {md5(b'a.csv1,2' + bytes([10])).hexdigest()}\n"
            )
        },
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_planted_defect_stops_the_commit_and_the_mended_one_passes(
    case: Case, make_lab: Callable[..., Lab]
) -> None:
    lab = make_lab(case.hook)
    stopped = lab.commit(case.planted)
    assert stopped.code == 1, stopped.text
    assert lab.commits == 1
    for words in case.says:
        assert words in stopped.text
    assert made_up_token() not in stopped.text
    passed = lab.commit(case.mended)
    assert passed.code == 0, passed.text
    assert lab.commits == 2


def test_a_clean_commit_passes_every_hook(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(
        "repro-check",
        "repro-check-repo",
        "repro-check-data",
        "repro-check-secrets",
        "repro-check-requirements",
        "repro-check-commit-msg",
    )
    done = lab.commit(
        {
            "train.py": MENDED,
            "requirements.txt": "numpy==2.1.3\n",
            "notebooks/results.ipynb": notebook("x = 1\n"),
        },
        "Add the training script",
    )
    assert done.code == 0, done.text
    assert "Failed" not in done.text
    assert done.text.count("Passed") == 6


def test_a_message_that_says_nothing_stops_the_commit(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab("repro-check-commit-msg")
    stopped = lab.commit({"train.py": MENDED}, "update")
    assert stopped.code == 1
    assert "VCS001" in stopped.text
    assert "this one touches train.py" in " ".join(stopped.text.split())
    assert lab.commit({}, "Seed the training script").code == 0


UNSEEDED = """\
import torch
import yaml


def main():
    with open("configs/train.yaml") as stream:
        cfg = yaml.safe_load(stream)
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"])
    for _ in range(10):
        model(torch.randn(8, 4)).sum().backward()
        optimizer.step()


if __name__ == "__main__":
    main()
"""
SEEDED = UNSEEDED.replace("    model =", '    torch.manual_seed(cfg["seed"])\n    model =')


def test_commit_and_push_are_stopped_by_what_only_the_whole_repository_shows(
    make_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    lab = make_lab("repro-check-repo")
    lab.repo.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    lab.repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    pins = {"requirements.txt": "torch==2.9.0\npyyaml==6.0.3\n"}
    files = {"train.py": UNSEEDED, "configs/train.yaml": "lr: 0.1\n"} | pins
    committed = lab.commit(files)
    lab.repo.commit("Train without a seed")  # past the hooks, as `--no-verify` does

    by_hand = lab.hooks.run(
        *PRE_COMMIT, "run", "--all-files", "--hook-stage", "pre-push", cwd=lab.root
    )
    stopped = lab.git("push", "origin", "main")
    for done in (committed, by_hand, stopped):
        assert done.code == 1, done.text
        assert "train.py:15:1: SEED001" in done.text
        assert "configs/train.yaml:1:1: CFG008" in done.text

    mended = {"train.py": SEEDED, "configs/train.yaml": "lr: 0.1\nseed: 0\n"}
    assert lab.commit(mended).code == 0
    passed = lab.git("push", "origin", "main")
    assert passed.code == 0, passed.text


def test_what_is_staged_is_checked_and_not_what_lies_in_the_work_tree(
    make_lab: Callable[..., Lab],
) -> None:
    lab = make_lab("repro-check")
    lab.repo.write({"train.py": FALSY}).git("add", "train.py")
    lab.repo.write({"train.py": MENDED})
    stopped = lab.git("commit", "--message", "Seed the training run")
    assert stopped.code == 1, stopped.text
    assert "SEED004" in stopped.text
    assert lab.repo.text("train.py") == MENDED

    lab.repo.git("add", "train.py")
    lab.repo.write({"train.py": FALSY})
    passed = lab.git("commit", "--message", "Seed the training run")
    assert passed.code == 0, passed.text
    assert lab.repo.text("train.py") == FALSY


def test_a_commit_of_a_named_file_is_checked_as_it_will_be(make_lab: Callable[..., Lab]) -> None:
    """`git commit FILE` hands the hook an index of its own, by an environment variable."""
    lab = make_lab("repro-check")
    lab.repo.commit(files={"train.py": MENDED, "other.py": "x = 1\n"})
    lab.repo.write({"train.py": FALSY, "other.py": "x = 2\n"}).git("add", "other.py")
    assert lab.git("commit", "--message", "Change the other file").code == 0
    lab.repo.write({"other.py": "x = 3\n"}).git("add", "other.py")
    stopped = lab.git("commit", "--message", "Seed the training run", "train.py")
    assert stopped.code == 1, stopped.text
    assert "SEED004" in stopped.text


def test_a_linked_work_tree_is_checked_like_the_first(
    make_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    lab = make_lab("repro-check")
    lab.repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    (linked / "train.py").write_text(FALSY)
    subprocess.run(("git", "add", "train.py"), cwd=linked, env=clean_environment(), check=True)
    stopped = lab.hooks.run("git", "commit", "--message", "Seed the training run", cwd=linked)
    assert stopped.code == 1, stopped.text
    assert "train.py:5:4: SEED004" in stopped.text


def test_a_fix_asked_of_the_hook_mends_the_file_and_stops_the_commit(
    make_lab: Callable[..., Lab],
) -> None:
    lab = make_lab("repro-check")
    config = lab.repo.text(".pre-commit-config.yaml")
    lab.repo.write({".pre-commit-config.yaml": config + "        args: [--fix]\n"})
    stopped = lab.commit({"train.py": FALSY})
    assert stopped.code == 1, stopped.text
    assert lab.repo.text("train.py") == MENDED
    assert lab.commit({}).code == 0


def test_a_file_gets_the_same_verdict_from_the_hook_and_in_ci(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab("repro-check")
    files = {
        "repro-check.toml": 'exclude = ["old/"]\nignore = ["PORT001"]\n',
        "old/train.py": FALSY,
        "member/repro-check.toml": 'ignore = ["SEED004"]\n',
        "member/train.py": FALSY,
        "train.py": FALSY,
        "configs/train.yaml": "data_dir: /home/ada/mini\n",
        "third_party/train.py": FALSY,
    }
    lab.repo.write(files).git("add", "--all")
    in_ci = as_json("--stage", "file", cwd=lab.root)
    found = {(item["path"], item["code"]) for item in in_ci.document["findings"]}
    assert found == {("train.py", "SEED004"), ("member/train.py", "SEED004")}
    hook = lab.hooks.run(*PRE_COMMIT, "run", "--all-files", cwd=lab.root)
    assert hook.code == 1
    assert set(re.findall(r"^(\S+?):\d+:\d+: ([A-Z]+\d+) ", hook.text, re.MULTILINE)) == found
    for name in files:  # pre-commit may hand over any of them alone
        named = as_json("--staged", "--stage", "file", name, cwd=lab.root)
        assert set(named.codes) == {code for path, code in found if path == name}, name


def test_the_hook_for_releases_is_run_by_hand_only(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab("repro-check-release")
    assert lab.commit({"train.py": MENDED}).code == 0
    done = lab.hooks.run(*PRE_COMMIT, "run", "--hook-stage", "manual", cwd=lab.root)
    assert done.code == 1
    assert "Not ready" in done.text


def test_the_command_in_the_hooks_environment_is_this_one(hooks: Hooks) -> None:
    found = list(hooks.home.glob("*/py_env-*/bin/repro-check"))
    assert len(found) == 1, "one environment serves all hooks"
    printed = hooks.run(str(found[0]), "version", cwd=hooks.home).out
    assert printed == repro_check("version", cwd=hooks.home).out
