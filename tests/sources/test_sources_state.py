from __future__ import annotations

import os
from pathlib import Path

import pytest

from repro_check.sources.state import state_folder


def test_state_is_kept_beside_gits_data_or_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    git = tmp_path / "repo/.git"
    git.mkdir(parents=True)
    assert state_folder(tmp_path / "repo") == git / "repro-check"
    (tmp_path / "plain").mkdir()
    without = state_folder(tmp_path / "plain")
    assert without.is_relative_to(tmp_path / "cache/repro-check")
    assert without != state_folder(tmp_path / "other")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes all")
def test_state_of_a_repository_that_cannot_be_written_is_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    git = tmp_path / "repo/.git"
    git.mkdir(parents=True)
    git.chmod(0o500)
    assert state_folder(tmp_path / "repo").is_relative_to(tmp_path / "cache")
