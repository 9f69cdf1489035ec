"""What rules said is kept for the very same tree, and for no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commanding import FALSY, notebook
from conftest import Repo

from repro_check.engine import Scope, Session, run, select_rules
from repro_check.engine import outcomes as outcomes_module
from repro_check.findings import Finding, Location, NotChecked, Severity
from repro_check.project.project import Project
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule, Stage, rule
from repro_check.settings import Settings, override
from repro_check.sources.discovery import LooksOutside, discover

MakeRepo = Callable[..., Repo]
FILES = {
    "train.py": FALSY,
    "seeds.py": "def set_seed(seed):\n    pass\n",
    "configs/train.yaml": "data_dir: /home/ada/mini\n",
    "nb.ipynb": notebook(FALSY, "x = 1\n", counts=(2, 1)),
    "broken.py": "def f(:\n",
    "notes.txt": "nothing\n",
}
Told = tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[NotChecked, ...], int]


def told(
    root: Path, *rules: Rule, cache: bool = True, scope: Scope | None = None, **settings: object
) -> Told:
    chosen = override(Settings(), cache=cache, **settings)
    session = Session(discover(root), chosen)
    report = run(session, rules or select_rules(load_rules(), chosen), scope or Scope())
    return report.findings, report.suppressed, report.not_checked, report.files


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo(FILES)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the rules that are asked, as they are."""
    codes: list[str] = []
    ask = outcomes_module.ask
    alone = outcomes_module.ask_alone
    monkeypatch.setattr(
        outcomes_module,
        "ask",
        lambda rules, *a, **k: codes.extend(r.code for r in rules) or ask(rules, *a, **k),
    )
    monkeypatch.setattr(
        outcomes_module, "ask_alone", lambda rule, *a: codes.append(rule.code) or alone(rule, *a)
    )
    return codes


def test_of_the_same_tree_only_rules_that_look_at_data_are_asked_again(
    repo: Repo, asked: list[str]
) -> None:
    first = told(repo.root)
    assert "SEED004" in asked
    asked.clear()
    assert told(repo.root) == first == told(repo.root, cache=False)
    assert "SEED004" not in asked[: asked.index("DATA002")]


CHANGES: dict[str, Callable[[Repo], object]] = {
    "a fix": lambda repo: repo.write(
        {"train.py": FALSY.replace("if seed:", "if seed is not None:")}
    ),
    "a suppression": lambda repo: repo.write(
        {"train.py": f"# repro-check: ignore-file[SEED004] -- no\n{FALSY}"}
    ),
    "another file": lambda repo: repo.write({"more.py": FALSY}),
    "a removed file": lambda repo: (repo.root / "configs/train.yaml").unlink(),
    "a renamed file": lambda repo: (repo.root / "train.py").rename(repo.root / "test_train.py"),
    "a mended file": lambda repo: repo.write({"broken.py": FALSY}),
    "an unreadable file": lambda repo: repo.write({"train.py": "x = (\n"}),
    "an ignored file": lambda repo: repo.write({".gitignore": "train.py\n"}),
    "a file too large": lambda repo: repo.write({"train.py": FALSY + "#" * 3_000_000}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_after_a_change_the_report_is_what_it_is_without_a_cache(
    change: Callable[[Repo], object], repo: Repo
) -> None:
    told(repo.root)
    change(repo)
    expected = told(repo.root, cache=False)
    assert told(repo.root) == expected
    assert told(repo.root) == expected
    repo.write(FILES)
    (repo.root / "test_train.py").unlink(missing_ok=True)
    (repo.root / "more.py").unlink(missing_ok=True)
    (repo.root / ".gitignore").unlink(missing_ok=True)
    assert told(repo.root) == told(repo.root, cache=False)


@pytest.mark.parametrize(
    "settings",
    [
        {"select": ["PORT001"]},
        {"ignore": ["SEED004"]},
        {"min_severity": "error"},
        {"exclude": ["train.py"]},
        {"per_file_ignores": {"*.py": ("SEED004",)}},
    ],
    ids=str,
)
def test_other_settings_have_reports_of_their_own(settings: dict[str, object], repo: Repo) -> None:
    told(repo.root)
    expected = told(repo.root, cache=False, **settings)
    assert told(repo.root, **settings) == expected
    assert told(repo.root, **settings) == expected
    assert told(repo.root) == told(repo.root, cache=False)


def test_a_part_of_the_tree_and_some_stages_have_reports_of_their_own(repo: Repo) -> None:
    told(repo.root)
    for scope in (Scope(paths=("configs",)), Scope(stages=frozenset({Stage.FILE}))):
        expected = told(repo.root, cache=False, scope=scope)
        assert told(repo.root, scope=scope) == expected
        assert told(repo.root, scope=scope) == expected


def counting(name: str, look: Callable[[Project], object]) -> tuple[Rule, list[str]]:
    """A rule that finds what it looks at, and the list of what it found."""
    seen: list[str] = []

    def check(project: Project) -> Iterator[Finding]:
        seen.append(str(look(project)))
        yield Finding(message=seen[-1], location=Location(path=""))

    check.__name__ = name
    check.__module__ = f"repro_check.rules.seed.{name}"
    declare = rule(
        f"SEED9{len(name):02}",
        severity=Severity.INFO,
        on=Project,
        practice=4,
        stage=Stage.REPOSITORY,
    )
    return declare(check), seen


def test_a_rule_that_looks_at_more_than_the_files_is_asked_every_time(repo: Repo) -> None:
    outside = repo.root.parent / "outside.txt"
    looking, seen = counting("looking", lambda project: (project.root / "../outside.txt").exists())
    resting, asked = counting("inside", lambda project: len(project.tree.files))
    before = told(repo.root, looking, resting)
    outside.write_text("here\n")
    after = told(repo.root, looking, resting)
    assert sorted(finding.message for finding in before[0]) == ["6", "False"]
    assert sorted(finding.message for finding in after[0]) == ["6", "True"]
    assert len(seen) == 2
    assert len(asked) == 1


def test_a_rule_cannot_pass_over_that_the_tree_is_sealed(repo: Repo) -> None:
    tree = discover(repo.root)

    def careless() -> bool:
        try:
            return tree.root.exists()
        except Exception:  # noqa: BLE001
            return False

    with tree.sealed(), pytest.raises(LooksOutside):
        careless()
    assert careless()
