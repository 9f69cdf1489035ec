"""What goes wrong on real disks: nothing is lost, nothing is half written, and all of it is said."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commanding import repro_check
from conftest import IDENTITY, Repo, clean_environment

from repro_check.data import Algorithm, State, StatIndex, md5_reference
from repro_check.data.declaring.declarations import declarations
from repro_check.data.hash_path import hash_path
from repro_check.data.hashing.memory import Memory
from repro_check.data.lock_file import read_lock
from repro_check.data.verdicts import Means
from repro_check.data.verify import verify
from repro_check.errors import ReproCheckError
from repro_check.runtime.hashing import digest
from repro_check.runtime.lockfile import FILE_NAME
from repro_check.sources.yaml_positions import yaml_facts

MakeRepo = Callable[..., Repo]
CONFIG = "data:\n  dir: data  # all of it\n  md5: '{}'\n"
ALGORITHMS = ["md5", "tree:md5", "tree:sha256"]


def state_of(root: Path, *, index: StatIndex | None = None, digest_text: str = "0" * 32):
    (declared,) = declarations(yaml_facts(f'dir: data\nmd5: "{digest_text}"\n'))
    return verify(declared, root=root, config_path="conf.yaml", means=Means(index=index))


# Killed at any moment.

LOOP = """
import os, sys
sys.stdout = sys.stderr = open(os.devnull, "w")
from repro_check.cli.app import app
number = 0
while True:
    number += 1
    # each round has other data, so that config, lock file, index and memory are written anew
    with open("data/changing", "w") as stream:
        stream.write(str(number))
    try:
        app(["data", "lock", "--update"], standalone_mode=False)
    except SystemExit:
        pass
"""


def test_killed_at_any_moment_every_file_is_old_or_new_and_never_half(make_repo: MakeRepo) -> None:
    repo = make_repo(
        {"conf.yaml": CONFIG.format("0" * 32)}
        | {f"data/f{number:03}": str(number) for number in range(300)}
    )
    assert repro_check("data", "lock", "--update", cwd=repo.root).code == 0
    source = random.Random(3)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", LOOP],
            cwd=repo.root,
            env=clean_environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        )
        time.sleep(0.25 + source.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_whole(repo)
    done = repro_check("data", "lock", "--update", cwd=repo.root)
    assert done.code == 0, done.text
    verified = repro_check("data", "verify", cwd=repo.root)
    assert verified.code == 0, verified.text
    left = [path for path in repo.root.rglob("*.tmp") if ".git" not in path.parts]
    assert len(left) <= 6, "what a killed run leaves is its own hidden temporary file"
    assert all(path.name.startswith(".") for path in left)


def assert_whole(repo: Repo) -> None:
    text = repo.text("conf.yaml")
    recorded = text.split("'")[1]
    assert text == CONFIG.format(recorded)
    assert len(bytes.fromhex(recorded)) == 16
    (section,) = read_lock(repo.root)
    assert len(section.entries) == 301
    place = repo.root / ".git" / "repro-check"
    index = place / "data-index.json"
    if index.exists():
        json.loads(index.read_bytes())
    for file in (place / "data-files").iterdir():
        if not file.name.endswith(".tmp"):
            memory = Memory.open(file)
            assert memory is not None
            assert sum(1 for _ in memory) == 301


# Two at once.


def test_runs_at_once_on_one_repository_do_each_other_no_harm(make_repo: MakeRepo) -> None:
    repo = make_repo(
        {"conf.yaml": CONFIG.format("")}
        | {f"data/f{number:03}": "x" * number for number in range(99)}
    )
    right = md5_reference(repo.root / "data")
    for _ in range(2):
        words = [["lock"], ["lock"], ["verify"], ["status"], ["lock", "--update"]]
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "repro_check", "data", *some],
                cwd=repo.root,
                env=clean_environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for some in words
        ]
        for process, some in zip(running, words, strict=True):
            out, err = process.communicate(timeout=60)
            assert "Traceback" not in err
            assert "bug" not in err
            # who comes second to the config is told so, and finds it recorded the next time
            is_late = process.returncode == 2 and "changed meanwhile" in err
            assert is_late or process.returncode in ({0} if some != ["verify"] else {0, 3}), (
                out + err
            )
        assert repo.text("conf.yaml") == CONFIG.format(right)
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    (section,) = read_lock(repo.root)
    assert section.digest == f"md5:{right}"
    assert len(section.entries) == 99
    assert not list(repo.root.rglob("*.tmp"))


def test_a_config_that_is_saved_while_the_data_are_read_keeps_what_was_saved(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"conf.yaml": CONFIG.format("")})
    (repo.root / "data").mkdir()
    with (repo.root / "data" / "large").open("wb") as stream:
        stream.truncate(300 << 20)
    process = subprocess.Popen(
        [sys.executable, "-m", "repro_check", "data", "lock"],
        cwd=repo.root,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    mine = "# mine\n" + CONFIG.format("")
    if not wait_until_open(process, repo.root / "data" / "large"):
        process.wait()
        pytest.skip("needs the proc file system")
    repo.write({"conf.yaml": mine})
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, out
    assert "conf.yaml: the file was changed meanwhile" in err
    assert repo.text("conf.yaml") == mine
    assert not (repo.root / FILE_NAME).exists()


def wait_until_open(process: subprocess.Popen[str], file: Path) -> bool:
    """Until the process has a file open."""
    while process.poll() is None and Path("/proc/self/fd").exists():
        try:
            links = [entry.readlink() for entry in Path(f"/proc/{process.pid}/fd").iterdir()]
        except OSError:
            continue
        if file in links:
            return True
    return False


# A full disk, with all that a full disk does.

ON_A_SMALL_DISK = """
import os, shutil, subprocess, sys
disk, words = sys.argv[1], sys.argv[2:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], check=True)
shutil.copytree(disk + ".source", disk, dirs_exist_ok=True, symlinks=True)
with open(disk + "/ballast", "wb", buffering=0) as ballast:
    try:
        while True:
            ballast.write(b"x" * 1024)
    except OSError:
        pass
