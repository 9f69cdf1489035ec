"""Where values come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.origins import Origin, Provenance
from repro_check.project.project import Project


def provenance(opened: Project, path: str = "train.py") -> Provenance:
    """That of the argument of the only call of `seed_it` in a file."""
    file = opened.python[path]
    (call,) = [call for call in file.facts.calls if call.name == "seed_it"]
    return opened.origins.provenance(file, call.args[0], call.block)


def judge(root: Path, body: str, **files: str) -> Provenance:
    """That of the argument of `seed_it` in `train.py`, beside other files."""
    named = {name.replace("__", "/") + ".py": text for name, text in files.items()}
    return provenance(project(root, {"train.py": body} | named))


def text(origin: Origin) -> str:
    """An origin as one word, for tables."""
    shown = origin.note if origin.kind.value in {"drawn", "rank"} else origin.value
    if origin.note == "required":
        shown = "required"
    if origin.kind.value in {"unknown", "parameter", "conditional", "rank"}:
        return origin.kind.value
    return f"{origin.kind.value} {shown}"


ARGS = """
import argparse
import os
import random
import time

import numpy as np
import torch

parser = argparse.ArgumentParser()
{}
args = parser.parse_args()
"""


@pytest.mark.parametrize(
    ("body", "origins", "summary"),
    [
        ("seed_it(42)", ["literal 42"], "fixed"),
        ("seed_it(None)", ["literal None"], "unset"),
        ("SEED = 3\nseed_it(SEED)", ["literal 3"], "fixed"),
        ("SEED = 3\ndef f():\n    seed_it(SEED)", ["literal 3"], "fixed"),
        ("a, (b, c) = 1, (2, 3)\nseed_it(c)", ["literal 3"], "fixed"),
        ("s = 1\ns = 2\nseed_it(s)", ["literal 2"], "fixed"),
        ("s = 1\nif x:\n    s = 2\nseed_it(s)", ["literal 1", "literal 2"], "fixed"),
        ("if x:\n    s = 1\nelse:\n    s = 2\n    seed_it(s)", ["literal 2"], "fixed"),
        ("with open(p) as f:\n    s = 1\nseed_it(s)", ["literal 1"], "fixed"),
        ("for s in range(5):\n    seed_it(s)", ["literal 5"], "fixed"),
        ("for s in [1, 2]:\n    seed_it(s)", ["literal 1", "literal 2"], "fixed"),
        ("for i, s in enumerate([7]):\n    seed_it(s)", ["literal 7"], "fixed"),
        ("for i, s in enumerate(xs):\n    seed_it(i)", ["literal 0"], "fixed"),
        ("for a, s in zip(xs, (7, 8)):\n    seed_it(s)", ["literal 7", "literal 8"], "fixed"),
        ("seed_it([3 + i for i in range(2)][0])", ["literal 2"], "fixed"),
        ("seed_it({'a': 1, 'b': 2}['b'])", ["literal 2"], "fixed"),
        ("seed_it(dict(a=1)['a'])", ["literal 1"], "fixed"),
        ("seed_it(int(abs(5)))", ["literal 5"], "fixed"),
        ("cfg = {'t': {'seed': 4}}\nseed_it(cfg['t']['seed'])", ["literal 4"], "fixed"),
        ("cfg = {}\ncfg['seed'] = 4\nseed_it(cfg['seed'])", ["literal 4"], "fixed"),
        ("cfg = {}\nseed_it(cfg.get('seed', 4))", ["unknown", "literal 4", "conditional"], "unknown"),
        ("def f(seed):\n    seed_it(seed)", ["parameter"], "unknown"),
        ("def f(seed=3):\n    seed_it(seed)", ["parameter"], "unknown"),
        ("def f(seed=3):\n    seed_it(seed)\nf()", ["literal 3"], "fixed"),
        ("def f(seed=3):\n    seed_it(seed)\nf(4)\nf(seed=5)", ["literal 4", "literal 5"], "fixed"),
        ("@changed(0)\ndef f(seed=3):\n    seed_it(seed)\nf()", ["unknown"], "unknown"),
        ("@torch.no_grad()\ndef f(seed=3):\n    seed_it(seed)\nf()", ["literal 3"], "fixed"),
        ("def f(seed=3):\n    seed_it(seed)\nf(*xs)", ["unknown"], "unknown"),
        ("def f(*, seed):\n    seed_it(seed)\nf(**{'seed': 6})", ["literal 6"], "fixed"),
        ("def f(**kw):\n    seed_it(kw['seed'])\nf(seed=6)", ["literal 6"], "fixed"),
        ("def f(seed):\n    g(seed)\ndef g(s):\n    seed_it(s)\nf(9)", ["literal 9"], "fixed"),
        ("def f(x):\n    return x\nf(1)\nseed_it(f(2))", ["literal 2"], "fixed"),
        ("def f(x=8):\n    return x\nseed_it(f())", ["literal 8"], "fixed"),
        ("def f():\n    return 1, 2\n_, s = f()\nseed_it(s)", ["literal 2"], "fixed"),
        ("def f(n):\n    return f(n)\nseed_it(f(1))", [], "unknown"),
        ("s = s + 1\nseed_it(s)", ["unknown"], "unknown"),
        ("seed_it(missing)", ["unknown"], "unknown"),
        ("seed_it(lambda: 1)", ["unknown"], "unknown"),
        ("seed_it(1 == 2)", ["unknown"], "unknown"),
        ("def seed(n):\n    seed_it(n)\nseed(n=1)", ["literal 1"], "fixed"),
    ],
)  # fmt: skip
def test_literals_are_followed(tmp_path: Path, body: str, origins: list[str], summary: str) -> None:
    found = judge(tmp_path, body)
    assert ([text(o) for o in found.origins], found.summary.value) == (origins, summary)


@pytest.mark.parametrize(
    ("option", "use", "origins", "summary"),
    [
        ('parser.add_argument("--seed", type=int, default=0)', "args.seed", ["option 0"], "fixed"),
        ('parser.add_argument("-s", "--rng-seed", default=1)', "args.rng_seed", ["option 1"], "fixed"),
        ('parser.add_argument("--s", dest="seed", default=1)', "args.seed", ["option 1"], "fixed"),
        ('parser.add_argument("--seed", type=int)', "args.seed", ["option None"], "unset"),
        ('parser.add_argument("--seed", type=int, default=-1)', "args.seed", ["option -1"], "unset"),
        ('parser.add_argument("--seed", required=True)', "args.seed", ["option required"], "fixed"),
        ('parser.add_argument("seed", type=int)', "args.seed", ["option required"], "fixed"),
        ('g = parser.add_argument_group()\ng.add_argument("--seed", default=3)', "args.seed", ["option 3"], "fixed"),
        ('p = parser.add_subparsers().add_parser("t")\np.add_argument("--seed", default=3)', "args.seed", ["option 3"], "fixed"),
        ('parser.add_argument("--seed")\nparser.set_defaults(seed=5)', "args.seed", ["option 5"], "fixed"),
        ('S = 6\nparser.add_argument("--seed", default=S)', "args.seed", ["option 6"], "fixed"),
        ('parser.add_argument("--seed", default=int(time.time()))', "args.seed", ["drawn time.time"], "drawn"),
        ('parser.add_argument("--seed", default=0)', 'vars(args)["seed"]', ["option 0"], "fixed"),
        ('parser.add_argument("--seed", default=0)', 'getattr(args, "seed", None)', ["option 0"], "fixed"),
        ('parser.add_argument("--seed", default=0)', "args.other", ["unknown"], "unknown"),
        ('parser.add_argument("--seed", type=int)', "args.seed if args.seed is not None else 7", ["literal 7", "conditional"], "fixed"),
        ('parser.add_argument("--seed", default=1)', "args.seed if args.seed is not None else int(time.time())", ["option 1"], "fixed"),
        ('parser.add_argument("--seed", type=int)', "args.seed or random.randint(0, 9)", ["drawn random.randint", "conditional"], "drawn"),
        ('parser.add_argument("--seed", default=2)', "args.seed or random.randint(0, 9)", ["option 2"], "fixed"),
        ('parser.add_argument("--seed", default=2)', "args.seed + 1000 * int(os.environ['LOCAL_RANK'])", ["option 2", "rank"], "fixed"),
        ('parser.add_argument("--seed", default=2)', "args.seed + torch.distributed.get_rank()", ["option 2", "rank"], "fixed"),
        ('parser.add_argument("--seed", default=2)', "args.seed % 2**32", ["option 2"], "fixed"),
    ],
)  # fmt: skip
def test_options_of_argparse_are_followed(
    tmp_path: Path, option: str, use: str, origins: list[str], summary: str
) -> None:
    found = judge(tmp_path, ARGS.format(option) + f"seed_it({use})\n")
    assert ([text(o) for o in found.origins], found.summary.value) == (origins, summary)


SEED_OPTION = ARGS.format('parser.add_argument("--seed", type=int)')


@pytest.mark.parametrize(
    ("body", "origins", "summary"),
    [
        ("if args.seed is None:\n    args.seed = random.randint(0, 9)\nseed_it(args.seed)", ["drawn random.randint", "conditional"], "drawn"),
        ("if args.seed is None:\n    args.seed = 3\nseed_it(args.seed)", ["literal 3", "conditional"], "fixed"),
        ("if args.seed is not None:\n    seed_it(args.seed)", ["option None"], "unset"),
        ("if args.seed is not None:\n    s = args.seed\nelse:\n    s = time.time()\nseed_it(s)", ["drawn time.time", "conditional"], "drawn"),
        ("args.seed = 5\nseed_it(args.seed)", ["literal 5"], "fixed"),
        ("setattr(args, 'seed', 5)\nseed_it(args.seed)", ["literal 5"], "fixed"),
        ("setattr(args, name, 5)\nseed_it(args.seed)", ["option None", "unknown"], "unknown"),
        ("def main(args):\n    seed_it(args.seed)\nmain(args)", ["option None"], "unset"),
        ("def main(cfg):\n    seed_it(cfg['seed'])\nmain(vars(args))", ["option None"], "unset"),
        ("def main(seed, **kw):\n    seed_it(seed)\nmain(**vars(args))", ["option None"], "unset"),
        ("class T:\n    def __init__(self, a):\n        self.a = a\n    def run(self):\n        seed_it(self.a.seed)\nT(args).run()", ["option None"], "unset"),
        ("import torch.multiprocessing as mp\ndef work(gpu, a):\n    seed_it(a.seed + gpu)\nmp.spawn(work, args=(args,))", ["option None", "rank"], "unset"),
        ("args.seed += 1\nseed_it(args.seed)", ["option None"], "unset"),
        ("opt, rest = parser.parse_known_args()\nseed_it(opt.seed)", ["option None"], "unset"),
        ("def get():\n    return parser.parse_args()\na = get()\nseed_it(a.seed)", ["option None"], "unset"),
    ],
)  # fmt: skip
def test_a_namespace_is_followed(
    tmp_path: Path, body: str, origins: list[str], summary: str
) -> None:
    found = judge(tmp_path, SEED_OPTION + body + "\n")
    assert ([text(o) for o in found.origins], found.summary.value) == (origins, summary)


@pytest.mark.parametrize(
    ("use", "drawn"),
    [
        ("int(time.time())", "time.time"),
        ("int(time.time() * 1000) % 2**32", "time.time"),
        ("os.getpid()", "os.getpid"),
        ("int.from_bytes(os.urandom(4), 'big')", "os.urandom"),
        ("uuid.uuid4().int", "uuid.uuid4"),
        ("int(datetime.datetime.now().timestamp())", "datetime.datetime.now"),
        ("datetime.datetime.now().microsecond", "datetime.datetime.now"),
        ("secrets.randbelow(9)", "secrets.randbelow"),
        ("random.randint(0, 9)", "random.randint"),
        ("np.random.randint(0, 9)", "numpy.random.randint"),
        ("torch.randint(0, 9, (1,)).item()", "torch.randint"),
        ("torch.seed()", "torch.seed"),
        ("np.random.default_rng().integers(9)", "numpy.random.default_rng"),
        ("hash('name') % 100", "hash"),
        ("hash(str(x))", "hash"),
        ("random.SystemRandom().randint(0, 9)", "random.SystemRandom"),
        ("np.random.randint(0, 9, size=1)[0]", "numpy.random.randint"),
        ("int(np.random.randint(9)) + 1", "numpy.random.randint"),
    ],
)
def test_what_differs_from_run_to_run_is_drawn(tmp_path: Path, use: str, drawn: str) -> None:
    head = "import datetime, os, random, secrets, time, uuid\nimport numpy as np\nimport torch\n"
    found = judge(tmp_path, f"{head}seed_it({use})\n")
    assert [text(o) for o in found.drawn] == [f"drawn {drawn}"]
    assert found.summary.value == "drawn"


@pytest.mark.parametrize(
    ("use", "origins"),
    [
        ("np.random.default_rng(3).integers(9)", ["literal 3"]),
        ("zlib.crc32(b'name')", ["unknown"]),
        ("hash(5)", ["literal 5"]),
        ("hash(x)", ["unknown"]),
        ("torch.initial_seed() % 2**32", ["unknown"]),
        ("os.environ.get('SEED', 4)", ["environment 4"]),
        ("int(os.getenv('SEED', '4'))", ["environment 4"]),
        ("os.environ['SEED']", ["environment None"]),
        ("int(os.environ['RANK'])", ["rank"]),
        ("1337 + rank", ["rank", "literal 1337"]),
        ("time.strptime('2020', '%Y')", ["unknown"]),
    ],
)
def test_what_does_not_is_not(tmp_path: Path, use: str, origins: list[str]) -> None:
    head = "import os, time, zlib\nimport numpy as np\nimport torch\nfrom lab import rank, x\n"
    found = judge(tmp_path, f"{head}seed_it({use})\n")
    assert [text(o) for o in found.origins] == origins
    assert not found.drawn


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ("print(seed)", "drawn and recorded"),
        ("logger.info('seed %d', seed)", "drawn and recorded"),
        ("print(f'seed {seed}')", "drawn and recorded"),
        ("json.dump({'seed': seed}, f)", "drawn and recorded"),
        ("wandb.init(config=dict(seed=seed))", "drawn and recorded"),
        ("print(other)", "drawn"),
        ("def f(seed):\n    print(seed)", "drawn"),
    ],
)
def test_a_drawn_value_that_is_written_down_is_recorded(
    tmp_path: Path, written: str, summary: str
) -> None:
    body = f"import json, time, wandb\nseed = int(time.time())\nseed_it(seed)\n{written}\n"
    assert judge(tmp_path, body).summary.value == summary


def test_a_drawn_option_is_recorded_with_its_namespace(tmp_path: Path) -> None:
    body = SEED_OPTION + "args.seed = random.randint(0, 9)\nseed_it(args.seed)\nprint(args)\n"
    assert judge(tmp_path, body).summary.value == "drawn and recorded"


CONFIG = """
from dataclasses import dataclass, field
import time

