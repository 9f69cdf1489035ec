from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from repro_check.errors import ReproCheckError
from repro_check.setup.hooks_merge import add_hooks, uninstalled_types

URL = "https://github.com/repro-check/repro-check"
TYPES = ["pre-commit", "commit-msg", "pre-push"]
INSTALL = "default_install_hook_types: [pre-commit, commit-msg, pre-push]\n"
HOOKS = [
    {"id": "repro-check"},
    {"id": "repro-check-repo"},
    {"id": "repro-check-data"},
    {"id": "repro-check-commit-msg", "stages": ["commit-msg"]},
]

SHAPES = {
    "empty": "",
    "only comments": "# hooks will come here\n\n# soon\n",
    "only a document start": "---\n",
    "sample-config": (
        "# See https://pre-commit.com for more information\n"
        "# See https://pre-commit.com/hooks.html for more hooks\n"
        "repos:\n"
        "-   repo: https://github.com/pre-commit/pre-commit-hooks\n"
        "    rev: v3.2.0\n"
        "    hooks:\n"
        "    -   id: trailing-whitespace\n"
        "    -   id: end-of-file-fixer\n"
    ),
    "two-space list with quotes and comments": (
        'default_language_version:\n  python: "python3"  # any 3\n\n'
        "repos:\n"
        "  # formatting\n"
        "  - repo: 'https://github.com/psf/black'  # the formatter\n"
        '    rev: "24.1.0"\n'
        "    hooks:\n"
        "      - id: black\n"
        "        args: ['--line-length', \"99\"]\n"
        "\n"
        "  # linting\n"
        "  - repo: https://github.com/astral-sh/ruff-pre-commit\n"
        "    rev: v0.6.0\n"
        "    hooks:\n"
        "      - id: ruff\n"
        "      # - id: ruff-format\n"
        "\n"
        "# settings of pre-commit.ci\n"
        "ci:\n"
        "  autofix_prs: false\n"
    ),
    "list without indentation, keys after it": (
        "exclude: ^docs/\n"
        "repos:\n"
        "- repo: https://github.com/pycqa/isort\n"
        "  rev: 5.13.2\n"
        "  hooks:\n"
        "  - id: isort\n"
        "fail_fast: true\n"
    ),
    "document start and end": (
        "---\n# about this file\nrepos:\n  - repo: meta\n    hooks:\n      - id: identity\n...\n"
    ),
    "no repos": "fail_fast: true\n\n# the end\n",
    "no repos and no last line end": "minimum_pre_commit_version: 3.2.0",
    "empty list": "repos: []\n",
    "empty list with comment and more keys": "repos: [ ]  # none yet\nfail_fast: false\n",
    "empty list over several lines": "repos: [\n  # none yet\n]\n",
    "null": "repos:\n",
    "null with a comment below": "repos:  # later\n  # - repo: meta\nfail_fast: true\n",
    "spelt null": "repos: null\nfail_fast: true\n",
    "tilde without line end": "repos: ~",
    "empty mapping": "{}\n",
    "no last line end": "repos:\n- repo: meta\n  hooks:\n  - id: identity",
    "windows line ends": "repos:\r\n  - repo: meta\r\n    hooks:\r\n      - id: identity\r\n",
    "byte order mark": "\ufeffrepos:\n  - repo: meta\n    hooks:\n      - id: identity\n",
    "block scalar last": (
        "repos:\n  - repo: meta\n    hooks:\n      - id: identity\n"
        "        exclude: |\n          (?x)^(\n            # not these\n            a|b\n          )$\n"
        "\n\nfail_fast: true\n"
    ),
    "kept block scalar last": (
        "repos:\n- repo: meta\n  hooks:\n  - id: identity\n    name: |+\n      text\n\n\nfail_fast: true\n"
    ),
    "block scalar last without line end": (
        "repos:\n- repo: meta\n  hooks:\n  - id: identity\n    name: >-\n      some\n      text"
    ),
    "flow hooks": (
        "repos:\n  - repo: meta\n    hooks: [{id: identity}, {id: check-hooks-apply}]\n"
        "  - {repo: meta, hooks: [{id: check-useless-excludes}]}\n"
    ),
    "flow list": "repos: [{repo: meta, hooks: [{id: identity}]}]\nfail_fast: true\n",
    "flow list with a last comma": "repos: [\n  {repo: meta, hooks: [{id: identity}]},  # all\n]\n",
    "JSON": '{\n  "repos": [\n    {"repo": "meta", "hooks": [{"id": "identity"}]}\n  ]\n}\n',
    "JSON without repos": '{"fail_fast": true}\n',
    "local hooks with anchors": (
        "repos:\n"
        "  - repo: local\n"
        "    hooks:\n"
        "      - &python\n"
        "        id: tests\n"
        "        name: tests\n"
        "        entry: pytest\n"
        "        language: system\n"
        "        exclude: &skip ^(docs|build)/\n"
        "      - <<: *python\n"
        "        id: types\n"
        "        exclude: *skip\n"
    ),
    "dash on its own line": (
        "repos:\n  -\n    repo: meta\n    hooks:\n      -\n        id: identity\n"
    ),
    "hook types given": (
        "default_install_hook_types: [pre-commit]\nrepos:\n- repo: meta\n  hooks: [{id: identity}]\n"
    ),
    "quoted keys": '"repos":\n- "repo": meta\n  "hooks":\n  - "id": "identity"\n',
    "non-ASCII text": (
        "# Überprüfungen — 検査\nrepos:\n  - repo: meta\n    hooks:\n"
        "      - id: identity\n        name: 'naïve 🙂'\n"
    ),
    "everything indented": "  repos:\n    - repo: meta\n      hooks:\n        - id: identity\n  fail_fast: true\n",
    "comment above repos": (
        "fail_fast: true\n# our hooks,\n# all of them\nrepos:\n- repo: meta\n  hooks:\n  - id: identity\n"
    ),
    "repos before other lists": (
        "repos:\n  - repo: meta\n    hooks:\n      - id: identity\n"
        "default_stages:\n  - pre-commit\nexclude: |\n  ^a$\n"
    ),
}

