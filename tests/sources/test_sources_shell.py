from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.sources.lines import Lines
from repro_check.sources.shell import Command, read_commands
from repro_check.sources.shell_words import simple_commands

SHELL_LIKE = st.lists(
    st.sampled_from(
        [
            "python ",
            "train.py ",
            "-m ",
            "pkg.mod ",
            "A=1 ",
            "bash ",
            "x.sh ",
            "'",
            '"',
            "`",
            "$(",
            ")",
            "${",
            "}",
            "\\",
            "\n",
            "\r\n",
            " \\\n",
            "&& ",
            "; ",
            "| ",
            "> ",
            "2>&1 ",
            "<<EOF\n",
            "EOF\n",
            "<path> ",
            "# ",
            "$ ",
            "torchrun ",
            "\x0b",
            "é ",
        ]
    ),
    max_size=15,
).map("".join)


def one(text: str) -> Command:
    (command,) = read_commands(text)
    return command


@pytest.mark.parametrize(
    ("text", "program", "script", "args"),
    [
        ("python train.py", "python", "train.py", ()),
        ("python3.11 ./src/train.py --lr 1e-3", "python3.11", "./src/train.py", ("--lr", "1e-3")),
        ("/usr/bin/python train.py", "python", "train.py", ()),
        ("python -u -W ignore -X dev -OO train.py -m x", "python", "train.py", ("-m", "x")),
        ("$ python train.py", "python", "train.py", ()),
        ("(env) me@host:~/repo$ python train.py a", "python", "train.py", ("a",)),
        ("[me@host repo]$ python train.py", "python", "train.py", ()),
        ("!python train.py", "python", "train.py", ()),
        ("\t@python train.py", "python", "train.py", ()),
        ("\t$(PYTHON) train.py --seed $$s", "python", "train.py", ("--seed", "$$s")),
        ("${PYTHON:-python3} train.py", "python", "train.py", ()),
        ("CUDA_VISIBLE_DEVICES=0,1 X= python train.py", "python", "train.py", ()),
        ('python train.py \'a b\' "c \\" d" e\\ f', "python", "train.py", ("a b", 'c " d', "e f")),
        (
            "python train.py $(ls | wc -l) `date +%s` ${X y}",
            "python",
            "train.py",
            ("$(ls | wc -l)", "`date +%s`", "${X y}"),
        ),
        ("python train.py > log.txt 2>&1 < in & ", "python", "train.py", ()),
        ("python train.py &> log --x", "python", "train.py", ("--x",)),
        (
            "python train.py --data <path to/data> -x",
            "python",
            "train.py",
            ("--data", "<path to/data>", "-x"),
        ),
        ("python train.py a#b # why", "python", "train.py", ("a#b",)),
        ("python train.py \\\n  --a \\ \n  --b", "python", "train.py", ("--a", "--b")),
        ("python train.py \\\r\n  --a", "python", "train.py", ("--a",)),
        ("cd x && python train.py; echo done", "python", "train.py", ()),
        (
            "for s in 1 2; do python train.py --seed $s; done",
            "python",
            "train.py",
            ("--seed", "$s"),
        ),
        ("if true; then time python train.py; fi", "python", "train.py", ()),
        ("(python train.py)", "python", "train.py", ()),
        ("torchrun --nproc_per_node 4 train.py --x", "torchrun", "train.py", ("--x",)),
        ("accelerate launch --config_file c.yaml train.py a", "accelerate", "train.py", ("a",)),
        ("deepspeed --include localhost:0 train.py", "deepspeed", "train.py", ()),
        (
            "python -m torch.distributed.launch --nproc_per_node=8 train.py a",
            "python",
            "train.py",
            ("a",),
        ),
        ("python -m pdb train.py a", "python", "train.py", ("a",)),
        ("coverage run train.py", "coverage", "train.py", ()),
        ("mpirun -np 4 python train.py", "python", "train.py", ()),
        ("srun --gres gpu:1 python train.py", "python", "train.py", ()),
        ("nohup env -u X A=1 python train.py &", "python", "train.py", ()),
        ("sudo -E timeout 10 python train.py", "python", "train.py", ()),
        ("conda run -n e python train.py", "python", "train.py", ()),
        ("uv run --with x train.py a", "", "train.py", ("a",)),
        ("poetry run python train.py", "python", "train.py", ()),
        ("docker run --rm -v $PWD:/w img python train.py", "python", "train.py", ()),
        ("bash -x scripts/run.sh a", "bash", "scripts/run.sh", ("a",)),
        ("source run.sh", "source", "run.sh", ()),
        ("sbatch --time 1:00 job.slurm a", "sbatch", "job.slurm", ("a",)),
        ("srun bash run.sh", "bash", "run.sh", ()),
        ("./run.sh a", "", "./run.sh", ("a",)),
        ("scripts/train.py a", "", "scripts/train.py", ("a",)),
        ("RUN python train.py", "python", "train.py", ()),
        ('CMD ["python", "train.py", "--a"]', "python", "train.py", ("--a",)),
        ("python $SCRIPT a", "python", "$SCRIPT", ("a",)),
        ("python tools/train", "python", "tools/train", ()),
        ("python train.py --p 50% x", "python", "train.py", ("--p", "50%", "x")),
        ("python train.py a=range(3) b=1", "python", "train.py", ("a=range(3)", "b=1")),
        ("python train.py a=f(1, g(2)) b", "python", "train.py", ("a=f(1, g(2))", "b")),
        ("(python train.py a)", "python", "train.py", ("a",)),
    ],
)
def test_a_command_is_seen_with_its_script_and_arguments(
    text: str, program: str, script: str, args: tuple[str, ...]
) -> None:
    command = one(text)
    assert (command.program, command.script, command.args) == (program, script, args)
    assert not command.is_module


