"""CFG011."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Location, Related, Severity
from repro_check.project.project import Project
from repro_check.project.signatures import Signature
from repro_check.rules.cfg._near import nearest
from repro_check.rules.cfg._places import key_place, renamed
from repro_check.rules.cfg._target_mismatches import Mismatch, Mismatches
from repro_check.rules.cfg._target_nodes import keyword_span, origin_of
from repro_check.rules.experiment_names import all_named, location
from repro_check.rules.rule import Stage, rule


@rule(
    "CFG011",
    severity=Severity.ERROR,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def target_signature_mismatch(project: Project) -> Iterator[Finding]:
    """The keys of a `_target_` or `class_path` do not fit the function or class that it names.

    Hydra calls what `_target_` names with the keys beside it
    (https://hydra.cc/docs/1.3/advanced/instantiate_objects/overview/), and so does LightningCLI with
    `init_args`. Code changes and its configs stay behind: a parameter gets a new name, a class moves, and
    the experiment that made a table stops at its start. This compares the composed config of each
    experiment with the definition in this repository; nothing is imported.

    Silent about what lies outside of the repository, `**kwargs`, decorated functions and classes, and
    parameters that code may add (`instantiate(cfg.model, classes=10)`, `cfg.model.classes = 10`) or that
    `_partial_` leaves for later. A warning where the call of `instantiate` cannot be seen.

    Bad:
        # file: train.py
        import hydra
        from hydra.utils import instantiate

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            model = instantiate(cfg.model)

        if __name__ == "__main__":
            main()
        # file: models.py
        class Net:
            def __init__(self, hidden_size, dropout=0.0):
                self.size = hidden_size
        # file: conf/train.yaml
        model:
          _target_: models.Net
          hiden_size: 64

    Good:
        # file: train.py
        import hydra
        from hydra.utils import instantiate

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            model = instantiate(cfg.model)

        if __name__ == "__main__":
            main()
        # file: models.py
        class Net:
            def __init__(self, hidden_size, dropout=0.0):
                self.size = hidden_size
        # file: conf/train.yaml
        model:
          _target_: models.Net
          hidden_size: 64

    Bad:
        # file: main.py
        from lightning.pytorch.cli import LightningCLI

        if __name__ == "__main__":
            LightningCLI()
        # file: models.py
        class Net:
            def __init__(self, width: int):
                self.width = width
        # file: configs/deep.yaml
        model:
          class_path: models.Net
          init_args:
            depth: 8
        # file: run.sh
        python main.py fit --config configs/deep.yaml

    Not this rule:
        # file: train.py
        import hydra
        from hydra.utils import instantiate

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            model = instantiate(cfg.model, classes=10)  # adds what the config cannot know
            optimizer = instantiate(cfg.optimizer)(model.parameters())

        if __name__ == "__main__":
            main()
        # file: models.py
        class Net:
            def __init__(self, classes, **options):
                self.options = options

        class Sgd:
            def __init__(self, parameters, rate):
                self.rate = rate
        # file: conf/train.yaml
        model:
          _target_: models.Net
          width: 64
        optimizer:
          _target_: models.Sgd
          _partial_: true
          rate: 0.1
    """
    if project.experiments.loaders.every:
        yield from (_judged(project, one) for one in Mismatches(project).every())


def _judged(project: Project, one: Mismatch) -> Finding:
    node = one.node
    severity = Severity.ERROR if one.is_sure else Severity.WARNING
    inside = _inside(one)
    where = f"`{node.dotted}`" if node.dotted else "the config"
    if one.absent is not None:
        near = nearest(one.absent.name, one.absent.known)
        return Finding(
            message=f"{inside} {where} names `{node.name}`, and `{one.absent.path}` has no "
            f"`{one.absent.name}`",
            location=location(node.target.origin),
            help=f"Write the name of what is there{_meant(near)}; or define `{one.absent.name}`.",
            severity=severity,
            related=(Related(Location(path=one.absent.path), "this module does not define it"),),
        )
    signature = one.signature
    assert signature is not None
    definition = Related(
        Location(path=signature.path, span=signature.span), f"`{_short(node.name)}` is defined here"
    )
    if one.missing:
        names = ", ".join(f"`{name}`" for name in one.missing)
        span = key_place(project, node.target.origin, "_target_")
        return Finding(
            message=f"{inside} {where} calls `{node.name}` without {names}, and neither the config "
            "nor the code gives it",
            location=Location(path=node.target.origin.path, span=span or node.target.origin.span),
            help="Add the values that you used to the config, or give the parameters defaults.",
            severity=severity,
            related=(definition,),
        )
    return _unknown(project, one, signature, definition, severity)


def _unknown(
    project: Project, one: Mismatch, signature: Signature, definition: Related, severity: Severity
) -> Finding:
    node = one.node
    origin, span = origin_of(node, one.unknown), keyword_span(project, node, one.unknown)
    free = [name for name in signature.names if name not in node.given]
    near = nearest(one.unknown, free)
    fix: Fix | None = None
    if near and span is not None:
        fix = renamed(origin.path, span, one.unknown, near)
    others = [definition]
    if node.target.origin.path != origin.path:
        others.append(Related(location(node.target.origin), "the target is named here"))
    return Finding(
        message=f"{_inside(one)} `{node.keyword(one.unknown)}` is given to "
        f"`{node.name}`, which has no such parameter",
        location=Location(path=origin.path, span=span or origin.span),
        help=f"Write the name of a parameter{_meant(near)}, or take the key out.",
        severity=severity,
        related=tuple(others),
        fix=fix,
    )


def _inside(one: Mismatch) -> str:
    if not one.experiments:
        return f"in `{one.node.target.origin.path}`"
    return f"in {all_named(one.experiments)}"


def _meant(near: str) -> str:
    return f" (`{near}`?)" if near else ""


def _short(name: str) -> str:
    return name.rpartition(".")[2]
