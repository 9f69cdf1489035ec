"""SEED022."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._jax_keys import reuses


@rule("SEED022", severity=Severity.WARNING, on=PythonFile, practice=4, is_default=False)
def jax_key_reused(file: PythonFile, _project: Project) -> Iterator[Finding]:
    """One JAX key feeds two draws, which are then the same numbers under two names.

    JAX keys are values: a sampler does not use them up, and "the same key will always generate the
    same sample", so a key must never feed two of them without `split` or `fold_in`
    (docs.jax.dev/en/latest/random-numbers.html; `jax.debug_key_reuse` raises on it). The draws look
    independent and are not: noise equals the initial weights, every round of a loop repeats the first.
    Branches that exclude each other may share a key, and so may draws that are meant to be equal:
    then suppress this with that reason.

    Bad:
        import jax

        def noisy(key, x):
            scale = jax.random.uniform(key)
            return x + scale * jax.random.normal(key, x.shape)

    Bad:
        import jax

        key = jax.random.key(0)
        for step in range(10):
            noise = jax.random.normal(key, (3,))
            print(noise)

    Good:
        import jax

        def noisy(key, x):
            first, second = jax.random.split(key)
            scale = jax.random.uniform(first)
            return x + scale * jax.random.normal(second, x.shape)

    Good:
        import jax

        key = jax.random.key(0)
        for step in range(10):
            key, now = jax.random.split(key)
            print(jax.random.normal(now, (3,)))

    Not this rule:
        import jax

        def draw(key, kind):
            if kind == "normal":
                return jax.random.normal(key)
            return jax.random.uniform(key)

    Not this rule:
        import jax

        key = jax.random.key(0)
        for step in range(10):
            print(jax.random.normal(jax.random.fold_in(key, step), (3,)))
    """
    for found in reuses(file):
        if found.earlier is None:
            message = (
                f"every round draws with the same key `{found.key}`, so all give the same numbers"
            )
            related = []
        else:
            message = (
                f"`{found.key}` has fed a draw already, so `{found.call.name}` repeats its bits"
            )
            related = [file.related(found.earlier.span, "the first draw with this key")]
        yield file.finding(
            found.call.span,
            message,
            help="Give each draw a key of its own: `first, second = jax.random.split(key)`, or "
            "`jax.random.fold_in(key, step)` in a loop.",
            related=related,
        )
