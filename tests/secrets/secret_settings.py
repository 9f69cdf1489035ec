"""Every form of credential in twelve kinds of file, written as people write them.

A whole file is made for each, so that decoding is part of what is tried. All values are drawn when
they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import msgspec
from secret_samples import CARRIED, NAMED, SHAPED

Write = Callable[[str, str], str]


class Form(msgspec.Struct, frozen=True):
    """A form of credential.

    Attributes:
        kind: what it is called; in brackets, which of several forms.
        group: "shape", "name" (only the name beside it tells) or "carrier" (the text around it).
        name: the variable that it is bound to.
        make: a text with the secret in it, and the secret, for a seed.
    """

    kind: str
    group: str
    name: str
    make: Callable[[int], tuple[str, str]]


class Sample(msgspec.Struct, frozen=True):
    """One credential in one file."""

    form: Form
    setting: str
    path: str
    data: bytes
    secret: str


def forms() -> Iterator[Form]:
    """All forms; those with a shape stand under names that tell nothing."""
    for kind, make in SHAPED.items():
        yield Form(kind, "shape", "x1", lambda seed, make=make: (make(seed),) * 2)
    for kind, (name, make) in NAMED.items():
        yield Form(kind, "name", name, lambda seed, make=make: (make(seed),) * 2)
    for kind, (around, make) in CARRIED.items():
        yield Form(
            kind,
            "carrier",
            "x1",
            lambda seed, make=make, around=around: (around.format(make(seed)), make(seed)),
        )


def samples(seed: int) -> Iterator[Sample]:
    """Every form in every setting that it can stand in, each with a token of its own."""
    for number, form in enumerate(forms()):
        for place, (setting, (path, write)) in enumerate(SETTINGS.items()):
            text, secret = form.make(seed * 10_000 + number * 100 + place)
            if setting == "URL" and form.group == "carrier" and "://" not in text:
                continue
            data = write(form.name, text).encode()
            yield Sample(form, setting, path, data, secret)


def _notebook(source: str, output: str) -> str:
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "source": source.splitlines(keepends=True),
        "outputs": [{"output_type": "stream", "name": "stdout", "text": [output]}],
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _url(name: str, text: str) -> str:
    if "://" in text:
        return f"see {text}\n"
    return f"see https://api.lab.org/v1/runs?{name.lower()}={text}&page=2\n"


SETTINGS: dict[str, tuple[str, Write]] = {
    "Python": (
        "train.py",
        lambda name, text: f'import lab\n\nclient = lab.Client({name}="{text}", retries=3)\n',
    ),
    "YAML": ("configs/main.yaml", lambda name, text: f"seed: 1\nrun:\n  {name}: {text}\n"),
    "notebook source": (
        "run.ipynb",
        lambda name, text: _notebook(f'import os\nos.environ["{name}"] = "{text}"\n', "ready\n"),
    ),
    "notebook output": (
        "run.ipynb",
        lambda name, text: _notebook("%env\n", f"SEED=1\n{name}={text}\nSHELL=/bin/sh\n"),
    ),
    ".env": (".env", lambda name, text: f'SEED=1\n{name}="{text}"\n'),
    "shell": ("run.sh", lambda name, text: f"#!/bin/sh\nexport {name}='{text}'\npython a.py\n"),
    "Dockerfile": (
        "Dockerfile",
        lambda name, text: f'FROM python:3.12\nENV {name}="{text}"\nRUN make\n',
    ),
    "LaTeX": (
        "paper/appendix.tex",
        lambda name, text: (
            f"\\begin{{verbatim}}\n$ export {name}={text}\n\\end{{verbatim}}\n"
            if " " not in text
            else f"\\begin{{verbatim}}\n$ {text}\n\\end{{verbatim}}\n"
        ),
    ),
    "JSON": ("settings.json", lambda name, text: f'{{"seed": 1,\n "{name}": "{text}"}}\n'),
    "TOML": ("settings.toml", lambda name, text: f'[run]\nseed = 1\n{name} = "{text}"\n'),
    "Markdown": (
        "README.md",
        lambda name, text: f"# Setup\n\nFirst set `{name}={text}` and then run it.\n",
    ),
    "URL": ("notes.txt", _url),
}
