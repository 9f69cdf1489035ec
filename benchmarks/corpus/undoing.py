"""Edits that undo what a program does right, each of which a rule should then find.

An `Undo` reads the tree of a file and yields mutations: edits that belong together. They look at the
names as they are written and know nothing of the rules, so that a rule cannot excuse itself.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeGuard


class Edit(NamedTuple):
    """Text that takes the place of a node."""

    node: ast.expr | ast.stmt
    text: str


Mutation: TypeAlias = Sequence[Edit]
Undo: TypeAlias = Callable[[ast.Module], Iterator[Mutation]]

_SEEDS = re.compile(
    r"(\.|^)(random\.seed|manual_seed(_all)?|\w*seed_everything|(set|fix|init|setup)_\w*seeds?\w*|"
    r"seed_all|set_random_seed)$"
)
_FAMILY = re.compile(
    r"(?P<py>^random\.seed)|(?P<np>^(np|numpy)\.)|(?P<torch>^torch\.)|(?P<tf>^tf\.)"
)
_LISTS = re.compile(r"(^|\.)(listdir|scandir|glob|iglob|rglob|iterdir)$")
_SPLITS = re.compile(
    r"(^|\.)(train_test_split|\w*ShuffleSplit|Repeated\w*KFold|resample|shuffle|sample)$"
)
_GENERATORS = re.compile(r"(^|\.)(default_rng|RandomState|SeedSequence)$|^random\.Random$")
_DROPOUTS = re.compile(r"(^F|functional)\.\w*dropout\w*$")
_TRACKS = re.compile(
    r"^(wandb|mlflow|neptune)\.|\.(add_(scalars?|histogram|images?|text|figure|hparams)|log_metrics?)$"
)
_TRACKERS = re.compile(r"(^|\.)(SummaryWriter|wandb\.init|TensorBoardLogger|WandbLogger)$")
_TRACKER_MODULES = re.compile(
    r"(wandb|mlflow|neptune|tensorboardX?|torch\.utils\.tensorboard)(\.|$)"
)
_TRAINS = re.compile(r"(^|\.)(backward|fit|fit_generator|train|apply_gradients|learn)$")


def unseed_entry(tree: ast.Module) -> Iterator[Mutation]:
    """Remove all seeding of a file that is run and trains (SEED001)."""
    is_run = any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(tree))
    if is_run and any(_TRAINS.search(name) for name, _ in _calls(tree)):
        yield [Edit(node, "pass") for name, node in _statements(tree) if _SEEDS.search(name)]


def seed_one_family(tree: ast.Module) -> Iterator[Mutation]:
    """Keep the seeding of one family of generators, the least drawn from (SEED002)."""
    for block in ast.walk(tree):
        if not isinstance(block, ast.FunctionDef):
            continue
        seeds = [(name, node) for name, node in _statements(block) if _SEEDS.search(name)]
        families = [(family, node) for name, node in seeds if (family := _family(name))]
        if families:
            kept = min((family for family, _ in families), key=("py", "tf", "np", "torch").index)
            yield [Edit(node, "pass") for family, node in families if family != kept]


def ask_truth_of_seed(tree: ast.Module) -> Iterator[Mutation]:
    """`seed is not None` becomes a truth test (SEED004)."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
                if "seed" in _name(left).rpartition(".")[2]:
                    yield [Edit(node, ast.unparse(left))]


def list_unordered(tree: ast.Module) -> Iterator[Mutation]:
    """Drop `sorted` around a listing of files (SEED009)."""
    for name, node in _calls(tree):
        listing = node.args[0] if name == "sorted" and node.args else None
        if isinstance(listing, ast.Call) and _LISTS.search(_name(listing.func)):
            yield [Edit(node, ast.unparse(listing))]


def make_fresh_generator(tree: ast.Module) -> Iterator[Mutation]:
    """`default_rng(seed)` becomes `default_rng()` (SEED006)."""
    for name, node in _calls(tree):
        if _GENERATORS.search(name) and (node.args or node.keywords):
            yield [Edit(node, f"{name}()")]


def share_best_weights(tree: ast.Module) -> Iterator[Mutation]:
    """Drop the copy around `state_dict()` (CKPT001)."""
    for name, node in _calls(tree):
        if name in {"copy.deepcopy", "deepcopy"} and _is_state(node.args[0]):
            yield [Edit(node, ast.unparse(node.args[0]))]