shapes = pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())


def parsed(text: str) -> dict[str, Any]:
    document = yaml.safe_load(text.removeprefix("\ufeff")) or {}
    document["repos"] = document.get("repos") or []
    return document


def is_in_order(parts: Iterable[str], whole: Iterable[str]) -> bool:
    rest = iter(whole)
    return all(part in rest for part in parts)


@shapes
def test_the_document_is_what_it_was_and_our_hooks(text: str) -> None:
    before, after = parsed(text), parsed(add_hooks(text, "1.2.3"))
    ours = {"repo": URL, "rev": "v1.2.3", "hooks": HOOKS}
    before.setdefault("default_install_hook_types", TYPES)
    before["repos"].append(ours)
    assert after == before


@shapes
def test_adding_hooks_twice_adds_them_once(text: str) -> None:
    once = add_hooks(text, "1.2.3")
    assert add_hooks(once, "9.9.9") == once


@shapes
def test_every_character_but_an_empty_value_stays_in_its_order(text: str) -> None:
    kept = re.sub(r"(?<=repos:) (null|~|\[ ?\])|^\{\}", "", text)
    assert is_in_order(kept, add_hooks(text, "1.2.3"))


@shapes
def test_line_ends_and_a_byte_order_mark_are_kept(text: str) -> None:
    result = add_hooks(text, "1.2.3")
    assert result.startswith("\ufeff") == text.startswith("\ufeff")
    assert result.count("\ufeff") == text.count("\ufeff")
    assert result.count("\r\n") == (result.count("\n") if "\r\n" in text else 0)


def test_pre_commit_itself_accepts_every_merged_file(tmp_path: Path) -> None:
    paths = []
    for number, text in enumerate(SHAPES.values()):
        path = tmp_path / f"{number}.yaml"
        path.write_bytes(add_hooks(text, "1.2.3").encode())
        paths.append(str(path))
    command = [sys.executable, "-m", "pre_commit", "validate-config", *paths]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_layout_of_the_sample_config_is_taken_over() -> None:
    sample = SHAPES["sample-config"]
    head, list_ = sample.split("repos:\n")
    assert add_hooks(sample, "1.2.3") == (
        f"{head}{INSTALL}repos:\n{list_}"
        f"-   repo: {URL}\n"
        "    rev: v1.2.3\n"
        "    hooks:\n"
        "    -   id: repro-check\n"
        "    -   id: repro-check-repo\n"
        "    -   id: repro-check-data\n"
        "    -   id: repro-check-commit-msg\n"
        "        stages: [commit-msg]\n"
    )


def test_hooks_that_are_switched_off_stay_with_their_entry_and_blank_lines_are_imitated() -> None:
    result = add_hooks(SHAPES["two-space list with quotes and comments"], "1.2.3")
    assert (
        "      - id: ruff\n"
        "      # - id: ruff-format\n"
        "\n"
        f"  - repo: {URL}\n"
        "    rev: v1.2.3\n"
        "    hooks:\n"
        "      - id: repro-check\n"
        "      - id: repro-check-repo\n"
        "      - id: repro-check-data\n"
        "      - id: repro-check-commit-msg\n"
        "        stages: [commit-msg]\n"
        "\n"
        "# settings of pre-commit.ci\n"
        "ci:\n"
    ) in result


def test_the_hook_types_stand_above_the_comment_on_repos() -> None:
    result = add_hooks(SHAPES["comment above repos"], "1.2.3")
    assert result.startswith(f"fail_fast: true\n{INSTALL}# our hooks,\n# all of them\nrepos:\n")


def test_an_empty_list_becomes_a_list_with_dashes_and_keeps_its_comment() -> None:
    result = add_hooks(SHAPES["empty list with comment and more keys"], "1.2.3")
    assert result.startswith(f"{INSTALL}repos:  # none yet\n  - repo: {URL}\n")
    assert result.endswith("        stages: [commit-msg]\nfail_fast: false\n")


