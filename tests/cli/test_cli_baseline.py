"""`repro-check baseline`: accept today's findings, fail on new ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from commanding import FALSY, MENDED, as_json, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
FILE = "repro-check-baseline.txt"
PATHS = "out: /home/ada/out\n"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo({"train.py": FALSY, "a.yaml": PATHS})


def baseline(repo: Repo, *words: str) -> str:
    done = repro_check("baseline", *words, cwd=repo.root)
    assert done.code == 0, done.text
    return done.out


def entries(repo: Repo) -> list[str]:
    return [line.split(" ", 1)[1] for line in repo.text(FILE).splitlines()[1:]]


def test_what_is_accepted_does_not_fail_a_run_and_what_is_new_does(repo: Repo) -> None:
    assert baseline(repo, "create") == f"Accepted 2 findings in {FILE}.\n"
    assert entries(repo) == ["PORT001 a.yaml", "SEED004 train.py"]
    done = as_json(cwd=repo.root)
    assert (done.code, done.codes) == (0, [])
    assert [f["code"] for f in done.document["baselined"]] == ["PORT001", "SEED004"]
    assert as_json("--no-baseline", cwd=repo.root).codes == ["PORT001", "SEED004"]

    repo.write({"train.py": f"# a line above\n\n{FALSY}", "a.yaml": f"# another\n{PATHS}"})
    assert as_json(cwd=repo.root).codes == [], "line numbers do not matter"
    assert as_json("train.py", cwd=repo.root).codes == []

    repo.write({"train.py": f"{FALSY}if seed:\n    random.seed(seed + 1)\n", "b.yaml": PATHS})
    done = as_json(cwd=repo.root)
    assert done.code == 1
    assert [f["path"] for f in done.document["findings"]] == ["b.yaml", "train.py"]


def test_a_baseline_only_shrinks_by_itself(repo: Repo) -> None:
    baseline(repo, "create")
    repo.write({"train.py": MENDED, "b.yaml": PATHS})
    before = repo.text(FILE)
    stale = repro_check("check", cwd=repo.root)
    assert "1 baseline entry matches nothing any more" in stale.out
    assert repo.text(FILE) == before, "a check never writes it"
    assert baseline(repo, "update") == "Removed 1, added 0; 1 remain.\n"
    assert entries(repo) == ["PORT001 a.yaml"]
    assert as_json(cwd=repo.root).codes == ["PORT001"], "the new one still fails"
    assert baseline(repo, "update", "--add") == "Removed 0, added 1; 2 remain.\n"
    assert entries(repo) == ["PORT001 a.yaml", "PORT001 b.yaml"]
    assert as_json(cwd=repo.root).codes == []


def test_an_update_without_changes_does_not_touch_the_file(repo: Repo) -> None:
    baseline(repo, "create")
    time = (repo.root / FILE).stat().st_mtime_ns
    assert baseline(repo, "update") == "Removed 0, added 0; 2 remain.\n"
    assert (repo.root / FILE).stat().st_mtime_ns == time


def test_a_baseline_is_not_begun_anew_by_accident(repo: Repo) -> None:
    baseline(repo, "create")
    repo.write({"b.yaml": PATHS})
    again = repro_check("baseline", "create", cwd=repo.root)
    assert again.code == 2
    assert "there is a baseline already" in again.err
    assert len(entries(repo)) == 2
    assert baseline(repo, "create", "--force") == f"Accepted 3 findings in {FILE}.\n"


def test_a_baseline_is_shown_with_what_no_longer_occurs(repo: Repo) -> None:
    baseline(repo, "create")
    repo.write({"train.py": MENDED})
    port, seed = baseline(repo, "show").splitlines()
    assert "PORT001 a.yaml: `/home/ada/out` exists only" in port
    assert seed.endswith("SEED004 train.py: no longer occurs")


def test_a_baseline_is_of_the_whole_repository_wherever_it_is_asked_for(repo: Repo) -> None:
    repo.write({"sub/b.yaml": PATHS})
    done = repro_check("baseline", "create", cwd=repo.root / "sub")
    assert done.code == 0
    assert entries(repo) == ["PORT001 a.yaml", "PORT001 sub/b.yaml", "SEED004 train.py"]
    assert repro_check("baseline", "update", cwd=repo.root / "sub").code == 0
    assert len(entries(repo)) == 3


def test_two_branches_that_shrink_a_baseline_merge(repo: Repo) -> None:
    repo.write({f"{name}.yaml": PATHS for name in "bcdefgh"})
    baseline(repo, "create")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write({"b.yaml": "x: 1\n"})
    baseline(repo, "update")
    repo.commit()
    repo.git("checkout", "--quiet", "main")
    repo.write({"h.yaml": "x: 1\n"})
    baseline(repo, "update")
    repo.commit()
    repo.git("merge", "--quiet", "side")
    assert as_json(cwd=repo.root).codes == []
    assert "7 remain" in baseline(repo, "update")


def test_suppressed_findings_are_not_accepted_twice(make_repo: MakeRepo) -> None:
    text = FALSY.replace(":\n", ":  # repro-check: ignore[SEED004] -- 0 is no seed\n")
    repo = make_repo({"train.py": text})
    assert baseline(repo, "create") == f"Accepted 0 findings in {FILE}.\n"
