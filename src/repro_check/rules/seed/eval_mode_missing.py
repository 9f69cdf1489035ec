"""SEED026."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.modules import Symbol
from repro_check.project.parts import Part
from repro_check.project.possible import possible_classes
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._evaluation_calls import ModelCall, evaluation_calls
from repro_check.rules.seed._module_modes import Modes, Training
from repro_check.rules.seed._noisy_layers import noisy_layer
from repro_check.sources.python import MODULE

_MODULE = "torch.nn.Module"
# what these libraries load is in evaluation mode, and their trainers switch by themselves
_SWITCHED = (
    "lightning.LightningModule",
    "transformers.PreTrainedModel",
    "huggingface_hub.PyTorchModelHubMixin",
    "diffusers.ModelMixin",
)


@rule(
    "SEED026",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("eval", "val", "test", "predict", "infer", "no_grad"),
)
def eval_mode_missing(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A model with dropout or batch normalisation is evaluated in training mode.

    A module is in training mode from the start. Until somebody calls `.eval()`, dropout draws new
    masks at every call and batch normalisation uses the numbers of the batch, and moves its
    statistics towards the test data. `torch.no_grad()` and `torch.inference_mode()` do not change
    that (docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval). The same
    weights then give other scores at every evaluation.

    Bad:
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 2))

            def forward(self, x):
                return self.layers(x)

        def evaluate(model, loader):
            correct = 0
            with torch.no_grad():
                for x, y in loader:
                    correct += (model(x).argmax(1) == y).sum()
            return correct

        def train(model, loader, optimizer):
            model.train()
            for x, y in loader:
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()

        if __name__ == "__main__":
            model = Net()
            for epoch in range(3):
                train(model, loader(), torch.optim.SGD(model.parameters(), lr=0.1))
                print(evaluate(model, loader()))

    Good:
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 2))

        def evaluate(model, loader):
            model.eval()
            with torch.no_grad():
                for x, y in loader:
                    print((model(x).argmax(1) == y).sum())

        if __name__ == "__main__":
            evaluate(Net(), loader())

    Not this rule:
        import torch
        from torch import nn

        class Net(nn.Module):  # nothing here depends on the mode
            def __init__(self):
                super().__init__()
                self.layers = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))

        def evaluate(model, loader):
            with torch.no_grad():
                for x, y in loader:
                    print((model(x).argmax(1) == y).sum())

        if __name__ == "__main__":
            evaluate(Net(), loader())

    Not this rule:
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 2))

        def predict_mc_dropout(model, loader):  # the draws are wanted
            with torch.no_grad():
                for x in loader:
                    print(torch.stack([model(x) for _ in range(20)]).std(0))

        if __name__ == "__main__":
            predict_mc_dropout(Net(), loader())

    Not this rule:
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))

        def test():  # a look at shapes
            net = Net()
            with torch.no_grad():
                print(net(torch.randn(2, 4)).shape)

        if __name__ == "__main__":
            test()
    """
    settled = set(_switching(file))
    for item in evaluation_calls(file):
        if item.block in settled:
            continue
        found = _evaluated(project, file, item)
        if found is None:
            continue
        settled.add(item.block)
        layer, training = found.layer, found.training
        related = [
            project.python[layer.path].related(
                layer.call.span, f"`{found.module.name}` has a layer that depends on the mode"
            )
        ]
        if training.switch is not None:
            switched = project.python[training.switch.path]
            span = training.switch.call.span
            related.append(switched.related(span, "here it is set to training mode"))
        name = item.call.name
        yield file.finding(
            item.call.name_span,
            f"`{name}` is evaluated in training mode: nothing calls `{name}.eval()` before, and "
            f"`{found.module.name}` has {_kind(layer)}",
            help=f"Call `{name}.eval()` before evaluating, and `{name}.train()` before training goes on.",
            related=related,
            fix=_fix(project, file, item, training),
        )


def _switching(file: PythonFile) -> Iterator[int]:
    """The functions that say `.eval()` themselves: the common case, in which nobody is followed."""
    for call in file.facts.calls:
        if call.name.endswith("eval") and call.name != "eval" and not call.args:
            function = file.facts.function_of(call.block)
            yield function.block if function else MODULE


class _Evaluated(msgspec.Struct, frozen=True):
    module: Symbol
    layer: Part
    training: Training


def _evaluated(project: Project, file: PythonFile, item: ModelCall) -> _Evaluated | None:
    possible = possible_classes(project, file, item.call.name, item.call.block)
    modules = sorted(possible.classes, key=lambda each: (each.path, each.name))
    if not modules or not all(_is_plain_module(project, each) for each in modules):
        return None
    layers = [_layer(project, each) for each in modules]
    if layers[0] is None or None in layers:
        return None
    duties = project.frameworks.used_in(file.path)
    if any(framework.does(Duty.EVAL_MODE) for framework in duties):
        return None
    node = Node(file.path, item.block)
    training = Modes(project, modules[0]).training_at(node, item.call)
    return None if training is None else _Evaluated(modules[0], layers[0], training)


def _is_plain_module(project: Project, symbol: Symbol) -> bool:
    classes = project.classes
    is_module = classes.is_a(symbol, _MODULE) is True
    return is_module and classes.is_a(symbol, *_SWITCHED) is not True


def _layer(project: Project, symbol: Symbol) -> Part | None:
    return noisy_layer(project, symbol) if symbol.path else None


def _kind(layer: Part) -> str:
    name = layer.name.rpartition(".")[2]
    if "Dropout" in name:
        return "dropout"
    return "batch normalisation" if "Norm" in name or name == "MLP" else f"a `{name}`"


def _fix(project: Project, file: PythonFile, item: ModelCall, training: Training) -> Fix | None:
    """Switch where the evaluation begins, if training switches back by itself."""
    text = project.text_at(file.path)
    if training.switch is None or text is None or file.notebook is not None:
        return None
    facts, outer = file.facts, item.block
    block = item.call.block
    while block >= 0 and facts.blocks[block].parent != outer:
        block = facts.blocks[block].parent
    if block < 0 or facts.blocks[block].kind not in {"for", "with", "while"}:
        return None
    start = facts.blocks[block].span
    indent = text.splitlines()[start.line - 1][: start.column - 1]
    if not indent or indent.strip():
        return None
    place = Span(start.line, 1, start.line, 1)
    edit = Edit(file.location(place), f"{indent}{item.call.name}.eval()\n")
    return Fix(Safety.UNSAFE, "Evaluate in evaluation mode", (edit,))