before = {name: open(f"{disk}/{name}", "rb").read() for name in ("conf.yaml", "repro-data.lock")}
done = subprocess.run(words, cwd=disk, capture_output=True, text=True)
after = {name: open(f"{disk}/{name}", "rb").read() for name in before}
left = [name for _, _, names in os.walk(disk) for name in names if name.endswith(".tmp")]
os.unlink(disk + "/ballast")
again = subprocess.run(words, cwd=disk, capture_output=True, text=True)
print(repr((done.returncode, done.stderr, before == after, left, again.returncode, again.stderr)))
"""


def test_a_disk_that_is_full_leaves_the_old_files(make_repo: MakeRepo, tmp_path: Path) -> None:
    repo = make_repo(
        {"conf.yaml": CONFIG.format("")} | {f"data/{number:0100}": "" for number in range(40)}
    )
    (repo.root / FILE_NAME).write_text("version 1\n")
    disk = tmp_path / "disk"
    disk.mkdir()
    shutil.copytree(repo.root, f"{disk}.source", symlinks=True)
    done = subprocess.run(
        [
            *("unshare", "-m", sys.executable, "-c", ON_A_SMALL_DISK, str(disk)),
            *(sys.executable, "-m", "repro_check", "data", "lock"),
        ],
        env=clean_environment() | IDENTITY | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Operation not permitted" in done.stderr or "must be superuser" in done.stderr:
        pytest.skip("only root can make a small disk")
    code, err, is_same, left, again, more = eval(done.stdout)
    assert (code, is_same, left) == (2, True, []), done.stdout
    assert "cannot write the file (No space left on device); what was there is intact" in err
    assert again == 0, more


# Deep, wide, odd and large.


@contextmanager
def deep_folder(top: Path, levels: int) -> Iterator[None]:
    """A tree whose path is longer than the system takes in one piece; taken away level by level."""
    top.mkdir(parents=True, exist_ok=True)
    here = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    with os.fdopen(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=here), "w") as stream:
        stream.write("deep")
    try:
        yield
    finally:
        os.unlink("file", dir_fd=here)
        for _ in range(levels):
            above = os.open("..", os.O_RDONLY, dir_fd=here)
            os.rmdir("d", dir_fd=above)
            os.close(here)
            here = above
        os.close(here)


def test_a_tree_that_is_too_deep_for_the_system_is_a_verdict_and_no_crash(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"conf.yaml": CONFIG.format("0" * 32), ".gitignore": "data/\n"})
    with deep_folder(repo.root / "data", 3_000):
        verified = repro_check("data", "verify", cwd=repo.root)
        locked = repro_check("data", "lock", "--update", cwd=repo.root)
        hashed = repro_check("data", "hash", "data", cwd=repo.root)
        hook = repro_check("check", "--stage", "data", cwd=repo.root)
        runtime = [digest_error(repo.root / "data", algorithm) for algorithm in ALGORITHMS]
    assert verified.code == 3
    assert verified.out.startswith("undefined")
    assert "cannot be read (File name too long)" in verified.out
    assert locked.code == 3
    assert hashed.code == 2
    assert hook.code == 0
    assert "File name too long" in hook.out + hook.err
    assert all("cannot be read (File name too long)" in text for text in runtime)


def digest_error(path: Path, algorithm: str) -> str:
    try:
        return digest(path, algorithm)
    except ValueError as error:
        return str(error)


def test_a_tree_as_deep_as_the_system_can_name_is_hashed(tmp_path: Path) -> None:
    levels = 1_900
    with deep_folder(tmp_path / "data", levels):
        names = b"d" * levels + b"file" + b"deep"
        assert digest(tmp_path / "data", "md5") == hashlib.md5(names).hexdigest()
        assert hash_path(str(tmp_path / "data"), Algorithm.TREE_SHA256)


WIDE = """
import os, sys, time
from pathlib import Path
from repro_check.data import Algorithm, StatIndex
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.schemes import scheme_of
data, kept = Path(sys.argv[1]), Path(sys.argv[2])
index = StatIndex(kept, clock=lambda: time.time_ns() + 10**10)
found = []
for algorithm in (Algorithm.MD5, Algorithm.TREE_MD5):
    scheme = scheme_of(algorithm, root=data.parent, path=data)
    found.append(Measure(data, scheme, index=index).digest(keep_files=True).digest)
