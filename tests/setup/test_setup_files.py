from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from repro_check import __version__
from repro_check.errors import ReproCheckError
from repro_check.settings import Settings, load_settings
from repro_check.setup import FileChange, apply, plan, unified_diff, workflow

PATHS = ["pyproject.toml", ".pre-commit-config.yaml", ".github/workflows/repro-check.yml"]


def project(root: Path) -> Path:
    root.mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (root / ".pre-commit-config.yaml").write_text(
        "repos:\n- repo: meta\n  hooks:\n  - id: identity\n"
    )
    return root


# Planning


def test_a_plan_covers_settings_hooks_and_workflow_and_writes_nothing(tmp_path: Path) -> None:
    before = sorted(path.name for path in project(tmp_path).iterdir())
    changes = plan(tmp_path)
    assert [change.path for change in changes] == PATHS
    assert [change.old is None for change in changes] == [False, False, True]
    assert all(change.note for change in changes)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_bare_folder_gets_a_settings_file_of_its_own(tmp_path: Path) -> None:
    changes = plan(tmp_path)
    assert [change.path for change in changes] == ["repro-check.toml", *PATHS[1:]]
    assert [change.old for change in changes] == [None, None, None]


def test_after_applying_nothing_is_left_to_do(tmp_path: Path) -> None:
    apply(plan(project(tmp_path)), tmp_path)
    assert plan(tmp_path) == ()
    loaded = load_settings(tmp_path, tmp_path)
    assert (loaded.settings, loaded.path) == (Settings(), tmp_path / "pyproject.toml")


def test_a_project_with_its_own_settings_file_gets_no_table(tmp_path: Path) -> None:
    (project(tmp_path) / "repro-check.toml").write_text("")
    assert [change.path for change in plan(tmp_path)] == PATHS[1:]


def test_an_existing_workflow_is_never_touched(tmp_path: Path) -> None:
    path = project(tmp_path) / PATHS[2]
    path.parent.mkdir(parents=True)
    path.write_text("name: mine\n")
    assert [change.path for change in plan(tmp_path)] == PATHS[:2]


