"""SEED020."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Finding, Fix, Safety, Severity
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family, seeds_itself
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.project.timeline import Course, Step
from repro_check.rules.insertion import indent_of, insert_below, insert_import
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._entry_streams import effect_at
from repro_check.rules.seed._first_seeds import Runs
from repro_check.rules.seed._new_weights import new_weights
from repro_check.rules.walking import values_of
from repro_check.sources.expressions import CallRef, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Assignment, Call
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

_TRAINER = pattern(r"transformers\.(Seq2Seq)?Trainer|trl\.(\w+\.)*(Reward)Trainer")
_DEPTH = 6


class _Early(msgspec.Struct, frozen=True):
    """A model that is made before the trainer sets its seed."""

    maker: Step
    trainer: Step
    what: str


@rule(
    "SEED020",
    severity=Severity.WARNING,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="safe",
)
def trainer_seeds_too_late(project: Project) -> Iterator[Finding]:
    """A model with new weights is made before the Transformers trainer sets its seed.

    `Trainer` seeds everything, with 42 if nothing else is said, but only when it is made itself
    (`Trainer.__init__` in transformers/trainer.py). A classification head or an adapter that was made
    before that is random, and differs in every run.

    Bad:
        from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

        def main():
            args = TrainingArguments(output_dir="out")
            model = AutoModelForSequenceClassification.from_pretrained("bert-base-cased", num_labels=5)
            trainer = Trainer(model=model, args=args)
            trainer.train()

        if __name__ == "__main__":
            main()

    Good:
        from transformers import (
            AutoModelForSequenceClassification,
            Trainer,
            TrainingArguments,
            set_seed,
        )

        def main():
            args = TrainingArguments(output_dir="out")
            set_seed(args.seed)
            model = AutoModelForSequenceClassification.from_pretrained("bert-base-cased", num_labels=5)
            trainer = Trainer(model=model, args=args)
            trainer.train()

        if __name__ == "__main__":
            main()

    Not this rule:
        from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

        def main():
            args = TrainingArguments(output_dir="out")
            model = AutoModelForCausalLM.from_pretrained("gpt2")  # all of its weights are loaded
            trainer = Trainer(model=model, args=args)
            trainer.train()

        if __name__ == "__main__":
            main()

    Not this rule:
        from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

        def make_model():
            return AutoModelForSequenceClassification.from_pretrained("bert-base-cased", num_labels=5)

        def main():
            trainer = Trainer(model_init=make_model, args=TrainingArguments(output_dir="out"))
            trainer.train()

        if __name__ == "__main__":
            main()
    """
    files = _files_with_trainers(project)
    if not files:
        return
    runs, seen = Runs(project), set()
    for entry in (*project.entries, *project.notebook_entries):
        if files.isdisjoint(node.path for node in project.calls.reachable(*entry.nodes)):
            continue
        for early in _early(project, runs, entry):
            place = (early.maker.path, early.maker.action.span)
            if place not in seen:
                seen.add(place)
                yield _finding(project, early)


def _files_with_trainers(project: Project) -> frozenset[str]:
    """The files that call, or derive a class from, something that is named a trainer."""
    return frozenset(
        file.path
        for file in project.python.readable(Role.PRODUCT)
        if any(call.name.endswith("Trainer") for call in file.facts.calls)
        or any(
            str(getattr(base, "name", "")).endswith("Trainer")
            for item in file.facts.classes
            for base in item.bases
        )
    )


def _early(project: Project, runs: Runs, entry: Entry) -> Iterator[_Early]:
    """The models of an entry point that are made before anything seeds, and then trained."""
    course = project.timeline.steps(entry, depth=_DEPTH)
    calls = list(course.calls())
    if not any(_is_training(call) for _, call in calls):
        return
    unseeded: list[Step] = []
    for step, call in calls:
        if _is_trainer(project, step, call):
            yield from _made_early(project, course, step, call, unseeded)
            return
        target = project.calls.outside_target(step.path, call)
        effect = effect_at(project, step.path, call, target)
        is_settings = seeds_itself(target)  # `TrainingArguments` only keep the seed
        if Family.TORCH in effect.seeds or (effect.may_seed and not is_settings):
            return
        if runs.hides_seeding(step, call):
            return
        unseeded.append(step)


def _is_training(call: Call) -> bool:
    owner, _, method = call.name.rpartition(".")
    return method == "train" and bool(owner or call.receiver is not None)


def _is_trainer(project: Project, step: Step, call: Call) -> bool:
    if call.keyword("model_init") is not None:
        return False
    if _TRAINER.fullmatch(canonical(project.calls.outside_target(step.path, call))):
        return True
    if call.receiver is not None:
        return False
    symbol = project.modules.resolve(project.python[step.path], call.name, call.block)
    if symbol is None or symbol.kind != "class":
        return False
    return project.classes.is_a(symbol, "transformers.Trainer") is True


def _made_early(
    project: Project, course: Course, trainer: Step, call: Call, unseeded: list[Step]
) -> Iterator[_Early]:
    file = project.python[trainer.path]
    model = call.argument(0, "model")
    if not isinstance(model, Name) or "." in model.name:
        return
    makers = [maker.span for maker in _makers(file, model, call.block)]
    # the last binding counts, and what it is made of: `model = get_peft_model(model, config)`
    for step in reversed(unseeded):
        if step.path != file.path or step.action.span not in makers or step.call is None:
            continue
        what = "" if step.excludes(trainer) else _what(project, course, step)
        if what:
            yield _Early(step, trainer, what)
        if what or not _is_made_of(step.call, model.name):
            return


def _is_made_of(call: Call, name: str) -> bool:
    """Whether a call wraps or changes what a variable holds."""
    given = any(isinstance(each, Name) and each.name == name for each in values_of(call))
    return given or call.name.startswith(f"{name}.") or call.receiver is not None


def _makers(file: PythonFile, model: Name, block: int) -> Iterator[Call]:
    """The calls that a variable is bound to in the scope that owns it."""
    scope = file.scopes.binding(model.name, block)
    for item in file.facts.assignments:
        names = {name for target in item.targets for name in bound_names(target)}
        is_bound = model.name in names and file.scopes.binding(model.name, item.block) == scope
        if is_bound and isinstance(item.value, CallRef):
            yield file.facts.calls[item.value.index]


def _what(project: Project, course: Course, maker: Step) -> str:
    """What a call makes at random, by itself or in our function that it calls."""
    for step, call in course.calls():
        if step == maker or maker in step.chain:
            target = project.calls.outside_target(step.path, call)
            found = new_weights(project.python[step.path], call, target)
            if found:
                return found
            draws = effect_at(project, step.path, call, target).draws
            if step != maker and Family.TORCH in draws and target.startswith("torch.nn."):
                return "new layers"
    return ""


def _finding(project: Project, early: _Early) -> Finding:
    file = project.python[early.maker.path]
    call, trainer = early.maker.call, early.trainer.call
    assert call is not None
    assert trainer is not None
    return file.finding(
        call.span,
        f"`{call.name}` makes {early.what} before `{trainer.name}` sets its seed, so it is another one "
        "in every run",
        help="Call `transformers.set_seed(args.seed)` before the model is made, or give the trainer a "
        "`model_init` function.",
        related=[
            project.python[early.trainer.path].related(trainer.span, "the seed is set only here")
        ],
        fix=_fix(project, file, call, trainer) if early.trainer.path == file.path else None,
    )


def _fix(project: Project, file: PythonFile, maker: Call, trainer: Call) -> Fix | None:
    """Seed below the arguments, if they are made above the model in the same stretch of code."""
    arguments = trainer.argument(1, "args")
    text = project.text_at(file.path)
    if file.notebook is not None or text is None or not isinstance(arguments, Name):
        return None
    made = _arguments_above(file, arguments.name, maker)
    if made is None or indent_of(text, made.span) is None:
        return None
    imported = insert_import(file, text, "from transformers import set_seed")
    if imported is None:
        return None
    seeding = insert_below(file, text, made.span, [f"set_seed({arguments.name}.seed)"])
    return Fix(Safety.SAFE, "Seed before the model is made", (imported, seeding))


def _arguments_above(file: PythonFile, name: str, maker: Call) -> Assignment | None:
    found = [
        item
        for item in file.facts.assignments
        if name in {each for target in item.targets for each in bound_names(target)}
    ]
    if len(found) != 1 or found[0].kind != "=" or found[0].block != maker.block:
        return None
    return found[0] if found[0].span.end_line < maker.span.line else None
