"""DEPS004: requirements that install on one machine only, and those that install on all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        return list(check(make_repo(files, commit=False).root, "DEPS004").findings)

    return run


@pytest.mark.parametrize(
    "line",
    [
        "certifi @ file:///croot/certifi_1707229174982/work/certifi",
        "certifi @ file:///croot/certifi_1707229174982/work/certifi ; python_version > '3.8'",
        "mkl-fft @ file:///C:/b/abs_f57n8_0qx/croot/mkl_fft_1725370278455/work",
        "requests[socks] @ file:///home/conda/feedstock_root/build_artifacts/requests",
        "ours @ file://localhost/home/ada/ours",
        "-e /home/ada/ours",
        "-e file:///home/ada/ours#egg=ours",
        "-e git+file:///home/ada/ours@0123456789abcdef0123456789abcdef01234567#egg=ours",
        "--editable=~/ours",
        "/home/ada/wheels/ours-1.0-py3-none-any.whl",
        "C:\\Users\\ada\\ours-1.0-py3-none-any.whl",
        "-e ../ours",
        "ours @ file:../ours",
        "torch==2.1.0+cu118",
        "torch===2.1.0+cu118",
        "torch==2.1.0+cpu ; sys_platform == 'linux'",
        "jaxlib==0.4.14+cuda11.cudnn86",
        "torch-scatter==2.1.2+pt22cpu",
        "python-apt==2.4.0+ubuntu1",
        "numpy=1.21.2=py39h20f2e39_0",
        "_libgcc_mutex=0.1=main",
        "numpy=1.21",
        "pkg-resources==0.0.0",
        "pkg_resources==0.0.0",
        "-r /home/ada/base.txt",
        "-c /home/ada/constraints.txt",
    ],
)
def test_a_requirement_of_one_machine_is_found_at_its_line(judge: Judge, line: str) -> None:
    (finding,) = judge({"requirements.txt": f"# ours\nnumpy==1.26.4\n{line}\n"})
    span = finding.location.span
    assert span is not None
    assert (span.line, span.column) == (3, 1)
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "line",
    [
        *("certifi==2024.2.2", "torch>=2.1", "torch==2.1.*", "torch", "torch ~= 2.1"),
        *("-e .", "-e .[dev]", ".", "./wheels/ours-1.0-py3-none-any.whl", "wheels/ours-1.0.tar.gz"),
        *("ours @ file:./ours", "ours @ ./ours", "-e ./libs/ours", "-e libs/../ours"),
        "-e git+https://github.com/lab/ours.git@main#egg=ours",
        "ours @ git+ssh://git@github.com/lab/ours.git@v1",
        "https://example.org/ours-1.0+cu118-py3-none-any.whl",
        "torch @ https://download.pytorch.org/whl/cu118/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl",
        "-e ${PROJECT_ROOT}/ours",
        "-r base.txt",
        "-c ../constraints.txt ",
        "certifi==2024.2.2 --hash=sha256:" + "0" * 64,
        "# certifi @ file:///croot/certifi",
    ],
)
def test_a_requirement_that_installs_everywhere_passes(judge: Judge, line: str) -> None:
    files = {"requirements/gpu.txt": f"{line}\n", "requirements/base.txt": "numpy\n"}
    assert [finding.message for finding in judge(files)] == []


@pytest.mark.parametrize(
    "option",
    [
        "--extra-index-url https://download.pytorch.org/whl/cu118",
        "--index-url=https://download.pytorch.org/whl/cu118",
        "-i https://download.pytorch.org/whl/cu118",
        "-f https://data.pyg.org/whl/torch-2.1.0+cu118.html",
        "--find-links ./wheels",
    ],
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_local_version_installs_where_an_index_is_named(
    judge: Judge, option: str, place: str
) -> None:
    lines = [option, "torch==2.1.0+cu118"]
    text = "\n".join(lines if place == "before" else reversed(lines)) + "\n"
    assert judge({"requirements.txt": text}) == []


@pytest.mark.parametrize(
    "other",
    [
        {"base.txt": "", "requirements-base.txt": "-f https://example.org/whl\n"},
        {"requirements-all.txt": "--extra-index-url https://example.org/whl\n-r requirements.txt\n"},
        {"pyproject.toml": '[[tool.uv.index]]\nname = "p"\nurl = "https://example.org/whl"\n'},
        {"pyproject.toml": '[tool.uv.sources]\ntorch = {index = "pytorch"}\n'},
        {"pyproject.toml": '[[tool.poetry.source]]\nname = "p"\nurl = "https://example.org"\n'},
        {"uv.toml": 'extra-index-url = ["https://example.org/whl"]\n'},
        {"README.md": "```\npip install -r requirements.txt -f https://example.org/whl\n```\n"},
        {"Dockerfile": "RUN pip install -r requirements.txt \\\n --extra-index-url https://example.org/whl\n"},
        {"setup.sh": "PIP_EXTRA_INDEX_URL=https://example.org/whl pip install -r requirements.txt\n"},
    ],
)  # fmt: skip
def test_the_index_may_be_named_elsewhere_in_the_repository(
    judge: Judge, other: dict[str, str]
) -> None:
    head = "-r requirements-base.txt\n" if "requirements-base.txt" in other else ""
    assert judge({"requirements.txt": f"{head}torch==2.1.0+cu118\n"} | other) == []


@pytest.mark.parametrize(
    "other",
    [
        {"README.md": "pip install -r requirements.txt\n\npip install torch --index-url https://x.org/whl\n"},
        {"docs/requirements.txt": "-f https://example.org/whl\n"},
        {"pyproject.toml": '[tool.ruff]\nline-length = 9\n[tool.poetry]\nname = "x"\n'},
    ],
)  # fmt: skip
def test_an_index_that_this_file_is_not_read_with_does_not_help(
    judge: Judge, other: dict[str, str]
) -> None:
    assert len(judge({"requirements.txt": "torch==2.1.0+cu118\n"} | other)) == 1


def test_a_list_of_conda_is_named_once_and_files_made_for_conda_pass(judge: Judge) -> None:
    lines = "\n".join(f"package{number}=1.{number}=py39h20f2e39_0" for number in range(50))
    (finding,) = judge({"requirements.txt": f"{lines}\n"})
    assert "49 more lines" in finding.message
    head = "# This file may be used to create an environment using:\n# $ conda create --name <env> --file <this file>\n"
    assert judge({"requirements.txt": f"{head}# platform: linux-64\n{lines}\n"}) == []


ENVIRONMENT = """\
name: lab
channels: [defaults]
dependencies:
  - python=3.11
  - numpy=1.21.2=py39h20f2e39_0
  - pip:
      - torch==2.1.0+cu118
      - certifi @ file:///croot/certifi_1707229174982/work/certifi
      - -e /home/ada/ours
      - scipy==1.11
