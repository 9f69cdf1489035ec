"""Processes that share out work: nothing is lost when one dies, and nothing is done twice."""

from __future__ import annotations

import os
import signal
import time

import pytest

from repro_check.engine.workers import spread


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_every_number_is_done_once(most: int) -> None:
    assert sorted(spread(lambda number: number**2, 20, most=most)) == [
        (number, number**2) for number in range(20)
    ]


def test_the_work_is_done_elsewhere_with_what_is_here() -> None:
    here, known = os.getpid(), {"word": "said"}
    done = dict(spread(lambda _number: (os.getpid(), known["word"]), 4, most=2))
    assert {word for _, word in done.values()} == {"said"}
    assert here not in {process for process, _ in done.values()}


def test_few_that_are_alike_are_done_by_one_process() -> None:
    done = dict(spread(lambda _number: os.getpid(), 20, most=3, alike=5))
    assert sorted(done) == list(range(20))
    assert len({done[number] for number in range(15, 20)}) == 1


def test_many_that_are_alike_are_shared() -> None:
    def work(_number: int) -> int:
        time.sleep(0.01)
        return os.getpid()

    done = dict(spread(work, 30, most=2, alike=30))
    assert len(set(done.values())) == 2


@pytest.mark.parametrize("alike", [0, 5])
@pytest.mark.parametrize("killer", [0, 3, 7])
def test_what_a_killed_process_was_at_is_done_here(killer: int, alike: int) -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if number == killer and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert sorted(spread(work, 8, most=2, alike=alike)) == [(number, number) for number in range(8)]


def test_where_every_process_dies_all_is_done_here() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here:
            os._exit(1)
        return number

    assert sorted(spread(work, 6, most=3)) == [(number, number) for number in range(6)]


def test_an_error_is_raised_where_it_was_asked_for() -> None:
    def work(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    with pytest.raises(ValueError, match="two"):
        list(spread(work, 5, most=2))


def test_what_cannot_be_sent_is_done_here() -> None:
    results = dict(spread(lambda number: lambda: number, 3, most=2))
    assert [results[number]() for number in range(3)] == [0, 1, 2]
