"""SEED002."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.findings import Finding, Fix, Related, Safety, Severity
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.insertion import (
    imported_as,
    indent_of,
    insert_below,
    insert_import,
    source_of,
)
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._entry_streams import Effects, Streams, Use
from repro_check.sources.python import Call

_SEEDERS = {
    Family.PYTHON: "random.seed(seed)",
    Family.NUMPY: "np.random.seed(seed)",
    Family.TORCH: "torch.manual_seed(seed)",
    Family.TENSORFLOW: "tf.keras.utils.set_random_seed(seed)",
}
_MODULES = {
    Family.PYTHON: ("random.seed", "import random"),
    Family.NUMPY: ("numpy.random.seed", "import numpy as np"),
    Family.TORCH: ("torch.manual_seed", "import torch"),
}
_SHOWN = 3


@rule(
    "SEED002",
    severity=Severity.WARNING,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def partial_seeding(project: Project) -> Iterator[Finding]:
    """A training entry point seeds some of the generators that it draws from, and leaves out others.

    `random`, numpy, torch and TensorFlow each have a generator of their own, and seeding one does
    nothing for the others: the run looks seeded and still differs each time. One `torch.manual_seed`
    is enough for every device (https://docs.pytorch.org/docs/stable/notes/randomness.html).

    Bad:
        import random

        import torch

        def main(args):
            random.seed(args.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())

    Good:
        import random

        import torch

        def main(args):
            random.seed(args.seed)
            torch.manual_seed(args.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())

    Not this rule:
        import numpy as np
        import torch

        def main(args):
            torch.manual_seed(args.seed)  # all that is drawn is drawn from torch
            mean = np.mean(load(args.data))
            order = np.random.default_rng(args.seed).permutation(100)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main(parse_args())
    """
    effects = Effects(project)
    found: dict[tuple[Use, frozenset[Family]], list[tuple[Entry, Streams]]] = {}
    for entry in project.entries:
        use = project.random_use(entry)
        if use.trains is None or use.is_opaque or not use.draws or not use.seeded:
            continue
        streams = effects.streams(entry)
        if streams is None or not streams.seeds:
            continue
        missing = _missing(streams)
        if missing and not project.frameworks.takes_over(Duty.SEED, entry):
            seed = min(
                streams.seeds,
                key=lambda each: (each.path != entry.path, each.path, each.call.span.line),
            )
            found.setdefault((seed, missing), []).append((entry, streams))
    for (seed, missing), users in found.items():
        yield _finding(project, seed, missing, users)


def _missing(streams: Streams) -> frozenset[Family]:
    """The families that are drawn from and seeded nowhere."""
    drawn = frozenset().union(*(_families(draw) for draw in streams.draws))
    missing = (drawn - streams.seeded) & frozenset(_SEEDERS)
    if Family.PYTHON in streams.seeded:
        # Keras 3 takes its default seeds from `random` (keras/src/random/seed_generator.py)
        missing -= {Family.TENSORFLOW}
    return missing


def _families(draw: Use) -> frozenset[Family]:
    """What a call draws from; Keras by itself has more than one backend (once Theano, and numpy)."""
    return frozenset() if draw.target.startswith("keras.") else draw.families


def _finding(
    project: Project, seed: Use, missing: frozenset[Family], users: Sequence[tuple[Entry, Streams]]
) -> Finding:
    entry, streams = users[0]
    seeded = _listed(frozenset().union(*(each.families for each in streams.seeds)))
    are, draw = ("are" if " and " in seeded else "is"), "draws"
    users_named = f"`{entry.path}`"
    if len(users) > 1:
        users_named, draw = f"{users_named} and {len(users) - 1} more", "draw"
    file = project.python[seed.path]
    adding = " and ".join(f"`{_SEEDERS[family]}`" for family in sorted(missing, key=_name))
    return file.finding(
        seed.call.span,
        f"only {seeded} {are} seeded, but {users_named} also {draw} from {_listed(missing)}, so the run "
        "differs every time",
        help=f"Add {adding} beside this call, or seed everything with one helper.",
        related=list(_examples(project, missing, streams)),
        fix=_fix(project, file, seed.call, missing),
    )


def _fix(project: Project, file: PythonFile, call: Call, missing: frozenset[Family]) -> Fix | None:
    """Seed the others below, with the same seed."""
    text = project.text_at(file.path)
    is_statement = call.use == "dropped" and len(call.args) == 1 and not call.keywords
    if (
        file.notebook is not None
        or text is None
        or not is_statement
        or not missing <= _MODULES.keys()
    ):
        return None
    seed = source_of(text, call.args[0].span)
    if not seed or indent_of(text, call.span) is None:
        return None
    statements, edits = [], []
    for family in sorted(missing, key=_name):
        dotted, importing = _MODULES[family]
        written = imported_as(file, dotted, call.block)
        if not written:
            imported = insert_import(file, text, importing)
            if imported is None:
                return None
            edits.append(imported)
            alias = importing.rpartition(" ")[2]
            written = alias + dotted[len(importing.split()[1]) :]
        statements.append(f"{written}({seed})")
    edits.append(insert_below(file, text, call.span, statements))
    return Fix(Safety.UNSAFE, "Seed what else is drawn from", tuple(edits))


def _examples(project: Project, missing: frozenset[Family], streams: Streams) -> Iterator[Related]:
    for family in sorted(missing, key=_name):
        draws = [draw for draw in streams.draws if family in _families(draw)]
        for draw in draws[:_SHOWN]:
            file = project.python[draw.path]
            yield file.related(draw.call.span, f"`{draw.call.name}` draws from {family.value}")


def _listed(families: frozenset[Family]) -> str:
    names = sorted(map(_name, families))
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"


def _name(family: Family) -> str:
    return family.value
