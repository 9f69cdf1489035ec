"""Suppression comments in every kind of file: what they cover, and when they are findings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, codes, places
from commanding import FALSY, made_up_token, notebook
from conftest import Repo

MakeRepo = Callable[..., Repo]
IGNORE = "repro-check: ignore"
LATEX = f"% {IGNORE}[SEC001] -- a token of the tests\n% {{token}}\n"


def seeded(comment: str, *, above: str = "") -> str:
    """A SEED004 with a comment at its line's end, or above it."""
    return FALSY.replace("if seed:", f"{above}if seed:{comment}")


COVERED = {
    "at the end of the line": seeded(f"  # {IGNORE}[SEED004] -- 0 is no seed"),
    "by its name": seeded(f"  # {IGNORE}[falsy-seed-skipped] -- 0 is no seed"),
    "by its family": seeded(f"  # {IGNORE}[SEED] -- 0 is no seed"),
    "one of several": seeded(f"  # {IGNORE}[SEED004, PORT] -- 0 is no seed"),
    "without spaces": seeded(f" #{IGNORE}[SEED004]--0 is no seed"),
    "on the line above": seeded("", above=f"# {IGNORE}[SEED004] -- 0 is no seed\n"),
    "for the whole file": f"# {IGNORE}-file[SEED004] -- 0 is no seed\n{FALSY}",
    "for the whole file, at its end": f"{FALSY}# {IGNORE}-file[SEED004] -- 0 is no seed\n",
    "with Windows line ends": seeded(f"  # {IGNORE}[SEED004] -- 0 is no seed").replace(
        "\n", "\r\n"
    ),
    "beside another comment": seeded(f"  # {IGNORE}[SEED004] -- 0 is no seed # noqa: X1"),
}


@pytest.mark.parametrize("text", COVERED.values(), ids=list(COVERED))
def test_a_comment_with_a_reason_covers_its_finding(text: str, make_repo: MakeRepo) -> None:
    report = check(make_repo({"train.py": text}).root)
    assert [code for code in codes(report) if code != "SUP001"] == []
    assert [finding.code for finding in report.suppressed] == ["SEED004"]


NOT_COVERED = {
    "another rule": seeded(f"  # {IGNORE}[PORT001] -- x"),
    "two lines above": seeded("", above=f"# {IGNORE}[SEED004] -- x\n\n"),
    "above, behind code": seeded("", above=f"y = 1  # {IGNORE}[SEED004] -- x\n"),
    "below": FALSY.replace(":\n", f":\n    # {IGNORE}[SEED004] -- x\n"),
    "in a string": seeded("", above=f'y = "# {IGNORE}[SEED004] -- x"\n'),
    "in prose": seeded("", above=f"# write `{IGNORE}[SEED004] -- x` here\n"),
    "of another tool": seeded("  # noqa: SEED004"),
    "without a rule": seeded(f"  # {IGNORE} -- x"),
}


@pytest.mark.parametrize("text", NOT_COVERED.values(), ids=list(NOT_COVERED))
def test_a_comment_about_something_else_covers_nothing(text: str, make_repo: MakeRepo) -> None:
    report = check(make_repo({"train.py": text}).root)
    assert "SEED004" in codes(report)
    assert report.suppressed == ()


def test_a_notebook_is_suppressed_cell_by_cell(make_repo: MakeRepo) -> None:
    comment = f"# {IGNORE}[SEED004] -- 0 is no seed\n"
    cells = [
        FALSY,
        seeded(f"  # {IGNORE}[SEED004] -- 0 is no seed"),
        comment,  # a cell's last line covers nothing of the next cell
        f"if seed:\n    random.seed(seed)\n{comment}",
        "if seed:\n    random.seed(seed)\n",
    ]
    report = check(make_repo({"nb.ipynb": notebook(*cells)}).root, "SEED004", "SUP")
    assert places(report) == [
        "nb.ipynb:cell 1:5:4 SEED004",
        "nb.ipynb:cell 3:1:3 SUP001",
        "nb.ipynb:cell 4:1:4 SEED004",
        "nb.ipynb:cell 4:3:3 SUP001",
        "nb.ipynb:cell 5:1:4 SEED004",
    ]
    assert [finding.location.cell for finding in report.suppressed] == [2]


