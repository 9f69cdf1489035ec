"""Which training frameworks a project trains with, and what they do so that its code need not."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import Node
from repro_check.project.closure import closures
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical
from repro_check.sources.kinds import Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.entries import Entry
    from repro_check.project.project import Project


class Duty(enum.Enum):
    """What a training loop must do, and a framework may do for it."""

    SEED = "seeds every generator, with a documented default"
    LOG = "records metrics"
    CHECKPOINT = "saves and restores model, optimiser, scheduler, step and scaler"
    RNG = "saves and restores the states of the generators"
    EVAL_MODE = "evaluates in evaluation mode"
    SET_EPOCH = "tells distributed samplers the epoch"


class Framework(msgspec.Struct, frozen=True):
    """A training framework.

    Attributes:
        name: as people call it.
        signs: canonical names whose call or subclass means that the project trains with it.
        duties: what it does without being told.
        source: where its documentation says so.
    """

    name: str
    signs: str
    duties: frozenset[Duty]
    source: str

    def does(self, duty: Duty) -> bool:
        """Whether the framework does something by itself."""
        return duty in self.duties


def _framework(name: str, signs: str, duties: Iterable[Duty], source: str) -> Framework:
    return Framework(name, signs, frozenset(duties), source)


_LOOP = (Duty.LOG, Duty.CHECKPOINT, Duty.EVAL_MODE, Duty.SET_EPOCH)
FRAMEWORKS: tuple[Framework, ...] = (
    _framework(
        "Lightning",
        r"lightning\.(Trainer|LightningModule|LightningCLI|LightningDataModule)",
        _LOOP,
        "https://lightning.ai/docs/pytorch/stable/common/trainer.html",
    ),
    _framework(
        "Fabric",
        r"lightning\.Fabric|lightning_fabric\.(\w+\.)*Fabric",
        (Duty.SET_EPOCH,),
        "https://lightning.ai/docs/fabric/stable/api/fabric_methods.html#setup-dataloaders",
    ),
    _framework(
        "Transformers Trainer",
        r"transformers\.\w*Trainer|trl\.(\w+\.)*\w+Trainer|setfit\.(\w+\.)*Trainer",
        Duty,
        "https://huggingface.co/docs/transformers/main_classes/trainer",
    ),
    _framework(
        "Accelerate",
        r"accelerate\.Accelerator",
        (Duty.CHECKPOINT, Duty.RNG, Duty.SET_EPOCH),
        "https://huggingface.co/docs/accelerate/usage_guides/checkpoint",
    ),
    _framework(
        "Keras",
        r"keras\.(Model|Sequential|Functional|Input|layers\.\w+|optimizers\.\w+)",
        (Duty.LOG, Duty.EVAL_MODE, Duty.SET_EPOCH),
        "https://keras.io/api/models/model_training_apis/",
    ),
    _framework(
        "fastai",
        r"fastai\.(\w+\.)*(\w*Learner|\w+_learner)",
        (Duty.LOG, Duty.EVAL_MODE, Duty.SET_EPOCH),
        "https://docs.fast.ai/distributed.html",
    ),
    _framework(
        "MMEngine",
        r"(mmengine|mmcv)\.(\w+\.)*(\w*Runner|build_runner|BaseModel|BaseModule)",
        (Duty.SEED, *_LOOP),
        "https://mmengine.readthedocs.io/en/latest/tutorials/runner.html",
    ),
    _framework(
        "Composer",
        r"composer\.(\w+\.)*(Trainer|ComposerModel)",
        Duty,
        "https://docs.mosaicml.com/projects/composer/en/stable/trainer/checkpointing.html",
    ),
    _framework(
        "Ignite",
        r"ignite\.(\w+\.)*create_supervised_(trainer|evaluator)",
        (Duty.EVAL_MODE,),
        "https://docs.pytorch.org/ignite/engine.html",
    ),
    _framework(
        "Stable-Baselines3",
        r"(stable_baselines3|sb3_contrib)\.(\w+\.)*(A2C|DDPG|DQN|PPO|SAC|TD3|TQC|TRPO|QRDQN|\w+PPO|ARS)",
        (Duty.LOG, Duty.EVAL_MODE, Duty.SET_EPOCH),
        "https://stable-baselines3.readthedocs.io/en/master/guide/save_format.html",
    ),
    _framework(
        "MONAI",
        r"monai\.engines\.(\w+\.)*\w*(Trainer|Evaluator)",
        (Duty.EVAL_MODE,),
        "https://docs.monai.io/en/stable/engines.html",
    ),
    _framework(
        "DeepSpeed",
        r"deepspeed\.(\w+\.)*initialize",
        (Duty.CHECKPOINT,),
        "https://deepspeed.readthedocs.io/en/latest/model-checkpointing.html",
    ),
    _framework(
        "Detectron2",
        r"detectron2\.(\w+\.)*(DefaultTrainer|SimpleTrainer|TrainerBase)",
        _LOOP,
        "https://detectron2.readthedocs.io/en/latest/tutorials/training.html",
    ),
    _framework(
        "Sentence Transformers",
        r"sentence_transformers\.(\w+\.)*(SentenceTransformer\w*|CrossEncoder\w*)",
        _LOOP,
        "https://sbert.net/docs/sentence_transformer/training_overview.html",
    ),
    _framework(
        "skorch",
        r"skorch\.(\w+\.)*NeuralNet\w*",
        (Duty.LOG, Duty.EVAL_MODE, Duty.SET_EPOCH),
        "https://skorch.readthedocs.io/en/stable/user/neuralnet.html",
    ),
    _framework(
        "Ultralytics",
        r"ultralytics\.(\w+\.)*(YOLO\w*|RTDETR)",
        (Duty.SEED, *_LOOP),
        "https://docs.ultralytics.com/modes/train/",
    ),
)
_ROOTS = pattern(
    r"(pytorch_lightning|lightning|lightning_fabric|transformers|trl|setfit|accelerate|keras|tf_keras|"
    r"tensorflow|fastai|mmengine|mmcv|composer|ignite|stable_baselines3|sb3_contrib|monai|deepspeed|"
    r"detectron2|sentence_transformers|skorch|ultralytics)(\.|$)"
)


class Frameworks:
    """The frameworks of a project.

    Args:
        project: whose code trains with them.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._used: frozenset[Framework] | None = None
        self._reached: dict[Entry, frozenset[Framework]] = {}
        self._signs: dict[str, frozenset[Framework]] = {}
        self._below: dict[Node, frozenset[Framework]] = {}

    def used(self) -> frozenset[Framework]:
        """Those that any module of the product calls or derives from."""
        if self._used is None:
            files = self._project.python.readable(Role.PRODUCT)
            self._used = frozenset(
                found
                for file in files
                if any(_ROOTS.match(item.module) for item in file.facts.imports)
                for name in self._names_in(file.path)
                for found in _meant(name)
            )
        return self._used

    def reached(self, entry: Entry) -> frozenset[Framework]:
        """Those that may be used when an entry point runs."""
        if entry not in self._reached:
            for node in entry.nodes if self.used() else ():
                closures(node, self._project.calls.edges, self._meant_by, _merged, self._below)
            self._reached[entry] = _merged(
                [self._below.get(node, frozenset()) for node in entry.nodes]
            )
        return self._reached[entry]

    def used_in(self, path: str) -> frozenset[Framework]:
        """Those that one module itself calls or derives from."""
        return frozenset(found for name in self._names_in(path) for found in _meant(name))

    def takes_over(self, duty: Duty, entry: Entry | None = None) -> bool:
        """Whether a framework of the project, or of what an entry reaches, does something."""
        found = self.used() if entry is None else self.reached(entry)
        return any(framework.does(duty) for framework in found)

    def _names_in(self, path: str) -> Iterator[str]:
        file = self._project.python[path]
        for call in file.facts.calls:
            if call.target and not call.target.startswith("builtins."):
                yield canonical(call.target)
        for symbol in self._project.classes.all(file):
            yield from self._project.classes.lineage(symbol).outside

    def _meant_by(self, node: Node) -> frozenset[Framework]:
        return _merged([self._meant(name) for name in self._names_of(node)])

    def _meant(self, name: str) -> frozenset[Framework]:
        if name not in self._signs:
            self._signs[name] = frozenset(_meant(canonical(name)))
        return self._signs[name]

    def _names_of(self, node: Node) -> Iterator[str]:
        for outside in self._project.calls.outside_calls(node):
            yield outside.target
        file = self._project.python[node.path]
        function = file.facts.function_of(node.block)
        owner = function.qualname.rpartition(".")[0] if function else ""
        if owner:
            symbol = Symbol("class", node.path, owner)
            if self._project.classes.definition(symbol) is not None:
                yield from self._project.classes.lineage(symbol).outside


def _merged(several: list[frozenset[Framework]]) -> frozenset[Framework]:
    full = [each for each in several if each]
    return full[0] if len(full) == 1 else frozenset().union(*full)


def _meant(name: str) -> Iterator[Framework]:
    if not _ROOTS.match(name):
        return iter(())
    head = name.partition("()")[0]
    return (each for each in FRAMEWORKS if re.fullmatch(each.signs, head))
