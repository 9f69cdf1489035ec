"""The index of the rules says what the rules say, and holds only for the sources it was made of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from conftest import clean_environment

from repro_check.rules.index import (
    folders_digest,
    is_known_empty,
    keep_empty,
    read_index,
    sources_digest,
    write_index,
)
from repro_check.rules.registry import load_rules
from repro_check.rules.seed import falsy_seed_skipped as module

RULE = module.falsy_seed_skipped


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "seed").mkdir()
    (tmp_path / "seed" / "one.py").write_text("x = 1\n")
    return tmp_path


def test_a_rule_read_from_the_index_is_the_rule_but_for_its_function(package: Path) -> None:
    sources = sources_digest(package)
    write_index(package, sources, [(module.__name__, RULE.check.__name__, RULE)])
    (read,) = read_index(package, sources) or ()
    assert msgspec.structs.replace(read, check=RULE.check) == RULE
    assert read.check.__module__ == module.__name__


@pytest.mark.parametrize("change", ["size", "time", "name", "new"])
def test_the_index_of_other_sources_is_not_read(change: str, package: Path) -> None:
    sources = sources_digest(package)
    write_index(package, sources, [])
    file = package / "seed" / "one.py"
    if change == "size":
        file.write_text("x = 12\n")
    elif change == "time":
        os.utime(file, ns=(1, 1))
    elif change == "name":
        file.rename(file.with_name("other.py"))
    else:
        (package / "seed" / "two.py").touch()
    assert sources_digest(package) != sources
    assert read_index(package, sources_digest(package)) is None


@pytest.mark.parametrize("data", [b"", b"\xc1", b"{}", b"\x92\xc4\x10"])
def test_a_damaged_index_is_not_read(data: bytes, package: Path) -> None:
    sources = sources_digest(package)
    (package / "__pycache__" / "rules.index").write_bytes(data)
    assert read_index(package, sources) is None


def test_without_a_folder_for_byte_code_nothing_is_kept(tmp_path: Path) -> None:
    write_index(tmp_path, b"x", [])
    keep_empty(tmp_path, b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_new_distribution_is_noticed(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    before = folders_digest([str(folder)])
    keep_empty(package, before)
    assert is_known_empty(package, folders_digest([str(folder)]))
    os.utime(folder, ns=(1, 1))
    (folder / "plugin.dist-info").mkdir()
    assert not is_known_empty(package, folders_digest([str(folder)]))


def test_a_process_that_imports_every_rule_and_one_that_imports_none_list_the_same() -> None:
    words = (
        "from repro_check.rules import registry\n"
        "from pathlib import Path\n"
        "package = Path(registry.__file__).parent\n"
        "print(sorted(rule.code for _, _, rule in registry._imported_rules(package)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(),
    )
    assert done.stdout.strip() == str(sorted(rule.code for rule in load_rules()))
