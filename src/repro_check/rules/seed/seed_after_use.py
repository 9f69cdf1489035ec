"""SEED003."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Related, Severity
from repro_check.project.frameworks import Duty
from repro_check.project.project import Project
from repro_check.project.timeline import Step
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._first_seeds import Late, Runs
from repro_check.rules.seed._seeding_first import seeding_moved_up


@rule(
    "SEED003",
    severity=Severity.WARNING,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def seed_after_use(project: Project) -> Iterator[Finding]:
    """The first seed is set after random numbers were drawn.

    A model that is built, or a data set that is split, before the seed is set differs at every run,
    although the run looks seeded. Seed before anything is built
    (https://docs.mosaicml.com/projects/composer/en/stable/api_reference/composer.utils.reproducibility.html).

    Bad:
        import torch

        def main(args):
            model = torch.nn.Linear(4, 2)
            torch.manual_seed(args.seed)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())

    Good:
        import torch

        def main(args):
            torch.manual_seed(args.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())

    Not this rule:
        import torch

        def main(args):
            torch.manual_seed(args.seed)
            model = torch.nn.Linear(4, 2)
            torch.manual_seed(args.seed)  # again, so that the data do not depend on the model
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())

    Not this rule:
        import random

        import torch

        def main(args):
            if args.seed is None:
                args.seed = random.randint(0, 10_000)
            random.seed(args.seed)
            torch.manual_seed(args.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())
    """
    runs = Runs(project)
    seen: set[tuple[str, object]] = set()
    for entry in (*project.entries, *project.notebook_entries):
        use = project.random_use(entry)
        if use.trains is None or use.is_opaque or not use.seeded:
            continue
        late = runs.late(entry)
        if late is None or project.frameworks.takes_over(Duty.SEED, entry):
            continue
        place = (late.seed_place.path, late.seed_place.action.span)
        if place not in seen:
            seen.add(place)
            yield _finding(project, late)


def _finding(project: Project, late: Late) -> Finding:
    file = project.python[late.seed_place.path]
    return file.finding(
        late.seed_place.action.span,
        f"{_written(late.seed_place)} seeds {late.family.value} only after "
        f"{_written(late.draw_place)} has drawn from it, so what that makes differs at every run",
        help="Set the seed first, before anything is built, split or shuffled.",
        related=list(_places(project, late)),
        fix=seeding_moved_up(project, late),
    )


def _places(project: Project, late: Late) -> Iterator[Related]:
    for place, deed in ((late.draw_place, "this runs before it"), (late.draw, "and draws here")):
        if deed == "this runs before it" or place != late.draw_place:
            yield project.python[place.path].related(place.action.span, deed)


def _written(step: Step) -> str:
    return f"`{step.call.name}`" if step.call else "an import"