def test_a_whole_notebook_is_suppressed_from_any_cell(make_repo: MakeRepo) -> None:
    cells = [FALSY, f"# {IGNORE}-file[SEED004] -- a study of seeds\n"]
    report = check(make_repo({"nb.ipynb": notebook(*cells)}).root)
    assert codes(report) == []
    assert len(report.suppressed) == 1


TEXTS = {
    "configs/train.yaml": f"out_dir: /home/ada/mini  # {IGNORE}[PORT001] -- the cluster's\n",
    "above/train.yaml": f"# {IGNORE}[PORT001] -- the cluster's\nout_dir: /home/ada/mini\n",
    "train.toml": f'out_dir = "/home/ada/mini"  # {IGNORE}[PORT001] -- the cluster\'s\n',
    "run.sh": f"# {IGNORE}[PORT001] -- the cluster's\npython train.py /home/ada/mini\n",
    "requirements.txt": f"x @ file:///croot/x_17/x  # {IGNORE}[DEPS004] -- ours\n",
    "notes.md": f"<!-- {IGNORE}[SEC001] -- a token of the tests -->\n{made_up_token()}\n",
    "inline.md": f"{made_up_token()} <!-- {IGNORE}[SEC001] -- a token of the tests -->\n",
    "paper.tex": LATEX.format(token=made_up_token()),
}


@pytest.mark.parametrize("path", TEXTS)
def test_every_kind_of_file_has_its_comments(path: str, make_repo: MakeRepo) -> None:
    repo = make_repo({path: TEXTS[path]})
    report = check(repo.root)
    assert codes(report) == []
    assert len(report.suppressed) == 1
    bare = TEXTS[path].replace(IGNORE, "nothing")
    assert len(check(make_repo({path: bare}).root).findings) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("train.py", seeded(f"  # {IGNORE}[SEED004]")),
        ("train.py", seeded(f"  # {IGNORE}[SEED004] -- ")),
        ("train.py", seeded("", above=f"# {IGNORE}[SEED004] 0 is no seed\n")),
        ("a.yaml", f"data_dir: /home/ada/mini  # {IGNORE}[PORT001]\n"),
        ("a.md", f"{made_up_token()} <!-- {IGNORE}[SEC001] -->\n"),
        ("a.md", f"{made_up_token()} <!-- {IGNORE}[SEC001] -- -->\n"),
        ("nb.ipynb", notebook(seeded(f"  # {IGNORE}[SEED004]"))),
    ],
)
def test_a_reason_is_required(path: str, text: str, make_repo: MakeRepo) -> None:
    report = check(make_repo({path: text}).root)
    assert codes(report) == ["SUP002"]
    assert len(report.suppressed) == 1


def test_an_unused_comment_is_a_finding_where_its_rule_ran(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": f"x = 1  # {IGNORE}[SEED004] -- old\n"})
    assert places(check(repo.root)) == ["train.py:1:10 SUP001"]
    assert codes(check(repo.root, "PORT001", "SUP001")) == [], "its rule did not run"
    assert codes(check(repo.root, "SEED004")) == [], "nor the rule about suppressions"


def test_a_misspelt_code_in_a_comment_is_a_finding(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": seeded(f"  # {IGNORE}[SEED044] -- x")})
    assert codes(check(repo.root)) == ["SEED004", "SUP001"]
    assert codes(check(repo.root, "PORT001", "SUP")) == ["SUP001"]


@pytest.mark.parametrize("scope", ["ignore", "ignore-file"])
def test_very_many_comments_cover_very_many_findings(scope: str, make_repo: MakeRepo) -> None:
    """Were each held against each, this would take minutes."""
    line = f"if seed: random.seed(seed)  # repro-check: {scope}[SEED004] -- x\n"
    repo = make_repo({"train.py": FALSY.partition("if seed:")[0] + line * 12_000}, commit=False)
    report = check(repo.root, "SEED004", "SUP")
    assert codes(report) == []
    assert len(report.suppressed) == 12_000


def test_very_many_comments_that_cover_nothing_are_each_a_finding(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": f"x=1 # {IGNORE}[SEED004] -- x\n" * 12_000}, commit=False)
    assert codes(check(repo.root, "SEED004", "SUP001")) == ["SUP001"] * 12_000
