"""After any edits the digest from memory is the one from scratch, and the verdict is right."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from data_measuring_support import (
    ALGORITHMS,
    EDITS,
    SAME_STREAM,
    START,
    change_at_the_same_size,
    from_scratch,
    make,
    rename_in_another_case,
    soon,
    swap_with_another,
    turn_a_file_into_a_folder_with_the_same_stream,
    turn_into_a_link,
    wait,
)
from data_support import facts_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from repro_check.data import Algorithm, State, StatIndex, declarations, verify
from repro_check.data.hashing.hashers import Here
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.verdicts import Means
from repro_check.runtime.trees import UndefinedTreeError


class Step(NamedTuple):
    edit: Callable[[Path, Path, int], None]
    which: int
    number: int
    waits: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(EDITS) | st.sampled_from(SAME_STREAM),
        st.integers(0, 20),
        st.integers(0, 20),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


def apply(step: Step, folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    file = files[step.which % len(files)] if files else folder / "first"
    if not files:
        file.write_bytes(b"1")
    step.edit(folder, file, step.number)


def outcome_of(measure: Callable[[], str]) -> str:
    try:
        return measure()
    except UndefinedTreeError as error:
        return f"undefined: {error.reason}"


def declared(root: Path, algorithm: Algorithm, digest: str):
    if algorithm is Algorithm.DVC:
        text = f"outs:\n- md5: {digest}\n  path: data\n  hash: md5\n"
        from repro_check.data.dvc.outs import outs

        (found,) = outs(facts_of(text), "data.dvc")
        return found, "data.dvc"
    (root / "conf.yaml").write_text("x: 1\n")
    (found,) = declarations(
        facts_of(f'dir: data\n{"md5" if ":" not in digest else "digest"}: "{digest}"\n')
    )
    return found, "conf.yaml"


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("which", [1, 4])
def test_after_an_edit_digest_and_verdict_are_those_from_scratch(edit, which) -> None:
    follow([Step(edit, which, 0, waits=True)])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@example([Step(swap_with_another, 3, 4, True), Step(swap_with_another, 0, 2, True)])
@example([Step(rename_in_another_case, 1, 0, True), Step(change_at_the_same_size, 1, 0, False)])
@example(
    [
        Step(change_at_the_same_size, 0, 0, False),
        Step(turn_into_a_link, 4, 3, False),
        Step(turn_a_file_into_a_folder_with_the_same_stream, 9, 0, False),
    ]
)
def test_after_any_edits_digest_and_verdict_are_those_from_scratch(steps: list[Step]) -> None:
    follow(steps)


def follow(steps: list[Step]) -> None:
    """Edit data step by step, and compare memory with what is there after each."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, "repo")
        folder = make(root / "data", START)
        index = StatIndex(Path(temporary, "index"), clock=soon)
        recorded = {one: from_scratch(folder, one) for one in ALGORITHMS}
        wait()
        for algorithm in ALGORITHMS:
            scheme = scheme_of(algorithm, root=root, path=folder)
            found = Measure(folder, scheme, index=index, hasher=Here()).digest(keep_files=True)
            assert found.digest == recorded[algorithm]
        for step in steps:
            apply(step, folder)
            if step.waits:
                wait()
            for algorithm in ALGORITHMS:
                compare(folder, algorithm, recorded[algorithm], index)


def compare(folder: Path, algorithm: Algorithm, recorded: str, index: StatIndex) -> None:
    root = folder.parent
    scheme = scheme_of(algorithm, root=root, path=folder)
    plain = outcome_of(lambda: Measure(folder, scheme, hasher=Here()).digest().digest)
    if not plain.startswith("undefined"):
        assert plain == from_scratch(folder, algorithm)
    # first as a check does, which may stop early, then as the command does that records
    declaration, config = declared(root, algorithm, recorded)
    verdict = verify(
        declaration, root=root, config_path=config, means=Means(index=index, hasher=Here())
    )
    if plain.startswith("undefined"):
        assert verdict.state is State.UNDEFINED
        return
    assert verdict.state is (State.MATCH if plain == recorded else State.MISMATCH)
    assert verdict.actual in ("", plain)
    again = Measure(folder, scheme, index=index, hasher=Here())
    assert again.digest().digest == plain
    entries = list(again.manifest())
    assert entries == list(Measure(folder, scheme, hasher=Here()).manifest())
