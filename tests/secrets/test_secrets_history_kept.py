"""What is kept between scans of a history, and who reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo
from secret_samples import SHAPED

from repro_check.secrets.history import scan_history
from repro_check.secrets.history.kept import Kept, detectors_version
from repro_check.secrets.history.reading import Held, batches, held_in
from repro_check.secrets.history.versions import Version
from repro_check.secrets.history.workers import spread

MakeRepo = Callable[..., Repo]
TOKEN = SHAPED["Hugging Face Token"](31)
OTHER = SHAPED["GitHub Token"](31)


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo({"README.md": "# A project\n", "a.py": f'x = "{TOKEN}"\n', "b.py": "b = 1\n"})


def cache_file(state: Path) -> Path:
    """The one file that is kept."""
    (file,) = state.iterdir()
    return file


def test_a_second_scan_reads_only_what_is_new(repo: Repo, tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = scan_history(repo.root, state=state)
    assert (first.blobs, first.read, len(first)) == (3, 3, 1)
    again = scan_history(repo.root, state=state)
    assert (again.blobs, again.read) == (3, 0)
    assert again.secrets == first.secrets
    repo.commit(files={"c.py": f'y = "{OTHER}"\n'})
    grown = scan_history(repo.root, state=state)
    assert (grown.blobs, grown.read, len(grown)) == (4, 1, 2)


def test_a_new_name_of_an_old_version_is_read_again(repo: Repo, tmp_path: Path) -> None:
    state = tmp_path / "state"
    scan_history(repo.root, state=state)
    repo.git("mv", "b.py", "c.py")
    repo.commit("Rename")
    assert scan_history(repo.root, state=state).read == 1


def test_without_a_folder_nothing_is_kept(repo: Repo, tmp_path: Path) -> None:
    scan_history(repo.root)
    assert scan_history(repo.root).read == 3
    assert [path.name for path in tmp_path.iterdir()] == [repo.root.name]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:10] + bytes([data[10] ^ 1]) + data[11:],
        lambda data: os.urandom(len(data)),
    ],
    ids=["empty", "cut", "flipped", "random"],
)
def test_a_damaged_file_costs_time_and_nothing_else(
    repo: Repo, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    state = tmp_path / "state"
    first = scan_history(repo.root, state=state)
    file = cache_file(state)
    file.write_bytes(damage(file.read_bytes()))
    again = scan_history(repo.root, state=state)
    assert (again.secrets, again.read) == (first.secrets, 3)
    assert scan_history(repo.root, state=state).read == 0


def test_what_other_detectors_found_is_not_read_and_swept_up(repo: Repo, tmp_path: Path) -> None:
    state = tmp_path / "state"
    scan_history(repo.root, state=state)
    file = cache_file(state)
    assert detectors_version() in file.name
    file.rename(state / "history-0123456789abcdef.bin")
    assert scan_history(repo.root, state=state).read == 3
    assert cache_file(state) == file


def test_what_is_kept_holds_no_secret_and_is_for_its_owner(repo: Repo, tmp_path: Path) -> None:
    state = tmp_path / "state"
    scan_history(repo.root, state=state)
    data = cache_file(state).read_bytes()
    assert TOKEN[:4].encode() in data
    assert not any(TOKEN[at : at + 8].encode() in data for at in range(len(TOKEN) - 8))
    assert cache_file(state).stat().st_mode & 0o077 == 0


def test_a_link_in_place_of_the_folder_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    assert len(scan_history(repo.root, state=tmp_path / "state")) == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_versions_that_are_gone_are_dropped_after_a_whole_scan_only(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put("1" * 40, "a.py", Held())
    kept.put("2" * 40, "a.py", Held())
    kept.save(is_whole=False)
    again = Kept(tmp_path)
    assert again.get("1" * 40, "lib/a.py") == Held()
    assert again.get("1" * 40, "b.py") is None
    again.put("3" * 40, "a.py", Held(is_too_large=True))
    assert again.get("3" * 40, "a.py") == Held(is_too_large=True)
    again.save(is_whole=True)
    assert Kept(tmp_path).get("2" * 40, "a.py") is None


def test_batches_hold_every_version_once_and_not_too_much() -> None:
    versions = [Version(str(number), number * 10, ("a",)) for number in range(100)]
    made = list(batches(versions, most=7, size=1_000))
    assert [one for batch in made for one in batch.versions] == versions
    assert all(len(batch.versions) <= 7 for batch in made)
    assert max(sum(one.size for one in batch.versions) for batch in made) < 2_000


def test_what_a_comment_allows_is_kept_apart() -> None:
    data = f'x = "{TOKEN}"  # pragma: allowlist secret\ny = "{OTHER}"\n'.encode()
    held = held_in("a.py", data)
    assert (len(held.secrets), len(held.allowed)) == (1, 1)


def die_at_three(number: int) -> int:
    """Square a number; at 3 a process that is not the test's ends."""
    if number == 3 and os.getpid() != TEST_PROCESS:
        os._exit(1)
    return number * number


TEST_PROCESS = os.getpid()


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_every_task_is_done_once_even_if_a_process_dies(most: int) -> None:
    done = sorted(spread(die_at_three, range(20), most=most))
    assert done == sorted(number * number for number in range(20))


def test_an_error_of_the_work_is_raised_here() -> None:
    def fail(number: int) -> int:
        raise ValueError(str(number))

    with pytest.raises(ValueError, match="0"):
        list(spread(fail, [0], most=2))


def test_tasks_are_asked_for_as_they_are_needed() -> None:
    asked: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1_000):
            asked.append(number)
            yield number

    results = spread(die_at_three, tasks(), most=2)
    next(results)
    results.close()
    assert len(asked) < 10
