"""PORT005."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.port._hydra_folder import changes_folder, relative_reads
from repro_check.rules.port._module_paths import Base, added_folders
from repro_check.rules.port._shell_calls import shell_commands
from repro_check.rules.rule import rule
from repro_check.sources.python import ModuleFacts

_PACKAGE = "Make a package of the code and install it (`pip install -e .`)"
_WORDS = {
    Base.WORKING_FOLDER: (
        (
            "a folder relative to the working folder is put on `sys.path`, so the imports fail when the "
            "program is started from elsewhere"
        ),
        f"{_PACKAGE}, or take the folder from `Path(__file__).resolve().parent`.",
    ),
    Base.NOTHING: (
        (
            "the working folder is put on `sys.path`, so what is imported depends on where the program is "
            "started"
        ),
        f"{_PACKAGE}, or take the folder from `Path(__file__).resolve().parent`.",
    ),
    Base.FILE: (
        (
            "a folder is put on `sys.path`, which only this program does: other scripts, tests and "
            "notebooks do not find its modules"
        ),
        f"{_PACKAGE}.",
    ),
}


@rule("PORT005", severity=Severity.WARNING, on=PythonFile, practice=11, is_default=False)
def cwd_or_syspath_dependence(file: PythonFile, project: Project) -> Iterator[Finding]:
    """The code works only when it is started from one folder, one shell or one host.

    `sys.path.append("..")` finds its modules only if the script is started from the author's folder; a
    relative path is looked up in Hydra's output folder where Hydra changes the working folder; `rm` and
    `wget` are missing elsewhere, and `google.colab` exists on Colab alone. A folder that is taken from
    `__file__` works from anywhere, and the working folder itself may be meant as a place for plug-ins, so
    these are only remarked: a package that can be installed needs none.

    Bad:
        import sys

        sys.path.append("..")

    Bad:
        import os

        def clean(folder):
            os.system("rm -rf " + folder)

    Bad:
        from google.colab import drive

        drive.mount("/content/drive")

    Bad:
        import hydra
        import pandas as pd

        @hydra.main(config_path="conf", config_name="train")
        def main(cfg):
            train = pd.read_csv("data/train.csv")

    Good:
        import shutil

        def clean(folder):
            shutil.rmtree(folder)

    Good:
        import hydra
        import pandas as pd

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            train = pd.read_csv("data/train.csv")

    Not this rule:
        import sys

        try:
            from google.colab import drive
        except ImportError:
            drive = None
        if "google.colab" in sys.modules:
            from google.colab import files

    Not this rule:
        import os
        import sys
        from options import args

        sys.path.append(args.library)
        os.system("sbatch job.sh")
    """
    yield from _module_folders(file)
    yield from _commands(file, project)
    yield from _colab(file)
    yield from _hydra(file, project)


def _module_folders(file: PythonFile) -> Iterator[Finding]:
    places: dict[Base, list[Span]] = {}
    for base, span in added_folders(file):
        places.setdefault(base, []).append(span)
    for base, (first, *others) in places.items():
        # Jupyter starts a notebook in its own folder
        if base is Base.UNKNOWN or (base is not Base.FILE and file.notebook is not None):
            continue
        message, help_text = _WORDS[base]
        yield file.finding(
            first,
            message,
            help=help_text,
            severity=None if base is Base.WORKING_FOLDER else Severity.INFO,
            related=[file.related(span, "and here") for span in others],
        )


def _commands(file: PythonFile, project: Project) -> Iterator[Finding]:
    for name, span in shell_commands(file, project):
        yield file.finding(
            span,
            f"`{name}` is run by a shell, which other systems do not have",
            help="Use `shutil`, `pathlib`, `tarfile` or `urllib.request`, which work everywhere.",
        )


def _colab(file: PythonFile) -> Iterator[Finding]:
    for item in file.facts.imports:
        module = f"{item.module}.{item.name}"
        if module.startswith("google.colab") and not _is_guarded(file.facts, item.block):
            yield file.finding(
                item.span,
                "`google.colab` exists only on Colab, so the program ends here everywhere else",
                help='Import it only there: `if "google.colab" in sys.modules:`, and say in the README '
                "where the data come from otherwise.",
            )
            return


def _is_guarded(facts: ModuleFacts, block: int) -> bool:
    return any(
        facts.blocks[each].kind in {"if", "else", "try", "except", "function", "case"}
        for each in facts.ancestors(block)
    )


def _hydra(file: PythonFile, project: Project) -> Iterator[Finding]:
    if not any(item.module.partition(".")[0] == "hydra" for item in file.facts.imports):
        return
    for function in changes_folder(file, project):
        for text, span, path in relative_reads(file, function, project):
            code = project.python[path]
            yield code.finding(
                span,
                f"`{text}` is looked for in Hydra's output folder, since `@hydra.main` without "
                "`version_base` changes the working folder",
                help='Write `version_base="1.3"`, or `hydra.utils.to_absolute_path(...)`.',
                related=[file.related(function.name_span, "Hydra runs this in a fresh folder")],
            )
