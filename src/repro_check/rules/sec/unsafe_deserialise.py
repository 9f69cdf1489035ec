"""SEC003."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.arguments import give
from repro_check.rules.rule import rule
from repro_check.rules.sec._loads import PICKLES, foreign_source, writes_too
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call

_YAML_LOADERS = frozenset(
    "yaml.Loader yaml.CLoader yaml.UnsafeLoader yaml.CUnsafeLoader yaml.loader.Loader "
    "yaml.loader.UnsafeLoader".split()
)
_YAML = frozenset({"yaml.load", "yaml.load_all"})
_UNSAFE_YAML = frozenset({"yaml.unsafe_load", "yaml.unsafe_load_all"})
_SAFE = {"load": "safe_load", "load_all": "safe_load_all", "unsafe_load": "safe_load"}
_HELP = "Load tensors alone (`weights_only=True`, safetensors), or check the file's SHA-256 first."


@rule(
    "SEC003",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=10,
    fixes="unsafe",
    words=("load", "read_pickle"),
)
def unsafe_deserialise(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A file that others hand over is loaded by what runs code from it.

    A pickle and YAML with an unsafe loader call whatever they name (docs.python.org/3/library/pickle.html:
    "Only unpickle data you trust"). Who reproduces the work downloads the weights from a link that may
    have changed hands. The rule speaks where the file comes from a download, an address or an option of
    the command line; files in a folder that an option names are mostly one's own, and a program that
    writes such files itself is only noted. `torch.load` is safe by default since 2.6, so there only
    `weights_only=False` is asked about, or an older version in a lock or a pin.

    Bad:
        import torch
        from huggingface_hub import hf_hub_download

        path = hf_hub_download("owner/model", "weights.pt")
        state = torch.load(path, weights_only=False)

    Bad:
        import yaml

        with open("config.yaml") as stream:
            config = yaml.load(stream, Loader=yaml.Loader)

    Bad:
        # file: requirements.txt
        torch==2.1.0
        # file: evaluate.py
        import argparse

        import torch

        parser = argparse.ArgumentParser()
        parser.add_argument("--checkpoint")
        args = parser.parse_args()
        state = torch.load(args.checkpoint, map_location="cpu")

    Good:
        import torch
        from huggingface_hub import hf_hub_download

        path = hf_hub_download("owner/model", "weights.pt")
        state = torch.load(path, weights_only=True)

    Not this rule:
        import pickle

        import yaml

        with open("cache/features.pkl", "rb") as stream:
            features = pickle.load(stream)
        with open("config.yaml") as stream:
            config = yaml.load(stream, Loader=yaml.SafeLoader)

    Not this rule:
        import argparse

        import torch

        parser = argparse.ArgumentParser()
        parser.add_argument("--checkpoint")
        args = parser.parse_args()
        state = torch.load(args.checkpoint, map_location="cpu")  # safe by default since 2.6
    """
    for call in file.facts.calls:
        if call.target in _YAML or call.target in _UNSAFE_YAML:
            yield from _yaml(file, project, call)
        elif call.target == "torch.load":
            yield from _torch(file, project, call)
        elif call.target in PICKLES or _is_pickled_array(call):
            yield from _foreign(file, project, call, f"`{call.name}` runs code from what it loads")


def _yaml(file: PythonFile, project: Project, call: Call) -> Iterator[Finding]:
    given = call.argument(1, "Loader")
    if call.unpacks:
        return
    if given is not None:
        name = getattr(given, "name", "")
        target = file.scopes.target(name, call.block) if isinstance(name, str) and name else ""
        if target not in _YAML_LOADERS:
            return
        how = f"with `{name}`"
    elif call.target in _UNSAFE_YAML:
        how = "by its name"
    elif project.versions.may_be_below("pyyaml", "5.1", file.path):
        how = "without a loader, before PyYAML 5.1"
    else:
        return  # FullLoader until 6, an error since
    yield file.finding(
        call.span,
        f"`{call.name}` {how} builds any Python object that the file names, and so can run code",
        help="Write `yaml.safe_load(stream)`; it reads all of plain YAML.",
        fix=_safe_yaml(file, call),
    )


def _safe_yaml(file: PythonFile, call: Call) -> Fix | None:
    """`yaml.safe_load(stream)`; none where Python objects or own tags may be meant."""
    names = {each.name.rpartition(".")[2] for each in file.facts.calls}
    if file.notebook is not None or names & {"add_constructor", "add_multi_constructor"}:
        return None
    owner, dot, name = call.name.rpartition(".")
    if not dot or len(call.args) != 1 or name not in _SAFE:
        return None
    given = call.keyword("Loader")
    if len(call.keywords) != (given is not None):
        return None
    if given is None:
        edit = Edit(file.location(call.name_span), f"{owner}.{_SAFE[name]}")
    else:
        loader = getattr(given, "name", "")
        edit = Edit(file.location(given.span), f"{loader.rpartition('.')[0] or owner}.SafeLoader")
        if "." not in loader:
            return None
    return Fix(Safety.UNSAFE, "Read plain YAML only", (edit,))


def _torch(file: PythonFile, project: Project, call: Call) -> Iterator[Finding]:
    given = call.keyword("weights_only")
    if call.unpacks or (given is not None and not _is_false(given)):
        return
    if given is not None:
        yield from _foreign(file, project, call, "`weights_only=False` runs code from the file")
    elif not project.versions.is_at_least("torch", "2.6", file.path):
        bound = project.versions.bound("torch", file.path)
        if bound is not None and bound.exact:
            what = f"torch {bound.exact} runs code from the file (the default is safe since 2.6)"
            yield from _foreign(file, project, call, what)


def _foreign(file: PythonFile, project: Project, call: Call, what: str) -> Iterator[Finding]:
    source = foreign_source(file, project, call)
    if source is None:
        return
    is_own = writes_too(file.facts)
    yield file.finding(
        call.span,
        f"{what}, and the file comes from {source.name}",
        help=_HELP,
        severity=Severity.INFO if is_own else None,
        related=[file.related(source.expression.span, "here others decide what is loaded")],
        fix=_weights_only(file, project, call),
    )


def _weights_only(file: PythonFile, project: Project, call: Call) -> Fix | None:
    """`weights_only=True`, which torch has since 1.13; a file with more than tensors is refused then."""
    is_old = project.versions.may_be_below("torch", "1.13", file.path)
    if call.target != "torch.load" or file.notebook is not None or is_old:
        return None
    given = call.keyword("weights_only")
    if given is not None:
        edit: Edit | None = Edit(file.location(given.span), "True")
    else:
        edit = give(file, project.text(file.file) or "", call, "weights_only", "True")
    return Fix(Safety.UNSAFE, "Load tensors alone", (edit,)) if edit else None


def _is_pickled_array(call: Call) -> bool:
    given = call.keyword("allow_pickle")
    return call.target == "numpy.load" and isinstance(given, Literal) and given.value is True


def _is_false(given: object) -> bool:
    return isinstance(given, Literal) and given.value is False
