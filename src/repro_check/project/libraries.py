"""What well-known libraries do with randomness: who seeds, who draws, who trains.

Sources are the fact sheet of the documentation (docs/facts.md) and each library's own documents. A name
that is not here is unknown, and unknown is no finding.
"""

from __future__ import annotations

import enum
import re

from repro_check.sources.python import Call
from repro_check.text import pattern


class Family(enum.Enum):
    """A random number generator that is seeded as one."""

    PYTHON = "random"
    NUMPY = "numpy"
    TORCH = "torch"
    TENSORFLOW = "tensorflow"
    JAX = "jax"
    OTHER = "other"


EVERY = frozenset(Family)
"""What a helper that seeds "everything" seeds."""

_PYTHON = frozenset({Family.PYTHON})
_NUMPY = frozenset({Family.NUMPY})
_TORCH = frozenset({Family.TORCH})
_TENSORFLOW = frozenset({Family.TENSORFLOW})
_JAX = frozenset({Family.JAX})

_SEEDERS = {
    "random.seed": _PYTHON,
    "numpy.random.seed": _NUMPY,
    "torch.manual_seed": _TORCH,
    "torch.random.manual_seed": _TORCH,
    "torch.cuda.manual_seed": _TORCH,
    "torch.cuda.manual_seed_all": _TORCH,
    "torch.mps.manual_seed": _TORCH,
    "torch.xpu.manual_seed": _TORCH,
    "torch.xpu.manual_seed_all": _TORCH,
    "torch.npu.manual_seed": _TORCH,
    "torch.npu.manual_seed_all": _TORCH,
    "torch.seed": _TORCH,
    "torch.random.seed": _TORCH,
    "torch.random.set_rng_state": _TORCH,
    "random.setstate": _PYTHON,
    "numpy.random.set_state": _NUMPY,
    "torch.set_rng_state": _TORCH,
    "tensorflow.set_random_seed": _TENSORFLOW,
    "tensorflow.random.set_seed": _TENSORFLOW,
    "tensorflow.random.set_random_seed": _TENSORFLOW,
    "tensorflow.compat.v1.set_random_seed": _TENSORFLOW,
    "tensorflow.compat.v1.random.set_random_seed": _TENSORFLOW,
    "jax.random.PRNGKey": _JAX,
    "jax.random.key": _JAX,
}
# what the helpers of frameworks seed, by their documents (fact sheet, 1, 16 and 23)
_HELPERS: tuple[tuple[re.Pattern[str], frozenset[Family]], ...] = (
    (
        pattern(
            r"(pytorch_lightning|lightning|lightning_fabric|lightning_lite|torch_geometric)\.(\w+\.)*seed_everything|"
            r"(accelerate|diffusers|fastai)\.(\w+\.)*set_seed|ignite\.(\w+\.)*manual_seed|"
            r"composer\.(\w+\.)*seed_all|monai\.(\w+\.)*set_determinism|"
            r"(mmengine|mmcv|mmdet|mmseg|stable_baselines3)\.(\w+\.)*set_random_seed|"
            r"detectron2\.(\w+\.)*seed_all_rng|ray\.train\.torch\.enable_reproducibility"
        ),
        _PYTHON | _NUMPY | _TORCH,
    ),
    (
        pattern(r"transformers\.(\w+\.)*(set_seed|enable_full_determinism)"),
        _PYTHON | _NUMPY | _TORCH | _TENSORFLOW,
    ),
    (
        pattern(r"(tensorflow\.(python\.)?)?(tf_)?keras\.(\w+\.)*set_random_seed"),
        _PYTHON | _NUMPY | _TENSORFLOW | _TORCH,
    ),
)
_GENERATORS = pattern(
    r"^(numpy\.random\.(default_rng|RandomState|SeedSequence|PCG64(DXSM)?|MT19937|Philox|SFC64)|"
    r"random\.Random|jax\.random\.(PRNGKey|key)|sklearn\.utils\.check_random_state|tensorflow\.random\.Generator\.from_seed)$"
)
# whatever an outside library calls by such a name seeds at least what that library uses
_SEEDER_NAME = pattern(
    r"(^|[._])(seeds?|seed_everything|seed_all|seed_all_rng|set_determinism|PRNGKey|"
    r"enable_reproducibility|enable_full_determinism)$|(^|[._])set_\w*seed$"
)
# and these only tell a seed (`torch.initial_seed`)
_SEED_READER = pattern(r"(^|[._])(get|initial|current|default|load|read|parse)_(\w+_)?seeds?$")
# these seed by themselves, with a documented default
_SELF_SEEDING = pattern(
    r"(^|\.)(TrainingArguments|Seq2SeqTrainingArguments|LightningCLI|SFTConfig|DPOConfig)$"
)
# one of these ends what the two patterns find, where they find no "seed"
_SEEDS_UNNAMED = tuple(
    "set_determinism PRNGKey enable_reproducibility enable_full_determinism TrainingArguments "
    "LightningCLI SFTConfig DPOConfig".split()
)
_DRAWS = {
    "random": frozenset(
        "random uniform randint randrange choice choices sample shuffle gauss normalvariate "
        "betavariate expovariate triangular lognormvariate getrandbits".split()
    ),
    "numpy.random": frozenset(
        "rand randn randint random random_sample uniform normal choice permutation shuffle beta "
        "binomial exponential gamma geometric laplace lognormal multinomial multivariate_normal "
        "poisson standard_normal dirichlet sample ranf bytes chisquare gumbel hypergeometric logistic "
        "logseries negative_binomial noncentral_chisquare pareto power random_integers rayleigh "
        "standard_cauchy standard_exponential standard_gamma standard_t triangular vonmises wald "
        "weibull zipf".split()
    ),
    "torch": frozenset(
        "rand randn randint randperm rand_like randn_like randint_like normal bernoulli multinomial "
        "poisson".split()
    ),
}
_TORCH_LAYERS = pattern(
    r"^torch\.nn\.(modules\.\w+\.)?(Linear|Bilinear|LazyLinear|Conv\w+|LazyConv\w+|Embedding\w*|"
    r"RNN\w*|LSTM\w*|GRU\w*|Transformer\w*|MultiheadAttention|Dropout\w*|AlphaDropout)$"
)
_TORCH_OTHER = pattern(
    r"^torch\.(nn\.init\.(?!constant_|zeros_|ones_|eye_|dirac_)\w+_|nn\.functional\.\w*dropout\w*|utils\.data\.(random_split|RandomSampler|"
    r"WeightedRandomSampler))$"
)
_KERAS = pattern(
    r"^(tensorflow\.(compat\.v1\.)?)?keras\.(layers\.(?!(Input\w*|Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot|Activation|ReLU|"
    r"Softmax|LeakyReLU|Lambda|Flatten|Reshape|Permute|RepeatVector|Masking|\w*Pooling\w*|UpSampling\w*|"
    r"ZeroPadding\w*|Cropping\w*|Rescaling|Resizing|CenterCrop|Normalization|InputSpec|Layer)$)\w+|models?\.(Sequential|Model)|Sequential|Model|applications\.\w+)$|"
    r"^tensorflow\.(compat\.v1\.)?(random\.\w+|random_normal|random_uniform|truncated_normal|"
    r"get_variable|layers\.\w+)$"
)
# random by default on held-out data (fact sheet, 17), and the splitters and samplers beside them
_SKLEARN_RANDOM = pattern(
    r"^sklearn\.(\w+\.)*(AdaBoostRegressor|AffinityPropagation|Bagging\w+|BernoulliRBM|BisectingKMeans|"
    r"DecisionTree\w+|DictionaryLearning|EllipticEnvelope|ExtraTrees?\w+|FastICA|"
    r"GaussianRandomProjection|GradientBoosting\w+|IsolationForest|KMeans|LatentDirichletAllocation|"
    r"LinearSVR|LocallyLinearEmbedding|MDS|MLP\w+|MinCovDet|MiniBatchDictionaryLearning|"
    r"MiniBatchKMeans|MiniBatchSparsePCA|Nystroem|PassiveAggressive\w+|PolynomialCountSketch|"
    r"RBFSampler|RandomForest\w+|RandomTreesEmbedding|SGD\w+|SkewedChi2Sampler|SparsePCA|"
    r"SparseRandomProjection|SpectralBiclustering|SpectralClustering|SpectralCoclustering|"
    r"TheilSenRegressor|train_test_split|ShuffleSplit|StratifiedShuffleSplit|GroupShuffleSplit|"
    r"Repeated(Stratified)?KFold|resample|utils\.shuffle|make_(blobs|classification|regression|moons|"
    r"circles|friedman\d|gaussian_quantiles|low_rank_matrix|s_curve|sparse_\w+|swiss_roll))$|"
    r"^scipy\.stats\.(\w+\.)*rvs$"
)
_TRAINING_METHODS = frozenset("backward fit_generator train_on_batch apply_gradients".split())
MAY_TRAIN = _TRAINING_METHODS | {"fit", "train", "minimize", "step"}
"""The last parts of what `is_training` finds."""
_OPTIMISER = pattern(r"(optim|opt$|opt_|optimizer|scaler|solver)", re.IGNORECASE)
_MINIMISER = pattern(r"(optimizer|optimiser|opt$|optim$|adam|sgd|solver)$", re.IGNORECASE)
# many things have a `fit`; scalers, encoders and calibrators are no training run
_TRAINED = pattern(
    r"(model|trainer|net$|network|clf|classif|regress|estimator|learner|gan$|vae|forest|booster|gbm|agent)",
    re.IGNORECASE,
)


