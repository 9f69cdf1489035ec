"""Tasks that copies of this process take part in, and the listing that is made so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from repro_check.data.hashing.listing import list_tree
from repro_check.data.hashing.sharing import MOST_TASKS, share
from repro_check.processes import cores

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def who(numbers: Iterator[int]) -> tuple[int, list[int]]:
    return os.getpid(), [(time.sleep(0.001), number)[1] for number in numbers]


def is_gone(process: int) -> bool:
    try:
        os.waitpid(process, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


@pytest.mark.parametrize("count", [0, 1, 100, MOST_TASKS])
def test_every_task_is_done_once(count) -> None:
    found = share(count, 3, list)
    assert found is not None
    assert sorted(number for numbers in found for number in numbers) == list(range(count))


def test_more_than_one_process_works_and_none_is_left() -> None:
    found = share(100, 3, who)
    assert found is not None
    processes = [process for process, _ in found]
    assert len(set(processes)) == 3
    assert all(map(is_gone, set(processes) - {os.getpid()}))


def test_one_process_is_no_sharing() -> None:
    assert share(3, 1, who) is None


@pytest.mark.parametrize("end", ["dies", "fails", "cannot say"])
def test_a_copy_that_does_not_finish_means_that_nothing_was_found(end) -> None:
    here = os.getpid()

    def work(numbers: Iterator[int]) -> object:
        for _ in numbers:
            if os.getpid() != here:
                if end == "dies":
                    os.kill(os.getpid(), 9)
                if end == "fails":
                    raise OSError
                return lambda: None
            time.sleep(0.002)
        return None

    assert share(50, 2, work) is None


def test_an_error_in_this_process_is_told_and_no_copy_is_left() -> None:
    here = os.getpid()
    copies = Path(f"/proc/{here}/task/{here}/children")

    def work(_numbers: Iterator[int]) -> None:
        if os.getpid() == here:
            raise FileNotFoundError("x")
        time.sleep(60)

    before = copies.read_text() if copies.exists() else ""
    with pytest.raises(FileNotFoundError):
        share(50, 2, work)
    assert (copies.read_text() if copies.exists() else "") == before


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """More files in the first folder than one process lists alone."""
    root = tmp_path_factory.mktemp("listed")
    for folder, count in (("", 4_100), ("a/b", 20), ("a/c", 20), ("d", 20), ("e/f/g", 20)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (root / folder / f"{number}").touch()
    (root / "d" / "link").symlink_to("../0")
    (root / "d" / "lost").symlink_to("nowhere")
    return root


ALONE = (
    "import os, sys\n"
    "from pathlib import Path\n"
    "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    "from repro_check.data.hashing.listing import list_tree\n"
    "print(list_tree(Path(sys.argv[1])))"
)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_a_listing_is_the_same_however_many_make_it(tree) -> None:
    listing = list_tree(tree)
    assert listing.files == 4_182
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(tree)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(listing)


def test_a_change_in_any_folder_is_a_change_of_the_whole(tree) -> None:
    before = list_tree(tree)
    seen = {before.digest}
    for folder in ("a", "a/b", "e/f/g", "d"):
        file = tree / folder / "new"
        file.touch()
        seen.add(list_tree(tree).digest)
        file.unlink()
    (tree / "a").rename(tree / "x")
    seen.add(list_tree(tree).digest)
    (tree / "x").rename(tree / "a")
    assert len(seen) == 6
    assert list_tree(tree) == before


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_at_is_an_error_that_names_it(tree) -> None:
    (tree / "e").chmod(0)
    try:
        with pytest.raises(PermissionError, match="/e'"):
            list_tree(tree)
    finally:
        (tree / "e").chmod(0o700)
