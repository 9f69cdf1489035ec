"""DATA003: what is taken from a hub as it is today, and what only looks like it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.findings import Finding
from repro_check.settings import Settings

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
SHA = "5f94a37b2d1e4c0f8a6b9d7e3c1a2b4d6e8f0a1c"
HEAD = """\
import datasets
import diffusers
import timm
import torch
import transformers
from datasets import load_dataset
from huggingface_hub import hf_hub_download, snapshot_download
from peft import PeftConfig, PeftModel
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer, pipeline
from vllm import LLM

"""
FIRST = HEAD.count("\n") + 1


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body, beside these files."""

    def run(body: str, files: dict[str, str] | None = None) -> list[Finding]:
        repo = make_repo({"train.py": f"{HEAD}{body}\n", **(files or {})}, commit=False)
        return list(check(repo.root, "DATA003").findings)

    return run


@pytest.mark.parametrize(
    ("body", "name", "column"),
    [
        ('load_dataset("wikihow")', "wikihow", 14),
        ('load_dataset(path="wikihow", name="all")', "wikihow", 19),
        ('datasets.load_dataset("allenai/c4", data_files="en/*.gz")', "allenai/c4", 23),
        ('datasets.load.load_dataset("imdb", split="train")', "imdb", 28),
        ('AutoModel.from_pretrained("google-bert/bert-base-uncased")', "google-bert/bert-base-uncased", 27),
        ('AutoTokenizer.from_pretrained("gpt2")', "gpt2", 31),
        ('transformers.models.bert.BertModel.from_pretrained("bert-base-cased")', "bert-base-cased", 52),
        ('diffusers.UNet2DModel.from_pretrained("google/ddpm-cat-256", subfolder="unet")', "google/ddpm-cat-256", 39),
        ('pipeline("summarization", "facebook/bart-large-cnn")', "facebook/bart-large-cnn", 27),
        ('pipeline(model="openai/whisper-small")', "openai/whisper-small", 16),
        ('hf_hub_download("lab/weights-large", "model.pt")', "lab/weights-large", 17),
        ('snapshot_download(repo_id="lab/scans", repo_type="dataset")', "lab/scans", 27),
        ('SentenceTransformer("all-MiniLM-L6-v2")', "all-MiniLM-L6-v2", 21),
        ('SentenceTransformer("BAAI/bge-small-en-v1.5")', "BAAI/bge-small-en-v1.5", 21),
        ('PeftModel.from_pretrained(base, "lab/opt-350m-lora")', "lab/opt-350m-lora", 33),
        ('PeftConfig.from_pretrained("lab/opt-350m-lora")', "lab/opt-350m-lora", 28),
        ('LLM("meta-llama/Llama-2-7b-hf")', "meta-llama/Llama-2-7b-hf", 5),
        ('timm.create_model("hf_hub:lab/vit-large")', "lab/vit-large", 19),
        ('timm.create_model("hf-hub:lab/vit-large", pretrained=True)', "lab/vit-large", 19),
        ('torch.hub.load("pytorch/vision", "resnet18")', "pytorch/vision", 16),
        ('torch.hub.load("facebookresearch/dino:main", "vits16")', "facebookresearch/dino", 16),
        ('AutoModel.from_pretrained("gpt2", revision=None)', "gpt2", 27),
        ('AutoModel.from_pretrained("gpt2", revision="main")', "gpt2", 27),
        ('load_dataset("lab/scans", revision="refs/pr/3")', "lab/scans", 14),
        ('diffusers.UNet2DModel.from_pretrained("lab/sd", revision="fp16")', "lab/sd", 39),
        ('AutoModel.from_pretrained("gpt2", local_files_only=False)', "gpt2", 27),
        ('load_dataset("wikitext", "wikitext-2-raw-v1")', "wikitext", 14),
    ],
)  # fmt: skip
def test_a_literal_id_without_a_commit_is_found_at_the_id(
    judge: Judge, body: str, name: str, column: int
) -> None:
    (finding,) = judge(body)
    span = finding.location.span
    assert span is not None
    assert (span.line, span.column) == (FIRST, column)
    assert f"`{name}`" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        f'load_dataset("wikihow", revision="{SHA}")',
        f'AutoModel.from_pretrained("gpt2", revision="{SHA[:8]}")',
        f'AutoModel.from_pretrained("gpt2", revision="{SHA}"[:12])',
        'AutoModel.from_pretrained("gpt2", revision="v1.0")',
        'AutoModel.from_pretrained("gpt2", revision=args.revision)',
        'load_dataset("wikihow", script_version="1.2.1")',
        'SentenceTransformer("BAAI/bge-small", model_kwargs={"revision": commit})',
        f'torch.hub.load("pytorch/vision:{SHA}", "resnet18")',
        'torch.hub.load("pytorch/vision:v0.10.0", "resnet18")',
        f'timm.create_model("hf_hub:lab/vit-large@{SHA}")',
        'load_dataset("cnn_dailymail", "3.0.0")',
        'load_dataset("wikipedia", "20220301.en")',
    ],
)
def test_what_names_a_commit_or_a_version_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "body",
    [
        *(f'load_dataset("{name}", data_files=files)' for name in ("csv", "json", "text", "parquet")),
        *(f'load_dataset("{name}", data_dir=folder)' for name in ("imagefolder", "audiofolder", "webdataset")),
        *(f'load_dataset("{name}")' for name in ("./wikihow", "../data/x", "~/data", "/data/x", "data", "dataset")),
        *(f'load_dataset("{name}")' for name in ("data/wikihow", "wikihow.py", "my_dataset", "path/to/data")),
        *(f'load_dataset("{name}")' for name in ("lab/wikihow/train", "C:\\\\data\\\\x", "train.jsonl", "")),
        *(f'AutoModel.from_pretrained("{name}")' for name in ("outputs/bert", "results/checkpoint-500", "checkpoint")),
        *(f'AutoModel.from_pretrained("{name}")' for name in ("lab/checkpoint-12", "my-bert", "bert-finetuned", "model")),
        *(f'AutoModel.from_pretrained("{name}")' for name in ("saved_models/bert", "lora_model", "username/bert", "<id>")),
        *(f'AutoModel.from_pretrained("{name}")' for name in ("your-name/bert", "weights/bert.bin", "org/model", "a b/c")),
        'SentenceTransformer("my-encoder")',
        'torch.hub.load("yolov5", "custom", source="local")',
        'torch.hub.load("ultralytics/yolov5", "custom", source=args.source)',
        'timm.create_model("resnet50", pretrained=True)',
        'pipeline("sentiment-analysis")',
        'pipeline("summarization", model=model)',
        'AutoModel.from_pretrained("gpt2", local_files_only=True)',
        'AutoModel.from_pretrained("gpt2", local_files_only=offline)',
    ],
)  # fmt: skip
def test_what_lies_on_this_machine_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "load_dataset(args.dataset)",
        "load_dataset(cfg['dataset'])",
        'load_dataset(f"lab/{name}")',
        'load_dataset("lab/" + name)',
        'AutoModel.from_pretrained("gpt2", **options)',
        "AutoModel.from_pretrained(*where)",
        'def load(name="gpt2"):\n    return AutoModel.from_pretrained(name)',
        'for name in ["gpt2"]:\n    AutoModel.from_pretrained(name)',
        'name = "gpt2"\nif big:\n    name = "gpt2-xl"\nAutoModel.from_pretrained(name)',
        'class Config:\n    name: str = "gpt2"\n\nAutoModel.from_pretrained(Config().name)',
        'model_class.from_pretrained("gpt2")',
        'load_from_disk("wikihow")',
        'AutoModel.from_config("gpt2")',
        '"""load_dataset("wikihow")"""',
        'def main(load_dataset):\n    load_dataset("wikihow")',
    ],
)
def test_what_cannot_be_told_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "body",
    [
        'NAME = "gpt2"\nAutoModel.from_pretrained(NAME)',
        'NAME: str = "gpt2"\n\n\ndef load():\n    return AutoModel.from_pretrained(NAME)',
        'def load():\n    name = "gpt2"\n    return AutoModel.from_pretrained(name)',
        'BASE = "gpt2"\nNAME = BASE\nAutoModel.from_pretrained(NAME)',
        'REVISION = "main"\nAutoModel.from_pretrained("gpt2", revision=REVISION)',
    ],
)
def test_a_constant_of_the_module_is_followed(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert "`gpt2`" in finding.message


def test_a_constant_that_holds_a_commit_passes(judge: Judge) -> None:
    assert judge(f'REVISION = "{SHA}"\nAutoModel.from_pretrained("gpt2", revision=REVISION)') == []


def test_each_id_is_named_once_in_a_file(judge: Judge) -> None:
    (finding,) = judge('AutoTokenizer.from_pretrained("gpt2")\nAutoModel.from_pretrained("gpt2")')
    (again,) = finding.related
    assert again.location.span is not None
    assert again.location.span.line == FIRST + 1


@pytest.mark.parametrize("path", ["wikihow/train.csv", "wikihow"])
def test_a_folder_or_file_of_the_repository_passes(judge: Judge, path: str) -> None:
    assert judge('load_dataset("wikihow")', {path: "text\n"}) == []


@pytest.mark.parametrize(
    "body",
    [
        'trainer.save_model("lab/bert")\nAutoModel.from_pretrained("lab/bert")',
        'model.push_to_hub("lab/bert")\nAutoModel.from_pretrained("lab/bert")',
        'Trainer(args(output_dir="lab/bert"))\nAutoModel.from_pretrained("lab/bert")',
        'ID = "lab/table"\nupload_file(repo_id=ID)\nhf_hub_download(ID, "x.csv", repo_type="dataset")',
    ],
)
def test_what_the_same_module_writes_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


def test_an_own_function_of_the_same_name_passes(make_repo: MakeRepo) -> None:
    text = 'def load_dataset(name):\n    return open(name)\n\n\nload_dataset("wikihow")\n'
    assert codes(check(make_repo({"train.py": text}, commit=False).root, "DATA003")) == []


def test_a_module_of_the_repository_hides_the_library(make_repo: MakeRepo) -> None:
    files = {
        "train.py": 'from datasets import load_dataset\n\nload_dataset("wikihow")\n',
        "datasets.py": "def load_dataset(name):\n    return name\n",
    }
    assert codes(check(make_repo(files, commit=False).root, "DATA003")) == []


def test_a_name_handed_on_by_another_module_is_followed(make_repo: MakeRepo) -> None:
    files = {
        "train.py": 'from common import AutoModel\n\nAutoModel.from_pretrained("gpt2")\n',
        "common.py": "from transformers import AutoModel\n",
    }
    found = places(check(make_repo(files, commit=False).root, "DATA003"))
    assert found == ["train.py:3:27 DATA003"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('load_dataset("imdb")', ['revision="<commit>"', 'HfApi().dataset_info("imdb").sha']),
        ('AutoModel.from_pretrained("gpt2")', ['HfApi().model_info("gpt2").sha']),
        ('hf_hub_download("lab/x", "a", repo_type="dataset")', ['dataset_info("lab/x").sha']),
        ('SentenceTransformer("all-MiniLM-L6-v2")', ['"sentence-transformers/all-MiniLM-L6-v2"']),
        ('timm.create_model("hf_hub:lab/vit")', ['"hf_hub:lab/vit@<commit>"']),
        (
            'torch.hub.load("pytorch/vision", "vit")',
            ['"pytorch/vision:<commit>"', "git ls-remote https://github.com/pytorch/vision HEAD"],
        ),
    ],
)
def test_the_help_says_what_to_write_and_where_the_hash_is_found(
    judge: Judge, body: str, words: list[str]
) -> None:
    (finding,) = judge(body)
    assert all(word in finding.help for word in words)


def test_nothing_is_rewritten_since_the_hash_is_on_the_network(judge: Judge) -> None:
    (finding,) = judge('load_dataset("imdb")')
    assert finding.fix is None


def test_in_a_notebook_the_cell_is_named(make_repo: MakeRepo) -> None:
    source = [
        "!pip install datasets\n",
        "from datasets import load_dataset\n",
        'load_dataset("imdb")',
    ]
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    found = places(check(make_repo({"a.ipynb": text}, commit=False).root, "DATA003"))
    assert found == ["a.ipynb:cell 1:3:14 DATA003"]


def test_tests_documentation_and_vendored_code_are_left_out(make_repo: MakeRepo) -> None:
    text = f'{HEAD}load_dataset("imdb")\n'
    paths = ("tests/test_a.py", "docs/a.py", "third_party/a.py")
    assert codes(check(make_repo(dict.fromkeys(paths, text), commit=False).root, "DATA003")) == []


def test_the_rule_is_off_until_it_is_asked_for(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": f'{HEAD}load_dataset("imdb")\n'}, commit=False)
    assert "DATA003" not in codes(check(repo.root, settings=Settings()))
