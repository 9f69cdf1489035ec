"""PORT001: paths of one machine, and what only looks like them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.findings import Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""

    def run(files: dict[str, str]) -> list[str]:
        return places(check(make_repo(files, commit=False).root, "PORT001"))

    return run


@pytest.mark.parametrize(
    "path",
    [
        "/home/ada/data",
        "/private/home/ada/data",
        "/home/ada",
        "/home/ada.lovelace/data/*.csv",
        "/home/ada/data/{}.csv",
        "/home/ada/examples/x",
        "/home/kostrikov/datasets/",
        "/home/users/ada/x",
        "/Users/ada/Desktop/x.csv",
        "/root/autodl-tmp/model",
        "/scratch/ada/run1",
        "/scratch365/ada/run1",
        "/gpfs/work/ada",
        "/nfs/home/ada",
        "/lustre/scratch/ada",
        "/gscratch/lab/ada",
        "/fsx/ada/x",
        "/fsx-labs/ada",
        "/share/lab/ada/x.ckpt",
        "/cluster/scratch/ada",
        "/mnt/raid/home/ada/x",
        "/mnt/c/Users/ada/x",
        "C:\\\\Users\\\\ada\\\\x.csv",
        "D:\\\\simulation\\\\out.csv",
        "D:\\\\\\\\codes\\\\\\\\x.pkl",
        "C:/Users/ada/x.csv",
        "~ada/data",
        "file:///home/ada/x",
    ],
)
def test_a_path_of_one_machine_is_found_at_the_literal(judge: Judge, path: str) -> None:
    assert judge({"train.py": f'data = load("{path}")\n'}) == ["train.py:1:13 PORT001"]


@pytest.mark.parametrize(
    "path",
    [
        *("data/train.csv", "./home/ada/x", "~/data", "/tmp/x", "/usr/share/dict/words", "/dev/null"),
        *("/home", "/home/", "/home/{user}/data", "/home/<you>/data", "/home/$USER/data"),
        *("/home/user/data", "/home/username/x", "/home/your_name/x", "/home/YOU/x", "/Users/me/x"),
        *("/home/jovyan/work", "/home/mambauser/code", "/home/runner/work", "/home/vscode/x"),
        *("/home/sagemaker-user/x", "/path/to/home/ada", "/home/ada/path/to/data", "/home/.*/data"),
        *("/home/[a-z]+/x", "/mnt/data", "/data/imagenet", "/workspace/x", "/content/drive/x"),
        *("/kaggle/input/x", "https://example.org/home/ada/x", "s3://lab/home/ada", "//home/ada"),
        *("C:\\\\Windows\\\\Fonts\\\\arial.ttf", "C:\\\\Program Files\\\\Git\\\\bin", "a:b/c", "C:"),
        *("/fsx", "/share/x", "/share/ada/x", "/share/doc/python/x.md", "/cluster/ada/x", "/shared/a/b/c"),
        *("see /home/ada/x", "rm -r /home/ada", "/Users/Shared/x", "/homeless/ada/x"),
    ],
)  # fmt: skip
def test_what_is_no_path_of_one_machine_passes(judge: Judge, path: str) -> None:
    assert judge({"train.py": f'data = load("{path}")\n'}) == []


@pytest.mark.parametrize(
    "code",
    [
        'x = f"{root}/home/ada/x"',
        'x = f"{root}" "/home/ada/x"',
        'x = root + "/home/ada/x"',
        'x = root + sub + "/home/ada/x"',
        'x = "data" + "/home/ada/x"',
        'x = root + f"/home/ada/{name}"',
        'root += "/home/ada/x"',
        'root += f"/home/ada/{name}"',
        'x = f"/home/{user}/data"',
        'x = f"/home/ada{number}/data"',
        'x = f"C:/Users/{user}/data"',
        'x = f"/mnt/{disk}/data"',
        'x = re.sub(f"/home/ada/{name}", "", p)',
        'x = f"https://example.org/home/ada/{name}"',
        'p = re.compile(r"/home/ada/(.*)")',
        'p = re.sub("/home/ada/", "", p)',
        'p = p.replace("/home/ada/", "")',
        'b = p.startswith("/home/ada")',
        'parser.add_argument("--data", help="/home/ada/data, for example")',
        'parser = ArgumentParser(description="/home/ada/x")',
        '@app.route("/home/dashboard")\ndef f(): pass',
        '@router.get("/home/dashboard")\ndef f(): pass',
        'node = tree.xpath("/root/item")',
        'node = tree.find("/root/item")',
        '# data lies in "/home/ada/data"',
        '"""/home/ada/data"""',
        'def f():\n    """/home/ada/data"""',
        'class C:\n    """/home/ada/data"""',
        'text = """\n/home/ada/data\n"""',
    ],
)
def test_code_that_opens_no_such_path_passes(judge: Judge, code: str) -> None:
    assert judge({"train.py": f"import re\n\n\n{code}\n"}) == []


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ('x = "/home/ada" + name', 5),
        ('x = os.path.join("/home/ada", name)', 18),
        ('x = r"/home/ada/x"', 5),
        ('x = "/home/ada/%s.npy" % n', 5),
        ('x = f"/home/ada/{name}.npy"', 5),
        ('x = rf"C:\\Users\\ada\\{name}"', 5),
        ('x = f"/mnt/raid/ada/{name}"', 5),
        ('x = f"/home/ada/data" f"/{name}"', 5),
        ('x = open(f"/home/ada/{name}")', 10),
        ('x = f"/home/ada/{name}" + tail', 5),
        ("x = f\"{open('/home/ada/x').read()}\"", 13),
        ('x = os.path.join(root, "/home/ada/x")', 24),
        ('x = root / "/home/ada/x"', 12),
        ('parser.add_argument("--data", default="/home/ada/data", help="where")', 39),
        ('paths = ["data", "/home/ada/data"]', 18),
        ('cfg = {"root": "/home/ada/data"}', 16),
        ('sys.path.append("/home/ada/lib")', 17),
        ('def f(root="/home/ada/x"): pass', 12),
        ('flags.DEFINE_string("path", "/home/ada/x", "Path.")', 29),
        ('x = "/home/ada/é"; y = "data"', 5),
        ('é = "é"; x = "/home/ada/x"', 14),
    ],
)
def test_every_literal_counts_wherever_it_stands(judge: Judge, code: str, column: int) -> None:
    assert judge({"train.py": f"{code}\n"}) == [f"train.py:1:{column} PORT001"]


def test_configs_are_read_by_their_values(judge: Judge) -> None:
    files = {
        "configs/a.yaml": "root: /home/ada/data  # /home/ada\nname: x\n",
        "configs/b.json": '{\n  "train": {"dir": "/home/ada/data"}\n}\n',
        "configs/c.toml": '[data]\nroot = "/home/ada/data"\n',
    }
    assert judge(files) == [
        "configs/a.yaml:1:7 PORT001",
        "configs/b.json:2:20 PORT001",
        "configs/c.toml:2:8 PORT001",
    ]


def test_an_anchor_is_named_where_it_is_written(judge: Judge) -> None:
    text = "base: &base\n  root: &r /home/ada/data\ntrain:\n  <<: *base\n  other: *r\n"
    assert judge({"configs/a.yaml": text}) == ["configs/a.yaml:2:12 PORT001"]


def test_of_a_list_the_first_item_speaks_for_all(judge: Judge) -> None:
    items = [{"file": f"/home/ada/{number}.png"} for number in range(50)]
    found = judge({"annotations.json": json.dumps({"images": items})})
    assert found == ["annotations.json:1:22 PORT001"]


@pytest.mark.parametrize(
    "path",
    [
        *("environment.yml", ".vscode/settings.json", ".github/workflows/a.yml", "pyproject.toml"),
        *("docker-compose.yml", ".devcontainer/setup.sh", "tests/a.yaml", "docs/a.yaml"),
    ],
)
def test_files_of_tools_tests_and_documentation_are_left_out(judge: Judge, path: str) -> None:
    texts = {
        ".toml": '[tool.x]\na = "/home/ada/x"\n',
        ".json": '{"a": "/home/ada/x"}',
        ".sh": "cd /home/ada/x\n",
    }
    text = texts.get(path[path.rfind(".") :], "prefix: /home/ada/x\n")
    assert judge({path: text}) == []


SHELL = """\
#!/home/ada/miniconda3/bin/bash
#SBATCH --output=/scratch/ada/%j.out
# data lie in /home/ada/data
cd /home/ada/project  # not /home/eve/x
python train.py --data=/home/ada/data --out "$HOME/out" /home/ada/more
export PATH=/home/ada/bin:$PATH
source ~/venv/bin/activate
cp "/home/$USER/x" /home/${USER}/y
rsync -a data cluster:/gpfs/ada/data
curl https://example.org/home/ada/x
"""


def test_a_shell_script_is_read_line_by_line(judge: Judge) -> None:
    assert judge({"run.sh": SHELL}) == [
        "run.sh:1:3 PORT001",
        "run.sh:2:18 PORT001",
        "run.sh:4:4 PORT001",
        "run.sh:5:24 PORT001",
        "run.sh:6:13 PORT001",
        "run.sh:9:23 PORT001",
    ]


CONTAINER = """\
docker run --gpus all -v /home/ada/data:/home/lab/data lab/image \\
  --mount src=/scratch/ada/x,target=/home/lab/x \\
  bash -c "cd /home/lab/code && python train.py"
