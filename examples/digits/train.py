"""Train one experiment with one seed.

Usage:
    python train.py experiment=cnn seed=0
    python train.py --multirun experiment=mlp,cnn seed=0,1,2,3,4
"""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path

import hydra
import torch
from digits.data import load_part, split_validation, verify_data
from digits.logbook import Logbook, write_manifest
from digits.seeding import set_seed
from digits.training import fit
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent


@hydra.main(version_base="1.3", config_path="configs", config_name="config")
def main(cfg: DictConfig) -> None:
    """Seed, check the data, train; write everything into Hydra's folder for this run."""
    set_seed(cfg.seed, deterministic=cfg.deterministic)
    torch.set_num_threads(cfg.threads)
    data = ROOT / cfg.data.dir
    verify_data(data, cfg.data.md5)

    config = OmegaConf.to_container(cfg, resolve=True)
    folder = Path(HydraConfig.get().runtime.output_dir)
    write_manifest(folder, ROOT, config)

    training, validation = split_validation(
        load_part(data, "train"), fraction=cfg.data.val_fraction, seed=cfg.seed
    )
    with closing(Logbook(folder)) as log:
        history = fit(config, training, validation, folder, log=log, resume=cfg.resume)
    best = min(history, key=lambda row: row["val_loss"])
    LOG.info(
        "%s seed %d: best epoch %d, validation accuracy %.4f, checkpoints in %s",
        cfg.name,
        cfg.seed,
        best["epoch"],
        best["val_accuracy"],
        folder,
    )


if __name__ == "__main__":
    main()
