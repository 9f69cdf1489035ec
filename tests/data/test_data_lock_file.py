"""`repro-data.lock` in a repository: written whole or not at all, and read with suspicion."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commanding import repro_check, without_privileges
from conftest import Repo

from repro_check.data import Algorithm, State
from repro_check.data.hashing.index import StatIndex
from repro_check.data.lock_file import MOST_LINES, read_lock, section_for, write_lock
from repro_check.data.repository import means_of, record, update_lock
from repro_check.data.verdicts import Means
from repro_check.engine import Session
from repro_check.engine.fix import plan_edits, write
from repro_check.errors import ReproCheckError
from repro_check.project.project import Project
from repro_check.runtime.lockfile import FILE_NAME, Section, parse_lock, written
from repro_check.runtime.manifest import Entry
from repro_check.settings import load_settings
from repro_check.sources.discovery import discover

MakeRepo = Callable[..., Repo]
ONE = Section("data", f"md5:{'1' * 32}", (Entry("a\nb", 1, "a" * 32), Entry("e/", 0, "")))
TWO = Section("other", f"md5:{'2' * 32}", ())


def entries(count: int, folders: int = 0) -> Iterator[Entry]:
    for number in range(count):
        top = f"d{number * folders // count:05}/" if folders else ""
        yield Entry(f"{top}f{number:06}", number, "a" * 32)


def test_what_was_written_is_read(tmp_path) -> None:
    assert read_lock(tmp_path) == ()
    assert write_lock(tmp_path, [TWO, ONE])
    assert read_lock(tmp_path) == (ONE, TWO)
    assert not write_lock(tmp_path, [ONE, TWO]), "nothing changed"
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_file_that_says_the_same_is_not_touched(tmp_path) -> None:
    write_lock(tmp_path, [ONE])
    os.utime(tmp_path / FILE_NAME, ns=(1, 1))
    write_lock(tmp_path, [ONE])
    assert (tmp_path / FILE_NAME).stat().st_mtime_ns == 1


@pytest.mark.parametrize(
    ("count", "folders", "lines"),
    [
        (0, 0, 0),
        (MOST_LINES, 0, MOST_LINES),
        (MOST_LINES + 1, 0, 0),
        (MOST_LINES + 1, 3, 3),
        (MOST_LINES, 3, MOST_LINES),
        (2 * MOST_LINES, MOST_LINES, MOST_LINES),
        (2 * MOST_LINES, MOST_LINES + 1, 0),
    ],
)
def test_a_section_has_so_many_lines_as_are_fit_for_version_control(count, folders, lines) -> None:
    found = section_for("d", Algorithm.TREE_MD5, "tree:md5:0", "md5", entries(count, folders))
    assert len(found.entries) == lines
    assert found.is_collapsed is (0 < lines < count)
    assert sum(entry.size for entry in found.entries) in (0, sum(range(count)))
    assert parse_lock(written([found])) == (found,)


def test_a_digest_without_a_prefix_gets_that_of_its_algorithm() -> None:
    assert section_for("d", Algorithm.MD5, "0" * 32, "md5", []).digest == f"md5:{'0' * 32}"
    assert section_for("d", Algorithm.TREE_MD5, "tree:md5:0", "md5", []).digest == "tree:md5:0"


def a_conflict(file: Path) -> None:
    file.write_text(written([ONE]) + "<<<<<<< HEAD\n")


def a_link(file: Path) -> None:
    file.with_name("elsewhere").write_text(written([ONE]))
    file.symlink_to("elsewhere")


def a_link_to_nothing(file: Path) -> None:
    file.symlink_to("nothing")


def a_folder(file: Path) -> None:
    file.mkdir()


def a_terabyte(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(1 << 40)


def not_utf8(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")


def look(file: Path) -> tuple[int, ...]:
    status = os.lstat(file)
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns


DAMAGE = [a_conflict, a_link, a_link_to_nothing, a_folder, a_terabyte, not_utf8, os.mkfifo]


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_no_lock_file_is_said_and_left_as_it_is(tmp_path, damage) -> None:
    damage(tmp_path / FILE_NAME)
    before = look(tmp_path / FILE_NAME)
    with pytest.raises(ReproCheckError) as caught:
        read_lock(tmp_path)
    assert caught.value.where == FILE_NAME
    assert "data lock" in caught.value.fix
    assert look(tmp_path / FILE_NAME) == before


CONFIG = "data:\n  dir: data/{0}\n  md5: '{1}'\n"
OLD = "0" * 32


def md5_of(name: str, content: str) -> str:
    return hashlib.md5(f"{name}{content}".encode()).hexdigest()


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    files = {"conf.yaml": CONFIG.format("x", ""), "data/x/a.csv": "1,2\n"}
    return make_repo(files)


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_command_that_records_stops_at_a_damaged_lock_file_and_harms_nothing(
    repo, damage
) -> None:
    damage(repo.root / FILE_NAME)
    before = look(repo.root / FILE_NAME)
    done = repro_check("data", "lock", cwd=repo.root)
    assert done.code == 2
    assert FILE_NAME in done.err
    assert "Delete it" in done.err
    assert look(repo.root / FILE_NAME) == before
    (repo.root / FILE_NAME).rename(repo.root / "damaged")
    again = repro_check("data", "lock", cwd=repo.root)
    assert again.code == 0, again.text
    assert [section.path for section in read_lock(repo.root)] == ["data/x"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_lock_file_does_not_stop_a_verification(repo, damage) -> None:
    repo.write({"conf.yaml": CONFIG.format("x", OLD)})
    damage(repo.root / FILE_NAME)
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 1
    assert done.out.startswith("mismatch")


def opened(root: Path) -> Session:
    settings = load_settings(root, root).settings
    return Session(discover(root, is_staged=False, exclude=settings.exclude), settings)


def recorded(project: Project, means: Means, **options: object):
    (config,) = [one for one in project.configs.readable() if one.path == "conf.yaml"]
    found = record(project, config, means=means, announce=lambda *_: None, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_files_of_a_section_are_those_of_its_digest(repo) -> None:
    project = opened(repo.root).project
    recording = recorded(project, means_of(project))
    (section,) = recording.sections
    content = hashlib.md5(b"1,2\n").hexdigest()
    digest = f"md5:{md5_of('a.csv', '1,2' + chr(10))}"
    assert section == Section("data/x", digest, (Entry("a.csv", 4, content),))


class Meddling:
    """An index that meddles with the data as soon as their digest has been recorded."""

    def __init__(self, inner: StatIndex, meddle: Callable[[], None]) -> None:
        self.inner = inner
        self.meddle = meddle

    def record(self, *arguments: object, **options: object) -> bool:
        done = self.inner.record(*arguments, **options)  # type: ignore[arg-type]
        self.meddle()
        return done

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("key", ["md5", "digest", "sha256"])
@pytest.mark.parametrize("edit", ["change", "remove", "add"])
def test_data_that_change_after_their_digest_was_made_are_not_recorded_with_other_files(
    repo, tmp_path, keeps, key, edit
) -> None:
    data = "data/x/a.csv" if key == "sha256" else "data/x"
    repo.write({"conf.yaml": f"data:\n  path: {data}\n  {key}:\n"})
    file = repo.root / "data/x/a.csv"

    def meddle() -> None:
        if edit == "change":
            file.write_text("9,9\n")
        elif edit == "remove":
            file.unlink()
        else:
            (repo.root / "data/x/new").write_text("")

    # without a folder for its memory, every file is read a second time for its own digest
    folder = tmp_path / "index"
    if not keeps:
        folder.write_text("")
    project = opened(repo.root).project
    before = {entry: entry.read_bytes() for entry in (repo.root / "data/x").iterdir()}
    recording = recorded(project, Means(index=Meddling(StatIndex(folder), meddle)))  # type: ignore[arg-type]
    if recording.sections:
        (section,) = recording.sections
        assert {e.path: e.digest for e in section.entries} == {
            path.name: hashlib.new("md5" if key == "md5" else "sha256", content).hexdigest()
            for path, content in before.items()
        }
    else:
        (verdict,) = recording.unmeasured
        assert verdict.state is State.UNDEFINED
        assert "being changed" in verdict.reason
        assert recording.plan.edits == ()


@pytest.fixture
def two(make_repo: MakeRepo) -> Repo:
    repo = make_repo(
        {
            "one.yaml": CONFIG.format("x", ""),
            "two.yaml": CONFIG.format("y", ""),
            "data/x/a": "1",
            "data/y/a": "2",
        }
    )
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    assert named(repo) == {"data/x": md5_of("a", "1"), "data/y": md5_of("a", "2")}
    return repo


def named(repo: Repo) -> dict[str, str]:
    return {one.path: one.digest.removeprefix("md5:") for one in read_lock(repo.root)}


def test_sections_of_other_data_stay(two) -> None:
    two.write({"data/x/a": "3"})
    assert repro_check("data", "lock", "--update", "one.yaml", cwd=two.root).code == 0
    assert named(two) == {"data/x": md5_of("a", "3"), "data/y": md5_of("a", "2")}


def test_sections_of_data_that_are_no_longer_declared_go(two) -> None:
    two.write({"two.yaml": "lr: 1\n", "data/x/a": "3"})
    assert repro_check("data", "lock", "--update", cwd=two.root).code == 0
    assert named(two) == {"data/x": md5_of("a", "3")}


def test_the_record_of_data_that_are_not_on_this_machine_stays(two) -> None:
    (two.root / "data/y").rename(two.root / "away")
    two.write({"data/x/a": "3"})
    assert repro_check("data", "lock", "--update", cwd=two.root).code == 3
    assert named(two) == {"data/x": md5_of("a", "3"), "data/y": md5_of("a", "2")}


def test_a_digest_that_is_not_replaced_keeps_its_record_beside_new_ones(two) -> None:
    two.write({"data/x/a": "3", "data/y/a": "4", "two.yaml": CONFIG.format("y", "")})
    assert repro_check("data", "lock", cwd=two.root).code == 3
    assert named(two) == {"data/x": md5_of("a", "1"), "data/y": md5_of("a", "4")}


def test_copies_with_one_digest_are_two_data_sets(make_repo) -> None:
    repo = make_repo(
        {
            "one.yaml": CONFIG.format("x", ""),
            "two.yaml": CONFIG.format("y", ""),
            "data/x/a": "1",
            "data/y/a": "1",
        }
    )
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    repo.write({"data/x/a": "3"})
    assert repro_check("data", "lock", "--update", "one.yaml", cwd=repo.root).code == 0
    assert named(repo) == {"data/x": md5_of("a", "3"), "data/y": md5_of("a", "1")}


def test_a_digest_of_another_kind_takes_the_place_of_the_old_one(repo) -> None:
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    done = repro_check("data", "lock", "--update", "--algo", "tree:sha256", cwd=repo.root)
    assert done.code == 0, done.text
    assert [section.algorithm for section in read_lock(repo.root)] == ["tree:sha256"]
    assert repro_check("data", "verify", cwd=repo.root).code == 0


def test_a_refused_digest_leaves_the_record_of_the_old_one(repo) -> None:
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    before = repo.text(FILE_NAME)
    repo.write({"data/x/a.csv": "other\n"})
    assert repro_check("data", "lock", cwd=repo.root).code == 3
    assert repo.text(FILE_NAME) == before


def test_two_runs_at_once_lose_no_section_of_each_other(make_repo) -> None:
    names = [f"c{number}" for number in range(4)]
    repo = make_repo(
        {f"{name}.yaml": CONFIG.format(name, "") for name in names}
        | {f"data/{name}/a": name for name in names}
    )
    for _ in range(2):
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "repro_check", "data", "lock", f"{name}.yaml"],
                cwd=repo.root,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for name in names
        ]
        for process in running:
            _, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
        assert [section.path for section in read_lock(repo.root)] == [f"data/{n}" for n in names]
        (repo.root / FILE_NAME).unlink()
    assert not list(repo.root.rglob("*.tmp"))


def test_what_another_config_records_is_kept(repo) -> None:
    other = Section("kept", f"md5:{OLD}", ())
    repo.write({"other.yaml": CONFIG.format("kept", OLD)})
    write_lock(repo.root, [other])
    project = opened(repo.root).project
    recording = recorded(project, means_of(project))
    assert update_lock(project, [recording])
    assert [section.path for section in read_lock(repo.root)] == ["data/x", "kept"]


def limited(root: Path, *arguments: str, size: int) -> subprocess.CompletedProcess[str]:
    """The command where no file may grow above a size, as on a disk that is full."""
    return subprocess.run(
        [sys.executable, "-m", "repro_check", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git/" not in path.as_posix()
    }


@pytest.mark.parametrize("size", [0, 20, 200])
def test_on_a_full_disk_everything_stays_as_it_was_and_it_is_said(make_repo, size) -> None:
    repo = make_repo(
        {
            "conf.yaml": "# " + "x" * 300 + "\n" + CONFIG.format("x", ""),
            "data/x/a.csv": "1,2\n",
        }
    )
    before = files_of(repo.root)
    done = limited(repo.root, "data", "lock", size=size)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "conf.yaml: cannot write the file (File too large)" in done.stderr
    assert "what was there is intact" in done.stderr
    assert files_of(repo.root) == before
    assert not list(repo.root.rglob("*.tmp"))
    assert limited(repo.root, "data", "status", size=size).returncode == 0
    fits = repro_check("data", "lock", cwd=repo.root)
    assert fits.code == 0, "and goes on where it was stopped"


def test_a_lock_file_that_does_not_fit_is_the_old_one_and_the_next_run_mends_it(make_repo) -> None:
    repo = make_repo(
        {"conf.yaml": CONFIG.format("x", "")} | {f"data/x/{n:040}": str(n) for n in range(50)}
    )
    write_lock(repo.root, [ONE])
    before = repo.text(FILE_NAME)
    done = limited(repo.root, "data", "lock", size=1_000)
    assert done.returncode == 2
    assert f"{FILE_NAME}: cannot write the file" in done.stderr
    assert repo.text(FILE_NAME) == before
    assert not list(repo.root.rglob("*.tmp"))
    assert repro_check("data", "verify", cwd=repo.root).code == 0, "the config is whole"
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    assert len(read_lock(repo.root)[-1].entries) == 50


def test_a_repository_that_cannot_be_written_is_verified_and_not_locked(repo) -> None:
    words = without_privileges()
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    repo.write({"more.yaml": CONFIG.format("x", "")})
    folders = [repo.root, *(path for path in repo.root.rglob("*") if path.is_dir())]
    before = files_of(repo.root)
    for folder in folders:
        folder.chmod(0o555)
    try:
        verified = repro_check("data", "verify", "conf.yaml", cwd=repo.root, before=words)
        locked = repro_check("data", "lock", cwd=repo.root, before=words)
        hook = repro_check("check", "--stage", "data", cwd=repo.root, before=words)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert (verified.code, hook.code) == (0, 0), verified.text + hook.text
    assert verified.out.startswith("match")
    assert locked.code == 2
    assert "more.yaml: cannot write the file (Permission denied)" in locked.err
    assert files_of(repo.root) == before


def test_a_config_that_its_owner_saves_meanwhile_is_not_written_over(repo) -> None:
    session = opened(repo.root)
    recording = recorded(session.project, means_of(session.project))
    assert recording.plan.edits
    mine = "# mine\n" + CONFIG.format("x", "")
    repo.write({"conf.yaml": mine})
    content = session.store.content(recording.config.file)
    assert content is not None
    change = plan_edits("conf.yaml", content, recording.plan.edits)
    with pytest.raises(ReproCheckError, match="changed meanwhile"):
        write(change, repo.root)
    assert repo.text("conf.yaml") == mine
