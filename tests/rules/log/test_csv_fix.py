"""LOG001: the fix appends what is printed at each epoch to a CSV file."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable

import pytest
from conftest import Repo
from fixed_files import fix, has_fix

MakeRepo = Callable[..., Repo]

SCRIPT = """\
import time

import torch


def train(model, optimizer, loader):
    start = time.time()
    for epoch in range(3):
        for x in loader:
            loss = model(x).square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        accuracy = 0.5 * epoch
        {show}


if __name__ == "__main__":
    model = torch.nn.Linear(4, 2)
    train(model, torch.optim.SGD(model.parameters(), lr=0.01), [torch.ones(1, 4)])
"""


def fixed(show: str, row: str) -> str:
    """The script that appends a row beside what is shown."""
    more = '        with open("metrics.csv", "a", newline="") as file:\n'
    more += f"            csv.writer(file).writerow([{row}])"
    text = SCRIPT.format(show=f"{show}\n{more}")
    return text.replace("import torch\n", "import torch\nimport csv\n", 1)


@pytest.mark.parametrize(
    ("show", "row"),
    [
        ('print("accuracy", accuracy)', "epoch, accuracy"),
        ('print(epoch, loss.item(), accuracy, sep=";")', "epoch, loss.item(), accuracy"),
        ('print(f"{epoch}: loss {loss.item():.3f} {accuracy:>{8}}", flush=True)', "epoch, loss.item(), accuracy"),
        ('print(f"{epoch + 1:03d} accuracy {accuracy * 100}%")', "epoch, epoch + 1, accuracy * 100"),
        ('print("%d accuracy %f" % (epoch, accuracy))', "epoch, accuracy"),
        ('print("accuracy %f" % accuracy)', "epoch, accuracy"),
        ('print("accuracy", accuracy, f"{time.time() - start:.1f} s")', "epoch, accuracy"),
        ('print("{} accuracy {:.3f}".format(epoch, accuracy))', "epoch, accuracy"),
    ],
)  # fmt: skip
def test_what_is_printed_is_appended(show: str, row: str, make_repo: MakeRepo) -> None:
    changed = fix(make_repo({"train.py": SCRIPT.format(show=show)}, commit=False), "LOG001")
    assert changed == {"train.py": fixed(show, row)}


def test_the_fixed_script_leaves_a_row_for_each_epoch(make_repo: MakeRepo) -> None:
    show = 'print(f"{epoch}: {loss.item()} {accuracy}")'
    repo = make_repo({"train.py": SCRIPT.format(show=show)}, commit=False)
    fix(repo, "LOG001")
    command = (sys.executable, "train.py")
    done = subprocess.run(command, cwd=repo.root, capture_output=True, text=True, check=True)
    with (repo.root / "metrics.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert [f"{epoch}: {loss} {accuracy}" for epoch, loss, accuracy in rows] == (
        done.stdout.splitlines()
    )


def test_a_function_that_is_given_the_epoch_counts_as_its_loop(make_repo: MakeRepo) -> None:
    show = "        print('loss', accuracy)\n"
    text = SCRIPT.format(show="show(epoch, accuracy)")
    text = text.replace(
        "def train", f"def show(epoch, accuracy):\n    {show.strip()}\n\n\ndef train"
    )
    changed = fix(make_repo({"train.py": text}, commit=False), "LOG001")
    assert changed["train.py"].splitlines()[6:10] == [
        "def show(epoch, accuracy):",
        "    print('loss', accuracy)",
        '    with open("metrics.csv", "a", newline="") as file:',
        "        csv.writer(file).writerow([epoch, accuracy])",
    ]


def test_csv_is_written_as_the_module_imports_it(make_repo: MakeRepo) -> None:
    text = SCRIPT.format(show="print('loss', accuracy)").replace(
        "import torch\n", "import torch\nfrom csv import writer\n", 1
    )
    changed = fix(make_repo({"train.py": text}, commit=False), "LOG001")
    assert "            writer(file).writerow([epoch, accuracy])\n" in changed["train.py"]
    assert "import csv\n" not in changed["train.py"]


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT.format(show='print("loss", loss.mean().item())'),
        SCRIPT.format(show='print("loss", evaluate(model))'),
        SCRIPT.format(show='print("loss", model.loss)'),
        SCRIPT.format(show='print("loss", *losses)'),
        SCRIPT.format(show='print("loss {a}".format(a=accuracy))'),
        SCRIPT.format(show='print("no loss")'),
        SCRIPT.format(show='print("loss", accuracy); print(1)'),
        SCRIPT.format(show='bar.set_description(f"loss {accuracy}")'),
        SCRIPT.format(show='file = 1\n        print("loss", accuracy)'),
        SCRIPT.format(show='csv = 1\n        print("loss", accuracy)'),
        SCRIPT.format(show='print("loss", accuracy)')
        .replace("epoch", "turn")
        .replace("(3)", "(epochs)"),
        SCRIPT.format(show='for x in loader:\n            print("loss", accuracy)'),
        SCRIPT.format(show="pass").replace(
            "            optimizer.step()\n",
            '            optimizer.step()\n            print("loss", loss.item())\n',
        ),
    ],
)
def test_where_a_value_or_a_place_is_not_certain_nothing_is_offered(
    text: str, make_repo: MakeRepo
) -> None:
    assert not has_fix(make_repo({"train.py": text}, commit=False), "LOG001")
