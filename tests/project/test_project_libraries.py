from __future__ import annotations

import pytest

from repro_check.project.libraries import EVERY, Family, drawn_by, is_training, seeded_by
from repro_check.sources.python import read_python

PYTHON, NUMPY, TORCH = Family.PYTHON, Family.NUMPY, Family.TORCH
TENSORFLOW, JAX = Family.TENSORFLOW, Family.JAX


@pytest.mark.parametrize(
    ("target", "families"),
    [
        ("random.seed", {PYTHON}),
        ("numpy.random.seed", {NUMPY}),
        ("torch.manual_seed", {TORCH}),
        ("torch.cuda.manual_seed_all", {TORCH}),
        ("tensorflow.random.set_seed", {TENSORFLOW}),
        ("tensorflow.compat.v1.set_random_seed", {TENSORFLOW}),
        ("jax.random.PRNGKey", {JAX}),
        ("jax.random.key", {JAX}),
        ("lightning.seed_everything", EVERY),
        ("pytorch_lightning.seed_everything", EVERY),
        ("transformers.set_seed", EVERY),
        ("accelerate.utils.set_seed", EVERY),
        ("keras.utils.set_random_seed", EVERY),
        ("composer.utils.reproducibility.seed_all", EVERY),
        ("monai.utils.set_determinism", EVERY),
        ("transformers.TrainingArguments", EVERY),
        ("lightning.pytorch.cli.LightningCLI", EVERY),
        ("mylib.set_global_seed", EVERY),
        ("numpy.random.normal", set()),
        ("numpy.random.default_rng", set()),
        ("torch.initial_seed", set()),
        ("torch.seedling", set()),
        ("mylib.get_seed", set()),
        ("mylib.parseed", set()),
        ("builtins.set_seed", set()),
        ("builtins.seed", set()),
        ("", set()),
    ],
)
def test_what_a_call_seeds_is_known_by_its_name(target: str, families: set[Family]) -> None:
    assert seeded_by(target) == families


@pytest.mark.parametrize(
    ("target", "families"),
    [
        ("random.shuffle", {PYTHON}),
        ("random.Random", set()),
        ("random.seed", set()),
        ("numpy.random.permutation", {NUMPY}),
        ("numpy.random.default_rng", set()),
        ("numpy.random.RandomState", set()),
        ("numpy.random", set()),
        ("numpy.zeros", set()),
        ("torch.randn", {TORCH}),
        ("torch.zeros", set()),
        ("torch.nn.Linear", {TORCH}),
        ("torch.nn.Conv2d", {TORCH}),
        ("torch.nn.modules.conv.Conv2d", {TORCH}),
        ("torch.nn.ReLU", set()),
        ("torch.nn.BatchNorm2d", set()),
        ("torch.nn.CrossEntropyLoss", set()),
        ("torch.nn.Sequential", set()),
        ("torch.nn.init.xavier_uniform_", {TORCH}),
        ("torch.nn.functional.dropout", {TORCH}),
        ("torch.nn.functional.relu", set()),
        ("torch.utils.data.random_split", {TORCH}),
        ("mylib.torch.randn", set()),
        ("tensorflow.keras.layers.Dense", {TENSORFLOW}),
        ("keras.layers.Dense", {TENSORFLOW}),
        ("keras.models.load_model", set()),
        ("tensorflow.random.normal", {TENSORFLOW}),
        ("tensorflow.constant", set()),
        ("sklearn.ensemble.RandomForestClassifier", {NUMPY}),
        ("sklearn.model_selection.train_test_split", {NUMPY}),
        ("sklearn.model_selection.KFold", set()),
        ("sklearn.linear_model.LinearRegression", set()),
        ("sklearn.svm.SVC", set()),
        ("sklearn.preprocessing.StandardScaler", set()),
        ("", set()),
    ],
)
def test_what_a_call_draws_from_is_known_by_its_name(target: str, families: set[Family]) -> None:
    assert drawn_by(target) == families


@pytest.mark.parametrize(
    ("source", "trains"),
    [
        ("loss.backward()", True),
        ("total(x).backward()", True),
        ("self.loss['g'].backward()", True),
        ("accelerator.backward(loss)", True),
        ("optimizer.step()", True),
        ("self.optimizer.step()", True),
        ("opt.step()", True),
        ("opt_g.step()", True),
        ("optim_d.step()", True),
        ("scaler.step(optimizer)", True),
        ("trainer.fit(model)", True),
        ("self.trainer.fit(model)", True),
        ("model.fit(x, y)", True),
        ("clf.fit(x)", True),
        ("regressor.fit(x)", True),
        ("net.fit(x)", True),
        ("model.fit_generator(x)", True),
        ("gan.train_on_batch(x)", True),
        ("optimizer.apply_gradients(x)", True),
        ("optimizer.minimize(loss)", True),
        ("scaler.fit(x)", False),
        ("StandardScaler().fit(x)", False),
        ("encoder.fit(x)", False),
        ("tokenizer.fit(x)", False),
        ("pca.fit_transform(x)", False),
        ("curve.fit(x)", False),
        ("env.step(action)", False),
        ("scheduler.step()", False),
        ("sim.step()", False),
        ("prof.step()", False),
        ("scipy.optimize.minimize(f)", False),
        ("study.optimize(f)", False),
        ("model.train()", False),
        ("model.eval()", False),
        ("backward()", False),
        ("fit(x)", False),
        ("step()", False),
    ],
)
def test_training_is_told_from_what_has_the_same_method(source: str, trains: bool) -> None:
    last = read_python(source.encode()).calls[0]
    assert is_training(last) is trains
