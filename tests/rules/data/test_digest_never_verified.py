"""DATA005: digests that nothing compares, and the many ways in which others are compared."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes, write
from repro_check.findings import Confidence, Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
DIGEST = "05fcec9279d5bd1f64a4c674d255e72e"
CONFIG = f"data:\n  dir: data/train\n  md5: {DIGEST}\nlr: 0.1\n"
TRAIN = """\
import torch
import yaml
{imports}


def main():
    cfg = yaml.safe_load(open("conf/config.yaml"))
    {first}
    model = torch.nn.Linear(4, 2)
    for x in torch.load(cfg["data"]["dir"]):
        optimizer.step(model(x).sum().backward())


if __name__ == "__main__":
    main()
"""
HYDRA = '''\
"""Train."""

import hydra
import torch


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    """Train a model."""
    # the width is fixed
    model = torch.nn.Linear(4, 2)
    for x in torch.load(cfg.data.dir):
        optimizer.step(model(x).sum().backward())


if __name__ == "__main__":
    main()
'''


ONE_LINE = "def main(cfg): torch.nn.Linear(4, 2); model.fit(torch.load(cfg.data.dir))\n\n\n"


def script(first: str = "pass", imports: str = "") -> str:
    """A training script that reads the config."""
    return TRAIN.format(first=first, imports=imports)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files, beside the config."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        repo = make_repo({"conf/config.yaml": CONFIG} | texts, commit=False)
        return list(check(repo.root, "DATA005").findings)

    return run


def test_a_digest_that_nothing_compares_is_found_at_its_value(make_repo: MakeRepo) -> None:
    repo = make_repo({"conf/config.yaml": CONFIG, "train.py": script()}, commit=False)
    report = check(repo.root, "DATA005")
    assert places(report) == ["conf/config.yaml:3:8 DATA005"]
    (finding,) = report.findings
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.HIGH)
    (related,) = finding.related
    assert related.location.label == "train.py:14:1"
    assert "verify_data(cfg)" in finding.help, "a dictionary has no attributes"
    assert finding.fix is None


@pytest.mark.parametrize(
    "config",
    [
        f"data_dir: data/train\ndata_md5: {DIGEST}\n",
        f"data:\n  train:\n    path: data/train\n    sha256: {DIGEST * 2}\n",
        f"data:\n  dir: data/train\n  digest: tree:sha256:{DIGEST * 2}\n",
        f"sets:\n  - path: data/train\n    md5: {DIGEST}\n",
    ],
)
def test_digests_under_any_of_their_names_are_found(judge: Judge, config: str) -> None:
    code = script().replace('["data"]["dir"]', '["x"]')
    assert len(judge({"conf/config.yaml": config, "train.py": code})) == 1


@pytest.mark.parametrize(
    "config",
    [
        "data:\n  dir: data/train\n",
        "data:\n  dir: data/train\n  md5:\n",
        "data:\n  dir: data/train\n  md5: ???\n",
        f"commit: {DIGEST}\n",
        "data:\n  dir: data/train\n  md5: ${oc.env:MD5}\n",
    ],
)
def test_where_no_digest_is_recorded_nothing_is_said(judge: Judge, config: str) -> None:
    assert judge({"conf/config.yaml": config, "train.py": script()}) == []


@pytest.mark.parametrize(
    ("first", "imports"),
    [
        ('verify_data(cfg["data"])', "from repro_check.runtime import verify_data"),
        ('rt.verify_data("data", x)', "import repro_check.runtime as rt"),
        ("hashlib.md5(b'').hexdigest()", "import hashlib"),
        ("digest(open('x', 'rb'), 'sha256')", "from hashlib import file_digest as digest"),
        ("getattr(hashlib, name)()", "import hashlib\nname = 'md5'"),
        ("pooch.retrieve(url, known_hash=x)", "import pooch"),
        ("dirhash('data', 'md5')", "from dirhash import dirhash"),
        ("checksumdir.dirhash('data')", "import checksumdir"),
        ("dvc.api.open('data')", "import dvc.api"),
        ("dl.get('data')", "import datalad.api as dl"),
        ("check_integrity('x', y)", "from torchvision.datasets.utils import check_integrity"),
        ("lab.check_integrity('x', y)", "import lab"),
        ("lab.verify_dataset('x')", "import lab"),
        ("lab.fetch('x', sha256=y)", "import lab"),
        ('assert lab.of("x") == cfg["data"]["md5"]', "import lab"),
        ('if lab.of("x") != cfg["data"].get("md5"): raise SystemExit', "import lab"),
        ("lab.compare(cfg.data.md5)", "import lab"),
        ("subprocess.run(['md5sum', '-c', 'sums'])", "import subprocess"),
        ("subprocess.check_call('dvc pull', shell=True)", "import subprocess"),
        ("os.system('repro-check data verify')", "import os"),
    ],
)
def test_whatever_compares_on_the_way_is_enough(judge: Judge, first: str, imports: str) -> None:
    assert judge({"train.py": script(first, imports)}) == []


CHECKS = """
    import hashlib

    class Data:
        def __init__(self, folder):
            self.folder = folder
            self.check()

        def check(self):
            same(self.folder)

    def same(folder):
        return hashlib.sha256(open(folder, "rb").read()).hexdigest()
