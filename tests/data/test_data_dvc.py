"""Our digests against those of the real DVC, in one repository that DVC made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from repro_check.data import Algorithm, UndefinedDigest
from repro_check.data.dvc import digest_of_dvc, is_dvc_file, outs, pipeline_of
from repro_check.data.locate import locate
from repro_check.sources.config import read_yaml
from repro_check.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from repro_check.data import DataDeclaration

ODD_NAMES = [
    *(
        "a",
        "B",
        "a-b",
        "a.b",
        "a b",
        "\u00e9",
        "e\u0301",
        "\u65e5\u672c",
        "\U0001f600",
        "\x7f",
        "'",
    ),
    *(
        'q"uote',
        "back\\slash",
        "new\nline",
        "tab\t",
        "\x01",
        "~",
        "#",
        "{x}",
        ".gitignore",
        "\u2028",
    ),
    *("sub.txt", "sub-", "sub0", ".DS_Store", "dvc.yaml.txt"),
]
PIPELINE = """\
stages:
  prepare:
    cmd: mkdir -p features && cp in.csv features/a.csv && printf 'a\\r\\nb' > features/b.csv
    deps: [in.csv]
    outs: [features]
  train:
    wdir: work/deep
    cmd: cp ../../features/b.csv model.bin && echo '{}' > metrics.json
    deps: [../../features, ../../train.py]
    outs: [model.bin]
    metrics:
      - metrics.json:
          cache: false
  each:
    foreach: [x, y]
    do:
      wdir: work
      cmd: echo ${item} > ${item}.txt
      outs:
        - ${item}.txt
"""
# Records as DVC 0.x to 2.x wrote them; `cache: false`, since there is no cache of that time here.
LEGACY = """\
# by hand
wdir: {wdir}
outs:
- md5: {digest}
  path: {path}
  cache: false
