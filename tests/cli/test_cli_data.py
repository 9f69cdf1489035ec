"""`repro-check data`: record digests, and compare data with them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5

import pytest
from commanding import as_json, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
DIGEST = md5(b"a.csv1,2\nsubb.csv3\n").hexdigest()
CONFIG = "data:\n  dir: data/train  # the training set\n  md5: {}\nlr: 0.1\n"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo(
        {
            "configs/train.yaml": CONFIG.format("'" + "0" * 32 + "'"),
            "data/train/a.csv": "1,2\n",
            "data/train/sub/b.csv": "3\n",
        }
    )


def test_the_digest_is_the_reference_recursion(repo: Repo) -> None:
    done = repro_check("data", "hash", "data/train", cwd=repo.root)
    assert (done.code, done.out) == (0, f"{DIGEST}\n")
    file = repro_check("data", "hash", "data/train/a.csv", cwd=repo.root)
    assert file.out == f"{md5(b'1,2' + bytes([10])).hexdigest()}\n"


def test_a_digest_is_recorded_and_only_the_digest_changes(repo: Repo) -> None:
    old = repo.text("configs/train.yaml")
    refused = repro_check("data", "lock", cwd=repo.root)
    assert refused.code == 3
    assert "--update" in refused.err
    shown = repro_check("data", "lock", "--update", "--diff", cwd=repo.root)
    assert shown.code == 0
    assert f"+  md5: '{DIGEST}'" in shown.out
    assert repo.text("configs/train.yaml") == old
    done = repro_check("data", "lock", "--update", "configs/train.yaml", cwd=repo.root)
    assert done.code == 0
    assert repo.text("configs/train.yaml") == old.replace("0" * 32, DIGEST)
    again = repro_check("data", "lock", "--update", cwd=repo.root)
    assert (again.code, "nothing was written" in again.out) == (0, True)


def test_verifying_tells_match_mismatch_and_missing_apart(repo: Repo) -> None:
    differs = repro_check("data", "verify", cwd=repo.root)
    assert differs.code == 1
    assert differs.out.startswith("mismatch")
    assert DIGEST in differs.out
    repro_check("data", "lock", "--update", cwd=repo.root)
    fits = repro_check("data", "verify", cwd=repo.root)
    assert fits.code == 0
    assert fits.out.startswith("match")
    repo.write({"data/train/a.csv": "1,3\n"})
    assert repro_check("data", "verify", cwd=repo.root).code == 1, "a change of equal size is seen"
    (repo.root / "data").rename(repo.root / "elsewhere")
    gone = repro_check("data", "verify", cwd=repo.root)
    assert gone.code == 3
    assert gone.out.startswith("missing")


def test_a_repository_without_declared_data_says_so(make_repo: MakeRepo) -> None:
    done = repro_check("data", "verify", cwd=make_repo({"a.yaml": "lr: 0.1\n"}).root)
    assert done.code == 0
    assert "No config here declares data" in done.out


def test_a_check_and_a_verification_agree(repo: Repo) -> None:
    assert as_json("--stage", "data", cwd=repo.root).codes == ["DATA002"]
    repro_check("data", "lock", "--update", cwd=repo.root)
    assert as_json("--stage", "data", cwd=repo.root).codes == []
