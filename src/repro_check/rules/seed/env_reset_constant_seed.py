"""SEED023."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._episodes import replayed_resets, unseeded_samples
from repro_check.sources.kinds import Role


@rule("SEED023", severity=Severity.WARNING, on=PythonFile, practice=4, is_default=False)
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
        )
    for call in unseeded_samples(file):
        if not _seeds_elsewhere(project):
            yield file.finding(
                call.span,
                f"`{call.name}` draws from a generator that `reset(seed=...)` does not seed",
                help="Write `env.action_space.seed(seed)` once, beside the first reset.",
            )


def _seeds_elsewhere(project: Project) -> bool:
    return any(
        call.name.endswith("action_space.seed")
        for file in project.python.readable(Role.PRODUCT)
        for call in file.facts.calls
    )