def forget_optimizer(tree: ast.Module) -> Iterator[Mutation]:
    """Leave the optimizer out of the dicts of states, and do not load it (CKPT003)."""
    edits = [
        Edit(node, "pass")
        for name, node in _statements(tree)
        if re.search(r"optim\w*\.load_state_dict$", name)
    ]
    saved = [edit for node in ast.walk(tree) if isinstance(node, ast.Dict) for edit in _less(node)]
    if saved:
        yield [*edits, *saved]


def _less(node: ast.Dict) -> Iterator[Edit]:
    pairs = list(zip(node.keys, node.values, strict=True))
    kept = [pair for pair in pairs if "optim" not in _text(pair[0]) or not _is_state(pair[1])]
    if 0 < len(kept) < len(pairs):
        yield Edit(
            node, ast.unparse(ast.Dict([key for key, _ in kept], [value for _, value in kept]))
        )


def statements(names: re.Pattern[str]) -> Undo:
    """Each statement that only calls such a method becomes `pass`."""

    def undo(tree: ast.Module) -> Iterator[Mutation]:
        for name, node in _statements(tree):
            if names.search(name):
                yield [Edit(node, "pass")]

    return undo


def forget_epoch(tree: ast.Module) -> Iterator[Mutation]:
    """Remove every `set_epoch` of a file (SEED016)."""
    yield [Edit(node, "pass") for name, node in _statements(tree) if name.endswith(".set_epoch")]


def without(keyword: str, names: re.Pattern[str]) -> Undo:
    """Each call of such a function loses a keyword argument."""

    def undo(tree: ast.Module) -> Iterator[Mutation]:
        for name, node in _calls(tree):
            if names.search(name) and any(item.arg == keyword for item in node.keywords):
                less = copy.copy(node)
                less.keywords = [item for item in node.keywords if item.arg != keyword]
                yield [Edit(node, ast.unparse(less))]

    return undo


def print_only(tree: ast.Module) -> Iterator[Mutation]:
    """Remove the trackers of a file that trains and prints (LOG001)."""
    names = {name.rpartition(".")[2] for name, _ in _calls(tree)}
    if {"print", "backward"} <= names:
        edits = [Edit(node, "pass") for name, node in _statements(tree) if _TRACKS.search(name)]
        edits += [Edit(node, "pass") for node in ast.walk(tree) if _imports_tracker(node)]
        inside = {child for edit in edits for child in ast.walk(edit.node)}
        made = [node for name, node in _calls(tree) if _TRACKERS.search(name)]
        yield [*edits, *(Edit(node, "None") for node in made if node not in inside)]


UNDONE: dict[str, Undo] = {
    "SEED001": unseed_entry,
    "SEED002": seed_one_family,
    "SEED004": ask_truth_of_seed,
    "SEED006": make_fresh_generator,
    "SEED009": list_unordered,
    "SEED010": without("random_state", _SPLITS),
    "SEED016": forget_epoch,
    "SEED026": statements(re.compile(r"\.eval$")),
    "SEED027": without("training", _DROPOUTS),
    "CKPT001": share_best_weights,
    "CKPT003": forget_optimizer,
    "CKPT004": without("map_location", re.compile(r"^torch\.load$")),
    "LOG001": print_only,
}


def applied(source: bytes, mutation: Mutation) -> bytes:
    """The source after the edits, which may not overlap."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, text in sorted(mutation, key=lambda edit: edit.node.lineno, reverse=True):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        source = source[:start] + text.encode() + source[end:]
    return source


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield _name(node.func), node


def _statements(tree: ast.AST) -> Iterator[tuple[str, ast.Expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield _name(node.value.func), node


def _family(name: str) -> str | None:
    found = _FAMILY.match(name)
    return found.lastgroup if found else None


def _imports_tracker(node: ast.AST) -> TypeGuard[ast.stmt]:
    match node:
        case ast.Import(names=names):
            return any(_TRACKER_MODULES.match(name.name) for name in names)
        case ast.ImportFrom(module=str(module)):
            return bool(_TRACKER_MODULES.match(module))
    return False


def _is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func).endswith("state_dict")


def _name(node: ast.expr) -> str:
    """The dotted name; what is no plain name in front counts as nothing: `f().eval` is `.eval`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{_name(value)}.{attr}"
    return ""


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
