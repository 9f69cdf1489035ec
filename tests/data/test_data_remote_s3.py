"""Objects of a real S3-speaking server: listed, hashed, and read on after what goes wrong."""

from __future__ import annotations

import hashlib
import uuid
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from data_remote_support import IMPATIENT, MIB, Fault, Server, content, forwarding
from data_support import facts_of

from repro_check.data import Algorithm, State, StatIndex, declarations, verify
from repro_check.data.cluster import hash_anywhere
from repro_check.data.lock_file import section_for
from repro_check.data.remote import (
    RemoteFile,
    hash_object,
    listing,
    remembered_digest,
    remote_manifest,
)
from repro_check.data.verdicts import Means
from repro_check.runtime.hashing import digest
from repro_check.runtime.manifest import fold_tree
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

s3fs = pytest.importorskip("s3fs")
boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

FILES = {
    "a": b"first",
    "a-1/b": b"before the slash",
    "a.txt": b"a dot is less than a slash",
    "b/c/d.bin": content(3 * MIB + 17),
    "b/e": b"",
    "b/ü ñ +%25?#&.csv": b"odd characters",
    "b/tab\t and \x01": b"control characters",
    "b/z::y": b"no chain of file systems",
    "z/😀": b"beyond the basic plane",
    "z/\uff5e": b"before it in UTF-8, behind it in UTF-16",
}


@pytest.fixture(scope="module")
def s3():
    """moto's server, behind one that counts requests and has faults."""
    moto = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    with Server(forwarding(host, port)).running() as server, pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy"):
            patch.delenv(name, raising=False)
        patch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "40")
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_CONFIG_FILE", "/nonexistent")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
        yield SimpleNamespace(server=server, client=client)
        s3fs.S3FileSystem.clear_instance_cache()
    moto.stop()


@pytest.fixture
def bucket(s3):
    """An empty bucket; what happens at the server is counted from here."""
    name = f"b{uuid.uuid4().hex}"
    s3.client.create_bucket(Bucket=name)
    s3.server.requests.clear()
    s3.server.faults.clear()

    def put(files: dict[str, bytes], prefix: str = "train/") -> None:
        for key, body in files.items():
            s3.client.put_object(Bucket=name, Key=prefix + key, Body=body)

    return SimpleNamespace(
        name=name, url=f"s3://{name}/train", put=put, server=s3.server, client=s3.client
    )


def on_disk(root: Path, files: dict[str, bytes]) -> str:
    for path, body in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return str(root)


def manifest(url: str, **words):
    return list(remote_manifest(url, "sha256", patience=IMPATIENT, **words))


@pytest.mark.parametrize("file_hash", ["sha256", "md5", "blake3"])
def test_the_digest_of_a_bucket_is_that_of_the_same_files_on_a_disk(bucket, tmp_path, file_hash):
    if file_hash == "blake3":
        pytest.importorskip("blake3")
    bucket.put(FILES | {".DS_Store": b"junk", "b/.ipynb_checkpoints/x": b"junk", "b/._e": b"junk"})
    bucket.put({"train-old/x": b"not below the folder", "trainx": b"nor this"}, prefix="")
    local = digest(on_disk(tmp_path / "train", FILES), f"tree:{file_hash}")
    for url in (bucket.url, f"{bucket.url}/"):
        assert fold_tree(remote_manifest(url, file_hash, at_once=3), file_hash) == local


def test_the_digest_of_one_object_is_that_of_the_file(bucket, tmp_path):
    bucket.put(FILES)
    local = tmp_path / "d.bin"
    local.write_bytes(FILES["b/c/d.bin"])
    url = f"{bucket.url}/b/c/d.bin"
    assert hash_object(url, "md5").digest == digest(local, "md5")
    assert hash_object(url, "sha256") == (digest(local, "sha256"), local.stat().st_size)
    assert fold_tree(remote_manifest(url, "sha256"), "sha256") == digest(local, "tree:sha256")


def test_objects_come_in_the_order_of_their_utf8_paths_over_many_pages(bucket):
    paths = [f"{n % 7}/{n:04}" for n in range(90)]
    bucket.put(dict.fromkeys(paths, b""))
    assert [file.path for file in listing(bucket.url)] == sorted(paths)
    assert len(bucket.server.gets("list-type=2")) == 3