prefix: /home/ada/miniconda3/envs/lab
"""


def test_an_environment_of_conda_is_read_with_its_pip_list(make_repo: MakeRepo) -> None:
    repo = make_repo({"environment.yml": ENVIRONMENT}, commit=False)
    assert places(check(repo.root, "DEPS004")) == [
        "environment.yml:7:9 DEPS004",
        "environment.yml:8:9 DEPS004",
        "environment.yml:9:9 DEPS004",
        "environment.yml:11:9 DEPS004",
    ]


def test_removing_the_prefix_is_safe_and_leaves_the_rest_alone(judge: Judge) -> None:
    text = "dependencies: [python]\nchannels: [defaults]\nprefix: C:\\Users\\ada\\envs\\lab\nname: lab\n"
    (finding,) = judge({"lab.yaml": text})
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset({Safety.SAFE}))
    assert isinstance(change, Change)
    assert finding.severity is Severity.INFO  # conda ignores it: conda/conda#13061
    assert "prefix" not in change.new.decode()
    assert change.new.decode().endswith("name: lab\n")


def test_an_index_in_the_pip_list_of_an_environment_counts(judge: Judge) -> None:
    pip = (
        "  - pip:\n      - --extra-index-url https://example.org/whl\n      - torch==2.1.0+cu118\n"
    )
    assert judge({"environment.yml": f"name: lab\ndependencies:\n{pip}"}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"configs/env.yaml": "prefix: /home/lab/x\nname: cartpole\n"},
        {"configs/train.yaml": "prefix: /home/lab/x\n"},
        {"environment.yml": "name: lab\ndependencies: [python]\nprefix: envs/lab\n"},
        {"tests/requirements.txt": "a @ file:///croot/a\n"},
        {"docs/requirements.txt": "a @ file:///croot/a\n"},
        {"third_party/x/requirements.txt": "a @ file:///croot/a\n"},
    ],
)
def test_other_files_are_left_out(judge: Judge, files: dict[str, str]) -> None:
    assert judge(files) == []


def test_the_dependencies_of_a_project_are_read(make_repo: MakeRepo) -> None:
    text = (
        '[project]\nname = "ours"\ndependencies = [\n  "numpy",\n  "lib @ file:///home/ada/lib",\n]\n'
        '[project.optional-dependencies]\ngpu = ["torch==2.1.0+cu118"]\n'
    )
    repo = make_repo({"pyproject.toml": text}, commit=False)
    report = check(repo.root, "DEPS004")
    assert places(report) == ["pyproject.toml:5:3 DEPS004"]
    assert codes(report) == ["DEPS004"]


POETRY = "[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\n"
PEP = "[project]\nname = 'x'\ndependencies = ['ours']\n[tool.uv.sources]\n"
SETUP = "from setuptools import setup\nsetup(name='x', install_requires=[{}])\n"


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("pyproject.toml", f"{POETRY}ours = {{path = '../ours', develop = true}}\n", (4, 8)),
        ("pyproject.toml", f"{POETRY}ours = {{url = 'file:///home/ada/ours.whl'}}\n", (4, 8)),
        ("pyproject.toml", f"{POETRY}ours = {{git = 'file:///home/ada/ours'}}\n", (4, 8)),
        ("pyproject.toml", f"{POETRY}torch = '2.1.0+cu118'\n", (4, 9)),
        ("pyproject.toml", f"{PEP}ours = {{path = '/home/ada/ours'}}\n", (3, 17)),
        ("pyproject.toml", "[tool.pdm.dev-dependencies]\na = ['-e file:///home/ada/ours#egg=ours']\n", (2, 6)),
        ("pyproject.toml", "[dependency-groups]\na = ['ours @ file:///home/ada/ours']\n", (2, 6)),
        ("lib/pyproject.toml", f"{POETRY}ours = {{path = '../../ours'}}\n", (4, 8)),
        ("pixi.toml", "[pypi-dependencies]\nours = {path = '../ours'}\n", (2, 8)),
        ("Pipfile", "[packages]\nours = {editable = true, path = '/home/ada/ours'}\n", (2, 8)),
        ("Pipfile", "[packages]\ntorch = '==2.1.0+cu118'\n", (2, 9)),
        ("setup.cfg", "[options]\ninstall_requires =\n    ours @ file:///home/ada/ours\n", (3, 5)),
        ("setup.py", SETUP.format("'ours @ file:///home/ada/ours'"), (2, 35)),
        ("README.md", "# Setup\n```\npip install torch==2.1.0+cu118\n```\n", (3, 13)),
        ("install.sh", "pip install -q torch==2.1.0+cu118 numpy\n", (1, 16)),
    ],
)  # fmt: skip
def test_what_other_manifests_take_from_one_machine_is_found(
    judge: Judge, path: str, text: str, place: tuple[int, int]
) -> None:
    (finding,) = judge({path: text})
    span = finding.location.span
    assert span is not None
    assert (finding.location.path, span.line, span.column) == (path, *place)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", f"{POETRY}ours = {{path = 'libs/ours', develop = true}}\n"),
        ("pyproject.toml", f"{POETRY}ours = {{git = 'https://github.com/lab/ours'}}\n"),
        ("pyproject.toml", f"{POETRY}ours = {{git = 'git@github.com:lab/ours.git'}}\n"),
        ("pyproject.toml", f"{POETRY}torch = {{version = '2.1.0+cu118', source = 'p'}}\n[[tool.poetry.source]]\nname = 'p'\nurl = 'https://h/whl'\n"),
        ("lib/pyproject.toml", f"{POETRY}ours = {{path = '../ours'}}\n"),
        ("pyproject.toml", f"{PEP}ours = {{workspace = true}}\n"),
        ("pyproject.toml", f"{PEP}ours = {{path = 'libs/ours', editable = true}}\n"),
        ("pyproject.toml", "[project]\ndependencies = ['torch==2.1.0+cu118']\n"),
        ("pyproject.toml", "[project]\ndependencies = ['ours @ {root:uri}/ours']\n"),
        ("pyproject.toml", "[tool.pdm.dev-dependencies]\na = ['-e file:///${PROJECT_ROOT}/ours#egg=ours']\n"),
        ("pixi.toml", "[pypi-dependencies]\nours = {path = '.', editable = true}\n"),
        ("Pipfile", "[[source]]\nurl = 'https://h/whl'\n[packages]\ntorch = '==2.1.0+cu118'\n"),
        ("setup.py", SETUP.format("f'ours @ file://{here}/ours'")),
        ("setup.py", SETUP.format("'ours @ https://example.org/ours.zip'")),
        ("build.py", SETUP.format("'ours @ file:///home/ada/ours'")),
        ("tox.ini", "[options]\ninstall_requires =\n    ours @ file:///home/ada/ours\n"),
        ("README.md", "```\npip install torch==2.1.0+cu118 -f https://h/whl\n```\n"),
        ("README.md", "```\npip config set global.index-url https://h\npip install torch==2.1.0+cu118\n```\n"),
        ("README.md", "We ran torch==2.1.0+cu118.\n"),
        ("README.md", "```\nconda install torch==2.1.0+cu118\n```\n"),
        ("README.md", "```\npip install /path/to/ours.whl\n```\n"),
        ("install.sh", "pip install torch==${VERSION}+cu118\n"),
    ],
)  # fmt: skip
def test_what_other_manifests_name_for_everybody_passes(judge: Judge, path: str, text: str) -> None:
    assert [finding.message for finding in judge({path: text})] == []
