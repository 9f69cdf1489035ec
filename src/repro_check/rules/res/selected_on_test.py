"""RES005."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.training import training_blocks
from repro_check.rules.walking import calls_in, code_around, names_in
from repro_check.sources.expressions import Expression, Name, Operation, parts
from repro_check.sources.python import ModuleFacts
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

_BEST = pattern(r"(^|[_.])best|best($|_)", re.IGNORECASE)
_TEST = pattern(
    r"(^|[_.])tests?($|_|[A-Z]|(?=(loader|acc|loss|set|data|iter|dl)))|[a-z]Test($|[A-Z])"
)
_HELD_OUT = pattern(
    r"(^|[_.])(val|valid|validation|dev|eval|holdout)|[a-z]Val($|[A-Z])", re.IGNORECASE
)
_METRIC = pattern(
    r"acc|loss|score|f1|auc|err|iou|dice|mae|rmse|mse|ppl|perplex|psnr|ssim|bleu|rouge|map$|recall|"
    r"precision|metric|correct|top1|prec1|result",
    re.IGNORECASE,
)
_KEEPS = pattern(r"save|checkpoint|ckpt|dump|state_dict", re.IGNORECASE)


@rule("RES005", severity=Severity.WARNING, on=PythonFile, practice=8, is_default=False)
def selected_on_test(file: PythonFile, project: Project) -> Iterator[Finding]:
    """The best checkpoint is chosen by its score on the test set, which is then reported.

    The maximum over many epochs of a noisy score lies above what any one of these models achieves on
    new data, the more so the more epochs there are. Whoever repeats the work with a validation set
    will not reach it. Choose by validation data and look at the test set once (Recht et al., arXiv
    1806.00451; Cawley and Talbot, JMLR 11, 2010). It is told by names (`test_acc`, a `testloader`
    that the function runs over); a function that also runs over validation data is left alone.

    Bad:
        import torch

        def main(model, optimizer, train_loader, test_loader, evaluate):
            best_acc = 0.0
            for epoch in range(100):
                for x in train_loader:
                    model(x).sum().backward()
                    optimizer.step()
                test_acc = evaluate(model, test_loader)
                if test_acc > best_acc:
                    best_acc = test_acc
                    torch.save(model.state_dict(), "best.pt")

    Good:
        import torch

        def main(model, optimizer, train_loader, val_loader, test_loader, evaluate):
            best_acc = 0.0
            for epoch in range(100):
                for x in train_loader:
                    model(x).sum().backward()
                    optimizer.step()
                val_acc = evaluate(model, val_loader)
                if val_acc > best_acc:
                    best_acc = val_acc
                    torch.save(model.state_dict(), "best.pt")
            test_acc = evaluate(model, test_loader)

    Not this rule:
        import torch

        def main(model, optimizer, loaders, evaluate):
            best_val, best_test = 0.0, 0.0
            for epoch in range(100):
                for x in loaders["train"]:
                    model(x).sum().backward()
                    optimizer.step()
                val_acc, test_acc = evaluate(model, loaders)
                if val_acc > best_val:
                    best_val, best_test = val_acc, test_acc
                    torch.save(model.state_dict(), "best.pt")
    """
    facts = file.facts
    found = list(_comparisons(facts))
    if not found or not training_blocks(file, project):
        return
    for comparison, score, block in found:
        seen = _test_name(facts, score, block)
        if seen is None or not _keeps(facts, comparison, block):
            continue
        text = score.name if isinstance(score, Name) else "the score"
        yield file.finding(
            comparison.span,
            f"the best model is chosen by `{text}`, a score on the test set: reported, it is too good",
            help="Hold a part of the training data out, choose by it, and evaluate once on the test set.",
            related=[file.related(seen.span, "this is test data")] if seen is not score else [],
        )


def _comparisons(facts: ModuleFacts) -> Iterator[tuple[Operation, Expression, int]]:
    """The comparisons of a score with the best one so far, and the block in which they stand."""
    values = [(block.test, index) for index, block in enumerate(facts.blocks) if block.kind == "if"]
    values += [(item.value, item.block) for item in facts.assignments]
    for value, block in values:
        for part in parts(value) if isinstance(value, Operation) else ():
            if not isinstance(part, Operation) or part.operator not in {"<", ">", "<=", ">="}:
                continue
            if len(part.operands) != 2:
                continue
            is_best = [_says(facts, side, _BEST) for side in part.operands]
            if is_best.count(True) == 1:
                score = part.operands[0 if is_best[1] else 1]
                if _says(facts, score, _METRIC) or isinstance(score, Name):
                    yield part, score, block


def _says(facts: ModuleFacts, value: Expression, what: re.Pattern[str]) -> bool:
    return any(what.search(name.name) for name in names_in(facts, value))


def _test_name(facts: ModuleFacts, score: Expression, block: int) -> Expression | None:
    """What tells that a score is one on test data: its name, or the loader that was run over."""
    if _says(facts, score, _HELD_OUT) or not _says(facts, score, _METRIC):
        return None
    if _says(facts, score, _TEST):
        return score if _is_of_test_data(facts, score, block) else None
    code = code_around(facts, block)
    function = facts.function_of(block)
    if function is None or not _is_computed_here(facts, score, code):
        return None
    over = [
        name
        for item in facts.assignments
        if item.kind == "for" and code_around(facts, item.block) == code and item.value is not None
        for name in names_in(facts, item.value)
    ]
    names = [*over, *(Name(parameter.at, parameter.name) for parameter in function.parameters)]
    if any(_HELD_OUT.search(name.name) or "train" in name.name.lower() for name in names):
        return None
    return next((name for name in over if _TEST.search(name.name)), None)


def _is_of_test_data(facts: ModuleFacts, score: Expression, block: int) -> bool:
    """Whether what makes the score is given test data: `test_loss` may be one of fresh samples."""
    code = code_around(facts, block)
    names = {name.name.partition(".")[0] for name in names_in(facts, score)}
    given = [
        name
        for item in facts.assignments
        if item.value is not None and code_around(facts, item.block) == code
        if any(bound in names for target in item.targets for bound in bound_names(target))
        for call in calls_in(facts, item.value)
        for value in (*call.args, *(keyword.value for keyword in call.keywords))
        for name in names_in(facts, value)
    ]
    if any(_HELD_OUT.search(name.name) for name in given):
        return False
    return any(_TEST.search(name.name) for name in given)


def _is_computed_here(facts: ModuleFacts, score: Expression, code: int) -> bool:
    return isinstance(score, Name) and any(
        score.name in bound_names(target)
        for item in facts.assignments
        if code_around(facts, item.block) == code
        for target in item.targets
    )


def _keeps(facts: ModuleFacts, comparison: Operation, block: int) -> bool:
    """Whether what the comparison decides is kept: the branch saves, or the flag says `best`."""
    if facts.blocks[block].kind == "if":
        test = facts.blocks[block].test
        if test is not None and any(part is comparison for part in parts(test)):
            saves = any(
                _KEEPS.search(call.name) and facts.is_inside(call.block, block)
                for call in facts.calls
            )
            return saves or any(
                _BEST.search(name)
                for item in facts.assignments
                if facts.is_inside(item.block, block)
                for target in item.targets
                for name in bound_names(target)
            )
    return any(
        item.block == block and _BEST.search(name)
        for item in facts.assignments
        if item.value is not None and any(part is comparison for part in parts(item.value))
        for target in item.targets
        for name in bound_names(target)
    )
