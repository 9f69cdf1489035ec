"""The cache saves time and never changes a report, whatever happened to its file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import FALSY, notebook
from conftest import Repo, clean_environment
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.engine import Scope, Session, run, select_rules
from repro_check.engine.cache import Cache, content_digest
from repro_check.findings import Finding, NotChecked
from repro_check.rules.registry import load_rules
from repro_check.settings import Settings, override
from repro_check.sources.discovery import discover

MakeRepo = Callable[..., Repo]
FILES = {
    "train.py": FALSY,
    "configs/train.yaml": "data_dir: /home/ada/mini\n",
    "notebooks/nb.ipynb": notebook(FALSY, "x = 1\n", counts=(2, 1)),
    "requirements.txt": "certifi @ file:///home/conda/certifi_17/certifi\n",
    "broken.py": "def f(:\n",
    "README.md": "# Title\n",
}
Outcome = tuple[tuple[Finding, ...], tuple[NotChecked, ...]]


def outcome(root: Path, *, cache: bool = True) -> Outcome:
    chosen = override(Settings(), cache=cache)
    session = Session(discover(root), chosen)
    report = run(session, select_rules(load_rules(), chosen), Scope())
    return report.findings, report.not_checked


def cache_file(root: Path) -> Path:
    (file,) = (root / ".git/repro-check").glob("facts-*.bin")
    return file


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo(FILES)


def test_a_report_is_the_same_without_with_a_new_and_with_an_old_cache(repo: Repo) -> None:
    expected = outcome(repo.root, cache=False)
    assert not (repo.root / ".git/repro-check").exists()
    assert {finding.code for finding in expected[0]} >= {"SEED004", "PORT001", "NB001", "DEPS004"}
    assert [item.path for item in expected[1]] == ["broken.py"]
    assert outcome(repo.root) == expected
    assert cache_file(repo.root).stat().st_size > 0
    assert outcome(repo.root) == expected


def test_a_warm_run_reads_no_file_anew(repo: Repo) -> None:
    outcome(repo.root)
    before = cache_file(repo.root).read_bytes()
    outcome(repo.root)
    assert cache_file(repo.root).read_bytes() == before


def test_a_changed_file_is_read_anew_and_an_old_content_is_still_known(repo: Repo) -> None:
    expected = outcome(repo.root)
    repo.write({"train.py": "x = 1\n", "configs/train.yaml": "lr: 1\n"})
    assert outcome(repo.root) == outcome(repo.root, cache=False) != expected
    size = cache_file(repo.root).stat().st_size
    repo.write(FILES)
    assert outcome(repo.root) == expected
    assert cache_file(repo.root).stat().st_size == size


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "halved": lambda data: data[: len(data) // 2],
    "cut in the first header": lambda data: data[:10],
    "emptied": lambda _data: b"",
    "garbage": lambda _data: os.urandom(4096),
    "impossible lengths": lambda data: data[:21] + b"\xff" * 400 + data[421:],
    "every byte flipped": lambda data: bytes(byte ^ 0x55 for byte in data),
    "one bit of a payload": lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
    "half a record at the end": lambda data: data + data[: len(data) // 3],
    "a hole": lambda data: data[: len(data) // 3] + data[len(data) // 2 :],
    "everything twice": lambda data: data + data,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_cache_is_never_trusted_and_is_mended(
    damage: Callable[[bytes], bytes], repo: Repo
) -> None:
    expected = outcome(repo.root)
    file = cache_file(repo.root)
    file.write_bytes(damage(file.read_bytes()))
    assert outcome(repo.root) == expected
    mended = file.read_bytes()
    assert outcome(repo.root) == expected
    assert file.read_bytes() == mended, "the damage is gone after one run"


def test_the_records_of_another_version_are_not_read_and_are_removed(repo: Repo) -> None:
    expected = outcome(repo.root)
    file = cache_file(repo.root)
    other = file.with_name("facts-0000000000000000.bin")
    file.rename(other)
    assert outcome(repo.root) == expected
    assert cache_file(repo.root) == file
    assert not other.exists()


def test_two_files_of_one_content_and_of_two_kinds_do_not_share_facts(make_repo: MakeRepo) -> None:
    text = '{"data_dir": "/home/ada/mini"}\n'
    repo = make_repo({"a.json": text, "a.yaml": text, "b.json": text, "a.py": text})
    for _ in ("cold", "warm"):
        findings, notes = outcome(repo.root)
        found = {finding.location.path for finding in findings if finding.code == "PORT001"}
        assert {"a.json", "a.yaml", "b.json"} <= found
        assert not notes


@pytest.mark.parametrize("start", ["cold", "warm", "damaged"])
def test_two_runs_at_once_on_one_cache_are_both_right(start: str, repo: Repo) -> None:
    """Real processes, started together, that append to the same file or mend it together."""
    many = {f"m{number}.py": f"{FALSY}# {number}\n" for number in range(40)}
    repo.write(many)
    expected = sorted(finding.location.path for finding in outcome(repo.root, cache=False)[0])
    if start != "cold":
        outcome(repo.root)
    if start == "damaged":
        file = cache_file(repo.root)
        file.write_bytes(file.read_bytes()[:-7])
    command = (sys.executable, "-m", "repro_check", "check", "--output-format", "concise", "-q")
    running = [
        subprocess.Popen(
            command, cwd=repo.root, env=clean_environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in running:
        out, _ = process.communicate(timeout=120)
        assert sorted(line.partition(":")[0] for line in out.splitlines()) == expected
    assert [finding.location.path for finding in outcome(repo.root)[0]] == expected
    assert len(list((repo.root / ".git/repro-check").iterdir())) == 1, "nothing is left behind"


def test_a_cache_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("in the way")
    cache = Cache(place / "facts-1.bin")
    cache.put(content_digest(b"x"), 1, b"record")
    cache.save()
    assert cache.get(content_digest(b"x"), 1) == b"record"
    assert place.read_text() == "in the way"


def test_a_cache_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repro_check.engine.cache._LARGEST", 10_000)
    file = tmp_path / "facts-1.bin"
    for number in range(50):
        cache = Cache(file)
        cache.put(content_digest(str(number).encode()), 1, bytes(1000))
        cache.save()
    assert file.stat().st_size < 12_000
    assert Cache(file).get(content_digest(b"49"), 1) == bytes(1000)


RECORDS = st.dictionaries(
    st.tuples(st.binary(min_size=16, max_size=16), st.integers(0, 255)), st.binary(max_size=60)
)


@settings(max_examples=60, deadline=None)
@given(records=RECORDS, cut=st.integers(0, 4000), flip=st.integers(0, 4000))
def test_what_a_damaged_cache_still_gives_is_what_was_put_in(
    tmp_path_factory: pytest.TempPathFactory,
    records: dict[tuple[bytes, int], bytes],
    cut: int,
    flip: int,
) -> None:
    file = tmp_path_factory.mktemp("cache") / "facts-1.bin"
    cache = Cache(file)
    for (digest, reader), payload in records.items():
        cache.put(digest, reader, payload)
    cache.save()
    data = bytearray(file.read_bytes() if file.exists() else b"")
    whole = Cache(file)
    assert {key: whole.get(*key) for key in records} == records
    if flip < len(data):
        data[flip] ^= 0x10
    if data:
        file.write_bytes(bytes(data[: max(1, len(data) - cut)]))
    damaged = Cache(file)
    for key, payload in records.items():
        assert damaged.get(*key) in {payload, None}
