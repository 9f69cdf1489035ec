"""The baseline file and the fingerprints in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check, codes
from commanding import FALSY
from conftest import Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.engine.baseline import Accepted, accept, read_baseline, write_baseline
from repro_check.errors import ReproCheckError

MakeRepo = Callable[..., Repo]
FINGERPRINT = "0123456789abcdef"

PATHS = st.text(min_size=1, max_size=12).filter(lambda path: "\0" not in path) | st.binary(
    min_size=1, max_size=12
).map(lambda data: data.decode("utf-8", "surrogateescape"))


@settings(max_examples=200, deadline=None)
@given(paths=st.lists(PATHS | st.sampled_from(["", ".", " x", "x ", "a%20b", "a\nb", "a b/ç"])))
def test_every_path_that_a_file_can_have_comes_back(
    paths: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    accepted = {Accepted(path, "SEED004", FINGERPRINT) for path in paths}
    file = tmp_path_factory.mktemp("baseline") / "baseline.txt"
    write_baseline(file, accepted)
    assert read_baseline(file) == accepted
    assert len(file.read_bytes().splitlines()) == len(accepted) + 1


def test_a_file_is_sorted_has_no_dates_and_is_the_same_whoever_writes_it(tmp_path: Path) -> None:
    items = [Accepted(path, "SEED004", FINGERPRINT) for path in ("b.py", "a.py", "é.py")]
    write_baseline(tmp_path / "one", items)
    write_baseline(tmp_path / "two", reversed(items))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    header, *lines = (tmp_path / "one").read_text("utf-8").splitlines()
    assert header.startswith("# repro-check baseline 1")
    assert lines == [f"{FINGERPRINT} SEED004 {path}" for path in ("a.py", "b.py", "é.py")]


def test_line_ends_blank_lines_and_comments_do_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "baseline.txt"
    text = f"\ufeff# a comment\r\n\r\n{FINGERPRINT} SEED004 a b.py\r\n"
    file.write_bytes(text.encode())
    assert read_baseline(file) == {Accepted("a b.py", "SEED004", FINGERPRINT)}
    assert read_baseline(tmp_path / "none") == frozenset()


@pytest.mark.parametrize(
    "line",
    ["<<<<<<< HEAD", "=======", ">>>>>>> a branch of mine", "short SEED004 x.py", FINGERPRINT, "x"],
)
def test_a_line_of_another_form_is_named_with_its_number(line: str, tmp_path: Path) -> None:
    file = tmp_path / "baseline.txt"
    file.write_text(f"# header\n{FINGERPRINT} SEED004 a.py\n{line}\n")
    with pytest.raises(ReproCheckError, match=r"(?s)baseline\.txt:3: .*merge conflict") as raised:
        read_baseline(file)
    assert raised.value.exit_code == 2


def fingerprints(repo: Repo, **files: str) -> list[str]:
    repo.write({f"{name}.py": text for name, text in files.items()})
    return [finding.fingerprint for finding in check(repo.root, "SEED004").findings]


def test_a_fingerprint_survives_edits_elsewhere(make_repo: MakeRepo) -> None:
    repo = make_repo()
    (first,) = fingerprints(repo, train=FALSY)
    assert len(first) == 16
    for text in (
        f"# a comment\n\n{FALSY}x = 1\n",
        FALSY.replace("\n", "\r\n"),
        FALSY.replace("import random\n", "import random\nimport os\n"),
        FALSY.replace("if seed:", "if  seed :"),
    ):
        assert len(fingerprints(repo, train=text)) == 1
    assert fingerprints(repo, train=f"# a comment\n\n{FALSY}x = 1\n") == [first]
    assert fingerprints(repo, train=FALSY.replace("seed", "number")) != [first]


def test_equal_places_have_fingerprints_of_their_own(make_repo: MakeRepo) -> None:
    repo = make_repo()
    twice = FALSY + "if seed:\n    random.seed(seed)\n"
    one, two = fingerprints(repo, train=twice)
    assert one != two
    assert fingerprints(repo, train=FALSY) == [one]
    assert len(set(fingerprints(repo, train=twice, other=twice))) == 4


def test_what_is_accepted_is_set_aside_and_one_more_of_its_kind_is_not(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY})
    report = check(repo.root, "SEED004")
    write_baseline(repo.root / "repro-check-baseline.txt", map(accept, report.findings))
    again = check(repo.root, "SEED004")
    assert (codes(again), len(again.baselined), again.stale_baseline) == ([], 1, 0)

    repo.write({"train.py": f"# up\n{FALSY}if seed:\n    random.seed(seed)\n"})
    more = check(repo.root, "SEED004")
    assert (codes(more), len(more.baselined)) == (["SEED004"], 1)

    repo.write({"train.py": "x = 1\n"})
    mended = check(repo.root, "SEED004")
    assert (codes(mended), mended.stale_baseline) == ([], 1)
    assert check(repo.root, "PORT001").stale_baseline == 0, "that rule did not run"
    assert check(repo.root, "SEED004", paths=("other.py",)).stale_baseline == 0
