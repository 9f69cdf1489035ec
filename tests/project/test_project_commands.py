from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.commands import find_commands


def commands(tmp_path: Path, files: dict[str, str]) -> list[tuple[str, int, str]]:
    opened = project(tmp_path, files)
    return [(item.path, item.line, item.script) for item in opened.commands]


README = """
# Title

Some text with python train.py in it.

```bash
pip install -r requirements.txt
python train.py --lr 0.1 \\
    --seed 1
```

```python
python("train.py")
```

```yaml
run: python train.py
```
"""


def test_the_fences_of_a_readme_are_read_with_their_lines(tmp_path: Path) -> None:
    files = {"README.md": README.lstrip(), "train.py": ""}
    assert commands(tmp_path, files) == [("README.md", 7, "train.py")]


def test_the_words_behind_the_script_are_kept(tmp_path: Path) -> None:
    opened = project(tmp_path, {"run.sh": "python -u train.py --lr 0.1 'a b'\n", "train.py": ""})
    (command,) = opened.commands
    assert command.arguments == ("--lr", "0.1", "a b")


@pytest.mark.parametrize("language", ["", "sh", "bash", "shell", "console", "zsh", "Bash"])
def test_fences_of_shell_languages_hold_commands(language: str, tmp_path: Path) -> None:
    files = {"README.md": f"```{language}\n$ python train.py\n```\n", "train.py": ""}
    assert commands(tmp_path, files) == [("README.md", 2, "train.py")]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("run.sh", "#!/bin/sh\nset -e\npython train.py\n", 3),
        ("job.slurm", "#!/bin/sh\n#SBATCH -n 1\nsrun python train.py\n", 3),
        ("Makefile", "train: data\n\t@python train.py\n", 2),
        ("Dockerfile", 'FROM python\nRUN pip install x\nCMD ["python", "train.py"]\n', 3),
        ("docs/usage.md", "```\npython train.py\n```\n", 2),
    ],
)
def test_scripts_makefiles_and_images_are_read(
    path: str, text: str, line: int, tmp_path: Path
) -> None:
    assert commands(tmp_path, {path: text, "train.py": ""}) == [(path, line, "train.py")]


@pytest.mark.parametrize(
    ("written", "exists", "script"),
    [
        ("python train.py", "train.py", "train.py"),
        ("python ./train.py", "train.py", "train.py"),
        ("python src/train.py", "src/train.py", "src/train.py"),
        ("python train.py", "scripts/train.py", "scripts/train.py"),
        ("python ../train.py", "train.py", "train.py"),
        ("python -m train", "train.py", "train.py"),
        ("python -m pkg.train", "pkg/train.py", "pkg/train.py"),
        ("python -m pkg.train", "src/pkg/train.py", "src/pkg/train.py"),
        ("python -m pkg", "pkg/__main__.py", "pkg/__main__.py"),
        ("python -m pkg", "src/pkg/__main__.py", "src/pkg/__main__.py"),
        ("python -m torch.distributed.run train.py", "train.py", "train.py"),
        ("torchrun --nproc_per_node=2 train.py", "train.py", "train.py"),
        ("accelerate launch train.py", "train.py", "train.py"),
        ("CUDA_VISIBLE_DEVICES=0 python3 train.py", "train.py", "train.py"),
        ("python missing.py", "train.py", None),
        ("python ../../../train.py", "train.py", None),
        ("python -m pytest", "train.py", None),
        ("python -c 'import train'", "train.py", None),
        ("echo train.py", "train.py", None),
    ],
)
def test_only_scripts_of_the_repository_count(
    written: str, exists: str, script: str | None, tmp_path: Path
) -> None:
    found = commands(
        tmp_path, {"scripts/run.sh": f"{written}\n", exists: "", "pkg/__init__.py": ""}
    )
    assert [item[2] for item in found] == ([] if script is None else [script])