@pytest.mark.parametrize(
    "text",
    [
        f"repos:\n- repo: {URL}\n  rev: v0.0.1\n  hooks: [{{id: repro-check}}]\n",
        f"repos:\n- repo: {URL}.git\n  rev: v0.0.1\n  hooks: [{{id: repro-check-data}}]\n",
        "repos:\n- repo: local\n  hooks:\n  - id: repro-check\n    entry: repro-check check\n",
        "repos:\n- repo: https://github.com/a-fork/of-it\n  hooks: [{id: repro-check-repo}]\n",
    ],
)
def test_a_project_that_has_our_hooks_in_any_form_is_left_alone(text: str) -> None:
    assert add_hooks(text, "1.2.3") == text


def test_another_hook_with_a_similar_name_is_not_ours() -> None:
    text = "repos:\n- repo: local\n  hooks:\n  - id: my-repro-check\n"
    assert URL in add_hooks(text, "1.2.3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("repos:\n\t- repo: x\n", r"\.pre-commit-config\.yaml:2:1: not valid YAML"),
        ("repos: [\n", "not valid YAML"),
        ("repos: {{ template }}\n", "not valid YAML|not a list"),
        ("a: 1\n---\nrepos: []\n", "not valid YAML"),
        ("a: \x07\n", "not valid YAML"),
        ("- repo: https://example.org/x\n", "migrate-config"),
        ("just words\n", "migrate-config"),
        ("repos: yes\n", ":1: `repos` is not a list"),
        ("\nrepos:\n  repo: x\n", ":3: `repos` is not a list"),
        ("repos: " + "[" * 3_000, "nested too deeply|not valid YAML"),
        ("#" * 300_000, "larger than"),
    ],
)
def test_what_is_not_a_configuration_gets_a_message(text: str, message: str) -> None:
    with pytest.raises(ReproCheckError, match=message):
        add_hooks(text, "1.2.3")


@pytest.mark.parametrize(
    "text",
    [
        "all: &all\n- repo: meta\n  hooks: [{id: identity}]\nrepos: *all\n",
        "repos: &all\n- repo: meta\n  hooks: [{id: identity}]\ncopy: *all\n",
        "repos:\n- repo: a\nrepos:\n- repo: b\n",
        "repos:\n- repo: meta\n  hooks:\n  - id: identity\n    exclude: |\n      no line end",
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_the_person(text: str) -> None:
    with pytest.raises(ReproCheckError, match="add this yourself") as caught:
        add_hooks(text, "1.2.3")
    assert f"  - repo: {URL}" in caught.value.fix


def test_aliases_that_explode_when_expanded_do_not_slow_the_merge() -> None:
    levels = "".join(
        f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 9)}]\n" for level in range(1, 30)
    )
    text = f"x0: &x0 [a]\n{levels}repos: []\n"
    assert add_hooks(text, "1.2.3").endswith("stages: [commit-msg]\n")


def test_hook_types_that_a_plain_install_leaves_out_are_known() -> None:
    assert uninstalled_types(add_hooks("", "1")) == ()
    assert uninstalled_types(SHAPES["hook types given"]) == ("commit-msg", "pre-push")
    assert uninstalled_types("repos: []\n") == ("commit-msg", "pre-push")


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """Configurations as people write them, in any layout and with comments anywhere."""
    indent, gap, inner = (draw(st.sampled_from(choices)) for choices in [(0, 2, 4), (2, 4), (0, 2)])
    quote = draw(st.sampled_from(["", "'", '"']))
    noise = st.lists(
        st.sampled_from(["", "", "# note", "  # note", "      # - id: off", "#- repo: off"]),
        max_size=2,
    )
    dash, pad = "-".ljust(gap), " " * gap
    lines = draw(noise)
    if draw(st.booleans()):
        lines += ["fail_fast: true", *draw(noise)]
    lines.append("repos:")
    for number in range(draw(st.integers(1, 3))):
        lines += draw(noise)
        lines.append(f"{' ' * indent}{dash}repo: {quote}https://example.org/{number}{quote}")
        lines.append(f"{' ' * indent}{pad}rev: {quote}v{number}{quote}  # pinned")
        lines.append(f"{' ' * indent}{pad}hooks:")
        for hook in range(draw(st.integers(1, 2))):
            lines += draw(noise)
            start = " " * (indent + gap + inner)
            lines.append(f"{start}{dash}id: {quote}hook-{hook}{quote}")
            if draw(st.booleans()):
                lines += [f"{start}{pad}exclude: |", f"{start}{pad}  ^x$", ""]
    lines += draw(noise)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    last = newline
    if draw(st.booleans()):
        lines += ["exclude: ^docs/", *draw(noise)]
        last = draw(st.sampled_from(["", newline]))
    return newline.join(lines) + last


@given(configurations())
def test_any_layout_is_kept_line_for_line(text: str) -> None:
    result = add_hooks(text, "1.2.3")
    before, after = parsed(text), parsed(result)
    assert after["repos"].pop()["repo"] == URL
    assert after.pop("default_install_hook_types") == TYPES
    assert after == before
    assert is_in_order(text.splitlines(), result.splitlines())
    assert len(result.splitlines()) - len(text.splitlines()) in (9, 10)
    assert add_hooks(result, "1.2.3") == result
