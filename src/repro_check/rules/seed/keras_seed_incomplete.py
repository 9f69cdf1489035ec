"""SEED021."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._entry_streams import Effects, Streams, Use
from repro_check.rules.seed._keras_versions import may_be_keras_3
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.python import Call
from repro_check.text import pattern

_KERAS = pattern(r"^(tensorflow\.)?keras\.")
_INITIALISERS = ("kernel_initializer", "embeddings_initializer")
_CONTAINERS = frozenset({"Sequential", "Model"})
_CONSTANT = frozenset({"zeros", "ones", "identity", "Zeros", "Ones"})
_SET_SEED = pattern(r"(?P<tensorflow>\w+)\.random\.set_seed")


@rule(
    "SEED021",
    severity=Severity.WARNING,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def keras_seed_incomplete(project: Project) -> Iterator[Finding]:
    """Only TensorFlow's generator is seeded, but Keras 3 draws its weights from another.

    Keras 3 makes the seeds of initialisers and dropout with Python's `random`
    (keras/src/random/seed_generator.py), so that after `tf.random.set_seed` alone the weights still
    differ in every run (huggingface/transformers#30504).

    Bad:
        import tensorflow as tf

        def main():
            tf.random.set_seed(0)
            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            model.fit(x, y)

        if __name__ == "__main__":
            main()

    Good:
        import tensorflow as tf

        def main():
            tf.keras.utils.set_random_seed(0)
            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            model.fit(x, y)

        if __name__ == "__main__":
            main()

    Not this rule:
        import random

        import tensorflow as tf

        def main():
            random.seed(0)
            tf.random.set_seed(0)
            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            model.fit(x, y)

        if __name__ == "__main__":
            main()

    Not this rule:
        # file: requirements.txt
        tensorflow==2.13.0
        # file: train.py
        import tensorflow as tf

        def main():
            tf.random.set_seed(0)  # Keras 2 takes its seeds from here
            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            model.fit(x, y)

        if __name__ == "__main__":
            main()
    """
    seen: set[tuple[str, Span]] = set()
    if not may_be_keras_3(project):
        return
    effects = Effects(project)
    for entry in (*project.entries, *project.notebook_entries):
        use = project.random_use(entry)
        if use.trains is None or use.is_opaque:
            continue
        streams = effects.streams(entry)
        if streams is None or not any(_is_random(draw) for draw in streams.draws):
            continue
        place = _incomplete(streams)
        if place is not None and (place.path, place.call.span) not in seen:
            seen.add((place.path, place.call.span))
            yield _finding(project, place, streams)


def _is_random(draw: Use) -> bool:
    """Whether a layer draws its weights, with no initialiser that may bring its own seed."""
    if Family.TENSORFLOW not in draw.families or not _KERAS.match(draw.target):
        return False
    if draw.target.rpartition(".")[2] in _CONTAINERS:
        return False
    return not any(_may_have_seed(draw.call.keyword(name)) for name in _INITIALISERS)


def _may_have_seed(initialiser: Expression | None) -> bool:
    """Whether it is an object; a name (`"he_normal"`) has no seed, and a constant needs none."""
    if isinstance(initialiser, Literal) and isinstance(initialiser.value, str):
        return initialiser.value in _CONSTANT
    return initialiser is not None


def _incomplete(streams: Streams) -> Use | None:
    """The call that seeds TensorFlow, if nothing seeds Python's generator."""
    if Family.PYTHON in streams.seeded:
        return None
    return next((seed for seed in streams.seeds if Family.TENSORFLOW in seed.families), None)


def _finding(project: Project, seed: Use, streams: Streams) -> Finding:
    file = project.python[seed.path]
    draw = next(draw for draw in streams.draws if _is_random(draw))
    return file.finding(
        seed.call.span,
        f"`{seed.call.name}` does not seed the weights of Keras 3, whose seeds come from Python's "
        f"`random`: `{draw.call.name}` starts from others in every run",
        help="Call `keras.utils.set_random_seed(seed)`, which seeds random, numpy and the backend.",
        related=[project.python[draw.path].related(draw.call.span, "these weights are random")],
        fix=_fix(file, seed.call),
    )


def _fix(file: PythonFile, call: Call) -> Fix | None:
    written = _SET_SEED.fullmatch(call.name)
    if written is None or call.keywords:
        return None
    name = f"{written['tensorflow']}.keras.utils.set_random_seed"
    return file.replace(
        call.name_span, name, title="Seed all that Keras draws from", safety=Safety.UNSAFE
    )