def test_an_object_is_read_by_one_request_and_no_question_before_it(bucket):
    bucket.put(FILES)
    hash_object(f"{bucket.url}/b/c/d.bin", "md5")
    assert [(r.method, r.start) for r in bucket.server.requests] == [("GET", 0)]


def test_a_folder_marker_is_no_file(bucket):
    bucket.put({"": b"", "a/": b"", "a/b": b"x", "empty/": b""})
    assert [file.path for file in listing(bucket.url)] == ["a/b"]


def test_a_folder_of_markers_only_is_empty(bucket):
    bucket.put({"": b""})
    assert manifest(bucket.url) == []


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (("a//b",), "no folder can hold"),
        (("/b",), "no folder can hold"),
        (("a/../b",), "no folder can hold"),
        (("./b",), "no folder can hold"),
        (("a", "a-b", "a/b"), "lies below the object 'a'"),
        (("a", "a/b/c/d"), "lies below the object 'a'"),
        (("a?versionId=1",), "reads like an older version"),
    ],
)
def test_keys_that_no_folder_can_hold_are_refused(bucket, keys, reason):
    bucket.put(dict.fromkeys(keys, b"x"))
    with pytest.raises(UndefinedTreeError, match=reason):
        list(listing(bucket.url))


def test_a_folder_marker_with_a_content_is_refused(bucket):
    bucket.put({"a/": b"x"})
    with pytest.raises(UndefinedTreeError, match="the name of a folder, and a content"):
        list(listing(bucket.url))


def test_an_object_that_is_a_folder_too_is_refused_until_the_slash_says_which(bucket):
    bucket.put({"train": b"object", "train/a": b"in the folder"}, prefix="")
    with pytest.raises(UndefinedTreeError, match="an object and a folder at once"):
        list(listing(bucket.url))
    assert [file.path for file in listing(f"{bucket.url}/")] == ["a"]


@pytest.mark.parametrize("path", ["nothing", "nothing/"])
def test_an_address_with_nothing_behind_it_is_no_empty_folder(bucket, path):
    with pytest.raises(ChangedTreeError, match="never was there"):
        list(listing(f"s3://{bucket.name}/{path}"))


def test_a_bucket_that_is_not_there_is_said_so(bucket):
    with pytest.raises(ChangedTreeError, match="never was there"):
        list(listing("s3://no-such-bucket-anywhere/x"))


def test_the_root_of_a_bucket_can_be_listed(bucket):
    bucket.put({"a": b"x"}, prefix="")
    assert [file.path for file in listing(f"s3://{bucket.name}")] == ["a"]


def test_a_lost_connection_is_taken_up_at_the_byte_reached(bucket):
    bucket.put(FILES)
    bucket.server.faults += [Fault("d.bin", cut_after=2 * MIB + 5, times=1)]
    bucket.server.faults += [Fault("d.bin", cut_after=100, times=2)]
    found = hash_object(f"{bucket.url}/b/c/d.bin", "sha256", patience=IMPATIENT)
    assert found == (hashlib.sha256(FILES["b/c/d.bin"]).hexdigest(), 3 * MIB + 17)
    starts = bucket.server.gets("d.bin")
    assert starts == sorted(starts)
    assert starts[1] >= MIB
    assert len(starts) == 4


def test_throttling_and_server_errors_are_waited_for(bucket):
    bucket.put({"a": b"x"})
    bucket.server.faults += [Fault("list-type", status=500), Fault("train/a", status=503, times=2)]
    assert [e.path for e in manifest(bucket.url)] == ["a"]


def test_a_server_that_stays_busy_is_given_up(bucket):
    bucket.put({"a": b"x"})
    bucket.server.faults += [Fault("train/a", status=500, times=1000)]
    with pytest.raises(UndefinedTreeError, match="the server answers 500 Internal Server Error"):
        hash_object(f"{bucket.url}/a", "md5", patience=IMPATIENT)
    assert len(bucket.server.gets("train/a")) == IMPATIENT.attempts + 1


def test_refused_access_is_not_tried_again(bucket):
    bucket.server.faults += [Fault("train/a", status=403, times=1000)]
    with pytest.raises(UndefinedTreeError, match="access is denied"):
        hash_object(f"{bucket.url}/a", "md5", patience=IMPATIENT)
    assert len(bucket.server.gets("train/a")) == 1