@pytest.mark.parametrize(
    ("text", "program", "script", "args"),
    [
        ("python -m pkg.train --x", "python", "pkg.train", ("--x",)),
        ("python -um pkg.train", "python", "pkg.train", ()),
        ("python -mpkg.train a", "python", "pkg.train", ("a",)),
        ("torchrun --nnodes=1 -m pkg.train a", "torchrun", "pkg.train", ("a",)),
        ("accelerate launch --module pkg.train a", "accelerate", "pkg.train", ("a",)),
        ("python -m torch.distributed.run -m pkg.train a", "python", "pkg.train", ("a",)),
    ],
)
def test_a_module_is_seen_as_one(
    text: str, program: str, script: str, args: tuple[str, ...]
) -> None:
    command = one(text)
    assert (command.program, command.script, command.args) == (program, script, args)
    assert command.is_module


@pytest.mark.parametrize(
    "text",
    [
        "",
        "python",
        "python --version",
        "python -V train.py",
        "python -c 'import x' train.py",
        "python - train.py",
        "python 3.8",
        "python >= 3.6",
        "Python 3.8.10",
        "python==3.8",
        "# python train.py",
        "echo python train.py",
        "cat train.py",
        "vim scripts/train.py",
        "git add ./train.py",
        "pip install -r requirements.txt",
        "conda create -n x python=3.8",
        "conda install python train.py",
        "uv run pytest tests/test_x.py",
        "accelerate config train.py",
        "bash -c 'python train.py'",
        "train.py",
        "python -m",
        "it's python train.py",
        'python train.py "unclosed',
        "python train.py $(unclosed",
        "python train.py `unclosed",
        "cat <<EOF > x.py\npython train.py\nEOF\n",
        "cat <<-'EOF'\n\tpython train.py\n\tEOF\n",
    ],
)
def test_what_runs_no_visible_script_is_no_command(text: str) -> None:
    assert read_commands(text) == ()


def test_a_broken_line_does_not_hide_the_next() -> None:
    text = "it's\npython a.py\n'\npython b.py 'x\ny' && python c.py\npython d.py"
    assert [c.script for c in read_commands(text)] == ["a.py", "d.py"]


def test_a_heredoc_is_passed_over_and_reading_goes_on_behind_it() -> None:
    text = "python a.py <<EOF\npython no.py\nEOF\npython b.py <<NEVER\npython c.py\n"
    assert [c.script for c in read_commands(text)] == ["a.py", "b.py", "c.py"]


def test_places_count_from_the_line_that_the_text_begins_on() -> None:
    text = "make\n  A=1 python a.py \\\n   --x 'y'  # c\n"
    (command,) = read_commands(text, 10)
    assert command.line == 11
    assert (command.span.column, command.span.end_line) == (3, 12)
    (same,) = read_commands(text)
    assert Lines(text).text_at(same.span) == "A=1 python a.py \\\n   --x 'y'"


def test_several_commands_of_a_line_have_their_own_spans() -> None:
    text = "python a.py 1 && python b.py 2"
    assert [Lines(text).text_at(c.span) for c in read_commands(text)] == [
        "python a.py 1",
        "python b.py 2",
    ]


@settings(max_examples=500)
@given(SHELL_LIKE)
def test_any_text_gives_commands_whose_spans_slice_back(text: str) -> None:
    lines = Lines(text)
    for command in read_commands(text):
        written = lines.text_at(command.span)
        again = read_commands(written)
        assert [(c.script, c.args) for c in again] == [(command.script, command.args)]


@given(st.lists(st.text(alphabet="ab '\"\\$`;|&<>()#*é\t", min_size=1), min_size=1))
def test_quoted_words_come_back_as_shlex_quoted_them(words: list[str]) -> None:
    (found,) = simple_commands(shlex.join(words))
    assert [word.text for word in found] == words


@given(st.text(alphabet="ab '\"\\ \tc", max_size=20))
def test_quotes_mean_what_they_mean_to_shlex(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        expected = []
    found = [word.text for words in simple_commands(text) for word in words]
    if not text.endswith("\\") and "\\ " not in text.rstrip(" \t")[-2:]:
        assert found == expected


@pytest.mark.parametrize(
    "piece",
    ["$(", "`", "'", '"', "<<A ", "<<A\n", "https://", "\\\n", "((", "python -m ", "<a", "env "],
)
def test_long_repetitions_are_read_whole(piece: str) -> None:
    """Each of these makes a restarting scanner take minutes."""
    assert len(read_commands(piece * 20_000)) <= 1
