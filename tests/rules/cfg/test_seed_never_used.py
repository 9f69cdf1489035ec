"""CFG004: seeds that are declared and never read, and the many ways to read one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[Finding]]
LOOP = """
    model = torch.nn.Linear(4, 2)
    for x in torch.randn(9, 8, 4):
        optimizer.step(model(x).sum().backward())
"""
OPTIONS = 'parser = argparse.ArgumentParser()\n    parser.add_argument("--lr", type=float)\n    '
OPTION = 'parser.add_argument("--seed", type=int, default=0)'


def program(body: str, *, head: str = "", option: str = OPTION) -> str:
    """A training script with an option for its seed."""
    return (
        f"import argparse\nimport torch\n{head}\n\ndef main():\n    {OPTIONS}{option}\n"
        f"    args = parser.parse_args()\n    {body}\n{LOOP}\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        return list(check(make_repo(texts, commit=False).root, "CFG004").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "print(args.lr)",
        "print(args)",
        "print(vars(args))",
        "torch.manual_seed(0)",
        "import wandb; wandb.init(config=vars(args))",
        "print(json.dumps(vars(args)))",
        "args.seed = 3",
    ],
)
def test_an_option_that_nothing_reads_is_found_where_it_is_declared(
    judge: Judge, body: str
) -> None:
    (finding,) = judge({"train.py": program(body)})
    span = finding.location.span
    assert span is not None
    assert (finding.location.path, span.line, finding.severity) == ("train.py", 8, Severity.ERROR)
    assert "`--seed`" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        "torch.manual_seed(args.seed)",
        'torch.manual_seed(vars(args)["seed"])',
        'torch.manual_seed(getattr(args, "seed"))',
        "for name in ['seed']: torch.manual_seed(getattr(args, name))",
        "run(**vars(args))",
        "import framework; framework.Trainer(args)",
        "import framework; framework.fit(vars(args))",
        "seed_all(args)",
        "subprocess.run(['python', 'x.py', '--seed', str(args.seed)])",
        "config = dict(vars(args)); torch.manual_seed(config['seed'])",
        "other.start(args)",
    ],
)
def test_a_seed_that_anything_may_read_is_none(judge: Judge, body: str) -> None:
    head = (
        "def run(lr, seed):\n    torch.manual_seed(seed)\n\n"
        "def seed_all(options):\n    torch.manual_seed(options.seed)\n"
    )
    assert judge({"train.py": program(body, head=head)}) == []


@pytest.mark.parametrize(
    "option",
    [
        'parser.add_argument("--seed", action="store_true")',
        'parser.add_argument("--seed", type=str)',
        'parser.add_argument("--seed", nargs="+", type=int)',
        'parser.add_argument("--seed_file")',
        'parser.add_argument("--seeds", type=int)',
        'parser.add_argument("--seed-length", type=int)',
        'parser.add_argument("--seed_data")',
        'parser.add_argument("--seed_data", default="seeds.json")',
        'parser.add_argument("--seed_path", type=int)',
    ],
)
def test_options_that_hold_no_seed_are_left_out(judge: Judge, option: str) -> None:
    assert judge({"train.py": program("pass", option=option)}) == []


@pytest.mark.parametrize("name", ["seed_data", "seed-split", "random_seed_init", "data_seed"])
def test_the_seed_of_one_thing_is_a_seed(name: str, judge: Judge) -> None:
    option = f'parser.add_argument("--{name}", type=int, default=1)'
    assert len(judge({"train.py": program("pass", option=option)})) == 1


def test_the_reads_of_other_programs_do_not_count(judge: Judge) -> None:
    files = {"a.py": program("pass"), "b.py": program("torch.manual_seed(args.seed)")}
    assert [finding.location.path for finding in judge(files)] == ["a.py"]


def test_options_that_another_module_declares_are_followed_to_their_program(judge: Judge) -> None:
    options = f"""
        import argparse

        def parse():
            parser = argparse.ArgumentParser()
            {OPTION}
            return parser.parse_args()
    """
    train = (
        "import torch\nfrom options import parse\n\n\ndef main():\n    args = parse()\n"
        f"    print(args){LOOP}\n\nif __name__ == '__main__':\n    main()\n"
    )
    (finding,) = judge({"options.py": options, "train.py": train})
    assert finding.location.path == "options.py"
    read = train.replace("print(args)", "torch.manual_seed(args.seed)")
    assert judge({"options.py": options, "train.py": read}) == []


def test_flags_of_absl_are_options(judge: Judge) -> None:
    code = """
        import torch
        from absl import app, flags

        FLAGS = flags.FLAGS
        flags.DEFINE_integer("seed", 0, "The seed.")

        def main(_):
            model = torch.nn.Linear(4, 2)
            for x in torch.randn(9, 8, 4):
                optimizer.step(model(x).sum().backward())

        if __name__ == "__main__":
            app.run(main)
    """
    assert len(judge({"train.py": code})) == 1
    read = code.replace(
        "def main(_):\n", "def main(_):\n            torch.manual_seed(FLAGS.seed)\n"
    )
    assert judge({"train.py": read}) == []


def test_seeds_of_python_configs_are_one_finding(judge: Judge) -> None:
    config = """
        import ml_collections

        def get_config():
            config = ml_collections.ConfigDict()
            config.lr = 0.1
            config.seed = 42
            return config
    """
    train = (
        "import torch\nfrom absl import app, flags\nfrom ml_collections.config_flags import config_flags\n\n"
        'config_flags.DEFINE_config_file("config", None, "The config.")\nFLAGS = flags.FLAGS\n\n\n'
        f"def main(_):\n    config = FLAGS.config\n    print(config.lr){LOOP}\n\n"
        'if __name__ == "__main__":\n    app.run(main)\n'
    )
    files = {"configs/a.py": config, "configs/b.py": config, "train.py": train}
    (finding,) = judge(files)
    assert (finding.location.path, len(finding.related)) == ("configs/a.py", 1)
    read = train.replace("print(config.lr)", "torch.manual_seed(config.seed)")
    assert judge(files | {"train.py": read}) == []


HYDRA = """
import hydra
import torch


