"""CKPT006."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import indent_of, insert_below
from repro_check.rules.rule import rule
from repro_check.rules.walking import calls_in, code_around, names_in, texts_in, values_of
from repro_check.sources.expressions import Collection, Expression, Literal, Name, parts
from repro_check.sources.python import Call, ModuleFacts
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

# what is meant to be loaded in part
_PARTIAL = pattern(
    r"lora|adapter|adaptor|peft|(^|[^a-z])ema([^a-z]|$)|prompt|partial|shadow|zero_state|delta|"
    r"norm_layers|motion|ip_ckpt|trainable|attn_proc",
    re.IGNORECASE,
)


@rule(
    "CKPT006",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=2,
    is_default=False,
    fixes="unsafe",
)
def strict_false_ignored(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Weights that a checkpoint lacks stay random, and nobody is told.

    `load_state_dict(state, strict=False)` returns which keys were missing and which were not wanted.
    Dropped, a renamed layer or a `module.` in front of every key turns the pretrained model into a
    random one without a word (docs.pytorch.org/docs/stable/generated/torch.nn.Module.html). Adapters,
    averages and weights that are taken over from another model in memory are loaded in part on
    purpose, and are left alone.

    Bad:
        import torch

        def load(model, path):
            model.load_state_dict(torch.load(path, map_location="cpu"), strict=False)

    Bad:
        import torch

        def load(model, path):
            missing, unexpected = model.load_state_dict(torch.load(path), strict=False)
            return model

    Good:
        import torch

        def load(model, path):
            result = model.load_state_dict(torch.load(path, map_location="cpu"), strict=False)
            if result.unexpected_keys:
                raise ValueError(f"no such weights: {result.unexpected_keys}")

    Not this rule:
        import torch

        def load(model, path, teacher):
            model.load_state_dict(torch.load(path)["lora"], strict=False)
            model.load_state_dict(teacher.state_dict(), strict=False)
    """
    facts = file.facts
    reads = _Reads(facts)
    for call in facts.calls:
        if call.name.rpartition(".")[2] != "load_state_dict" or not _is_lax(call):
            continue
        if _is_meant(facts, call) or not _is_dropped(file, call, reads):
            continue
        yield file.finding(
            call.span,
            "the result of `load_state_dict(..., strict=False)` is dropped: weights that the "
            "checkpoint lacks stay as they are, unnoticed",
            help="Keep the result, and stop at `unexpected_keys` or at `missing_keys` that you do "
            "not expect.",
            fix=_fix(file, project, call),
        )


def _is_lax(call: Call) -> bool:
    strict = call.argument(1, "strict")
    return isinstance(strict, Literal) and strict.value is False


def _is_meant(facts: ModuleFacts, call: Call) -> bool:
    """Whether the state is one that is loaded in part on purpose."""
    if _PARTIAL.search(call.name):
        return True
    function = facts.function_of(call.block)
    if function is not None and _PARTIAL.search(function.qualname):
        return True
    return any(_is_partial(facts, value, call.block) for value in call.args[:1])


def _is_partial(facts: ModuleFacts, value: Expression, block: int, depth: int = 0) -> bool:
    if isinstance(value, Collection) or any(
        inner.name.rpartition(".")[2] == "state_dict" for inner in calls_in(facts, value)
    ):
        return True
    texts = list(texts_in(facts, value))
    names = [name.name for name in names_in(facts, value)]
    if any(_PARTIAL.search(word) for word in (*texts, *names)):
        return True
    if not isinstance(value, Name) or depth > 3:
        return False
    code = code_around(facts, block)
    for item in facts.assignments:
        binds = any(value.name in bound_names(target) for target in item.targets)
        if not binds or item.value is None or code_around(facts, item.block) != code:
            continue
        is_other = item.value.span != value.span
        if is_other and _is_partial(facts, item.value, item.block, depth + 1):
            return True
    return False


def _is_dropped(file: PythonFile, call: Call, reads: _Reads) -> bool:
    facts = file.facts
    if call.use == "dropped":
        return not _is_displayed(file, call)
    if call.use != "assigned" or file.notebook is not None:
        return False
    targets = facts.assignments[call.user].targets
    names = {name for target in targets for name in bound_names(target)}
    is_plain = all(isinstance(target, Name | Collection) for target in targets)
    if not is_plain or not names or any("." in getattr(t, "name", "") for t in targets):
        return False
    code = code_around(facts, call.block)
    return not any(reads.read_in(name, code) for name in names)


def _is_displayed(file: PythonFile, call: Call) -> bool:
    """Whether a notebook shows the result, as that of a cell's last expression."""
    if file.notebook is None or call.block != 0:
        return False
    cell, _ = file.notebook.place(call.span)
    spans = [item.span for item in file.facts.calls]
    spans += [item.span for item in file.facts.assignments]
    lines = [span.end_line for span in spans if file.notebook.place(span)[0] == cell]
    return call.span.end_line >= max(lines)


class _Reads:
    """The names that a file reads, by their first part, and the blocks in which it does."""

    def __init__(self, facts: ModuleFacts) -> None:
        self._facts = facts

    def read_in(self, name: str, code: int) -> bool:
        """Whether the code of a function, or of one inside it, reads a name."""
        return any(self._facts.is_inside(block, code) for block in self._blocks.get(name, ()))

    @cached_property
    def _blocks(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for value, block in self._values():
            for part in parts(value):
                if isinstance(part, Name):
                    found.setdefault(part.name.partition(".")[0], set()).add(block)
        return found

    def _values(self) -> Iterator[tuple[Expression, int]]:
        facts = self._facts
        for call in facts.calls:
            for value in values_of(call):
                yield value, call.block
            yield call.receiver or Name(call.name_at, call.name), call.block
        for item in facts.assignments:
            if item.value is not None:
                yield item.value, item.block
        for returned in facts.returns:
            yield returned.value, returned.block
        for test in facts.truth_tests:
            yield test.tested, test.block
            yield test.then, test.block
        for comprehension in facts.comprehensions:
            for made in comprehension.made:
                yield made, comprehension.block
        for block in facts.blocks:
            if block.test is not None:
                yield block.test, block.parent


def _fix(file: PythonFile, project: Project, call: Call) -> Fix | None:
    """Keep the result and stop at keys that the model does not have."""
    if call.use != "dropped" or file.notebook is not None:
        return None
    text = project.text_at(file.path)
    if text is None or indent_of(text, call.span) is None:
        return None
    start = Span(call.span.line, call.span.column, call.span.line, call.span.column)
    lines = (
        "if loaded.unexpected_keys:",
        '    raise ValueError(f"the model has no such weights: {loaded.unexpected_keys}")',
    )
    edits = (
        Edit(file.location(start), "loaded = "),
        insert_below(file, text, call.span, lines),
    )
    return Fix(Safety.UNSAFE, "Stop at weights that the model does not have", edits)
