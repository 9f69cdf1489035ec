"""Hydra's composition of configs, done from the files alone: nothing of the repository is run.

The rules are those of Hydra 1.3 and OmegaConf 2.3 (https://hydra.cc/docs/1.3/advanced/defaults_list/,
https://hydra.cc/docs/1.3/advanced/override_grammar/basic/, https://omegaconf.readthedocs.io/).
"""
