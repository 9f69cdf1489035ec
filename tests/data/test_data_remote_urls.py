"""URLs, packages that are not there, and the file systems that fsspec has by itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from data_remote_support import IMPATIENT

from repro_check.data.cluster import hash_anywhere
from repro_check.data.hashing.digests import Algorithm, UndefinedDigest
from repro_check.data.hashing.hashers import Pool
from repro_check.data.remote import (
    hash_object,
    listing,
    name_of,
    remote_digest,
    remote_manifest,
    shown,
)
from repro_check.errors import ReproCheckError
from repro_check.runtime.hashing import digest
from repro_check.runtime.manifest import fold_tree
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host/a/b.csv", "https://host/a/b.csv"),
        ("https://u:p@host/a?token=1", "https://host/a?..."),
        ("https://token@host:8443/a@b#frag", "https://host:8443/a@b?..."),
        ("https://u:p@[broken/a", "https://[broken/a"),
        ("s3://key:secret@bucket/a", "s3://bucket/a"),
        ("s3://bucket/a@b?c", "s3://bucket/a@b?c"),
        ("s3://bucket/a?versionId=x.Y_9", "s3://bucket/a?versionId=x.Y_9"),
        ("s3://bucket/a?X-Amz-Signature=geheim", "s3://bucket/a?..."),
        ("az://box/a?sv=1&sig=geheim", "az://box/a?..."),
        ("abfs://box@account.dfs.core.windows.net/a", "abfs://box@account.dfs.core.windows.net/a"),
        ("sftp://ada:geheim@host/a", "sftp://host/a"),
        ("file:///a?b=c", "file:///a?b=c"),
        ("no url?a=b", "no url?a=b"),
    ],
)
def test_a_url_is_shown_without_credentials(url: str, expected: str):
    assert shown(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://bucket/a/b.csv", "b.csv"),
        ("s3://bucket/a/b.csv?versionId=3", "b.csv"),
        ("https://host/a/b%20c.csv?x=/y", "b c.csv"),
        ("https://host/a/", ""),
        ("https://host", ""),
    ],
)
def test_the_name_of_the_object_of_a_url(url: str, expected: str):
    assert name_of(url) == expected


@pytest.mark.parametrize("url", ["zip://a.csv", "simplecache://x", "reference://x", "what://x"])
def test_file_systems_that_unpack_write_or_are_unknown_are_refused(url: str):
    with pytest.raises(ReproCheckError, match="data are not read over") as caught:
        list(listing(url))
    assert "s3://" in caught.value.fix


def test_what_is_no_url_is_said_so():
    with pytest.raises(ReproCheckError, match="not a URL of data"):
        hash_object("data/train", "md5")


@pytest.mark.parametrize(
    ("hidden", "url", "package", "fix"),
    [
        ("fsspec", "s3://b/x", "fsspec", "repro-check-hooks[remote]"),
        ("s3fs", "s3://b/x", "s3fs", "repro-check-hooks[remote]"),
        ("aiohttp", "https://h/x", "aiohttp", "repro-check-hooks[remote]"),
        ("gcsfs", "gs://b/x", "gcsfs", "pip install gcsfs"),
        ("paramiko", "sftp://h/x", "paramiko", "pip install paramiko"),
    ],
)
def test_a_missing_package_is_named_with_the_way_to_get_it(hidden, url, package, fix):
    code = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from repro_check.data.remote import listing\n"
        "from repro_check.errors import ReproCheckError\n"
        "try: list(listing(sys.argv[2]))\n"
        "except ReproCheckError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, hidden, url], capture_output=True, text=True, check=True
    )
    assert f"needs the package {package}" in done.stdout
    assert fix in done.stdout


def test_nothing_of_fsspec_is_imported_before_a_url_is_opened():
    code = "import sys, repro_check.data.remote; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"fsspec", "aiohttp", "s3fs", "asyncio"} & set(done.stdout.split())


def build(root: Path, paths: list[str]) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode())


def test_a_folder_by_its_file_url_has_the_digest_of_the_folder(tmp_path):
    build(tmp_path, ["a/b", "a!", "a.txt", "a-b/c", "aa", "b\nc", "::/x::y", "%41", ".DS_Store"])
    (tmp_path / "empty").mkdir()
    found = fold_tree(remote_manifest(f"file://{tmp_path}", "sha256"), "sha256")
    assert found == digest(tmp_path, "tree:sha256")


def test_folders_that_are_skipped_are_not_listed(tmp_path):
    build(tmp_path, ["a/b", "skip/c", "d/skip"])
    found = [file.path for file in listing(f"file://{tmp_path}", skip="skip".__eq__)]
    assert found == ["a/b"]


def test_a_file_by_its_url_has_a_manifest_of_one(tmp_path):
    build(tmp_path, ["a.csv"])
    (entry,) = remote_manifest(f"file://{tmp_path}/a.csv", "md5")
    assert entry == ("a.csv", 5, hashlib.md5(b"a.csv").hexdigest())


def test_a_file_of_the_last_minute_has_no_stamp_and_an_older_one_has(tmp_path):
    build(tmp_path, ["a"])
    url = f"file://{tmp_path}/a"
    (new,) = listing(url)
    os.utime(tmp_path / "a", (10**9, 10**9))
    (old,) = listing(url)
    assert (new.stamp, bool(old.stamp)) == ("", True)
    assert hash_object(url, "md5", stamp=old.stamp).size == 1
    os.utime(tmp_path / "a", (10**9 + 1, 10**9 + 1))
    with pytest.raises(ChangedTreeError, match="after it was listed"):
        hash_object(url, "md5", stamp=old.stamp)


def test_a_file_that_grows_while_it_is_read_is_reported(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x" * (3 << 20))

    def grow(_count: int) -> None:
        with file.open("ab") as handle:
            handle.write(b"more")

    with pytest.raises(ChangedTreeError, match="changed while it was read"):
        hash_object(f"file://{file}", "md5", tick=grow, patience=IMPATIENT)


def test_a_link_is_no_file_of_a_listing(tmp_path):
    build(tmp_path, ["a"])
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UndefinedTreeError, match="neither a file nor a folder"):
        list(listing(f"file://{tmp_path}"))


def test_a_missing_file_vanished_or_never_was(tmp_path):
    with pytest.raises(ChangedTreeError, match="never was there"):
        hash_object(f"file://{tmp_path}/gone", "md5")
    with pytest.raises(ChangedTreeError, match="never was there"):
        list(listing(f"file://{tmp_path}/gone"))


@pytest.mark.parametrize("algorithm", ["tree:sha256", "tree:md5", "tree:blake3"])
def test_the_tree_digest_of_a_url_is_that_of_the_folder_or_file(tmp_path, algorithm):
    build(tmp_path, ["a/b", "a.txt", ".DS_Store"])
    for path in (tmp_path, tmp_path / "a.txt"):
        found = remote_digest(f"file://{path}", Algorithm(algorithm), hasher=Pool())
        assert found == digest(path, algorithm)


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_plain_digest_is_for_one_file(tmp_path, algorithm):
    build(tmp_path, ["a/b"])
    found = remote_digest(f"file://{tmp_path}/a/b", Algorithm(algorithm))
    assert found == digest(tmp_path / "a/b", algorithm)
    with pytest.raises(UndefinedDigest, match="is a folder") as caught:
        remote_digest(f"file://{tmp_path}/a", Algorithm(algorithm))
    assert "tree:" in caught.value.fix


def test_what_is_only_a_pointer_has_no_digest(tmp_path):
    (tmp_path / "a").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
    with pytest.raises(UndefinedDigest, match="only a pointer") as caught:
        remote_digest(f"file://{tmp_path}", Algorithm.TREE_SHA256)
    assert caught.value.where == f"file://{tmp_path}/a"


def test_what_is_read_is_counted_for_the_one_who_waits(tmp_path):
    class Meter:
        is_live = True
        expected = done = 0

        def expect(self, size: int) -> None:
            self.expected = size

        def tick(self, size: int) -> None:
            self.done += size

    build(tmp_path, [f"{n}/{n}" for n in range(30)])
    for hasher in (None, Pool(), Elsewhere()):
        meter = Meter()
        remote_digest(f"file://{tmp_path}", Algorithm.TREE_MD5, hasher=hasher, meter=meter)
        assert meter.done == meter.expected == sum(len(f"{n}/{n}") for n in range(30))


class Elsewhere:
    """Hashes as a cluster would."""

    def digests(self, batches):
        return map(hash_anywhere, batches)
