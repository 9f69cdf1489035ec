"""CFG007."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.arguments import give
from repro_check.rules.rule import rule
from repro_check.sources.expressions import CallRef, Literal
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call

_HYDRA = "hydra-core"
# the first releases that know the argument, and its value "1.3"
_FIRST, _SECOND = "1.2", "1.3"


@rule(
    "CFG007",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=1,
    is_default=False,
    fixes="unsafe",
    words=("hydra",),
)
def hydra_version_base_missing(file: PythonFile, project: Project) -> Iterator[Finding]:
    """`@hydra.main` does not say which version's rules its program follows.

    Without `version_base` Hydra 1.2 and later follow the rules of 1.1 and warn: the program runs in a new
    output folder, so that relative paths to data and checkpoints lead elsewhere than in a program that
    says 1.2 or more (https://hydra.cc/docs/upgrades/version_base/). Releases before 1.2 do not know the
    argument: where the requirements allow one, nothing is said, nor where a config sets `hydra.job.chdir`.

    Bad:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train")
        def main(cfg):
            print(cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1

    Good:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            print(cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1

    Not this rule:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train")
        def main(cfg):
            print(cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        # file: requirements.txt
        hydra-core==1.1.2

    Not this rule:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train")
        def main(cfg):
            print(cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        hydra:
          job:
            chdir: false
    """
    decorators = {
        item.index
        for function in file.facts.functions
        for item in function.decorators
        if isinstance(item, CallRef)
    }
    found = [
        call
        for call in (file.facts.calls[index] for index in sorted(decorators))
        if call.name.rpartition(".")[2] == "main"
        and _is_main(file, call, project)
        and call.keyword("version_base") is None
        and not call.args[2:]
        and not call.unpacks
        and not _is_old(call)
    ]
    if not found or project.versions.may_be_below(_HYDRA, _FIRST, near=file.path):
        return
    if _sets_folder(project):
        return
    is_old = project.versions.may_be_below(_HYDRA, _SECOND, near=file.path)
    base = f'"{_FIRST if is_old else _SECOND}"'
    for call in found:
        yield file.finding(
            call.name_span,
            "`hydra.main` has no `version_base`, so the program follows Hydra 1.1 and runs in a new folder",
            help=f"Write `version_base={base}`, and paths from the folder in which the program is started.",
            fix=_fix(file, project, call, base),
        )


def _is_main(file: PythonFile, call: Call, project: Project) -> bool:
    if call.target == "hydra.main":
        return True
    if call.target and not project.modules.may_be_own(call.target):
        return False
    symbol = project.modules.resolve(file, call.name, call.block)
    return symbol is not None and symbol.kind == "external" and symbol.name == "hydra.main"


def _is_old(call: Call) -> bool:
    """Whether the call is of Hydra 0.11 or earlier, which no later release runs."""
    path = call.argument(0, "config_path")
    names_file = isinstance(path, Literal) and str(path.value).endswith((".yaml", ".yml"))
    return names_file or call.keyword("strict") is not None


def _sets_folder(project: Project) -> bool:
    """Whether a config decides in which folder programs run."""
    return any(
        entry.keys[-2:] == ("job", "chdir") or entry.keys[-1:] == ("hydra.job.chdir",)
        for config in project.configs.readable(Role.PRODUCT)
        for entry in config.facts.entries
    )


def _fix(file: PythonFile, project: Project, call: Call, base: str) -> Fix | None:
    text = project.text(file.file) if file.notebook is None else None
    edit = None if text is None else give(file, text, call, "version_base", base)
    if edit is None:
        return None
    return Fix(Safety.UNSAFE, f"Follow the rules of Hydra {base[1:-1]}", (edit,))
