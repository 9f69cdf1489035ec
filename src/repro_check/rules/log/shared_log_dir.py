"""LOG004."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import imported_as, insert_import, source_of
from repro_check.rules.rule import rule
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.python import Call
from repro_check.text import pattern

# where a call is told its folder; all of these write into it as it is
_FOLDERS = {
    "torch.utils.tensorboard.SummaryWriter": (0, "log_dir"),
    "torch.utils.tensorboard.writer.SummaryWriter": (0, "log_dir"),
    "tensorboardX.SummaryWriter": (0, "logdir"),
    "tensorflow.summary.create_file_writer": (0, "logdir"),
    "tensorflow.summary.FileWriter": (0, "logdir"),
    "tensorflow.compat.v1.summary.FileWriter": (0, "logdir"),
    "tensorflow.keras.callbacks.TensorBoard": (0, "log_dir"),
    "keras.callbacks.TensorBoard": (0, "log_dir"),
    "tensorflow.keras.callbacks.CSVLogger": (0, "filename"),
    "keras.callbacks.CSVLogger": (0, "filename"),
    "transformers.TrainingArguments": (0, "output_dir"),
    "transformers.Seq2SeqTrainingArguments": (0, "output_dir"),
}
# these only write; the checkpoints of an `output_dir` are looked up again by its name
_WRITERS = frozenset({"SummaryWriter", "create_file_writer", "FileWriter", "TensorBoard"})
_PLAIN = pattern(r"\"[\w./ -]+\"|'[\w./ -]+'")
# what gives each run a folder of its own, or leaves the choice to the one who starts it
_OWN_FOLDER = pattern(r"^(hydra(\.|$)|os\.chdir$|tempfile\.|sacred|ray(\.|$))")


@rule("LOG004", severity=Severity.INFO, on=PythonFile, practice=3, is_default=False, fixes="unsafe")
def shared_log_dir(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Every run logs into the same folder, so the next run mixes with the last one or replaces it.

    TensorBoard joins the files of one folder into one jagged curve, a CSV log is begun anew, and the
    checkpoints of an earlier run are overwritten. A run identifier in the path, a time stamp or
    Hydra's run folders keep runs apart; writers without a folder choose a new one by themselves
    (docs.pytorch.org/docs/stable/tensorboard.html: runs/CURRENT_DATETIME_HOSTNAME).

    Bad:
        from torch.utils.tensorboard import SummaryWriter

        writer = SummaryWriter("runs")

    Bad:
        from transformers import TrainingArguments

        OUT = "out"
        args = TrainingArguments(output_dir=OUT, learning_rate=1e-4)

    Good:
        from torch.utils.tensorboard import SummaryWriter
        from settings import run_id

        writer = SummaryWriter(f"runs/{run_id}")

    Not this rule:
        from torch.utils.tensorboard import SummaryWriter

        writer = SummaryWriter()  # a new folder by itself
        other = SummaryWriter(comment="ablation")

    Not this rule:
        import hydra
        from torch.utils.tensorboard import SummaryWriter

        @hydra.main(version_base="1.1", config_path="conf", config_name="config")
        def main(cfg):
            writer = SummaryWriter("tensorboard")
    """
    facts = file.facts
    if file.notebook is not None:
        return  # each run of it replaces its outputs, too
    if not any(_known(item.module) for item in facts.imports):
        return
    if any(_OWN_FOLDER.match(item.module) for item in facts.imports):
        return
    if any(_OWN_FOLDER.match(call.target) for call in facts.calls):
        return
    for call in facts.calls:
        given = _folder(file, project, call)
        text = file.constants.text(given, call.block)
        if given is not None and text and text.split("/")[1:2] != ["tmp"]:
            yield file.finding(
                given.span,
                f'`{call.name}` writes every run to "{text}", where runs mix or replace each other',
                fix=_fix(file, project, call, given),
                help="Put something that tells the run into the path: a run id, the time at which it "
                f'began, or the seed, e.g. f"{text}/{{run_id}}".',
            )


def _fix(file: PythonFile, project: Project, call: Call, given: Expression) -> Fix | None:
    """A folder below it that is named by the time; not for a folder that is read again later."""
    text = project.text_at(file.path)
    if text is None or call.name.rpartition(".")[2] not in _WRITERS:
        return None
    if not isinstance(given, Literal) or not _PLAIN.fullmatch(source_of(text, given.span)):
        return None
    name = imported_as(file, "time.strftime", call.block)
    imported = None if name else insert_import(file, text, "import time")
    if not name and (imported is None or file.scopes.has_star):
        return None
    stamp = f"{{{name or 'time.strftime'}('%Y%m%d-%H%M%S')}}"
    folder = str(given.value).rstrip("/")
    edits = (Edit(file.location(given.span), f'f"{folder}/{stamp}"'), imported)
    return Fix(
        Safety.UNSAFE,
        "Give each run a folder named by the time",
        tuple(edit for edit in edits if edit is not None),
    )


def _known(module: str) -> bool:
    roots = {"torch", "tensorboardX", "tensorflow", "keras", "transformers"}
    return module.partition(".")[0] in roots


def _folder(file: PythonFile, project: Project, call: Call) -> Expression | None:
    """The folder that a call is given, if it is one that logs."""
    target = call.target
    if not target or target.startswith("builtins."):
        return None
    if target not in _FOLDERS and not target.startswith("."):
        return None
    if target not in _FOLDERS:
        symbol = project.modules.resolve(file, call.name, call.block)
        target = symbol.name if symbol is not None and symbol.kind == "external" else ""
    found = _FOLDERS.get(target)
    return call.argument(*found) if found else None
