from __future__ import annotations

from pathlib import Path

import pytest
from projects import name_of, project, read_facts

from repro_check.project.entries import is_run, main_guard
from repro_check.project.project import Project


def entries(opened: Project) -> dict[str, list[str]]:
    return {entry.path: [name_of(opened, node) for node in entry.nodes] for entry in opened.entries}


@pytest.mark.parametrize(
    ("source", "is_guard"),
    [
        ('if __name__ == "__main__":\n    main()', True),
        ("if '__main__' == __name__:\n    main()", True),
        ("if __name__ == '__main__' and not testing:\n    main()", True),
        ("x = 1\nif __name__ == '__main__': main()", True),
        ("if __name__ != '__main__':\n    main()", False),
        ("if __name__ == 'main':\n    main()", False),
        ("if __name__ == '__main__' or x:\n    main()", False),
        ("if name == '__main__':\n    main()", False),
        ("if __name__:\n    main()", False),
        ("def f():\n    if __name__ == '__main__':\n        main()", False),
        ("# if __name__ == '__main__':", False),
        ("x = \"if __name__ == '__main__':\"", False),
        ("if x[0] == y.z() == 3: pass", False),
    ],
)
def test_a_guard_is_recognised(source: str, is_guard: bool) -> None:
    facts = read_facts(source)
    guard = main_guard(facts)
    assert (guard is not None) is is_guard
    assert is_run(facts) is is_guard
    if guard is not None:
        assert facts.blocks[guard].kind == "if"


@pytest.mark.parametrize(
    "source",
    [
        "import hydra\n@hydra.main(config_path='c')\ndef main(cfg): ...",
        "from hydra import main as run\n@run()\ndef main(cfg): ...",
        "import click\n@click.command()\n@click.option('--seed')\ndef main(seed): ...",
        "import click\n@click.command\ndef main(): ...",
        "from click import group\n@group()\ndef main(): ...",
        "import typer\napp = typer.Typer()\n@app.command()\ndef main(): ...",
        "import typer\ntrain_app = typer.Typer()\n@train_app.command('x')\ndef main(): ...",
        "from group import cli\n@cli.command()\ndef main(): ...",
    ],
)
def test_a_decorated_command_is_an_entry_and_begins_in_the_function(
    source: str, tmp_path: Path
) -> None:
    assert entries(project(tmp_path, {"t.py": source})) == {"t.py": ["t.py", "t.py:main"]}


@pytest.mark.parametrize(
    "source",
    [
        "@cached\ndef main(): ...",
        "@pytest.fixture()\ndef main(): ...",
        "@app.route('/')\ndef main(): ...",
        "@dataclass\nclass Main: ...",
        "def main(): ...\nmain()",
        "import torch\nx = torch.randn(3)",
        "scaler.fit(x)",
        "",
    ],
)
def test_a_module_that_does_not_say_that_it_is_run_is_no_entry(source: str, tmp_path: Path) -> None:
    assert entries(project(tmp_path, {"t.py": source})) == {}


@pytest.mark.parametrize(
    "guard",
    [
        "app.run(main)",
        "fire.Fire(main)",
        "typer.run(main)",
        "tyro.cli(main)",
        "LightningCLI(Model)",
        "main()",
    ],
)
def test_a_guarded_script_is_an_entry(guard: str, tmp_path: Path) -> None:
    source = f"def main(): ...\nif __name__ == '__main__':\n    {guard}"
    assert entries(project(tmp_path, {"t.py": source})) == {"t.py": ["t.py"]}


@pytest.mark.parametrize(
    "statement",
    [
        "import fire\nfire.Fire(main)",
        "from fire import Fire\nFire(main)",
        "from absl import app\napp.run(main)",
        "import typer\ntyper.run(main)",
        "import tyro\ntyro.cli(main)",
        "import tyro\nargs = tyro.cli(Args)",
        "from lightning.pytorch.cli import LightningCLI\nLightningCLI(Model)",
        "import jsonargparse\njsonargparse.CLI(main)",
    ],
)
def test_a_starter_at_the_top_level_needs_no_guard(statement: str, tmp_path: Path) -> None:
    source = f"def main(): ...\n{statement}"
    assert entries(project(tmp_path, {"t.py": source})) == {"t.py": ["t.py"]}


@pytest.mark.parametrize(
    "source",
    [
        "import fire\ndef f():\n    fire.Fire(main)",
        "from server import app\napp.run(main)",
        "import typer\napp = typer.Typer()",
    ],
)
def test_what_only_looks_like_a_starter_makes_no_script(source: str, tmp_path: Path) -> None:
    assert entries(project(tmp_path, {"t.py": source})) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "setup.py",
            "from setuptools import setup\nsetup(entry_points={'console_scripts': ['lab = lab.cli:train']})",
        ),
        (
            "setup.py",
            "import setuptools\nsetuptools.setup(entry_points='[console_scripts]\\nlab=lab.cli:train')",
        ),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    lab = lab.cli:train\n"),
        ("pyproject.toml", "[project.scripts]\nlab = 'lab.cli:train'\n"),
    ],
)
def test_every_way_to_declare_a_command_is_read(path: str, text: str, tmp_path: Path) -> None:
    files = {path: text, "lab/__init__.py": "", "lab/cli.py": "def train(): ...\ndef f(): ..."}
    found = entries(project(tmp_path, files))
    assert found.get("lab/cli.py") == ["lab/cli.py", "lab/cli.py:train"]


def test_a_broken_setup_cfg_declares_nothing(tmp_path: Path) -> None:
    assert entries(project(tmp_path, {"setup.cfg": "no section\n[", "t.py": "x = 1"})) == {}