def seeded_by(target: str) -> frozenset[Family]:
    """The families that a call to this outside name seeds."""
    known = _SEEDERS.get(target)
    if known is not None:
        return known
    if "seed" not in target and not target.endswith(_SEEDS_UNNAMED):
        return frozenset()
    is_method = "()" in target  # `gym.make().seed`: it seeds that object, and no generator
    if target.startswith("builtins.") or is_method or _SEED_READER.search(target):
        return frozenset()
    if _SEEDER_NAME.search(target) or _SELF_SEEDING.search(target):
        return EVERY
    return frozenset()


def seeds_exactly(target: str) -> frozenset[Family] | None:
    """The families that a call seeds for the whole process; None where that is not known for sure.

    A call that `seeded_by` gives more for may seed them: a name says so, but no document.
    """
    known = _SEEDERS.get(target)
    if known is not None:
        return known
    return next((families for name, families in _HELPERS if name.fullmatch(target)), None)


def seeds_itself(name: str) -> bool:
    """Whether what an outside name stands for brings a seed of its own, with a documented default."""
    return _SELF_SEEDING.search(name) is not None


def makes_generator(target: str) -> bool:
    """Whether a call to this outside name makes a generator of its own from a seed."""
    return _GENERATORS.match(target) is not None


def drawn_by(target: str) -> frozenset[Family]:
    """The families whose global generator a call to this outside name may draw from."""
    module, _, name = target.rpartition(".")
    if name in _DRAWS.get(module, ()):
        return {"random": _PYTHON, "numpy.random": _NUMPY, "torch": _TORCH}[module]
    if _TORCH_LAYERS.match(target) or _TORCH_OTHER.match(target):
        return _TORCH
    if _KERAS.match(target):
        return _TENSORFLOW
    if _SKLEARN_RANDOM.match(target):
        return _NUMPY
    return frozenset()


def is_training(call: Call) -> bool:
    """Whether a method call (`loss.backward()`, `optimizer.step()`) trains a model, by its name."""
    owner, _, method = call.name.rpartition(".")
    if method not in MAY_TRAIN:
        return False
    if method in _TRAINING_METHODS:
        return bool(owner) or call.receiver is not None
    last = owner.rpartition(".")[2]
    if method == "fit":
        return bool(_TRAINED.search(last))
    if method == "train":
        return last.lower().endswith("trainer")
    if method == "minimize":
        return bool(_MINIMISER.search(last))
    return bool(_OPTIMISER.search(owner))
