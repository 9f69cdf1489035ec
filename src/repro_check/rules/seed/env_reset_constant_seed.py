"""SEED023."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import indent_of, insert_below, source_of
from repro_check.rules.rule import rule
from repro_check.rules.seed._episodes import replayed_resets, unseeded_samples
from repro_check.sources.expressions import CallRef, Literal, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call


@rule(
    "SEED023",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    is_default=False,
    fixes="unsafe",
)
def env_reset_constant_seed(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Every episode is reset with the same seed, or the action space is never seeded.

    `env.reset(seed=...)` starts the environment's generator anew, so in a loop over episodes all of
    them are the first one again; gymnasium's documentation seeds the first reset and no other
    (gymnasium.farama.org/api/env: "usually, you want to pass an integer right after the environment
    has been initialized and then never again"). That seed does not reach `env.action_space`, which has
    a generator of its own. Evaluations may replay fixed seeds on purpose and are left out.

    Bad:
        import gymnasium as gym

        env = gym.make("CartPole-v1")
        for episode in range(100):
            obs, info = env.reset(seed=0)
            done = False
            while not done:
                obs, reward, done, truncated, info = env.step(policy(obs))

    Bad:
        import gymnasium as gym

        env = gym.make("CartPole-v1")
        obs, info = env.reset(seed=0)
        for step in range(100):
            obs, reward, done, truncated, info = env.step(env.action_space.sample())

    Good:
        import gymnasium as gym

        env = gym.make("CartPole-v1")
        obs, info = env.reset(seed=0)
        env.action_space.seed(0)
        for episode in range(100):
            done = False
            while not done:
                obs, reward, done, truncated, info = env.step(env.action_space.sample())
            obs, info = env.reset()

    Not this rule:
        import gymnasium as gym

        env = gym.make("CartPole-v1")
        for episode in range(100):
            obs, info = env.reset(seed=1000 + episode)
            env.step(policy(obs))

        def evaluate(env, seed):
            for repeat in range(5):
                obs, info = env.reset(seed=seed)
                env.step(policy(obs))
    """
    for call, loop in replayed_resets(file):
        yield file.finding(
            call.span,
            f"`{call.name}` gets the same seed in every round, so every episode is the first one again",
            help="Seed the first reset, before the loop, and write `reset()` in it; or add the number "
            "of the episode to the seed.",
            related=[file.related(file.facts.blocks[loop].span, "the loop over episodes")],
            fix=_add_the_round(file, call, loop),
        )
    for call in unseeded_samples(file):
        if not _seeds_elsewhere(project):
            yield file.finding(
                call.span,
                f"`{call.name}` draws from a generator that `reset(seed=...)` does not seed",
                help="Write `env.action_space.seed(seed)` once, beside the first reset.",
                fix=_seed_the_space(file, project, call),
            )


def _add_the_round(file: PythonFile, call: Call, loop: int) -> Fix | None:
    """Add the number of the round to the seed, where the loop counts."""
    seed = call.keyword("seed")
    if seed is None or not isinstance(seed, Literal | Name) or file.notebook is not None:
        return None
    for item in file.facts.assignments:
        if item.kind != "for" or item.block != loop or not isinstance(item.value, CallRef):
            continue
        count = item.targets[0] if len(item.targets) == 1 else None
        is_counted = file.facts.calls[item.value.index].target == "builtins.range"
        if is_counted and isinstance(count, Name) and count.name.strip("_"):
            end = (seed.span.end_line, seed.span.end_column)
            edit = Edit(file.location(Span(*end, *end)), f" + {count.name}")
            return Fix(Safety.UNSAFE, "Add the number of the episode to the seed", (edit,))
    return None


def _seed_the_space(file: PythonFile, project: Project, sample: Call) -> Fix | None:
    """Seed the action space below the first seeded reset of the same environment."""
    text = project.text_at(file.path)
    space = sample.name.removesuffix(".sample")
    owner = space.removesuffix(".action_space")
    if text is None or file.notebook is not None:
        return None
    for item in file.facts.assignments:
        if not isinstance(item.value, CallRef) or item.kind != "=":
            continue
        reset = file.facts.calls[item.value.index]
        seed = reset.keyword("seed")
        if reset.name != f"{owner}.reset" or not isinstance(seed, Literal | Name):
            continue
        root = owner.partition(".")[0]
        is_same = file.scopes.binding(root, item.block) == file.scopes.binding(root, sample.block)
        given = source_of(text, seed.span)
        if is_same and given and given != "None" and indent_of(text, item.span) is not None:
            edit = insert_below(file, text, item.span, [f"{space}.seed({given})"])
            return Fix(Safety.UNSAFE, "Seed the action space, too", (edit,))
    return None


def _seeds_elsewhere(project: Project) -> bool:
    return any(
        call.name.endswith("action_space.seed")
        for file in project.python.readable(Role.PRODUCT)
        for call in file.facts.calls
    )