def test_a_script_beside_the_text_comes_before_one_at_the_root(tmp_path: Path) -> None:
    files = {"exp/run.sh": "python train.py\n", "exp/train.py": "", "train.py": ""}
    assert commands(tmp_path, files) == [("exp/run.sh", 1, "exp/train.py")]


def test_texts_that_cannot_be_read_hold_no_command(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_bytes(b"\xff\xfe\x00python train.py\n")
    assert commands(tmp_path, {"train.py": "", "other.sh": ""}) == []


def test_the_steps_of_a_workflow_are_commands_run_from_the_top(tmp_path: Path) -> None:
    workflow = """
    jobs:
      test:
        steps:
          - uses: actions/checkout@v4
          - run: |
              pip install .
              python scripts/train.py --quick
    """
    files = {".github/workflows/ci.yml": workflow, "scripts/train.py": ""}
    found = commands(tmp_path, files)
    assert [(path, script) for path, _, script in found] == [
        (".github/workflows/ci.yml", "scripts/train.py")
    ]


CODE = {"train.py": "", "sub/train.py": "", "sub/deep/eval.py": ""}


def run_in(files: dict[str, str], tmp_path: Path) -> list[tuple[str, str]]:
    """The scripts that are run, and in which folder."""
    opened = project(tmp_path, {**CODE, **files})
    return [(item.script, item.folder) for item in find_commands(opened)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cd sub\npython train.py\n", [("sub/train.py", "sub")]),
        ("cd sub && python train.py\n", [("sub/train.py", "sub")]),
        ("cd sub\ncd deep\npython eval.py\n", [("sub/deep/eval.py", "sub/deep")]),
        ("cd sub\npython train.py\ncd ..\npython train.py\n", [("sub/train.py", "sub"), ("train.py", "")]),
        ("cd gone\npython train.py\n", [("train.py", "")]),
        ('cd "$HOME"\npython train.py\n', [("train.py", "")]),
        ("cd /elsewhere\npython train.py\n", [("train.py", "")]),
        ("cd ../..\npython train.py\n", [("train.py", "")]),
        ("cd -\npython train.py\n", [("train.py", "")]),
    ],
)  # fmt: skip
def test_a_script_is_run_where_the_shell_stands(
    text: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert run_in({"run.sh": text}, tmp_path) == expected
    assert run_in({"README.md": f"```bash\n{text}```\n"}, tmp_path)[-len(expected) :] == expected


def test_a_folder_is_entered_from_that_of_the_script_too(tmp_path: Path) -> None:
    assert run_in({"sub/run.sh": "cd deep\npython eval.py\n"}, tmp_path) == [
        ("sub/deep/eval.py", "sub/deep")
    ]


def test_each_line_of_a_makefile_begins_anew(tmp_path: Path) -> None:
    text = "all:\n\t@cd sub && python train.py\n\tpython train.py\n"
    assert run_in({"Makefile": text}, tmp_path) == [("sub/train.py", "sub"), ("train.py", "")]


def test_a_command_in_a_sentence_is_one(tmp_path: Path) -> None:
    text = "# Use\n\nRun `python train.py lr=1`, then\n`python sub/train.py`.\n"
    opened = project(tmp_path, {**CODE, "README.md": text})
    found = [(item.script, item.arguments, item.line) for item in find_commands(opened)]
    assert found == [("train.py", ("lr=1",), 3), ("sub/train.py", (), 4)]


@pytest.mark.parametrize(
    "code",
    [
        *("python train.py ...", "python train.py lr=<lr>", "python train.py [--resume]"),
        *("python train.py data=DATA", "python train.py --seed $SEED", "python train.py {name}"),
        *("train.py", "python other.py x", "the file train.py", "python train.py name=xxx"),
    ],
)
def test_what_a_sentence_leaves_open_is_no_command(code: str, tmp_path: Path) -> None:
    assert run_in({"README.md": f"Run `{code}` to train.\n"}, tmp_path) == []
