"""Training is what takes steps again and again; a single one, and one that is tried out, is not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from projects import project

from repro_check.project.entries import Entry
from repro_check.project.project import Project


def opened(tmp_path: Path, files: dict[str, str]) -> Project:
    return project(tmp_path, {path: textwrap.dedent(text) for path, text in files.items()})


def entry(found: Project, path: str) -> Entry:
    (one,) = [item for item in found.entries if item.path == path]
    return one


def trains(tmp_path: Path, source: str, path: str = "run.py", **others: str) -> bool:
    """Whether a script of this body, under a guard, trains; `others` are modules by name."""
    body = textwrap.indent(textwrap.dedent(source).strip("\n"), "    ")
    files = {
        path: f"from lib import *\ndef main():\n{body}\nif __name__ == '__main__':\n    main()\n"
    }
    files |= {f"{name}.py": text for name, text in others.items()}
    found = opened(tmp_path, {"lib.py": "", **files})
    return found.random_use(entry(found, path)).trains is not None


REPEATED = {
    "a step in a loop": "for x in data:\n    loss.backward()\n    optimizer.step()",
    "a step in a while loop": "while not done:\n    optimizer.step()",
    "a step of one of several": "for x in data:\n    optimizers['generator'].step()",
    "a step far away": "for x in data:\n    opt1_rref.rpc_sync().step()",
    "a scaler's step": "for x in data:\n    scaler.scale(loss).backward()\n    scaler.step(opt)",
    "a step with a closure": "def closure():\n    loss.backward()\n    return loss\nfor x in data:\n    optimizer.step(closure)",
    "an inner function in a loop": "def step(x):\n    optimizer.step()\nfor x in data:\n    step(x)",
    "an inner function that is handed on": "def step(state, x):\n    return state.apply_gradients(grads=g)\nlax.scan(step, state, data)",
    "an inner function that is compiled": "def step(state):\n    return state.apply_gradients(grads=g)\nfast = pmap(step)\nfor x in data:\n    state = fast(state)",
    "a comprehension": "[model.train_on_batch(x) for x in data]",
    "a gradient and an optimiser of another name": "make_optimizers(model)\nfor x in data:\n    loss.backward()\n    update(model)",
    "parameters that are moved by hand": "for x in data:\n    loss.backward()\n    with no_grad():\n        w -= lr * w.grad",
    "parameters that are moved in place": "for x in data:\n    loss.backward()\n    p.data.sub_(p.grad)",
    "a fit": "model.fit(x)",
    "a trainer": "trainer.train()",
    "a minimised loss in a loop": "for x in data:\n    optimizer.minimize(loss, variables)",
    "a session": "train_op = optimizer.minimize(loss)\nfor x in data:\n    sess.run([train_op, loss])",
    "a session that is not seen to run it": "sess = tf.Session()\ntrain_op = optimizer.minimize(loss)\nhand_over(sess)",
    "an optimiser that runs a session": "optimizer.minimize(self.sess, feed_dict=feed)",
}


@pytest.mark.parametrize("way", REPEATED)
def test_repeated_steps_are_training(way: str, tmp_path: Path) -> None:
    assert trains(tmp_path, REPEATED[way])


SINGLE = {
    "a gradient": "loss.backward()",
    "a gradient and a step": "loss.backward()\noptimizer.step()",
    "a batch": "model.train_on_batch(x)",
    "gradients without an optimiser": "for x in data:\n    loss.backward()\n    grads.append(x.grad)",
    "gradients that are added up": "for x in data:\n    loss.backward()\n    saliency += x.abs()",
    "an inner function that is called once": "def step():\n    optimizer.step()\nstep()",
    "a step beside a loop": "for x in data:\n    print(x)\noptimizer.step()",
    "eager gradients": "optimizer.apply_gradients(pairs)",
    "a loop inside that does something else": "def step():\n    optimizer.step()\n    for x in data:\n        print(x)\nstep()",
}


@pytest.mark.parametrize("way", SINGLE)
def test_single_steps_and_mere_gradients_are_none(way: str, tmp_path: Path) -> None:
    assert not trains(tmp_path, SINGLE[way])


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ("for x in data:\n    run(x)", True),
        ("for x in data:\n    if x:\n        with ctx:\n            run(x)", True),
        ("run(1)", False),
        ("for x in data:\n    print(x)\nrun(1)", False),
        ("mp.spawn(run, args=())", False),
    ],
)
def test_a_loop_anywhere_above_the_step_repeats_it(
    main: str, expected: bool, tmp_path: Path
) -> None:
    lib = "def run(x):\n    update(x)\ndef update(x):\n    optimizer.step()\n"
    assert trains(tmp_path, main, lib=lib) is expected


def test_an_agent_that_learns_in_the_loop_of_an_environment_trains(tmp_path: Path) -> None:
    lib = """
