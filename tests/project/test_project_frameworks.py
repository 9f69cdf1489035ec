"""Frameworks: who trains, and what need not be done by hand then."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.frameworks import FRAMEWORKS, Duty
from repro_check.project.project import Project


def names(opened: Project) -> set[str]:
    return {framework.name for framework in opened.frameworks.used()}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pytorch_lightning as pl\npl.Trainer().fit(m)", {"Lightning"}),
        ("import lightning as L\nL.Trainer().fit(m)", {"Lightning"}),
        ("from lightning.pytorch.cli import LightningCLI\nLightningCLI()", {"Lightning"}),
        ("import lightning as L\nclass M(L.LightningModule): ...", {"Lightning"}),
        ("from lightning.fabric import Fabric\nFabric()", {"Fabric"}),
        ("from transformers import Trainer\nTrainer(model=m)", {"Transformers Trainer"}),
        ("import transformers\nclass T(transformers.Trainer): ...", {"Transformers Trainer"}),
        ("from trl import SFTTrainer\nSFTTrainer(m)", {"Transformers Trainer"}),
        ("from accelerate import Accelerator\nAccelerator()", {"Accelerate"}),
        ("from tensorflow import keras\nkeras.Sequential([])", {"Keras"}),
        ("from fastai.vision.all import vision_learner\nvision_learner(d)", {"fastai"}),
        ("from mmengine.runner import Runner\nRunner(model=m)", {"MMEngine"}),
        ("from composer import Trainer\nTrainer(m)", {"Composer"}),
        ("from stable_baselines3 import PPO\nPPO('p', e)", {"Stable-Baselines3"}),
        ("from monai.engines import SupervisedTrainer\nSupervisedTrainer()", {"MONAI"}),
        ("import deepspeed\ndeepspeed.initialize(model=m)", {"DeepSpeed"}),
        ("from transformers import AutoModel\nAutoModel.from_pretrained('x')", set()),
        ("from transformers import TrainerCallback\nclass C(TrainerCallback): ...", set()),
        ("from loop import Trainer\nTrainer(model=m).fit()", set()),
        ("import pytorch_lightning as pl\npl.seed_everything(1)", set()),
    ],
)
def test_a_framework_is_known_by_what_is_made_of_it(
    source: str, found: set[str], tmp_path: Path
) -> None:
    assert names(project(tmp_path, {"train.py": source})) == found


def test_an_entry_has_the_frameworks_that_it_reaches(tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        {
            "a.py": "from fit import fit\nif __name__ == '__main__':\n    fit()\n",
            "b.py": "import torch\nif __name__ == '__main__':\n    torch.manual_seed(0)\n",
            "fit.py": "from pytorch_lightning import Trainer\ndef fit():\n    Trainer().fit(None)\n",
        },
    )
    reached = {
        entry.path: {each.name for each in opened.frameworks.reached(entry)}
        for entry in opened.entries
    }
    assert reached == {"a.py": {"Lightning"}, "b.py": set()}
    first, second = opened.entries
    assert opened.frameworks.takes_over(Duty.SET_EPOCH, first)
    assert not opened.frameworks.takes_over(Duty.SET_EPOCH, second)
    assert not opened.frameworks.takes_over(Duty.SEED, first)


def test_tests_and_documents_do_not_count(tmp_path: Path) -> None:
    source = "from pytorch_lightning import Trainer\nTrainer()\n"
    assert names(project(tmp_path, {"tests/test_a.py": source, "docs/b.py": source})) == set()


def test_every_framework_names_its_source() -> None:
    assert all(framework.source.startswith("https://") for framework in FRAMEWORKS)
    assert len({framework.name for framework in FRAMEWORKS}) == len(FRAMEWORKS)