def test_an_object_replaced_while_it_is_read_is_read_once_more(bucket):
    old, new = content(3 * MIB, seed=2), content(3 * MIB, seed=3)
    bucket.put({"a": old})
    swap = Fault("train/a", cut_after=MIB, then=lambda: bucket.put({"a": new}))
    bucket.server.faults += [swap]
    found = hash_object(f"{bucket.url}/a", "sha256", patience=IMPATIENT)
    assert found.digest == hashlib.sha256(new).hexdigest()
    assert bucket.server.gets("train/a")[-1] == 0


def test_an_object_that_keeps_changing_is_reported(bucket):
    seeds = iter(range(2, 10))

    def change() -> None:
        bucket.put({"a": content(3 * MIB, seed=next(seeds))})

    change()
    swap = Fault("train/a", cut_after=MIB, then=change, at_start=True, times=2)
    bucket.server.faults += [swap]
    with pytest.raises(ChangedTreeError, match="changed while it was read"):
        hash_object(f"{bucket.url}/a", "sha256", patience=IMPATIENT)


def test_an_object_replaced_after_the_listing_is_not_taken_for_the_listed_one(bucket):
    bucket.put({"a": b"old"})
    (file,) = listing(bucket.url)
    bucket.put({"a": b"new"})
    with pytest.raises(ChangedTreeError, match="changed after it was listed"):
        hash_object(file.url, "md5", stamp=file.stamp, patience=IMPATIENT)


def test_a_stamp_differs_for_every_content_and_is_the_same_for_an_unchanged_object(bucket):
    bucket.put({"a": b"old"})
    first, again = (next(listing(bucket.url)) for _ in range(2))
    bucket.put({"a": b"new"})
    assert first == again
    assert first.stamp
    assert next(listing(bucket.url)).stamp != first.stamp
    assert next(listing(f"{bucket.url}/a")).stamp == next(listing(bucket.url)).stamp


def test_an_older_version_can_be_named(bucket):
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    bucket.put({"a": b"old"})
    old = bucket.client.head_object(Bucket=bucket.name, Key="train/a")["VersionId"]
    bucket.put({"a": b"new"})
    url = f"{bucket.url}/a?versionId={old}"
    assert hash_object(url, "md5").digest == hashlib.md5(b"old").hexdigest()
    assert [(e.path, e.size) for e in remote_manifest(url, "md5")] == [("a", 3)]


def test_a_run_that_was_killed_reads_only_the_rest_the_next_time(bucket):
    files = {f"{n:02}": content(100, seed=n) for n in range(24)}
    bucket.put(files)
    memory: dict[tuple[str, int, str], str] = {}

    def known(file: RemoteFile) -> str | None:
        return memory.get((file.path, file.size, file.stamp))

    def learned(file: RemoteFile, found: str) -> None:
        memory[file.path, file.size, file.stamp] = found

    run = remote_manifest(bucket.url, "md5", known=known, learned=learned, at_once=2)
    for _ in range(9):
        next(run)
    run.close()  # as a kill would: what was learned stays
    assert len(memory) == 9

    bucket.server.requests.clear()
    entries = list(remote_manifest(bucket.url, "md5", known=known, learned=learned, at_once=2))
    assert [e.digest for e in entries] == [hashlib.md5(body).hexdigest() for body in files.values()]
    assert len(bucket.server.gets("/train/")) == 15

    bucket.put({"07": b"changed"})
    bucket.server.requests.clear()
    list(remote_manifest(bucket.url, "md5", known=known, learned=learned))
    assert len(bucket.server.gets("/train/")) == 1


def test_a_hasher_elsewhere_gives_the_same_manifest_and_reads_only_what_is_unknown(bucket):
    bucket.put(FILES)
    entries = manifest(bucket.url)
    by_path = {entry.path: entry.digest for entry in entries}
    asked: list[str] = []

    def hasher(batches):
        for batch in batches:
            asked.extend(batch.paths)
            yield hash_anywhere(batch)

    def known(file: RemoteFile) -> str | None:
        return by_path[file.path] if file.path.startswith("b/") else None

    assert manifest(bucket.url, hasher=hasher, known=known) == entries
    assert len(asked) == len([path for path in FILES if not path.startswith("b/")])


