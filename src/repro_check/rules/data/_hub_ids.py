"""Which texts are ids of a hub, and which only look like one: folders, files, placeholders.

A repository of the Hugging Face hub is `owner/name`. Some old models have no owner, a short list of
families, so any other bare name of a model is a folder; data sets without an owner are too many to list.
"""

from __future__ import annotations

import re

from repro_check.text import pattern

_ID = pattern(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*")
_BARE_MODEL = pattern(
    r"albert-x{0,2}(?:base|large)-v[12]|bert-(?:base|large)-(?:un)?cased(?:-whole-word-masking)?"
    r"(?:-finetuned-squad)?|bert-base-(?:multilingual-(?:un)?cased|chinese|german-cased)|camembert-base|"
    r"ctrl|distilbert-base-(?:(?:un)?cased|multilingual-cased|german-cased)(?:-distilled-squad)?"
    r"(?:-finetuned-sst-2-english)?|distilgpt2|distilroberta-base|gpt2(?:-medium|-large|-xl)?|openai-gpt|"
    r"roberta-(?:base|large)(?:-mnli|-openai-detector)?|t5-(?:small|base|large|3b|11b)|transfo-xl-wt103|"
    r"xlm-(?:mlm|clm)-[\w-]+|xlm-roberta-(?:base|large)(?:-finetuned-conll0[23]-\w+)?|"
    r"xlnet-(?:base|large)-cased"
)
# sbert.net/docs/sentence_transformer/pretrained_models.html: names of its own organisation
_BARE_SENTENCE_MODEL = pattern(
    r"(?:all|paraphrase|multi-qa|msmarco|nli|stsb|quora|nq|distiluse|gtr-t5|sentence-t5|clip-ViT|"
    r"allenai-specter|(?:distil)?(?:ro)?berta?-(?:base|large)-nli|average_word_embeddings)[-_][\w.-]+|"
    r"LaBSE|allenai-specter"
)
# datasets/packaged_modules/__init__.py: loaders of local files
_BUILDERS = frozenset(
    "csv json pandas parquet arrow text imagefolder audiofolder videofolder pdffolder niftifolder "
    "meshfolder webdataset xml hdf5 eval lance sql spark generator cache iceberg".split()
)
_FILE = pattern(
    r".*\.(?:py|json|jsonl|csv|tsv|txt|parquet|arrow|zip|gz|tar|pt|pth|ckpt|bin|safetensors|onnx|"
    r"gguf|h5|hdf5|npz|pkl|model|yaml|yml)",
    re.IGNORECASE,
)
_FOLDER = pattern(
    r"(?:data|datasets?|raw|processed|corp(?:us|ora)|train(?:ed|ing)?|test|valid(?:ation)?|"
    r"(?:\w+_)?(?:models?|ckpts?|checkpoints?|outputs?|weights|tokenizers?|embeddings?)|out|results?|"
    r"logs?|runs?|save[ds]?|pre_?trained|fine_?tuned|cache|te?mp|exps?|experiments?|local|path|src|"
    r"assets?|resources?|files?|examples?|lib|artifacts?|mlruns|wandb|content|workspace|kaggle|drive|"
    r"mnt|home|root|opt|scripts?|test-\w+|\w*[_-](?:dir|path|folder))",
    re.IGNORECASE,
)
_STEP = pattern(r"(?:checkpoint|epoch|step|iter)[-_]?\d*|best|last|final|latest", re.IGNORECASE)
_NOBODY = pattern(
    r"(?:your|my|some|any|their|example)(?:[-_].*)?|path[-_]?to.*|<.*|user(?:[-_]?name)?|"
    r"(?:hf[-_]?)?(?:org|owner|namespace|repo|model|dataset|name|task)(?:[-_]?(?:name|id|org|repo))?|"
    r"x{2,}|foo|bar|baz|dummy\w*|fake\w*|placeholder|username",
    re.IGNORECASE,
)


def is_model_id(text: str) -> bool:
    """Whether a text names a model on the hub."""
    return _is_owned(text) or _BARE_MODEL.fullmatch(text) is not None


def is_sentence_model_id(text: str) -> bool:
    """Whether a text names a model for sentence-transformers."""
    return is_model_id(text) or _BARE_SENTENCE_MODEL.fullmatch(text) is not None


def is_dataset_id(text: str) -> bool:
    """Whether a text names a data set on the hub; an owner is not asked for."""
    if "/" in text:
        return _is_owned(text)
    is_name = _ID.fullmatch(text) is not None and text.lower() not in _BUILDERS
    return is_name and not any(known.fullmatch(text) for known in (_FILE, _FOLDER, _NOBODY))


def is_repository(text: str) -> bool:
    """Whether a text is `owner/name`, and neither a folder nor a placeholder."""
    return _is_owned(text)


def _is_owned(text: str) -> bool:
    if _ID.fullmatch(text) is None or "/" not in text:
        return False
    owner, _, name = text.partition("/")
    if _FOLDER.fullmatch(owner) or _STEP.fullmatch(name) or _FILE.fullmatch(name):
        return False
    return not (_NOBODY.fullmatch(owner) or _NOBODY.fullmatch(name))