found.append(sum(1 for _ in Measure(data, scheme, index=index).manifest()))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(repr((found, int(status["VmHWM"].split()[0]) // 1024)))
"""


@pytest.fixture
def quick_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a hundred thousand files are made there in no time."""
    place = Path("/dev/shm")
    if not os.access(place, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def test_a_hundred_thousand_files_in_one_folder_take_little_memory(quick_disk: Path) -> None:
    count = 100_000
    data = quick_disk / "data"
    data.mkdir()
    here = os.open(data, os.O_RDONLY)
    names = [f"file-with-a-rather-long-name-{number:06}.csv" for number in range(count)]
    for name in names:
        os.mknod(name, 0o600 | stat.S_IFREG, dir_fd=here)
    os.close(here)
    done = subprocess.run(
        [sys.executable, "-c", WIDE, str(data), str(quick_disk / "kept")],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, megabytes = eval(done.stdout)
    md5 = hashlib.md5("".join(names).encode()).hexdigest()
    empty = hashlib.md5().hexdigest()
    tree = hashlib.md5("".join(f"{empty} 0 {name}\0" for name in names).encode()).hexdigest()
    assert found == [md5, f"tree:md5:{tree}", count]
    assert megabytes < 200


ODD = ["a\nb", "\x01\x1b[31m\x7f", "x" * 255, "é" * 127, " ", "\u202ex", '"', "-", "#", "\\", "\r"]


def test_odd_names_are_recorded_compared_and_shown_harmless(make_repo: MakeRepo) -> None:
    repo = make_repo({"conf.yaml": CONFIG.format("")} | {f"data/{name}": "1" for name in ODD})
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    assert {entry.path for entry in read_lock(repo.root)[0].entries} == set(ODD)
    assert repro_check("data", "verify", cwd=repo.root).code == 0
    for name in ODD:
        (repo.root / "data" / name).write_bytes(b"2")
    shutil.rmtree(repo.root / ".git" / "repro-check")
    done = repro_check("data", "diff", cwd=repo.root)
    assert done.code == 1
    assert done.out.count("changed ") == len(ODD)
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    listed = repro_check("data", "diff", "--output-format", "json", cwd=repo.root)
    (one,) = listed.document["data"]
    assert {change["path"] for change in one["changed"]} == set(ODD)


def test_a_name_that_is_not_utf8_is_said(make_repo: MakeRepo) -> None:
    repo = make_repo({"conf.yaml": CONFIG.format("0" * 32), "data/a": "1"})
    (repo.root / os.fsdecode(b"data/caf\xe9")).write_bytes(b"")
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 3
    assert "a name that is not UTF-8" in done.out
    assert repro_check("data", "lock", "--update", cwd=repo.root).code == 3


def test_a_hole_of_a_quarter_of_a_gigabyte_has_its_size_and_digest(tmp_path: Path) -> None:
    size = 256 << 20
    data = tmp_path / "data"
    data.mkdir()
    with (data / "sparse").open("wb") as stream:
        stream.truncate(size)
    zeros = hashlib.md5()
    for _ in range(size >> 20):
        zeros.update(bytes(1 << 20))
    line = f"{zeros.hexdigest()} {size} sparse\0".encode()
    found = hash_path(str(data), Algorithm.TREE_MD5)
    assert found == f"tree:md5:{hashlib.md5(line).hexdigest()}"


# What is no data at all.


@pytest.mark.parametrize("place", ["data", "data/pipe"])
@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "device"])
def test_the_hook_does_not_wait_for_what_is_no_file(
    make_repo: MakeRepo, place: str, kind: str
) -> None:
    repo = make_repo({"conf.yaml": CONFIG.format("0" * 32)})
    (repo.root / place).parent.mkdir(exist_ok=True)
    os.mkfifo(repo.root / "elsewhere")
    if kind == "pipe":
        os.mkfifo(repo.root / place)
    else:
        target = "/dev/zero" if kind == "device" else repo.root / "elsewhere"
        (repo.root / place).symlink_to(target)
    hook = repro_check("check", "--stage", "data", "--select", "DATA002", cwd=repo.root)
    assert hook.code == 0
    assert "conf.yaml" in hook.out + hook.err
    strict = repro_check("check", "--stage", "data", "--strict", cwd=repo.root)
    assert strict.code == 3


def test_data_that_are_replaced_by_something_else_are_never_a_match(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (root / "data").mkdir(parents=True)
    (root / "data" / "a").write_bytes(b"1")
    index = StatIndex(tmp_path / "index", clock=lambda: time.time_ns() + 10**10)
    recorded = md5_reference(root / "data")
    assert state_of(root, index=index, digest_text=recorded).state is State.MATCH
    (root / "data").rename(root / "old")
    os.mkfifo(root / "data")
    assert state_of(root, index=index, digest_text=recorded).state is State.UNDEFINED
    (root / "data").unlink()
    (root / "data").write_bytes(b"a1")
    # a file of these bytes has the digest of that folder: a weakness of the recursion itself
    assert state_of(root, index=index, digest_text=recorded).state is State.MATCH
    assert md5_reference(root / "data") == recorded
    (root / "data").unlink()
    assert state_of(root, index=index, digest_text=recorded).state is State.MISSING
    (root / "old").rename(root / "data")
    assert state_of(root, index=index, digest_text=recorded).state is State.MATCH


def test_an_error_of_the_disk_is_a_verdict(make_repo: MakeRepo) -> None:
    """What `/proc/self/mem` answers to a read is what a bad sector answers."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs the proc file system")
    repo = make_repo({"conf.yaml": CONFIG.format("0" * 32).replace("data ", "/proc/self/mem ")})
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 3
    assert "cannot be read (Input/output error)" in done.out
    with pytest.raises(ReproCheckError, match="cannot be read"):
        hash_path("/proc/self/mem", Algorithm.MD5)


def test_a_stream_that_cannot_be_written_to_is_an_error_and_no_digest_is_lost(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"conf.yaml": CONFIG.format(""), "data/a": "1"})
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "repro_check", "data", "lock"],
            cwd=repo.root,
            env=clean_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    recorded = repo.text("conf.yaml").split("'")[1]
    assert recorded in ("", md5_reference(repo.root / "data"))
