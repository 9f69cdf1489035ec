"""CFG007: programs that do not say which Hydra they follow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
{imports}


@{decorator}
def main(cfg):
    print(cfg.lr)


if __name__ == "__main__":
    main()
"""
PLAIN = 'hydra.main(config_path="conf", config_name="train")'


def script(decorator: str = PLAIN, imports: str = "import hydra") -> str:
    """A program."""
    return TRAIN.format(imports=imports, decorator=decorator)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        files = {"conf/train.yaml": "lr: 0.1\n", **files}
        return list(check(make_repo(files, commit=False).root, "CFG007").findings)

    return run


@pytest.mark.parametrize(
    ("decorator", "imports"),
    [
        (PLAIN, "import hydra"),
        ('hydra.main(config_name="train")', "import hydra"),
        ("hydra.main()", "import hydra"),
        ('main("conf", "train")', "from hydra import main"),
        ('h.main("conf", config_name="train")', "import hydra as h"),
    ],
)
def test_a_decorator_without_the_argument_is_found(
    judge: Judge, decorator: str, imports: str
) -> None:
    (finding,) = judge({"train.py": script(decorator, imports)})
    assert finding.location.span is not None
    assert (finding.location.span.line, finding.location.span.column) == (4, 2)


@pytest.mark.parametrize(
    "requirements",
    ["hydra-core", "hydra-core==1.3.2", "hydra-core>=1.2", "hydra-core~=1.3.0", "torch==2.1"],
)
def test_releases_that_know_the_argument_are_judged(judge: Judge, requirements: str) -> None:
    assert judge({"train.py": script(), "requirements.txt": f"{requirements}\n"})


@pytest.mark.parametrize(
    "requirements", ["hydra-core==1.1.2", "hydra_core>=1.0", "hydra-core<1.2", "hydra-core~=1.1"]
)
def test_where_an_older_release_may_be_installed_nothing_is_said(
    judge: Judge, requirements: str
) -> None:
    assert not judge({"train.py": script(), "requirements.txt": f"{requirements}\n"})


@pytest.mark.parametrize(
    "decorator",
    [
        'hydra.main(config_path="conf", config_name="train", version_base="1.1")',
        'hydra.main(config_path="conf", config_name="train", version_base=None)',
        'hydra.main("conf", "train", None)',
        'hydra.main(config_path="conf", **options)',
        'hydra.main(config_path="conf/train.yaml")',
        'hydra.main(config_path="conf", strict=True)',
        'hydra.experimental.other(config_path="conf")',
    ],
)
def test_programs_that_say_it_or_cannot_are_left_alone(judge: Judge, decorator: str) -> None:
    assert not judge({"train.py": script(decorator)})


def test_a_main_of_their_own_is_left_alone(judge: Judge) -> None:
    files = {
        "train.py": script("main(config_path='conf')", "from ours.hydra import main"),
        "ours/__init__.py": "",
        "ours/hydra.py": "def main(config_path):\n    return lambda function: function\n",
    }
    assert not judge(files)


def test_a_config_that_sets_the_folder_of_runs_settles_it(judge: Judge) -> None:
    text = "lr: 0.1\nhydra:\n  job:\n    chdir: true\n"
    assert not judge({"train.py": script(), "conf/train.yaml": text})


@pytest.mark.parametrize(
    ("requirements", "base"), [("hydra-core==1.3.2", "1.3"), ("hydra-core==1.2.0", "1.2")]
)
def test_the_fix_is_unsafe_and_fits_the_release(
    make_repo: MakeRepo, requirements: str, base: str
) -> None:
    repo = make_repo({"train.py": script(), "requirements.txt": requirements}, commit=False)
    findings = check(repo.root, "CFG007").findings
    read = (repo.root / "train.py").read_bytes
    assert all(item.fix and item.fix.safety is Safety.UNSAFE for item in findings)
    (change,) = plan_fixes(findings, lambda _path: read(), frozenset(Safety))
    assert isinstance(change, Change)
    assert f'config_name="train", version_base="{base}")' in change.new.decode()