singularity exec -B /home/ada/data:/mnt/ada/data image.sif python /home/lab/train.py
cat > Dockerfile <<EOF
WORKDIR /home/lab/code
RUN mkdir /home/lab/x
EOF
ls /home/ada/data
"""


def test_inside_a_container_only_the_mounted_folders_are_of_the_machine(judge: Judge) -> None:
    assert judge({"run.sh": CONTAINER}) == [
        "run.sh:1:26 PORT001",
        "run.sh:2:15 PORT001",
        "run.sh:4:21 PORT001",
        "run.sh:9:4 PORT001",
    ]


def test_a_makefile_is_read_and_a_dockerfile_is_not(judge: Judge) -> None:
    files = {
        "Makefile": "train:\n\tpython train.py /home/ada/x\n",
        "Dockerfile": "WORKDIR /home/lab/x\n",
    }
    assert judge(files) == ["Makefile:2:18 PORT001"]


def test_a_shell_line_is_a_warning_and_code_an_error(make_repo: MakeRepo) -> None:
    files = {"run.sh": "ls /home/ada/x\n", "train.py": 'x = "/home/ada/x"\n'}
    found = check(make_repo(files, commit=False).root, "PORT001").findings
    assert [finding.severity for finding in found] == [Severity.WARNING, Severity.ERROR]


def test_in_a_notebook_the_cell_and_its_line_are_named(judge: Judge) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["`/home/ada/x`"]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["/home/ada/y"]}],
            "source": ["%cd /home/ada\n", 'x = "/home/ada/x"'],
        },
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    assert judge({"a.ipynb": text}) == ["a.ipynb:cell 2:2:5 PORT001"]


def test_test_modules_are_left_out_wherever_they_lie(make_repo: MakeRepo) -> None:
    files = dict.fromkeys(
        ("src/x/test_a.py", "src/x/a_test.py", "vendor/b.py"), 'x = "/home/ada/x"\n'
    )
    assert codes(check(make_repo(files, commit=False).root, "PORT001")) == []


@pytest.mark.parametrize(
    ("value", "is_found"),
    [
        # microsoft/ClimaX, configs/global_forecast_climax.yaml
        ("${oc.env:OUTPUT_DIR,/home/ada/runs/global}", True),
        ("${oc.env:DATA, '/private/home/ada/data'}/train", True),
        ("${oc.env:OUTPUT_DIR,/tmp/runs}", False),
        ("${oc.env:OUTPUT_DIR,${oc.env:HOME}}", False),
        ("${oc.env:OUTPUT_DIR}/home/ada", False),
        ("${oc.env:OUTPUT_DIR,/home/user/runs}", False),
        ("${oc.env:OUTPUT_DIR,null}", False),
    ],
)
def test_a_default_of_a_variable_is_a_path_too(judge: Judge, value: str, *, is_found: bool) -> None:
    found = judge({"configs/train.yaml": f'lr: 1\nroot: "{value}"\n'})
    assert found == (["configs/train.yaml:2:7 PORT001"] if is_found else [])
