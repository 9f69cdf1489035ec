"""LOG003."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.entries import main_guard
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import source_of
from repro_check.rules.rule import rule
from repro_check.rules.walking import around, branches_around
from repro_check.sources.expressions import Expression, Literal, Name, Subscript
from repro_check.sources.python import Call

# a keyword of a call, and the values with which nothing is recorded
_CALLS: dict[str, tuple[str, frozenset[object]]] = {
    "wandb.init": ("mode", frozenset({"disabled", "dryrun"})),
    "comet_ml.Experiment": ("disabled", frozenset({True})),
    "comet_ml.OfflineExperiment": ("disabled", frozenset({True})),
    "neptune.init_run": ("mode", frozenset({"debug"})),
    "neptune.init": ("mode", frozenset({"debug"})),
    "neptune.new.init": ("mode", frozenset({"debug"})),
    "neptune.new.init_run": ("mode", frozenset({"debug"})),
    "swanlab.init": ("mode", frozenset({"disabled"})),
}
_VARIABLES = {
    "WANDB_MODE": frozenset({"disabled", "dryrun"}),
    "WANDB_DISABLED": frozenset({"true", "1", "True"}),
    "COMET_MODE": frozenset({"disabled", "DISABLED"}),
    "SWANLAB_MODE": frozenset({"disabled"}),
}
_SETTERS = frozenset({"os.environ.setdefault", "os.putenv"})


@rule(
    "LOG003", severity=Severity.WARNING, on=PythonFile, practice=3, is_default=False, fixes="unsafe"
)
def tracker_hard_disabled(file: PythonFile, project: Project) -> Iterator[Finding]:
    """The experiment tracker is switched off in the code, whatever the config says.

    Such a line is written to debug and stays: the next real run leaves no record, and nobody sees why,
    since the calls that log are all there (docs.wandb.ai/ref/python/init: `mode="disabled"` makes
    every call do nothing; `dryrun` is the old name of `offline`, which uploads nothing). What depends
    on a test, on a config or on the environment is left alone.

    Bad:
        import wandb

        wandb.init(project="digits", mode="disabled")

    Bad:
        import os

        os.environ["WANDB_MODE"] = "disabled"

    Good:
        import wandb
        from settings import cfg

        wandb.init(project="digits", mode=cfg.wandb_mode)

    Not this rule:
        import os
        import wandb
        from settings import args

        if args.debug:
            os.environ["WANDB_MODE"] = "disabled"
        wandb.init(project="digits", mode="disabled" if args.debug else "online")
        wandb.init(project="digits", mode="offline")  # recorded, and uploaded later
    """
    for span, what, value in _switches(file):
        yield file.finding(
            span,
            f"{what} switches the tracker off in every run, so that none is recorded",
            help="Take the mode from the config or the environment, with recording as the default.",
            fix=_fix(file, project, value) if isinstance(value, Call) else None,
        )


def _switches(file: PythonFile) -> Iterator[tuple[Span, str, Call | None]]:
    facts = file.facts
    if not any("wandb" in i.module or i.module.partition(".")[0] in {"os", "comet_ml", "neptune", "swanlab"}
               for i in facts.imports):  # fmt: skip
        return
    for call in facts.calls:
        if _is_conditional(file, call.block):
            continue
        found = _CALLS.get(call.target)
        if found is not None:
            given = call.keyword(found[0])
            if isinstance(given, Literal) and given.value in found[1]:
                yield given.span, f"`{call.name}({found[0]}={given.value!r})`", call
        elif call.target in _SETTERS and len(call.args) == 2:
            text = _set(call.args[0], call.args[1])
            if text:
                yield call.span, text, None
    for item in facts.assignments:
        target = item.targets[0] if len(item.targets) == 1 else None
        if item.value is None or not isinstance(target, Subscript):
            continue
        if not isinstance(target.base, Name) or _is_conditional(file, item.block):
            continue
        if file.scopes.target(target.base.name, item.block) == "os.environ":
            text = _set(target.index, item.value)
            if text:
                yield item.span, text, None


def _set(name: Expression, value: Expression) -> str:
    if not isinstance(name, Literal) or not isinstance(value, Literal):
        return ""
    is_off = value.value in _VARIABLES.get(str(name.value), ())
    return f"`{name.value}={value.value}`" if is_off else ""


def _is_conditional(file: PythonFile, block: int) -> bool:
    """Whether a branch decides: any but the guard of the main module."""
    guard = main_guard(file.facts)
    main = None if guard is None else file.facts.blocks[guard]
    if any(branch is not main for branch in branches_around(file.facts, block)):
        return True
    function = file.facts.function_of(block)
    name = function.qualname.lower() if function else ""
    if any(word in name for word in ("debug", "dry", "disable", "test", "profile", "sanity")):
        return True
    return any(file.facts.blocks[each].kind == "try" for each in around(file.facts, block))


def _fix(file: PythonFile, project: Project, call: Call) -> Fix | None:
    """Leave the keyword out."""
    found = _CALLS[call.target][0]
    given = call.keyword(found)
    text = None if file.notebook else project.text_at(file.path)
    if text is None or given is None:
        return None
    at = next(i for i, keyword in enumerate(call.keywords) if keyword.name == found)
    before = call.keywords[at - 1].value if at else (call.args[-1] if call.args else None)
    if before is None or before.span.end_line != given.span.line:
        return None
    start = before.span
    gone = Span(start.end_line, start.end_column, given.span.end_line, given.span.end_column)
    if source_of(text, gone).replace(" ", "") != f",{found}={source_of(text, given.span)}":
        return None
    return Fix(Safety.UNSAFE, "Leave the mode to the environment", (Edit(file.location(gone), ""),))