class Agent:
    def __init__(self):
        self.optimizer = Adam()
    def act(self, state):
        return 0
    def learn(self, batch):
        self._update(batch)
    def _update(self, batch):
        self.optimizer.step()
"""
    acting = "agent = Agent()\nwhile not done:\n    env.step(agent.act(0))\n"
    assert trains(tmp_path / "a", acting + "    agent.learn(1)", lib=lib)
    assert not trains(tmp_path / "b", acting, lib=lib)


def test_one_function_is_told_apart_by_who_calls_it(tmp_path: Path) -> None:
    files = {
        "lib.py": "def step():\n    optimizer.step()\n",
        "often.py": "from lib import step\nif __name__ == '__main__':\n    for x in y:\n        step()\n",
        "once.py": "from lib import step\nif __name__ == '__main__':\n    step()\n",
    }
    found = opened(tmp_path, files)
    told = {item.path: found.random_use(item) for item in found.entries}
    assert {path: use.trains is not None for path, use in told.items()} == {
        "often.py": True,
        "once.py": False,
    }
    assert all(use.steps for use in told.values())


GRAPH = (
    "tf.Session()\noptimizer.minimize(loss)\nsaver.restore(sess, path)\nfor x in data:\n    {run}"
)


@pytest.mark.parametrize(
    ("path", "run", "expected"),
    [
        ("evaluate.py", "sess.run([logits, loss])", False),
        ("run_demo.py", "sess.run(fetches, feed_dict=feed)", False),
        ("test.py", "sess.run(accuracy)", False),
        ("predict_all.py", "sess.run(model.logits)", False),
        ("predict_all.py", "sess.run(model.global_step)", False),
        ("train_and_eval.py", "sess.run(fetches)", True),
        ("main.py", "sess.run(fetches)", True),
        ("test.py", "sess.run([loss, train_op])", True),
        ("test.py", "train_step.run(feed_dict=feed)", True),
    ],
)
def test_an_evaluation_only_restores_the_graph_that_was_trained(
    path: str, run: str, expected: bool, tmp_path: Path
) -> None:
    assert trains(tmp_path, GRAPH.format(run=run), path) is expected


LAYER = """
import numpy as np
import torch
{imports}

class Layer(torch.nn.Module):
    def step(self):
        pass

if __name__ == "__main__":
    {first}
    optimizer = torch.optim.SGD(Layer().parameters())
    for _ in range(100):
        Layer()({data}).sum().backward()
        optimizer.step()
    {last}
"""


def tried(
    tmp_path: Path,
    data: str = "torch.randn(2, 4)",
    *,
    imports: str = "",
    first: str = "pass",
    last: str = "pass",
    user: str = "from layer import Layer",
) -> bool:
    """Whether the guard of a module of layers that `user.py` imports trains."""
    text = LAYER.format(data=data, imports=imports, first=first, last=last)
    found = opened(tmp_path, {"layer.py": text, "user.py": user})
    return found.random_use(entry(found, "layer.py")).trains is not None


@pytest.mark.parametrize(
    "data", ["torch.randn(2, 4)", "torch.zeros(1)", "torch.from_numpy(np.random.rand(2, 4))"]
)
def test_a_module_of_layers_that_is_tried_on_made_up_tensors_trains_nothing(
    data: str, tmp_path: Path
) -> None:
    assert not tried(tmp_path, data)


@pytest.mark.parametrize(
    "changed",
    [
        {"user": "pass"},
        {"data": "x"},
        {"first": "x = torch.load('x.pt')"},
        {"first": "x = np.load('x.npy')"},
        {"first": "x = open('x').read()"},
        {"first": "args = parser.parse_args()"},
        {"first": "main(sys.argv[1:])"},
        {
            "first": "x = MNIST_dataset()",
            "imports": "from torchvision.datasets import MNIST as MNIST_dataset",
        },
        {"first": "env = gym.make('A')", "imports": "import gym"},
        {"last": "torch.save(optimizer, 'a.pt')"},
    ],
)
def test_data_arguments_and_results_make_it_work(changed: dict[str, str], tmp_path: Path) -> None:
    assert tried(tmp_path, **changed)  # type: ignore[arg-type]


def test_a_script_that_stops_in_a_console_is_tried_out(tmp_path: Path) -> None:
    source = "import torch\nfrom IPython import embed\nif __name__ == '__main__':\n    {}\n    model.fit(x)\n"
    found = opened(
        tmp_path, {"a.py": source.format("embed()"), "b.py": source.format("if debug: embed()")}
    )
    assert found.random_use(entry(found, "a.py")).trains is None
    assert found.random_use(entry(found, "b.py")).trains is not None
