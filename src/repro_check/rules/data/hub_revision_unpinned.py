"""DATA003."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.data._hub_loaders import Hub
from repro_check.rules.data._hub_loads import Load, unpinned_loads
from repro_check.rules.rule import rule


@rule("DATA003", severity=Severity.WARNING, on=PythonFile, practice=6, is_default=False)
def hub_revision_unpinned(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A data set or model is taken from a hub at whatever its owner uploaded last.

    Repositories on a hub are edited in place: rows are removed, weights and tokenizers replaced, and
    loading code rewritten, under the same name. Only a commit hash names what the results came from;
    `main`, the default, is a branch. Each id is named once in a file. Folders, builders of local files
    (`"csv"`), ids from variables, and calls that pass `**kwargs` on are not asked.

    Bad:
        from datasets import load_dataset

        dataset = load_dataset("wikihow", "all")

    Bad:
        from transformers import AutoModel, AutoTokenizer

        NAME = "google-bert/bert-base-uncased"
        tokenizer = AutoTokenizer.from_pretrained(NAME)
        model = AutoModel.from_pretrained(NAME, revision="main")

    Bad:
        import torch

        model = torch.hub.load("pytorch/vision:main", "resnet18", weights="DEFAULT")

    Good:
        from datasets import load_dataset

        dataset = load_dataset(
            "wikihow", "all", revision="{random hex 40}"
        )

    Good:
        import torch

        model = torch.hub.load("pytorch/vision:v0.10.0", "resnet18", weights="DEFAULT")

    Not this rule:
        from datasets import load_dataset
        from transformers import AutoModel

        dataset = load_dataset("csv", data_files="data/train.csv")
        mine = load_dataset("./wikihow")
        model = AutoModel.from_pretrained("outputs/checkpoint-500")

    Not this rule:
        from transformers import AutoModel

        def load(name, **kwargs):
            first = AutoModel.from_pretrained(name)
            return first, AutoModel.from_pretrained("google-bert/bert-base-uncased", **kwargs)

    Not this rule:
        # file: train.py
        from ours import load_dataset

        dataset = load_dataset("wikihow")
    """
    found: dict[tuple[Hub, str], list[Load]] = {}
    for load in unpinned_loads(file, project):
        found.setdefault((load.hub, load.id), []).append(load)
    for (hub, name), loads in found.items():
        first = loads[0]
        how = (
            f"at `{first.revision}`, a branch that moves"
            if first.revision
            else "without a revision, so it is whatever was uploaded last"
        )
        yield file.finding(
            first.place.span,
            f"`{name}` is loaded from the hub {how}",
            help=_help(hub, name),
            related=[file.related(again.place.span, "and here") for again in loads[1:]],
        )


def _help(hub: Hub, name: str) -> str:
    if hub is Hub.TORCH:
        return f'Write `"{name}:<commit>"`; `git ls-remote https://github.com/{name} HEAD` tells the hash.'
    kind = "dataset" if hub is Hub.DATASET else "model"
    if hub is Hub.SENTENCE_MODEL and "/" not in name:
        name = f"sentence-transformers/{name}"
    where = f'`"hf_hub:{name}@<commit>"`' if hub is Hub.TIMM else '`revision="<commit>"`'
    return f'Write {where}; `huggingface_hub.HfApi().{kind}_info("{name}").sha` tells the hash.'