@hydra.main(version_base="1.3", config_path="conf", config_name="train")
def main(cfg):
    {body}
    model = torch.nn.Linear(4, 2)
    for x in torch.randn(9, 8, 4):
        optimizer.step(model(x).sum().backward())


if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    ("body", "config", "count"),
    [
        ("print(cfg.lr)", "lr: 1\nseed: 3\n", 1),
        ("print(cfg.lr)", "lr: 1\nrun:\n  seed: 3\n", 1),
        ("torch.manual_seed(cfg.seed)", "lr: 1\nseed: 3\n", 0),
        ('torch.manual_seed(cfg.get("seed"))', "lr: 1\nseed: 3\n", 0),
        ("seed_all(cfg)", "lr: 1\nseed: 3\n", 0),
        ("hydra.utils.instantiate(cfg.model)", "model:\n  _target_: m.Net\n  seed: 3\n", 0),
        ("hydra.utils.instantiate(cfg.model)", "seed: 3\nmodel:\n  _target_: m.Net\n  s: ${seed}\n", 0),
        ("print(cfg.lr)", "lr: 1\nseeds: [1, 2]\n", 0),
        ("print(cfg.lr)", "lr: 1\nseed: null\n", 0),
    ],
)  # fmt: skip
def test_keys_of_configs_are_judged_by_what_the_program_reads(
    judge: Judge, body: str, config: str, count: int
) -> None:
    files = {"train.py": HYDRA.format(body=body), "conf/train.yaml": config}
    assert len(judge(files)) == count


def test_a_config_that_two_programs_share_is_read_if_one_reads_it(judge: Judge) -> None:
    files = {
        "train.py": HYDRA.format(body="torch.manual_seed(cfg.seed)"),
        "evaluate.py": HYDRA.format(body="print(cfg.lr)"),
        "conf/train.yaml": "lr: 1\nseed: 3\n",
    }
    assert judge(files) == []


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("print(args.lr)", 1),
        ("print(asdict(args))", 1),
        ("torch.manual_seed(args.seed)", 0),
        ("import framework; framework.run(args)", 0),
        ("import framework; framework.run(**vars(args))", 0),
    ],
)
def test_fields_that_the_command_line_fills_are_options(
    judge: Judge, body: str, count: int
) -> None:
    code = (
        "from dataclasses import asdict, dataclass\n\nimport torch\nimport tyro\n\n\n@dataclass\n"
        "class Args:\n    lr: float = 0.1\n    seed: int = 1\n\n\ndef main():\n"
        f"    args = tyro.cli(Args)\n    {body}{LOOP}\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    assert len(judge({"train.py": code})) == count