def test_the_note_says_which_hook_types_to_install(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text("default_install_hook_types: [pre-commit]\n")
    notes = {change.path: change.note for change in plan(tmp_path)}
    wanted = "--hook-type pre-commit --hook-type commit-msg --hook-type pre-push"
    assert wanted in notes[".pre-commit-config.yaml"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("pyproject.toml", b"[project\n"),
        ("pyproject.toml", b'name = "\xff"\n'),
        (".pre-commit-config.yaml", b"repos: [\n"),
        (".pre-commit-config.yaml", b"repos:\n- \xff\n"),
        (".pre-commit-config.yaml", b"#" * 1_000_001),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named(
    tmp_path: Path, path: str, content: bytes
) -> None:
    (tmp_path / path).write_bytes(content)
    with pytest.raises(ReproCheckError) as caught:
        plan(tmp_path)
    assert caught.value.where.startswith(path)
    assert (tmp_path / path).read_bytes() == content


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").mkdir()
    with pytest.raises(ReproCheckError, match=r"\.pre-commit-config\.yaml: cannot read the file"):
        plan(tmp_path)


# Showing


def test_git_applies_the_diff_and_gets_the_same_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        root.mkdir()
        (root / "pyproject.toml").write_bytes(b"[tool.a]\r\nb = 1")
        (root / ".pre-commit-config.yaml").write_bytes("fail_fast: true  # \u2028\u0085".encode())
    changes = plan(one)
    apply(changes, one)
    subprocess.run(["git", "init", "-q", "."], cwd=two, check=True)
    subprocess.run(["git", "apply", "-"], cwd=two, input=unified_diff(changes).encode(), check=True)
    for path in PATHS:
        assert (one / path).read_bytes() == (two / path).read_bytes()


def test_a_missing_line_end_is_shown_as_such() -> None:
    diff = unified_diff([FileChange("a", "x", "x\ny\n", "")])
    assert diff == ("--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x\n\\ No newline at end of file\n+x\n+y\n")


def test_a_new_file_comes_from_nothing_and_no_changes_make_no_diff() -> None:
    assert unified_diff([FileChange("a/b", None, "x\n", "")]).startswith(
        "--- /dev/null\n+++ b/a/b\n"
    )
    assert unified_diff([]) == ""


# Writing


def test_line_ends_and_bytes_are_written_as_planned(tmp_path: Path) -> None:
    apply([FileChange("a", None, "é\r\nx\n", "")], tmp_path)
    assert (tmp_path / "a").read_bytes() == "é\r\nx\n".encode()


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_the_mode_of_a_file_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    path.chmod(mode)
    apply([FileChange("a", "x", "y", "")], tmp_path)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("y", mode)


def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    apply([FileChange("sub/new", None, "y", "")], tmp_path)
    assert (tmp_path / "sub/new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_no_draft_is_left_behind(tmp_path: Path) -> None:
    apply([FileChange("a", None, "x", ""), FileChange("b", None, "y", "")], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize(
    ("now", "old"), [("changed", "planned"), ("appeared", None), (None, "planned")]
)
def test_a_file_that_changed_since_planning_stops_everything(
    tmp_path: Path, now: str | None, old: str | None
) -> None:
    if now is not None:
        (tmp_path / "b").write_text(now)
    changes = [FileChange("a", None, "new", ""), FileChange("b", old, "new", "")]
    with pytest.raises(ReproCheckError, match="b: the file has changed"):
        apply(changes, tmp_path)
    assert not (tmp_path / "a").exists()
    assert ((tmp_path / "b").read_text() if now else None) == now


def test_a_change_of_line_ends_alone_counts_as_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\r\n")
    with pytest.raises(ReproCheckError, match="has changed"):
        apply([FileChange("a", "x\n", "y\n", "")], tmp_path)


@pytest.mark.parametrize("path", ["link", "folder/new", "../outside/a"])
def test_nothing_is_read_or_written_outside_the_root(tmp_path: Path, path: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a").write_text("x")
    (root / "link").symlink_to(outside / "a")
    (root / "folder").symlink_to(outside)
    with pytest.raises(ReproCheckError, match="leads out of the repository"):
        apply([FileChange(path, None, "y", "")], root)
    assert [path.name for path in outside.iterdir()] == ["a"]
    assert (outside / "a").read_text() == "x"


def test_a_workflow_folder_that_leads_out_is_refused_when_planning(tmp_path: Path) -> None:
    root = project(tmp_path / "root")
    (tmp_path / "shared").mkdir()
    (root / ".github").symlink_to(tmp_path / "shared")
    with pytest.raises(ReproCheckError, match="leads out of the repository"):
        plan(root)


def test_a_link_inside_the_root_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    apply([FileChange("link", "x", "y", "")], tmp_path)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "y"


def test_a_file_in_the_place_of_a_folder_gives_a_message(tmp_path: Path) -> None:
    (tmp_path / ".github").write_text("x")
    with pytest.raises(ReproCheckError, match=r"\.github/new: cannot (read|write) the file"):
        apply([FileChange(".github/new", None, "x", "")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".github"]


# The workflow


def test_the_workflow_is_pinned_and_can_only_read() -> None:
    document = yaml.safe_load(workflow(__version__))
    steps = document["jobs"]["repro-check"]["steps"]
    assert document["permissions"] == {"contents": "read"}
    assert steps[0]["with"]["persist-credentials"] is False
    for step in steps[:2]:
        revision = step["uses"].partition("@")[2]
        assert len(revision) == 40
        assert int(revision, 16)
    assert steps[2]["run"].endswith(f"/repro-check@v{__version__}")
    assert steps[3]["run"] == "repro-check check --output-format github"
    assert "${{" not in json.dumps(document)