def test_the_first_objects_come_before_the_last_are_asked_for(bucket):
    bucket.put({f"{n:03}": b"x" for n in range(50)})
    run = remote_manifest(bucket.url, "md5", at_once=2)
    next(run)
    run.close()
    assert len(bucket.server.gets("/train/")) < 20


def test_missing_credentials_are_named_as_the_cause(bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(UndefinedTreeError, match="no credentials were found"):
            list(listing(bucket.url))
    finally:
        s3fs.S3FileSystem.clear_instance_cache()


class StoppedError(Exception):
    pass


class StopAt:
    """A meter that breaks the work off after some bytes."""

    is_live = False

    def __init__(self, most: int) -> None:
        self.left = most

    def expect(self, size: int) -> None:
        pass

    def tick(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise StoppedError


def objects_read(bucket) -> int:
    return len(
        [r for r in bucket.server.requests if r.method == "GET" and "list-type" not in r.path]
    )


def test_only_what_changed_in_a_bucket_is_read_again(bucket, tmp_path):
    index = StatIndex(tmp_path / "index")
    tree = Algorithm.TREE_SHA256
    bucket.put(FILES)
    local = on_disk(tmp_path / "train", FILES)
    assert remembered_digest(bucket.url, tree, index=index) == digest(local, tree.value)
    bucket.server.requests.clear()
    assert remembered_digest(bucket.url, tree, index=index) == digest(local, tree.value)
    assert objects_read(bucket) == 0
    bucket.put({"a-1/b": b"other", "new": b"new"})
    bucket.client.delete_object(Bucket=bucket.name, Key="train/b/e")
    changed = {p: c for p, c in FILES.items() if p != "b/e"} | {"a-1/b": b"other", "new": b"new"}
    local = on_disk(tmp_path / "changed", changed)
    assert remembered_digest(bucket.url, tree, index=index) == digest(local, tree.value)
    assert objects_read(bucket) == 2


def test_work_that_was_broken_off_goes_on_where_it_stopped(bucket, tmp_path):
    index = StatIndex(tmp_path / "index")
    tree = Algorithm.TREE_BLAKE3
    files = {f"{n:03}": content(10_000, seed=n) for n in range(120)}
    bucket.put(files)
    with pytest.raises(StoppedError):
        remembered_digest(bucket.url, tree, index=index, meter=StopAt(900_000))
    bucket.server.requests.clear()
    local = on_disk(tmp_path / "train", files)
    assert remembered_digest(bucket.url, tree, index=index) == digest(local, tree.value)
    assert 30 <= objects_read(bucket) < 110


def test_data_in_a_bucket_are_read_only_if_asked(bucket, tmp_path):
    bucket.put(FILES)
    recorded = digest(on_disk(tmp_path / "train", FILES), "tree:md5")
    (declared,) = declarations(facts_of(f"dir: {bucket.url}\ndigest: {recorded}\n"))
    ask = partial(verify, declared, root=tmp_path, config_path="conf.yaml")
    verdict = ask()
    assert verdict.state is State.UNRESOLVED
    assert "--remote" in verdict.reason
    assert ask(means=Means(reads_remote=True)).state is State.MATCH
    bucket.put({"a": b"other"})
    assert ask(means=Means(reads_remote=True)).state is State.MISMATCH


def test_what_changed_in_a_bucket_is_named(bucket, tmp_path):
    index = StatIndex(tmp_path / "index")
    bucket.put(FILES)
    recorded = remembered_digest(bucket.url, Algorithm.TREE_SHA256, index=index)
    entries = (one.entry for one in index.memory(Path(bucket.url), Algorithm.TREE_SHA256))
    section = section_for(bucket.url, Algorithm.TREE_SHA256, recorded, "sha256", entries)
    bucket.put({"a": b"second", "new": b""})
    (declared,) = declarations(facts_of(f"dir: {bucket.url}\ndigest: {recorded}\n"))
    means = Means(index=index, reads_remote=True, lock=lambda: (section,))
    verdict = verify(declared, root=tmp_path, config_path="conf.yaml", means=means)
    assert verdict.state is State.MISMATCH
    assert [str(change) for change in verdict.changed] == [
        "changed a (5 bytes, now 6)",
        "added new (0 bytes)",
    ]
