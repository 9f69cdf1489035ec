"""Configs that nobody means well with: every CFG rule answers, or the file is said to be not checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, NotChecked, Report

MakeRepo = Callable[..., Repo]
HYDRA = """\
import hydra
import torch


@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    torch.manual_seed(cfg.seed)
    model = torch.nn.Linear(4, cfg.width)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr)
    for x in torch.randn(9, 8, 4):
        model(x).sum().backward()
        optimizer.step()


if __name__ == "__main__":
    main()
"""
PLAIN = """\
import yaml


def main():
    with open("conf/train.yaml") as stream:
        cfg = yaml.safe_load(stream)
    print(cfg["seed"], cfg["lr"], cfg["width"])


if __name__ == "__main__":
    main()
"""
TRAIN = "defaults:\n  - hostile\n  - _self_\n\nseed: 1\nlr: 0.1\nwidth: 8\n"
README = "# Training\n\n```bash\npython train.py lr=0.2\n```\n"
PROGRAMS = {"hydra": HYDRA, "plain": PLAIN}


def bomb(levels: int, width: int) -> str:
    """Each anchor repeats the one before it: a few lines for `width ** levels` values."""
    repeated = (", ".join([f"*a{level - 1}"] * width) for level in range(1, levels))
    lines = (f"a{level}: &a{level} [{text}]\n" for level, text in enumerate(repeated, start=1))
    return "a0: &a0 [0]\n" + "".join(lines)


def merge_bomb(levels: int) -> str:
    """Each map merges in the one before it twice, and adds a map of its own."""
    lines = ["a0: &a0 {x0: 0}"]
    for level in range(1, levels):
        before = f"a{level - 1}"
        lines.append(f"a{level}: &a{level} {{<<: [*{before}, *{before}], x{level}: *{before}}}")
    return "\n".join(lines) + "\n"


REFUSED: Mapping[str, tuple[str | bytes, str]] = {
    "an anchor bomb": (bomb(9, 10), "aliases unfold to more than"),
    "a bomb of merge keys": (merge_bomb(40), "aliases unfold to more than"),
    "an anchor in itself": ("a: &a\n  b: *a\n", "an anchor contains an alias to itself"),
    "a list in itself": ("a: &a [1, *a]\n", "an anchor contains an alias to itself"),
    "a merge of itself": ("a: &a\n  <<: *a\n  b: *a\n", "an anchor contains an alias to itself"),
    "an unknown alias": ("a: *nowhere\n", "undefined alias"),
    "deep brackets": ("a: " + "[" * 30_000 + "]" * 30_000 + "\n", "levels deep"),
    "brackets that never close": ("a: " + "[" * 30_000 + "\n", "levels deep"),
    "deep braces": ("a: " + "{b: " * 30_000 + "1" + "}" * 30_000 + "\n", "levels deep"),
    "deep blocks": ("".join(f"{' ' * i}a:\n" for i in range(1_000)), "levels deep"),
    "deep dashes": ("- " * 30_000 + "1\n", "levels deep"),
    "deep question marks": ("? " * 30_000 + "1\n", "levels deep"),
    "a tab as indentation": ("a:\n\tb: 1\n", "line 2"),
    "a merge of a number": ("a:\n  <<: 3\n", "<< takes a map"),
    "50 MB": (b"a: 1\n" * 10_000_000, "over the limit"),
    "no text": (b"a: \xff\xfe\xfa\n", "has no place in"),
    "a null byte": (b"a: 1\0\n", "null byte"),
    "a control character": ("a: \x07\n", "not allowed"),
    "a template": ("a: {% if x %}1{% endif %}\nb: {{ c }}\n", "template"),
    "an open quote": ('a: "b\n' + "c: 1\n" * 9, "line"),
}
READ: Mapping[str, str] = {
    "custom tags": "a: !!python/object/apply:os.system ['touch hacked']\nb: !mine {c: 1}\nd: !n 2\n",
    "a tagged top": "!!python/object/new:os.system\nargs: ['touch hacked']\n",
    "several documents": "a: 1\n---\nb: 2\n---\n- 3\n",
    "an empty file": "",
    "only comments": "# nothing\n",
    "a scalar": "3\n",
    "a list": "- 1\n- a: 2\n",
    "null": "~\n",
    "keys that are no names": "? [a, b]\n: 1\n? {c: d}\n: 2\n3: 4\nnull: 5\ntrue: 6\n",
    "a long key": "k" * 1_000 + ": 1\n",
    "many keys": "".join(f"key_{i}: {i}\n" for i in range(3_000)),
    "a wide list": "a: [" + "1, " * 3_000 + "1]\n",
    "a long number": "a: "
    + "9" * 20_000
    + "\nb: "
    + "1:" * 20_000
    + "1\nc: 0"
    + "7" * 9_000
    + "\n",
    "numbers beyond all bounds": "a: 1e99999999\nb: 1.0e+99999999\nc: 0b" + "1" * 9_000 + "\n",
    "a long interpolation": "a: " + "${" * 2_000 + "b" + "}" * 2_000 + "\n",
    "an interpolation in a ring": "a: ${b}\nb: ${c}\nc: ${a}\n",
    "an interpolation bomb": "".join(f"a{i}: ${{a{i - 1}}}${{a{i - 1}}}\n" for i in range(1, 60)),
    "a default of itself": "defaults:\n  - hostile\n  - train\na: 1\n",
    "a default outside": "defaults:\n  - ../../../etc/passwd\n  - /etc/hosts@b\na: 1\n",
    "odd defaults": "defaults: {a: [1, {b: ~}]}\n",
    "strange packages": "# @package " + "a." * 2_000 + "b\nc: 1\n",
    "merge keys": "a: &a {lr: 1}\nb: &b {lr: 2, w: 3}\nc:\n  <<: [*a, *b]\n  w: 4\n",
    "a harmless alias": "a: &a {lr: 1}\nb: *a\nc: [*a, *a]\n",
    "carriage returns": "a: 1\rb: 2\r\nc: 3\r",
    "letters of all kinds": "ключ: значение\n鍵: 値\n😀: 😀\n\u0301: 1\n",
    "a target of nothing": "_target_: " + "a." * 2_000 + "b\nother: {_target_: '', x: 1}\n",
}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Callable[[str, str | bytes], Report]:
    """The report of all CFG rules on a program with a config."""

    def run(program: str, config: str | bytes) -> Report:
        main = TRAIN if program == "hydra" else config
        files = {
            "train.py": PROGRAMS[program],
            "README.md": README,
            "conf/train.yaml": main,
            "conf/hostile.yaml": config,
            "conf/experiment/hostile.yaml": config,
        }
        repo = make_repo(files, commit=False)
        report = check(repo.root, "CFG")
        assert not (repo.root / "hacked").exists()
        return report

    return run


def about(report: Report) -> list[Finding | NotChecked]:
    """What the report says of the hostile config."""
    found = [item for item in report.findings if item.location.path == "conf/hostile.yaml"]
    return [*found, *(item for item in report.not_checked if item.path == "conf/hostile.yaml")]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_said_to_be_not_checked(
    judge: Callable[[str, str | bytes], Report], program: str, name: str
) -> None:
    config, reason = REFUSED[name]
    if name == "50 MB" and program == "plain":
        pytest.skip("one such file is enough")
    report = judge(program, config)
    reasons = [item.reason for item in report.not_checked if item.path == "conf/hostile.yaml"]
    assert any(reason in found for found in reasons), reasons
    assert about(report)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_judged_without_an_error(
    judge: Callable[[str, str | bytes], Report], program: str, name: str
) -> None:
    report = judge(program, READ[name])
    assert not report.not_checked
    # whatever is said is said in words, however long the config's own are
    assert all(len(item.message) < 3_000 for item in report.findings)


def test_keys_given_twice_are_a_finding_each(
    judge: Callable[[str, str | bytes], Report],
) -> None:
    report = judge("plain", "a: 1\nb: {c: 1, c: 2}\na: 2\n")
    found = [item for item in report.findings if item.code == "CFG002"]
    names = {(item.location.span.line if item.location.span else 0) for item in found}
    assert names == {2, 3}


@pytest.mark.parametrize("name", ["an open quote", "an unknown alias", "a tab as indentation"])
def test_broken_syntax_is_an_error_of_its_own_rule(
    judge: Callable[[str, str | bytes], Report], name: str
) -> None:
    report = judge("plain", REFUSED[name][0])
    assert {item.location.path for item in report.findings if item.code == "CFG002"} == {
        "conf/train.yaml",
        "conf/hostile.yaml",
        "conf/experiment/hostile.yaml",
    }


@pytest.mark.parametrize(
    "name", ["an anchor bomb", "deep brackets", "a template", "a null byte", "50 MB"]
)
def test_our_own_limits_are_no_error_of_the_config(
    judge: Callable[[str, str | bytes], Report], name: str
) -> None:
    report = judge("hydra", REFUSED[name][0])
    assert "CFG002" not in {item.code for item in report.findings}