def test_notebooks_are_run_in_their_own_right(tmp_path: Path) -> None:
    cell = '{"cells": [{"cell_type": "code", "source": "model.fit(x)"}], "nbformat": 4}'
    opened = project(tmp_path, {"a.ipynb": cell, "tests/b.ipynb": cell, "t.py": "f()"})
    assert [entry.path for entry in opened.notebook_entries] == ["a.ipynb"]


TOP_LEVEL = {
    "a loop": "for x in data:\n    loss.backward()",
    "a call of its own function": "def train():\n    loss.backward()\ntrain()",
    "a function handed to a starter": "def main(argv):\n    model.fit(x)\napp.run(main)",
    "a guardless model": "model.fit(x, y)",
}


@pytest.mark.parametrize("kind", TOP_LEVEL)
def test_a_module_that_trains_at_its_top_level_is_a_script(kind: str, tmp_path: Path) -> None:
    assert entries(project(tmp_path, {"t.py": TOP_LEVEL[kind]})) == {"t.py": ["t.py"]}


@pytest.mark.parametrize(
    "statement", ["import lib.t", "from lib import t", "from lib.t import model"]
)
def test_a_module_that_others_import_is_none_even_if_it_trains(
    statement: str, tmp_path: Path
) -> None:
    files = {"lib/t.py": "model.fit(x)", "use.py": statement}
    assert entries(project(tmp_path, files)) == {}


def test_training_that_only_waits_in_a_function_is_no_script(tmp_path: Path) -> None:
    assert entries(project(tmp_path, {"t.py": "def train():\n    loss.backward()"})) == {}


def test_training_in_an_imported_function_is_no_sign_of_a_script(tmp_path: Path) -> None:
    files = {"t.py": "from u import f\nf()", "u.py": "def f():\n    loss.backward()"}
    assert entries(project(tmp_path, files)) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "# Run\n\n```bash\npython t.py --lr 1\n```\n"),
        ("README.md", "```\n$ python t.py\n```\n"),
        ("run.sh", "#!/bin/bash\nset -e\nCUDA_VISIBLE_DEVICES=0 python -u t.py\n"),
        ("Makefile", "train:\n\tpython t.py\n"),
        ("Dockerfile", 'FROM python\nCMD ["python", "t.py"]\n'),
        ("scripts/run.sh", "torchrun --nproc_per_node 2 ../t.py\n"),
        ("scripts/run.sh", "python t.py\n"),
        ("README.md", "```sh\npython -m t\n```\n"),
        ("README.md", "```\nuv run t.py\n```\n"),
        ("README.md", "```\nconda run -n lab python t.py\n```\n"),
        ("README.md", "```\naccelerate launch t.py\n```\n"),
        ("job.slurm", "#!/bin/bash\n#SBATCH -N 1\nsrun python t.py\n"),
        (".github/workflows/x.yml", "jobs:\n  a:\n    steps:\n    - run: python t.py\n"),
        (".gitlab-ci.yml", "train:\n  script:\n    - python t.py\n"),
        (".travis.yml", "script:\n  - python t.py\n"),
        (
            ".circleci/config.yml",
            "jobs:\n  a:\n    steps:\n    - run:\n        command: python t.py\n",
        ),
        ("azure-pipelines.yml", "steps:\n- script: python t.py\n"),
    ],
)
def test_a_script_that_a_command_names_is_an_entry_without_a_guard(
    path: str, text: str, tmp_path: Path
) -> None:
    opened = project(tmp_path, {path: text, "t.py": "main()", "other.py": "main()"})
    assert entries(opened) == {"t.py": ["t.py"]}


def test_the_settings_may_name_an_entry(tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": "main()"}, entry_points=("t.py",))
    assert entries(opened) == {"t.py": ["t.py"]}


def test_tests_documents_and_vendored_code_and_notebooks_are_no_entries(tmp_path: Path) -> None:
    guarded = "if __name__ == '__main__':\n    main()"
    cell = '{"cells": [{"cell_type": "code", "source": "model.fit(x)"}]}'
    files = dict.fromkeys(("tests/a.py", "docs/conf.py", "third_party/t.py", "test_b.py"), guarded)
    opened = project(tmp_path, {**files, "a.ipynb": cell, "lib/__init__.py": "def f(): ..."})
    assert entries(opened) == {}


def test_a_library_has_no_entry(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'lib'\n[build-system]\nrequires = ['hatchling']\n",
        "src/lib/__init__.py": "from lib.net import Net",
        "src/lib/net.py": "class Net:\n    def train(self):\n        loss.backward()",
    }
    assert entries(project(tmp_path, files)) == {}


def test_entries_stand_in_the_order_of_their_paths(tmp_path: Path) -> None:
    guarded = "if __name__ == '__main__': pass"
    opened = project(tmp_path, {"b.py": guarded, "a.py": guarded, "a/c.py": guarded})
    assert list(entries(opened)) == ["a.py", "a/c.py", "b.py"]


def test_a_module_that_cannot_be_read_is_no_entry(tmp_path: Path) -> None:
    files = {
        "README.md": "```\npython old.py\n```",
        "old.py": "print 'x'\nif __name__ == '__main__': pass",
    }
    assert set(entries(project(tmp_path, files))) <= {"old.py"}


@pytest.mark.parametrize("table", ["project", "tool.poetry"])
def test_what_installing_makes_commands_of_is_an_entry_point(table: str, tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        {
            "pyproject.toml": f'[{table}.scripts]\nlab-train = "lab.cli:train"\n',
            "src/lab/__init__.py": "",
            "src/lab/cli.py": "def train():\n    pass\n\ndef helper():\n    pass\n",
        },
    )
    assert entries(opened)["src/lab/cli.py"] == ["src/lab/cli.py", "src/lab/cli.py:train"]
