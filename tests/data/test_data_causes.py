"""Why data differ although nobody meant to change them: git, macOS, and what systems drop."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import repro_check
from conftest import Repo

from repro_check.data.causes import causes
from repro_check.runtime.changes import Change
from repro_check.runtime.lockfile import FILE_NAME, Section, parse_lock, written
from repro_check.runtime.manifest import Entry

MakeRepo = Callable[..., Repo]
CONFIG = "data:\n  dir: data\n  md5:\n"


def added(path: str) -> Change:
    return Change(path, None, 1)


def removed(path: str) -> Change:
    return Change(path, 1, None)


def changed(path: str) -> Change:
    return Change(path, 1, 1)


def of(root: Path, *changes: Change, counts_junk: bool = True, path: str = "data") -> str:
    found = causes(root / path, changes, root=root, counts_junk=counts_junk)
    return "; ".join(found)


# Junk.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "._a.csv"])
def test_junk_is_the_likely_cause_where_nothing_else_is_known(folder, name) -> None:
    assert of(folder) == ""
    (folder / "data" / "sub" / name).write_bytes(b"")
    assert f"sub/{name}" in of(folder)
    assert of(folder, counts_junk=False) == "", "tree digests pass over it"


def test_junk_that_was_recorded_is_no_cause(folder) -> None:
    (folder / "data" / ".DS_Store").write_bytes(b"")
    assert of(folder, changed("a.csv")) == ""
    assert ".DS_Store" in of(folder, changed("a.csv"), added(".DS_Store"))
    assert ".ipynb_checkpoints" in of(folder, added(".ipynb_checkpoints/"))


def test_junk_that_was_recorded_and_is_gone_is_not_to_be_removed(folder) -> None:
    said = of(folder, removed(".DS_Store"))
    assert ".DS_Store" in said
    assert "remove" not in said
    assert "record" in said


def test_junk_in_a_folder_that_changed_is_named(folder) -> None:
    (folder / "data" / "sub" / ".DS_Store").write_bytes(b"")
    (folder / "data" / ".DS_Store").write_bytes(b"")
    said = of(folder, Change("sub/", 3, 4))
    assert "sub/.DS_Store" in said
    assert " .DS_Store" not in said


def test_of_much_junk_some_is_named(folder) -> None:
    said = of(folder, *(added(f"._{number}") for number in range(9)))
    assert "._0, ._1, ._2 and 6 more" in said


# Unicode forms.

NFC = "Köln/é.csv"
NFD = unicodedata.normalize("NFD", NFC)


@pytest.mark.parametrize(("old", "new"), [(NFC, NFD), (NFD, NFC)])
def test_a_name_in_another_unicode_form_is_named(folder, old, new) -> None:
    assert "NFD" in of(folder, removed(old), added(new))
    assert "NFD" in of(folder, added(new), removed(old))


@pytest.mark.parametrize(
    "changes",
    [
        (removed(NFC),),
        (added(NFC),),
        (removed(NFC), added("Koln/e.csv")),
        (changed(NFC), changed(NFD)),
        (removed("a"), added("b")),
        (),
    ],
    ids=str,
)
def test_other_renamings_are_no_matter_of_unicode(folder, changes) -> None:
    assert "NFD" not in of(folder, *changes)


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("algorithm", ["md5", "tree:sha256"])
def test_data_whose_names_a_mac_has_rewritten_say_so(make_repo, count, algorithm) -> None:
    """Thirty are more than are shown, and those added all come before those removed."""
    repo = make_repo({"conf.yaml": CONFIG} | {f"data/ä{n:02}.csv": f"{n}" for n in range(count)})
    assert repro_check("data", "lock", "--algo", algorithm, cwd=repo.root).code == 0
    for file in list((repo.root / "data").iterdir()):
        file.rename(file.with_name(unicodedata.normalize("NFD", file.name)))
    for keeps_memory in (True, False):
        if not keeps_memory:
            forget(repo)
        done = repro_check("data", "verify", cwd=repo.root)
        assert done.code == 1
        assert "likely cause: names have another Unicode form" in done.out, done.out


def forget(repo: Repo) -> None:
    for file in (repo.root / ".git" / "repro-check").rglob("*"):
        if file.is_file():
            file.unlink()


# Line ends.


@pytest.fixture
def rewritten(make_repo: MakeRepo) -> Repo:
    """A repository whose data were recorded with LF and then checked out with CRLF."""
    repo = make_repo(
        {
            "conf/conf.yaml": "data:\n  dir: ../data\n  md5:\n",
            "data/a.csv": "1,2\n3,4\n",
            "data/sub/b c.csv": "5\n",
            "data/bin": b"\0\n",
            "data/one line": "x",
            "elsewhere/c.csv": "6\n",
        }
    )
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    repo.commit(files={".gitattributes": "* text=auto eol=crlf\n"})
    for path in ("data", "elsewhere"):
        for file in (repo.root / path).rglob("*"):
            if file.is_file():
                file.unlink()
    repo.git("checkout", "--", "data", "elsewhere")
    assert (repo.root / "data/a.csv").read_bytes() == b"1,2\r\n3,4\r\n"
    return repo


@pytest.mark.parametrize("keeps", ["memory", "the lock file", "nothing"])
def test_data_whose_line_ends_git_has_rewritten_say_so(rewritten, keeps) -> None:
    if keeps != "memory":
        forget(rewritten)
    if keeps == "nothing":
        (rewritten.root / FILE_NAME).unlink()
    done = repro_check("data", "verify", cwd=rewritten.root)
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if "line ends" in line]
    assert "git rewrote the line ends of a.csv, sub/b c.csv;" in line
    assert "`data/** -text` into .gitattributes" in line
    assert "`git checkout -- data`" in line
    said = repro_check("check", "--stage", "data", cwd=rewritten.root)
    assert "git rewrote the line ends" in said.out


def test_the_advice_helps(rewritten) -> None:
    rewritten.write({".gitattributes": "* text=auto eol=crlf\ndata/** -text\n"})
    for file in (rewritten.root / "data").rglob("*.csv"):
        file.unlink()
    rewritten.git("checkout", "--", "data")
    done = repro_check("data", "verify", cwd=rewritten.root)
    assert done.code == 0, done.text


def test_a_single_file_gets_advice_for_a_file(make_repo) -> None:
    repo = make_repo({"conf.yaml": "path: a.csv\nmd5:\n", "a.csv": "1\n"})
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    repo.commit(files={".gitattributes": "*.csv text eol=crlf\n"})
    (repo.root / "a.csv").unlink()
    repo.git("checkout", "--", "a.csv")
    done = repro_check("data", "verify", cwd=repo.root)
    assert "git rewrote the line ends of a.csv" in done.out
    assert "`a.csv -text`" in done.out


def test_files_that_changed_for_another_reason_are_not_blamed_on_git(rewritten) -> None:
    root = rewritten.root.resolve()
    assert "line ends" not in of(root, changed("bin"))
    assert "of a.csv;" in of(root, changed("bin"), changed("a.csv"))


def test_line_ends_in_a_folder_that_changed_are_found(rewritten) -> None:
    said = of(rewritten.root.resolve(), Change("sub/", 2, 3))
    assert "of sub/b c.csv;" in said


def test_a_record_by_folders_names_the_cause_too(rewritten) -> None:
    forget(rewritten)
    (section,) = parse_lock(rewritten.text(FILE_NAME))
    folders = (*section.entries[:-1], Entry("sub/", 2, "0" * 32))
    rewritten.write({FILE_NAME: written([Section(section.path, section.digest, folders)])})
    done = repro_check("data", "verify", cwd=rewritten.root)
    assert "sub/b c.csv" in done.out


def test_data_under_a_link_inside_the_repository_are_looked_up_where_they_are(rewritten) -> None:
    (rewritten.root / "linked").symlink_to("data")
    assert "of a.csv" in of(rewritten.root.resolve(), changed("a.csv"), path="linked")


def test_where_there_is_no_git_nothing_is_said(folder, monkeypatch) -> None:
    (folder / "data" / "a").write_bytes(b"1\r\n")
    assert of(folder, changed("a")) == ""
    assert of(folder, changed("a"), path="../elsewhere") == ""
    monkeypatch.setenv("PATH", "")
    assert of(folder, changed("a")) == ""


def test_odd_names_are_looked_up_literally(make_repo) -> None:
    name = 'data [x]*?\n":(top)'
    repo = make_repo({f"{name}/é\n.csv": "1\n", "data x/é.csv": "1\n"})
    repo.commit(files={".gitattributes": "*.csv text eol=crlf\n"})
    (repo.root / name / "é\n.csv").unlink()
    repo.git("checkout", "--", ".")
    said = of(repo.root.resolve(), changed("é\n.csv"), path=name)
    assert "line ends of é\n.csv;" in said
    done = repro_check("data", "hash", os.fspath(repo.root / name), cwd=repo.root)
    assert done.code == 0
