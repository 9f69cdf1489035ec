"""PORT003."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.deletion import delete_statement
from repro_check.rules.port._environment import EnvironmentSetting, environment_settings
from repro_check.rules.port._gpu_sites import conditional_sites, gpu_sites
from repro_check.rules.rule import rule
from repro_check.rules.walking import names_in
from repro_check.sources.expressions import Expression, Literal, parts
from repro_check.text import pattern

_VARIABLE = "CUDA_VISIBLE_DEVICES"
_NUMBERS = pattern(r"\s*\d+(\s*,\s*\d+)*\s*")


@rule(
    "PORT003",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=11,
    is_default=False,
    fixes="unsafe",
)
def gpu_index_pinned(file: PythonFile, project: Project) -> Iterator[Finding]:
    """The code chooses a GPU by its number on the author's machine.

    `CUDA_VISIBLE_DEVICES = "3"` leaves no GPU at all on a machine with one, and overrides what a
    scheduler has assigned; `cuda:3` ends there with "invalid device ordinal". Which GPU is used is a
    matter of the launcher. GPU 0 exists wherever there is one, so setting the variable to it is only
    remarked; hiding all GPUs, and code that spreads a model over several, is not meant.

    Bad:
        import os

        os.environ["CUDA_VISIBLE_DEVICES"] = "3"

    Bad:
        import torch

        device = torch.device("cuda:2" if torch.cuda.is_available() else "cpu")

    Good:
        import os

        print("training on GPU", os.environ.get("CUDA_VISIBLE_DEVICES", "(all)"))

    Not this rule:
        import os
        from options import args

        os.environ["CUDA_VISIBLE_DEVICES"] = args.gpu

    Not this rule:
        import os

        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # on the CPU, on purpose

    Not this rule:
        from model import Encoder, Decoder

        encoder = Encoder().to("cuda:0")
        decoder = Decoder().to("cuda:1")
    """
    yield from _pinned_by_environment(file, project)
    yield from _pinned_by_number(file)


def _pinned_by_environment(file: PythonFile, project: Project) -> Iterator[Finding]:
    for setting in environment_settings(file, _VARIABLE):
        value = _text(file, setting.value, setting.block)
        if value is None or not _NUMBERS.fullmatch(value) or _asks_first(file, setting.block):
            continue
        is_first = value.strip() == "0"
        yield file.finding(
            setting.span,
            f"`{_VARIABLE}` is set to `{value}` here, whatever the launcher or the scheduler chose",
            help=f"Leave the variable to the launcher: `{_VARIABLE}={value} python {file.path}`.",
            severity=Severity.INFO if is_first else None,
            fix=_fix(file, project, setting),
        )


def _fix(file: PythonFile, project: Project, setting: EnvironmentSetting) -> Fix | None:
    """Delete the statement, where it sets this variable to a number and does nothing else."""
    assigned = [item for item in file.facts.assignments if item.span == setting.span]
    is_plain = len(assigned) == 1 and len(assigned[0].targets) == 1
    text = None if file.notebook or not is_plain else project.text_at(file.path)
    if text is None or not isinstance(setting.value, Literal):
        return None
    edit = delete_statement(file, text, setting.span)
    title = "Leave the choice of the GPU to the launcher"
    return None if edit is None else Fix(Safety.UNSAFE, title, (edit,))


def _text(file: PythonFile, value: Expression | None, block: int) -> str | None:
    """The text that a value stands for: a settled constant, or `str()` of one."""
    for _ in range(2):
        index = getattr(value, "index", None)
        if not isinstance(index, int):
            break
        call = file.facts.calls[index]
        if call.target != "builtins.str" or len(call.args) != 1:
            return None
        value = call.args[0]
    found = file.constants.literal(value, block)
    if found is None or isinstance(found.value, bool) or not isinstance(found.value, int | str):
        return None
    return str(found.value)


def _asks_first(file: PythonFile, block: int) -> bool:
    """Whether the variable is set only where nobody has set it, or where an option says so."""
    facts = file.facts
    for ancestor in facts.ancestors(block):
        test = facts.blocks[ancestor].test
        if test is None:
            continue
        words = [part.value for part in parts(test) if isinstance(part, Literal)]
        if _VARIABLE in words or any(
            re.search(r"environ|getenv|gpu|cuda|device", name.name, re.IGNORECASE)
            for name in names_in(facts, test)
        ):
            return True
    return False


def _pinned_by_number(file: PythonFile) -> Iterator[Finding]:
    numbers: dict[int, list[Span]] = {}
    for site in (*gpu_sites(file), *conditional_sites(file)):
        if site.index is not None:
            numbers.setdefault(site.index, []).append(site.span)
    for call in file.facts.calls_to("torch.cuda.set_device"):
        given = file.constants.literal(call.argument(0, "device"), call.block)
        if given is not None and type(given.value) is int:
            numbers.setdefault(given.value, []).append(call.span)
    if len(numbers) != 1 or 0 in numbers:
        return
    ((number, spans),) = numbers.items()
    first, *others = sorted(set(spans), key=lambda span: (span.line, span.column))
    yield file.finding(
        first,
        f"GPU {number} is used, which exists only on a machine with at least {number + 1} GPUs",
        help='Write `"cuda"`, the current GPU, and let the launcher choose it with '
        f"`{_VARIABLE}`, or take the number from the config.",
        related=[file.related(span, "and here") for span in others],
    )
