"""PORT004: accounts, queues and hosts of the author's, and what only looks like them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""

    def run(files: dict[str, str]) -> list[str]:
        return places(check(make_repo(files, commit=False).root, "PORT004"))

    return run


HEAD = "import os\nimport wandb\nimport mlflow\nimport comet_ml\nfrom lightning.pytorch.loggers import WandbLogger\n"


@pytest.mark.parametrize(
    "code",
    [
        'wandb.init(entity="ada-lab")',
        'TEAM = "ada-lab"\nwandb.init(project="x", entity=TEAM)',
        'wandb.sweep(sweep, entity="ada")',
        'logger = WandbLogger(project="x", entity="ada")',
        'experiment = comet_ml.start(workspace="ada")',
        'parser.add_argument("--wandb-entity", type=str, default="ada")',
        'class Args:\n    wandb_entity: str = "ada"',
        'def main(wandb_entity="ada"): pass',
        'os.environ["WANDB_ENTITY"] = "ada"',
        'executor.update_parameters(slurm_partition="learnlab", slurm_array_parallelism=8)',
        'cluster = dask_jobqueue.SLURMCluster(cores=8, queue="regular-ada")',
        'mlflow.set_tracking_uri("http://10.3.2.1:5000")',
        'mlflow.set_tracking_uri("http://tracking.lab.internal")',
        'os.environ["MASTER_ADDR"] = "192.168.1.17"',
        'dist.init_process_group("nccl", init_method="tcp://10.1.1.20:23456")',
        'client = connect(host="172.16.0.4", port=22)',
        'SERVER_URL = "http://gpu01.lan/predict"',
    ],
)
def test_what_belongs_to_the_author_is_found_in_python(judge: Judge, code: str) -> None:
    assert len(judge({"train.py": f"{HEAD}{code}\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        "wandb.init(entity=cfg.entity)",
        'wandb.init(entity=os.environ["WANDB_ENTITY"])',
        'wandb.init(entity="your-team")',
        'wandb.init(entity="<entity>")',
        'wandb.init(entity="my_entity")',
        'wandb.init(entity="")',
        "wandb.init(entity=None)",
        'wandb.init(project="ada")',
        'runs = wandb.Api().runs("ada/digits")',
        'span = doc.tag(entity="PERSON")',
        'entity = "PERSON"',
        'user = User(account="savings")',
        'server.run(host="0.0.0.0")',
        'server.run(host="127.0.0.1", port=80)',
        'server.run(host="localhost")',
        'connect(host="192.0.2.7")',
        'connect(host="db")',
        'socket.connect(host="8.8.8.8")',
        'url = "https://example.com/data.csv"',
        'url = "https://huggingface.co/ada/x"',
        'url = f"http://{host}:5000"',
        'version = "10.0.0.1"',
        'host = "host.docker.internal"',
        'url = "http://metadata.google.internal/x"',
        'url = "http://service.default.svc.cluster.local/x"',
        'help(url="use http://10.x.x.x:5000")',
        'executor.update_parameters(slurm_partition="gpu")',
        "executor.update_parameters(slurm_partition=args.partition)",
        'train, test = disk.split(partition="train")',
    ],
)
def test_settings_placeholders_and_other_meanings_pass(judge: Judge, code: str) -> None:
    assert judge({"train.py": f"{HEAD}{code}\n"}) == []


def test_configs_are_read_by_their_keys(judge: Judge) -> None:
    files = {
        "configs/a.yaml": "logger:\n  wandb:\n    entity: ada-lab\n    project: x\n",
        "configs/b.yaml": "hydra:\n  launcher:\n    partition: learnlab\n    account: ada01\n",
        "configs/c.yaml": "wandb_entity: ada\nserver:\n  host: 10.1.1.1\n",
        "configs/d.yaml": "db:\n  host: localhost\n  entity: PERSON\nwandb:\n  entity: ${oc.env:E}\n",
        "configs/e.yaml": "wandb_entity: null\nslurm_partition: gpu\npartition: train\naccount: x\n",
        "configs/f.yaml": "wandb_entity: '[YOUR ENTITY]'\nversion: 10.0.0.1\n",
    }
    assert judge(files) == [
        "configs/a.yaml:3:13 PORT004",
        "configs/b.yaml:3:16 PORT004",
        "configs/b.yaml:4:14 PORT004",
        "configs/c.yaml:1:15 PORT004",
        "configs/c.yaml:3:9 PORT004",
    ]


SHELL = """\
#!/bin/bash
#SBATCH --account=ada0042
#SBATCH -p learnlab
#SBATCH --partition=gpu
#SBATCH --gres=gpu:1
# sbatch --account=old
srun --partition=short python train.py -p 8080
scp ada@login.hpc.example-university.edu:data.tar .
git clone git@github.com:ada/x.git
ssh "$USER@$HOST"
ssh user@example.org
python train.py --partition train
"""


def test_a_shell_script_is_read_line_by_line(judge: Judge) -> None:
    assert judge({"jobs/train.sh": SHELL}) == [
        "jobs/train.sh:2:19 PORT004",
        "jobs/train.sh:3:12 PORT004",
        "jobs/train.sh:7:18 PORT004",
        "jobs/train.sh:8:5 PORT004",
    ]


def test_a_name_is_reported_once_a_file_with_its_other_places(make_repo: MakeRepo) -> None:
    code = f'{HEAD}wandb.init(entity="ada")\nwandb.init(entity="ada")\nwandb.init(entity="eve")\n'
    first, second = check(make_repo({"train.py": code}, commit=False).root, "PORT004").findings
    assert [len(first.related), len(second.related)] == [1, 0]


def test_the_account_of_a_tracker_is_left_to_who_runs_it(make_repo: MakeRepo) -> None:
    code = f'{HEAD}wandb.init(project="x", entity="ada")\nwandb.sweep(c, entity="ada")\n'
    new = mended(make_repo({"train.py": code}, commit=False), "PORT004")["train.py"]
    assert new == code.replace('"ada"', "None")


@pytest.mark.parametrize(
    "code",
    [
        'os.environ["WANDB_ENTITY"] = "ada"\n',
        'TEAM = "ada"\nwandb.init(entity=TEAM)\nprint(TEAM + "/x")\n',
        'mlflow.set_tracking_uri("http://10.1.20.7:5000")\n',
    ],
)
def test_a_text_that_none_cannot_stand_for_has_no_fix(make_repo: MakeRepo, code: str) -> None:
    (finding,) = check(make_repo({"train.py": HEAD + code}, commit=False).root, "PORT004").findings
    assert finding.fix is None