@dataclass
class Config:
    lr: float = 0.1
    seed: int = {}
"""


@pytest.mark.parametrize(
    ("default", "use", "origins"),
    [
        ("3", "seed_it(Config().seed)", ["field 3"]),
        ("field(default=3)", "seed_it(Config().seed)", ["field 3"]),
        ("field(default_factory=lambda: 3)", "seed_it(Config().seed)", ["literal 3"]),
        ("field(default_factory=time.time)", "seed_it(Config().seed)", ["drawn time.time"]),
        ("field(default_factory=lambda: int(time.time()))", "seed_it(Config().seed)", ["drawn time.time"]),
        ("None", "seed_it(Config().seed)", ["field None"]),
        ("3", "seed_it(Config(seed=4).seed)", ["literal 4"]),
        ("3", "seed_it(Config(0.2, 4).seed)", ["literal 4"]),
        ("3", "c = Config()\nc.seed = 5\nseed_it(c.seed)", ["literal 5"]),
        ("3", "def f(c: Config):\n    seed_it(c.seed)", ["field 3"]),
        ("3", "import tyro\nc = tyro.cli(Config)\nseed_it(c.seed)", ["option 3"]),
        ("3", "from simple_parsing import parse\nseed_it(parse(Config).seed)", ["option 3"]),
        ("3", "import draccus\n@draccus.wrap()\ndef f(c: Config):\n    seed_it(c.seed)", ["option 3"]),
        ("3", "from transformers import HfArgumentParser, TrainingArguments\np = HfArgumentParser((TrainingArguments, Config))\nt, c = p.parse_args_into_dataclasses()\nseed_it(c.seed)", ["option 3"]),
        ("3", "from transformers import HfArgumentParser, TrainingArguments\np = HfArgumentParser((TrainingArguments, Config))\nt, c = p.parse_args_into_dataclasses()\nseed_it(t.seed)", ["option 42"]),
        ("3", "class D(Config):\n    pass\nseed_it(D().seed)", ["field 3"]),
    ],
)  # fmt: skip
def test_fields_are_followed(tmp_path: Path, default: str, use: str, origins: list[str]) -> None:
    found = judge(tmp_path, CONFIG.format(default) + use + "\n")
    assert [text(o) for o in found.origins] == origins


@pytest.mark.parametrize(
    ("body", "origins"),
    [
        ('import click\n@click.command()\n@click.option("--seed", default=3)\ndef main(seed):\n    seed_it(seed)', ["option 3"]),
        ('import click\n@click.command()\n@click.option("-s", "--rng-seed", "seed", type=int)\ndef main(seed):\n    seed_it(seed)', ["option None"]),
        ("import typer\napp = typer.Typer()\n@app.command()\ndef main(seed: int = 4):\n    seed_it(seed)", ["option 4"]),
        ("import typer\napp = typer.Typer()\n@app.command()\ndef main(seed: int = typer.Option(5)):\n    seed_it(seed)", ["option 5"]),
        ('from absl import flags\nFLAGS = flags.FLAGS\nflags.DEFINE_integer("seed", 6, "The seed.")\nseed_it(FLAGS.seed)', ["option 6"]),
        ('from absl import flags\n_SEED = flags.DEFINE_integer("seed", 6, "The seed.")\nseed_it(_SEED.value)', ["option 6"]),
        ("class M(LightningModule):\n    def __init__(self, seed=7):\n        self.save_hyperparameters()\n    def setup(self):\n        seed_it(self.hparams.seed)\nM()", ["literal 7"]),
        ("import ml_collections\ndef get_config():\n    config = ml_collections.ConfigDict()\n    config.seed = 42\n    return config\nseed_it(get_config().seed)", ["literal 42"]),
        ("from types import SimpleNamespace\nseed_it(SimpleNamespace(seed=1).seed)", ["literal 1"]),
        ("class T:\n    seed = 3\n    def run(self):\n        seed_it(self.seed)", ["field 3"]),
        ("class T:\n    def __init__(self, seed):\n        self.seed = seed\nt = T(8)\nseed_it(t.seed)", ["literal 8"]),
    ],
)  # fmt: skip
def test_other_ways_to_hold_a_value_are_followed(
    tmp_path: Path, body: str, origins: list[str]
) -> None:
    found = judge(tmp_path, body + "\n")
    assert [text(o) for o in found.origins] == origins


def test_flags_of_a_config_file_lead_to_the_functions_that_make_it(tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        {
            "train.py": """
                from absl import flags
                from ml_collections.config_flags import config_flags

                FLAGS = flags.FLAGS
                config_flags.DEFINE_config_file("config", None, "The config.")

                def main(argv):
                    run(FLAGS.config)

                def run(config):
                    seed_it(config.seed)
            """,
            "configs/a.py": """
                from configs.default import get_default

                def get_config():
                    config = get_default()
                    config.lr = 3
                    return config
            """,
            "configs/default.py": """
                import ml_collections

                def get_default():
                    config = ml_collections.ConfigDict()
                    config.seed = 42
                    return config
            """,
        },
    )
    assert [text(o) for o in provenance(opened).origins] == ["literal 42"]
    assert provenance(opened).origins[0].path == "configs/default.py"


@pytest.mark.parametrize(
    ("body", "path", "origins"),
    [
        ('import yaml\ncfg = yaml.safe_load(open("conf/a.yaml"))\nseed_it(cfg["train"]["seed"])', "conf/a.yaml", ["config 7"]),
        ('import yaml\nwith open("conf/a.yaml") as f:\n    cfg = yaml.safe_load(f)\nseed_it(cfg["train"]["seed"])', "conf/a.yaml", ["config 7"]),
        ('from omegaconf import OmegaConf\ncfg = OmegaConf.load("conf/a.yaml")\nseed_it(cfg.train.seed)', "conf/a.yaml", ["config 7"]),
        ('from omegaconf import OmegaConf\ncfg = OmegaConf.load(path)\nseed_it(cfg.train.seed)', "conf/a.yaml", ["config 7"]),
        ('from omegaconf import OmegaConf\ncfg = OmegaConf.load(path)\nseed_it(cfg.train.seed)', "data/a.yaml", ["unknown"]),
        ('import hydra\n@hydra.main(config_path="conf", config_name="a")\ndef main(cfg):\n    seed_it(cfg.train.seed)', "conf/a.yaml", ["config 7"]),
        ('import hydra\n@hydra.main(config_path="conf", config_name="a")\ndef main(cfg):\n    run(cfg)\ndef run(cfg):\n    seed_it(cfg.train.get("seed"))', "conf/a.yaml", ["config 7"]),
        ('import hydra\n@hydra.main(config_path="conf", config_name="a")\ndef main(cfg):\n    seed_it(cfg.other)', "conf/a.yaml", ["config 7"]),
        ('import hydra\n@hydra.main(config_path="conf", config_name="a")\ndef main(cfg):\n    seed_it(cfg.none)', "conf/a.yaml", ["config None"]),
    ],
)  # fmt: skip
def test_keys_of_configs_are_followed(
    tmp_path: Path, body: str, path: str, origins: list[str]
) -> None:
    yaml = "train:\n  seed: 7\nother: ${train.seed}\nnone: null\n"
    found = provenance(project(tmp_path, {"train.py": body + "\n", path: yaml}))
    assert [text(o) for o in found.origins] == origins


def test_a_group_of_hydra_holds_the_keys_below_its_name(tmp_path: Path) -> None:
    body = 'import hydra\n@hydra.main(config_path="conf", config_name="a")\ndef f(cfg):\n    seed_it(cfg.train.seed)\n'
    files = {"train.py": body, "conf/a.yaml": "lr: 1\n", "conf/train/x.yaml": "seed: 9\n"}
    (found,) = provenance(project(tmp_path, files)).origins
    assert (found.value, found.path, found.span.column) == (9, "conf/train/x.yaml", 7)


def test_options_of_an_imported_file_come_before_those_of_others(tmp_path: Path) -> None:
    option = 'import argparse\n\ndef get_parser():\n    p = argparse.ArgumentParser()\n    p.add_argument("--seed", default={})\n    return p\n'
    body = (
        "from options import get_parser\n\nargs = get_parser().parse_args()\nseed_it(args.seed)\n"
    )
    found = judge(tmp_path, body, options=option.format(1), others=option.format(2))
    assert [text(o) for o in found.origins] == ["option 1"]


@pytest.mark.parametrize(
    ("head", "use"),
    [
        ("from options import SEED", "SEED"),
        ("import options", "options.SEED"),
        ("from options import *", "SEED"),
        ("from again import OURS", "OURS"),
        ("from options import make", "make(11)"),
        ("from options import settings", "settings.seed"),
        ("import options as o", "o.settings['seed']"),
    ],
)
def test_values_of_other_modules_are_followed(tmp_path: Path, head: str, use: str) -> None:
    options = """
        SEED = 11
        settings = dict(seed=SEED)

        def make(seed):
            return seed
    """
    again = "from options import SEED as OURS\n"
    found = judge(tmp_path, f"{head}\nseed_it({use})\n", options=options, again=again)
    assert [text(o) for o in found.origins] == ["literal 11"]
    assert found.summary.value == "fixed"


def test_very_long_chains_and_very_many_calls_end_as_unknown(tmp_path: Path) -> None:
    chain = "a0 = 1\n" + "".join(f"a{i + 1} = a{i}\n" for i in range(200))
    assert judge(tmp_path / "chain", chain + "seed_it(a200)\n").summary.value == "unknown"
    calls = "def f(s):\n    seed_it(s)\n" + "".join(f"f({i})\n" for i in range(100))
    assert judge(tmp_path / "calls", calls).summary.value == "unknown"
    doubling = "def f0(x):\n    return x\n" + "".join(
        f"def f{i + 1}(x):\n    return f{i}(x) + f{i}(x)\n" for i in range(30)
    )
    assert judge(tmp_path / "double", doubling + "seed_it(f30(1))\n").summary.value == "unknown"
