"""Which functions take an id of a hub and the revision of it that is wanted.

Sources: the signatures of `datasets.load_dataset`, `transformers.PreTrainedModel.from_pretrained` and
`pipeline`, `huggingface_hub.hf_hub_download`, `sentence_transformers.SentenceTransformer`, `vllm.LLM`,
`torch.hub.load`, and `hf_split` of timm/models/_hub.py. Left out: what is pinned by the library that
loads it (`evaluate.load`, `pipeline("task")` without a model), and what cannot be pinned by its caller.
"""

from __future__ import annotations

import enum
import re

import msgspec

from repro_check.text import pattern


class Hub(enum.Enum):
    """What a function loads, and so how its revision is written and looked up."""

    MODEL = "model"
    SENTENCE_MODEL = "sentence model"
    DATASET = "dataset"
    REPOSITORY = "repository"
    TIMM = "timm"
    TORCH = "torch"


class Loader(msgspec.Struct, frozen=True):
    """Where a function takes the id: at this position or under one of these names."""

    hub: Hub
    position: int
    names: tuple[str, ...]


_PRETRAINED = (
    "pretrained_model_name_or_path",
    "pretrained_model_name",
    "pretrained_model_or_path",
    "model_id",
    "model_name",
    "identifier",
)
_TABLE = (
    (r"datasets\.load_dataset(_builder)?", Loader(Hub.DATASET, 0, ("path",))),
    (
        r"huggingface_hub\.(hf_hub_download|snapshot_download)",
        Loader(Hub.REPOSITORY, 0, ("repo_id",)),
    ),
    (r"peft\.Peft(Mixed)?Model\w*\.from_pretrained", Loader(Hub.MODEL, 1, ("model_id",))),
    (
        r"(transformers|diffusers|peft|optimum|trl|setfit|tokenizers|unsloth)\.\w+\.from_pretrained",
        Loader(Hub.MODEL, 0, _PRETRAINED),
    ),
    (r"transformers\.pipeline", Loader(Hub.MODEL, 1, ("model",))),
    (
        r"sentence_transformers\.(SentenceTransformer|CrossEncoder|SparseEncoder)",
        Loader(Hub.SENTENCE_MODEL, 0, ("model_name_or_path", "model_name")),
    ),
    (r"vllm\.LLM", Loader(Hub.MODEL, 0, ("model",))),
    (r"timm\.create_model", Loader(Hub.TIMM, 0, ("model_name",))),
    (r"torch\.hub\.load", Loader(Hub.TORCH, 0, ("repo_or_dir", "github"))),
)
_LOADERS = tuple((re.compile(pattern), loader) for pattern, loader in _TABLE)
_LAST = pattern(
    r"load(_dataset(_builder)?)?|hf_hub_download|snapshot_download|from_pretrained|pipeline|LLM|"
    r"SentenceTransformer|CrossEncoder|SparseEncoder|create_model"
)
_INNER = pattern(r"^(\w+)\.(?:\w+\.)*?(?=(?:\w+\.from_pretrained|\w+)$)")


def may_load(target: str) -> bool:
    """Whether a dotted name ends as one of the functions does; cheap."""
    return _LAST.fullmatch(target.rpartition(".")[2]) is not None


def loader_of(target: str) -> Loader | None:
    """What is known of the function that an outside dotted name stands for.

    Submodules do not matter: `transformers.models.bert.BertModel.from_pretrained` is
    `transformers.BertModel.from_pretrained`.
    """
    plain = target if target.startswith("torch.") else _INNER.sub(r"\1.", target)
    for form, loader in _LOADERS:
        if form.fullmatch(plain):
            return loader
    return None