"""


class Case(NamedTuple):
    root: Path
    status: dict[str, list[dict[str, dict[str, str]]]]


def dvc(root: Path, *words: str) -> str:
    home = root.parent / "home"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DVC_NO_ANALYTICS": "1",
        "DVC_TEST": "1",  # no look for updates
        "DVC_SITE_CACHE_DIR": str(home / "site"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "dvc", *words]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def records(root: Path, path: str) -> tuple[DataDeclaration, ...]:
    facts = read_yaml((root / path).read_bytes())
    beside = root / pipeline_of(path)
    pipeline = read_yaml(beside.read_bytes()) if path.endswith("dvc.lock") else None
    return outs(facts, path, pipeline=pipeline)


def recomputed(root: Path, path: str, one: DataDeclaration) -> str:
    assert one.path_text is not None
    place = locate(one.path_text, root=root, config_path=path)
    assert place.path is not None, one
    return digest_of_dvc(place.path, one.algorithm, root=root)


def odd_tree(folder: Path) -> None:
    for number, name in enumerate(ODD_NAMES):
        write(folder / name, f"{number}\r\n")
        write(folder / "sub" / "deep" / name, name)
    write(folder / "empty.txt", b"")
    write(folder / "sub" / "every.bin", bytes(range(256)) * 5_000)
    (folder / "hollow" / "inner").mkdir(parents=True)
    (folder / "link").symlink_to("sub/every.bin")
    (folder / "linked").symlink_to("sub")
    for name in (".git", ".hg"):
        write(folder / "sub" / name / "x", "a tool's own")
    write(folder / "module" / ".git", "gitdir: elsewhere")
    write(folder / "module" / ".hg", "a file of this name counts")
    write(folder / "own" / ".dvc" / "config", "")
    write(folder / "own" / "x", "of another DVC repository")
    for path in ("a.tmp", "sub/b.tmp", "sub/keep.tmp", "cache/x", "sub/cache", "only/here"):
        write(folder / path, path)


def legacy_files(root: Path) -> None:
    folder = root / "old" / "meta"
    text = write(root / "old" / "text.csv", b"a,b\r\n" * 100)
    tree = root / "old" / "tree"
    write(tree / "crlf.txt", b"x\r\ny\r\n")
    write(tree / "binary", b"\0\r\n")
    kind = Algorithm.DVC_DOS2UNIX
    for name, wdir, path, digest in (
        ("text", "..", "text.csv", digest_of_dvc(text, kind, root=root)),
        ("tree", "../..", "old/tree", digest_of_dvc(tree, kind, root=root)),
        ("again", ".", "../text.csv", digest_of_dvc(text, kind, root=root)),
        ("plain", "..", "text.csv", digest_of_dvc(text, Algorithm.DVC, root=root)),
    ):
        write(folder / f"{name}.dvc", LEGACY.format(wdir=wdir, path=path, digest=digest))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    root = tmp_path_factory.mktemp("dvc") / "repository"
    root.mkdir()
    (root.parent / "home").mkdir()
    dvc(root, "init", "--no-scm", "--quiet")
    write(root / ".dvcignore", "# all\n*.tmp\n!keep.tmp\ncache/\n/data/odd/only\n")
    write(root / "data" / ".dvcignore", "nothing\n")
    odd_tree(root / "data" / "odd")
    write(root / "data" / "table.csv", b"a\r\nb\r\n")
    (root / "data" / "hollow").mkdir()
    dvc(root, "add", "data/odd", "data/table.csv", "data/hollow")
    write(root / "in.csv", b"1\r\n2\r\n")
    write(root / "train.py", "print(1)\n")
    (root / "work" / "deep").mkdir(parents=True)
    write(root / "dvc.yaml", PIPELINE)
    dvc(root, "repro")
    write(root / "train.py", "print(2)\n")
    write(root / "work" / "x.txt", "changed by hand\n")
    legacy_files(root)
    return Case(root, json.loads(dvc(root, "status", "--json")))


@pytest.mark.parametrize("path", ["data/odd.dvc", "data/table.csv.dvc", "data/hollow.dvc"])
def test_what_dvc_added_has_the_digest_that_dvc_recorded(case: Case, path: str) -> None:
    (one,) = records(case.root, path)
    assert one.path_text == path.removesuffix(".dvc")
    assert one.algorithm is Algorithm.DVC
    assert recomputed(case.root, path, one) == one.digest_text


def test_a_changed_byte_a_new_file_and_a_new_name_change_the_digest(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    seen = set()
    for name, content in (("a", "1"), ("a", "2"), ("b", "2"), ("sub/b", "2")):
        write(folder / name, content)
        seen.add(digest_of_dvc(folder, Algorithm.DVC, root=tmp_path))
    assert len(seen) == 4


def test_the_lock_that_dvc_wrote_is_recomputed_where_dvc_sees_no_change(case: Case) -> None:
    found = {one.name: one for one in records(case.root, "dvc.lock")}
    changed = {
        name
        for name, one in found.items()
        if recomputed(case.root, "dvc.lock", one) != one.digest_text
    }
    assert changed == {"train: ../../train.py", "each@x: x.txt"}
    assert {"features", "in.csv", "work/deep/model.bin", "work/deep/metrics.json", "work/y.txt"} < {
        one.path_text for one in found.values()
    }


def test_dvc_finds_the_same_changes_in_the_pipeline(case: Case) -> None:
    assert case.status.keys() == {"old/meta/plain.dvc", "train", "each@x"}
    assert case.status["train"] == [{"changed deps": {"train.py": "modified"}}]


@pytest.mark.parametrize("name", ["text", "tree", "again", "plain"])
def test_a_record_of_dvc_2_matches_exactly_where_dvc_says_so(case: Case, name: str) -> None:
    path = f"old/meta/{name}.dvc"
    (one,) = records(case.root, path)
    assert one.algorithm is Algorithm.DVC_DOS2UNIX
    matches = recomputed(case.root, path, one) == str(one.digest_text).lower()
    assert matches is (path not in case.status)


def test_dvc_writes_only_files_that_we_take_for_its_own(case: Case) -> None:
    written = [*case.root.rglob("*.dvc"), *case.root.rglob("dvc.lock")]
    paths = [path.relative_to(case.root).as_posix() for path in written if path.is_file()]
    assert paths
    assert all(map(is_dvc_file, paths))


def test_a_conflict_of_git_in_the_lock_is_not_read_as_a_record(case: Case) -> None:
    lines = (case.root / "dvc.lock").read_text().splitlines(keepends=True)
    for at in range(len(lines)):
        ours = ["<<<<<<< HEAD\n", lines[at], "=======\n", lines[at], ">>>>>>> other\n"]
        with pytest.raises(Unreadable):
            read_yaml("".join([*lines[:at], *ours, *lines[at + 1 :]]).encode())


def test_links_into_the_cache_are_read_and_those_out_of_the_repository_are_not(
    tmp_path: Path,
) -> None:
    root = tmp_path / "repository"
    write(root / ".dvc" / "cache" / "ab", "content")
    write(tmp_path / "shared", "content")
    plain = digest_of_dvc(write(root / "plain", "content"), Algorithm.DVC, root=root)
    (root / "linked").symlink_to(".dvc/cache/ab")
    (root / "outside").symlink_to(tmp_path / "shared")
    assert digest_of_dvc(root / "linked", Algorithm.DVC, root=root) == plain
    with pytest.raises(UndefinedDigest, match="out of the repository"):
        digest_of_dvc(root / "outside", Algorithm.DVC, root=root)


@pytest.mark.parametrize("make", ["ignore file", "dangling link", "bytes", "pipe"])
def test_where_dvc_stops_there_is_no_digest(tmp_path: Path, make: str) -> None:
    folder = tmp_path / "data"
    write(folder / "sub" / "a", "1")
    if make == "ignore file":
        write(folder / "sub" / ".dvcignore", "a\n")
    elif make == "dangling link":
        (folder / "sub" / "b").symlink_to("nowhere")
    elif make == "bytes":
        Path(os.fsdecode(bytes(folder) + b"/\xff")).write_bytes(b"")
    else:
        os.mkfifo(folder / "sub" / "p")
    with pytest.raises(UndefinedDigest):
        digest_of_dvc(folder, Algorithm.DVC, root=tmp_path)