"""


@pytest.mark.parametrize(
    ("first", "imports", "is_found"),
    [
        ("pass", "from checks import same", True),
        ("pass", "import checks", True),
        ("same('x')", "from checks import same", False),
        ("checks.same('x')", "import checks", False),
        ("Data('x')", "from checks import Data", False),
        ("partial(same, 'x')()", "from functools import partial\nfrom checks import same", False),
    ],
)
def test_a_function_of_the_repository_counts_if_it_is_called(
    judge: Judge, first: str, imports: str, *, is_found: bool
) -> None:
    files = {"train.py": script(first, imports), "checks.py": CHECKS}
    assert bool(judge(files)) == is_found


def test_a_function_that_only_sounds_like_it_does_not_count(judge: Judge) -> None:
    checks = "def verify_data(data):\n    print(data)\n"
    code = script('verify_data(cfg["data"])', "from checks import verify_data")
    assert len(judge({"train.py": code, "checks.py": checks})) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "train:\n\tdvc pull\n\tpython train.py\n"),
        ("run.sh", "#!/bin/sh\nrepro-check data verify && python train.py\n"),
        ("slurm/train.sbatch", "#!/bin/bash\nmd5sum -c sums.txt\nsrun python train.py\n"),
        ("README.md", "```sh\ndvc repro\n```\n"),
        ("README.md", "First get the data with `datalad get data`.\n"),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: repro-check check\n"),
        (".gitlab-ci.yml", "a:\n  script:\n    - python -m repro_check data verify\n"),
        (".pre-commit-config.yaml", "repos:\n- repo: x\n  hooks:\n  - id: repro-check-data\n"),
        ("justfile", "train:\n  sha256sum -c sums\n"),
        ("dvc.yaml", "stages:\n  train:\n    cmd: python train.py\n    deps: [data]\n"),
    ],
)
def test_a_launcher_that_compares_is_enough(judge: Judge, path: str, text: str) -> None:
    assert judge({"train.py": script(), path: text}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "We do not use DVC data pipelines. See https://dvc.org for dvc.\n"),
        ("Makefile", "train:\n\tpython train.py\n"),
        ("third_party/lib/Makefile", "get:\n\tdvc pull\n"),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: pytest\n"),
    ],
)
def test_other_commands_are_not(judge: Judge, path: str, text: str) -> None:
    assert len(judge({"train.py": script(), path: text})) == 1


def test_another_entry_point_that_reads_the_record_is_enough(judge: Judge) -> None:
    check_data = """
        import yaml
        import lab

        def main():
            data = yaml.safe_load(open("conf/config.yaml"))["data"]
            assert lab.of(data["dir"]) == data["md5"]

        if __name__ == "__main__":
            main()
    """
    assert judge({"train.py": script(), "check_data.py": check_data}) == []


def test_another_entry_point_that_hashes_something_else_is_not(judge: Judge) -> None:
    other = "import hashlib\n\nif __name__ == '__main__':\n    print(hashlib.md5(b'x'))\n"
    assert len(judge({"train.py": script(), "name_of.py": other})) == 1


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            script().replace("optimizer.step(model(x).sum().backward())", "model(x)"),
            "trains nothing",
        ),
        (script().replace("yaml.safe_load(open(", "dict(x=("), "reads no config"),
    ],
)
def test_a_script_that_does_not_train_from_configs_is_not_asked(
    judge: Judge, code: str, why: str
) -> None:
    assert judge({"train.py": code}) == [], why


def test_code_that_cannot_be_seen_is_trusted_if_there_is_anything_to_reach(judge: Judge) -> None:
    code = script("importlib.import_module(cfg['steps']).run(cfg)", "import importlib")
    assert judge({"train.py": code, "checks.py": CHECKS}) == []
    (finding,) = judge({"train.py": code})
    assert finding.confidence is Confidence.MEDIUM


def test_a_module_that_cannot_be_read_may_compare(judge: Judge) -> None:
    code = script("prepare(cfg)", "from prepare import prepare")
    assert judge({"train.py": code, "prepare.py": "def prepare(:\n"}) == []


@pytest.mark.parametrize("key", ["_target_", "class_path"])
def test_a_digest_that_is_an_argument_is_used(judge: Judge, key: str) -> None:
    config = f"data:\n  {key}: lab.Data\n  dir: data/train\n  md5: {DIGEST}\n"
    assert judge({"conf/config.yaml": config, "train.py": script()}) == []


def test_several_digests_are_one_finding(judge: Judge) -> None:
    more = {f"conf/more/{name}.yaml": CONFIG for name in "ab"}
    (finding,) = judge(more | {"train.py": script(), "finetune.py": script()})
    related = [item.location.path for item in finding.related]
    assert related == ["conf/more/a.yaml", "conf/more/b.yaml", "finetune.py", "train.py"]


def test_projects_side_by_side_are_asked_apart(judge: Judge) -> None:
    files = {
        "a/conf/config.yaml": CONFIG,
        "a/train.py": script(),
        "b/conf/config.yaml": CONFIG,
        "b/train.py": script("hashlib.md5(b'')", "import hashlib"),
        "conf/config.yaml": "lr: 1\n",
    }
    (finding,) = judge(files)
    assert finding.location.path == "a/conf/config.yaml"


@pytest.mark.parametrize("path", ["tests/conf/a.yaml", "docs/config.yaml", "vendor/conf/a.yaml"])
def test_configs_of_tests_and_documentation_are_left_out(judge: Judge, path: str) -> None:
    assert judge({"conf/config.yaml": "lr: 1\n", path: CONFIG, "train.py": script()}) == []


# -- the fix ---------------------------------------------------------------------------------------


def fixed(make_repo: MakeRepo, files: dict[str, str]) -> Repo | None:
    """The repository after the fix; None if there is none. The finding must be gone."""
    repo = make_repo(files, commit=False)
    (finding,) = check(repo.root, "DATA005").findings
    if finding.fix is None:
        return None
    assert finding.fix.safety is Safety.UNSAFE
    for change in plan_fixes(
        [finding], lambda path: (repo.root / path).read_bytes(), frozenset(Safety)
    ):
        assert isinstance(change, Change)
        write(change, repo.root)
    assert check(repo.root, "DATA005").findings == ()
    return repo


def test_the_fix_verifies_before_anything_else(make_repo: MakeRepo) -> None:
    repo = fixed(make_repo, {"conf/config.yaml": CONFIG, "train.py": HYDRA})
    assert repo is not None
    lines = repo.text("train.py").split("\n")
    assert lines[2:5] == [
        "import hydra",
        "import torch",
        "from repro_check.runtime import verify_data",
    ]
    at = lines.index("    verify_data(cfg.data)")
    assert lines[at - 1] == "    # the width is fixed"
    assert ast.get_docstring(ast.parse(repo.text("train.py")).body[-2]) == "Train a model."  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "call"),
    [
        (f"data_dir: data/x\ndata_md5: {DIGEST}\n", "verify_data(cfg.data_dir, cfg.data_md5)"),
        (
            f"data:\n  train_dir: data/x\n  train_md5: {DIGEST}\n",
            "verify_data(cfg.data.train_dir, cfg.data.train_md5)",
        ),
        (f"my-data:\n  dir: data/x\n  md5: {DIGEST}\n", "verify_data(cfg['my-data'])"),
        (f"path: data/x\nmd5: {DIGEST}\n", "verify_data(cfg.path, cfg.md5)"),
    ],
)
def test_the_call_names_what_the_config_holds(make_repo: MakeRepo, config: str, call: str) -> None:
    repo = fixed(make_repo, {"conf/config.yaml": config, "train.py": HYDRA})
    assert repo is not None
    assert f"    {call}\n" in repo.text("train.py")


def test_the_help_names_the_place_of_a_group_in_the_composed_config(make_repo: MakeRepo) -> None:
    files = {
        "conf/config.yaml": "defaults:\n  - data: scans\n  - _self_\nlr: 0.1\n",
        "conf/data/scans.yaml": f"dir: data/train\nmd5: {DIGEST}\n",
        "train.py": HYDRA,
    }
    (finding,) = check(make_repo(files, commit=False).root, "DATA005").findings
    assert "`verify_data(cfg.data)`" in finding.help


def test_options_of_a_group_are_verified_where_all_of_them_record(make_repo: MakeRepo) -> None:
    option = f"dir: data/train\nmd5: {DIGEST}\n"
    files = {
        "conf/config.yaml": "defaults:\n  - data: scans\n  - _self_\nlr: 0.1\n",
        "conf/data/scans.yaml": option,
        "conf/data/photos.yaml": option,
        "train.py": HYDRA,
    }
    repo = fixed(make_repo, files)
    assert repo is not None
    assert "    verify_data(cfg.data)\n" in repo.text("train.py")
    assert fixed(make_repo, files | {"conf/data/none.yaml": "dir: data/none\n"}) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version_base="1.3", ', ""),
        ('version_base="1.3"', 'version_base="1.1"'),
        ('config_name="config"', "config_name=NAME"),
        ('config_name="config"', 'config_name="other"'),
        ("def main(cfg):", "def main(cfg, extra=None):"),
        ("def main(cfg):", "def main(*cfg):"),
        ("import torch\n", "import torch\nfrom lab import train as verify_data\n"),
        (HYDRA[HYDRA.index("def main") : HYDRA.index("if __name__")], ONE_LINE),
    ],
)
def test_where_it_would_not_be_sure_there_is_no_fix(
    make_repo: MakeRepo, old: str, new: str
) -> None:
    code = HYDRA.replace(old, new)
    assert code != HYDRA
    repo = make_repo({"conf/config.yaml": CONFIG, "train.py": code}, commit=False)
    findings = check(repo.root, "DATA005").findings
    assert [finding.fix for finding in findings] == [None]


def test_a_function_without_a_docstring_gets_it_as_its_first_line(make_repo: MakeRepo) -> None:
    code = HYDRA.replace('    """Train a model."""\n    # the width is fixed\n', "")
    repo = fixed(make_repo, {"conf/config.yaml": CONFIG, "train.py": code})
    assert repo is not None
    assert "def main(cfg):\n    verify_data(cfg.data)\n    model" in repo.text("train.py")


def test_a_config_that_moves_the_working_folder_has_no_fix(make_repo: MakeRepo) -> None:
    config = CONFIG + "hydra:\n  job:\n    chdir: true\n"
    assert fixed(make_repo, {"conf/config.yaml": config, "train.py": HYDRA}) is None


def test_line_ends_of_the_file_are_kept(make_repo: MakeRepo) -> None:
    code = HYDRA.replace("\n", "\r\n")
    repo = fixed(make_repo, {"conf/config.yaml": CONFIG, "train.py": code})
    assert repo is not None
    data = (repo.root / "train.py").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
