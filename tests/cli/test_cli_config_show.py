"""`repro-check config show`: the config that an experiment runs with, and who wrote it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cli.configs_made import EVAL, HYDRA, MMENGINE, PLAIN
from commanding import Done, made_up_token, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("show") / "repo")
    repo.write(HYDRA).commit()
    return repo


def show(repo: Repo, *words: str) -> Done:
    return repro_check("config", "show", *words, cwd=repo.root)


def origins(done: Done) -> dict[str, str]:
    """What stands behind the lines with a value, by the line without its indent."""
    split = [line.partition("  # ") for line in done.out.splitlines() if line[:1] != "#"]
    return {line.strip(): comment.strip() for line, _, comment in split if comment}


def test_each_value_has_its_place_and_the_text_is_yaml(hydra: Repo) -> None:
    done = show(hydra)
    assert done.code == 0
    assert yaml.safe_load(done.out) == {
        "seed": 0,
        "trainer": {"max_epochs": 10, "lr": "${optimizer.lr}"},
        "name": "run-${now:%Y}",
        "data": {"path": "???"},
        "optimizer": {"lr": 0.001, "betas": [0.9, 0.999]},
    }
    found = origins(done)
    assert found["seed: 0"] == "conf/train.yaml:6"
    assert found["lr: 0.001"] == "conf/optimizer/adam.yaml:1"
    assert found["betas: [0.9, 0.999]"] == "conf/optimizer/adam.yaml:2"
    assert found["path: ???"] == "conf/train.yaml:12, must be given"
    assert found["name: run-${now:%Y}"] == "conf/train.yaml:10, set at run time"
    assert found["lr: ${optimizer.lr}"] == "conf/train.yaml:9"
    assert done.out.startswith("# python train.py\n# documented at README.md:4, loaded by hydra")
    assert "# 1 value must be given: data.path\n" in done.out
    columns = {line.rindex("  # ") for line in done.out.splitlines() if "  # " in line}
    assert len(columns) == 1


@pytest.mark.parametrize(
    "word",
    [
        "experiment=deep",
        "deep",
        "conf/experiment/deep.yaml",
        "conf/experiment/deep.yaml:1",
    ],
)
def test_an_experiment_has_many_names(word: str, hydra: Repo) -> None:
    done = show(hydra, word)
    assert done.code == 0
    assert done.out.startswith("# python train.py experiment=deep\n")
    found = origins(done)
    assert found["seed: 7"] == "conf/experiment/deep.yaml:5"
    assert found["momentum: 0.9"] == "conf/optimizer/sgd.yaml:2"


@pytest.mark.parametrize("word", ["README.md:5", "README.md:6"])
def test_a_place_means_the_command_that_stands_there(word: str, hydra: Repo) -> None:
    done = show(hydra, word)
    assert done.out.startswith("# python train.py optimizer=sgd trainer.max_epochs=3\n")
    assert origins(done)["max_epochs: 3"] == "README.md:5"


@pytest.mark.parametrize("word", ["train", "train.py", "conf/train.yaml", "README.md:4"])
def test_a_program_and_its_config_mean_what_it_runs_by_default(word: str, hydra: Repo) -> None:
    assert show(hydra, word).out == show(hydra).out


def test_more_words_are_overrides_as_for_the_program(hydra: Repo) -> None:
    done = show(hydra, "train", "--", "optimizer=sgd", "+new.key=1", "~data", "seed=3")
    assert done.code == 0, done.text
    assert done.out.startswith("# python train.py optimizer=sgd +new.key=1 '~data' seed=3\n")
    found = origins(done)
    assert found["seed: 3"] == "command line"
    assert found["lr: 0.1"] == "conf/optimizer/sgd.yaml:1"
    assert "data:" not in done.out
    assert show(hydra, "optimizer=sgd", "seed=3").code == 0


def test_what_the_loader_would_refuse_comes_first_and_fails(hydra: Repo) -> None:
    done = show(hydra, "deep", "optimizer=sdg", "trainer.max_epoch=3")
    assert done.code == 1
    errors = [line for line in done.out.splitlines() if line.startswith("# error: ")]
    assert "has no option `sdg`; did you mean `sgd`?" in errors[0]
    assert "did you mean `max_epochs`?" in errors[1]
    assert all(line.startswith("# error: command line: ") for line in errors)
    assert yaml.safe_load(done.out)["seed"] == 7


def test_an_interpolation_of_nothing_is_said_and_code_may_still_set_it(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({**HYDRA, "conf/optimizer/adam.yaml": "rate: 1\n"})
    done = show(repo)
    assert done.code == 0
    assert "# unresolved: conf/train.yaml:9: `trainer.lr` cannot be resolved" in done.out
    assert "lr: ${optimizer.lr}" in done.out
    given = show(make_repo({**HYDRA, "conf/optimizer/adam.yaml": "lr: ???\n"}))
    assert "# unresolved" not in given.out
    assert "# 2 values must be given: data.path, optimizer.lr\n" in given.out


def test_an_interpolation_that_goes_round_in_a_circle_is_refused(make_repo: MakeRepo) -> None:
    done = show(make_repo({**HYDRA, "conf/optimizer/adam.yaml": "lr: ${trainer.lr}\n"}))
    assert done.code == 1
    assert "# error: conf/train.yaml:9: `trainer.lr` cannot be resolved" in done.out


def test_interpolations_can_be_shown_as_what_they_stand_for(hydra: Repo) -> None:
    done = show(hydra, "--resolve")
    assert yaml.safe_load(done.out)["trainer"]["lr"] == 0.001
    assert yaml.safe_load(done.out)["name"] == "run-${now:%Y}"


def test_a_key_shows_its_subtree_only(hydra: Repo) -> None:
    assert yaml.safe_load(show(hydra, "--key", "optimizer.lr").out) == {"optimizer": {"lr": 0.001}}
    assert list(yaml.safe_load(show(hydra, "--key", "trainer").out)) == ["trainer"]
    wrong = show(hydra, "--key", "optimzer")
    assert wrong.code == 2
    assert "Did you mean `optimizer`?" in wrong.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("experiment=dep",), "`dep`"),
        (("depp",), "Did you mean `deep`?"),
        (("nonsense",), "There are: `train`, `optimizer=sgd trainer.max_epochs=3`"),
        (("README.md:40",), "The nearest one is at README.md:5."),
        (("conf/optimizer/sgd.yaml",), "`repro-check config show NAME -- optimizer=sgd`"),
        (("train", "--", "--foo"), "`--foo` is no override"),
        (("--diff", "train", "deep", "seed=1"), "takes two experiments"),
        (("--diff", "train", "deeep"), "Did you mean `deep`?"),
    ],
)
def test_wrong_words_are_refused_with_a_hint(
    words: tuple[str, ...], says: str, hydra: Repo
) -> None:
    done = show(hydra, *words)
    assert done.code in {1, 2}
    assert says in done.text


def test_of_several_programs_one_must_be_named(make_repo: MakeRepo) -> None:
    repo = make_repo({**HYDRA, **EVAL})
    done = show(repo)
    assert done.code == 2
    assert "there are 4 experiments, and none was named" in done.err
    assert "`train`, `eval`, " in done.err
    assert "ckpt: last.pt" in show(repo, "eval").out
    assert "Did you mean `experiment=deep`?" in show(repo, "experiment=depp").err


def test_scripts_with_nothing_but_options_do_not_hide_the_program_with_configs(
    make_repo: MakeRepo,
) -> None:
    script = (
        "import argparse\n\nif __name__ == '__main__':\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--top', type=int, default=5)\n    print(parser.parse_args().top)\n"
    )
    repo = make_repo({**HYDRA, "plot.py": script})
    assert show(repo).out.startswith("# python train.py\n")
    assert origins(show(repo, "plot"))["top: 5"] == "plot.py:5"


def test_a_plain_file_is_read_as_its_loader_reads_it(make_repo: MakeRepo) -> None:
    repo = make_repo(PLAIN)
    done = show(repo)
    assert done.code == 0
    # PyYAML makes a text of it
    assert origins(done)["lr: '1e-4'"] == "configs/a.yaml:1"
    assert yaml.safe_load(done.out)["layers"] == [
        {"size": 3, "act": "relu"},
        {"size": 4, "act": "relu"},
    ]
    for word in ("b", "configs/b.yaml"):
        other = show(repo, word)
        assert other.out.startswith("# python train.py --config-file configs/b.yaml\n")
        assert "# not whole: no command says" in other.out
    refused = show(repo, "configs/a.yaml", "lr=3")
    assert refused.code == 2
    assert "how `train.py` takes `lr=3` cannot be told" in refused.err


def test_a_python_config_shows_its_bases_and_what_is_computed(make_repo: MakeRepo) -> None:
    repo = make_repo(MMENGINE)
    done = show(repo, "big")
    found = origins(done)
    assert found["depth: 101"] == "configs/big.py:3"
    assert found["width: 2"] == "configs/_base_/model.py:1"
    assert found["workers: <computed>"] == "configs/big.py:4, set at run time"
    changed = show(repo, "big", "--", "--cfg-options", "model.depth=18")
    assert origins(changed)["depth: 18"] == "command line"
    assert show(repo, "big", "model.depth=18").out.splitlines()[2:] == changed.out.splitlines()[2:]


def test_what_cannot_be_seen_is_said(make_repo: MakeRepo) -> None:
    readme = "```sh\npython train.py optimizer=$OPT\n```\n"
    done = show(make_repo({**HYDRA, "README.md": readme}), "README.md:2")
    assert "# not whole: its command has words that a shell or a reader fills in\n" in done.out
    store = (
        "from hydra.core.config_store import ConfigStore\n"
        'ConfigStore.instance().store(name="base", node={})\n'
    )
    stored = show(make_repo({**HYDRA, "train.py": store + HYDRA["train.py"]}), "deep")
    if "# not whole" in stored.out:
        assert "structured configs, whose keys are not shown: `base`" in stored.out


def test_a_secret_that_stands_in_a_key_is_never_printed_whole(make_repo: MakeRepo) -> None:
    token = made_up_token()
    repo = make_repo({**PLAIN, "configs/a.yaml": f"p:\n  {token}: 1\n", "configs/b.yaml": "p: 1\n"})
    documented = HYDRA["README.md"].replace("optimizer=sgd", f"+p.{token}=1")
    hydra = make_repo({**HYDRA, "README.md": documented})
    words = ("--diff", "configs/a.yaml", "configs/b.yaml")
    for done in (
        show(repo, "configs/a.yaml", "--output-format", "json"),
        show(repo, *words, "--output-format", "json"),
        show(repo, "configs/a.yaml"),
        show(repo, *words),
        show(hydra, "README.md:5", "--output-format", "json"),
        show(hydra, "README.md:5"),
    ):
        assert "hf_" in done.text
        assert token[:-4] not in done.text, done.text


def test_a_secret_is_never_printed_whole(make_repo: MakeRepo) -> None:
    token, password = made_up_token(), "Tr0ub4dor" + "-and-3-more"
    config = (
        f"hub: {token}\nwandb:\n  api_key: {password}\n  password: {password}x\n"
        f"keys: [{token}]\nurl: https://me:{password}@example.org/x\n"
        "pem: |\n  -----BEGIN RSA PRIVATE " + "KEY-----\n"
        "  MIIEowIBAAKCAQEAy8Dbv8prpJ/0kKhlGeJYozo2t60EG8L0561g13R29LvMR5hy\n"
        "  -----END RSA PRIVATE " + "KEY-----\n"
    )
    repo = make_repo({**PLAIN, "configs/a.yaml": config, "configs/b.yaml": config + "z: 1\n"})
    words = ("--diff", "configs/a.yaml", "configs/b.yaml")
    changed = config.replace(token, token[:-4] + "wxyz")
    repo.write({"configs/b.yaml": changed})
    for done in (
        show(repo, "configs/a.yaml"),
        show(repo, "configs/a.yaml", "--output-format", "json"),
        show(repo, *words),
        show(repo, *words, "--output-format", "json"),
        show(make_repo(HYDRA), "train", "--", f"+wandb.api_key={token}"),
        show(make_repo(HYDRA), "train", f"+api_key={token}", "--output-format", "json"),
        show(repo, token),
    ):
        assert done.text.strip()
        for secret in (token[:-4], password, "MIIEowIBAAKCAQEA"):
            assert secret not in done.text, done.text
    first = show(repo, "configs/a.yaml", "--output-format", "json").document["values"]
    redacted = {one["keys"][0] for one in first if one["is_redacted"]}
    assert {"hub", "wandb", "keys", "url", "pem"} == redacted
    assert "a secret, not shown" in show(repo, "configs/a.yaml").out


def test_values_are_there_for_programs(hydra: Repo) -> None:
    document = show(hydra, "deep", "optimzer=sgd", "--output-format", "json")
    assert document.code == 1
    parsed = document.document
    assert parsed["experiment"]["command"] == "python train.py experiment=deep optimzer=sgd"
    assert parsed["problems"][0]["subject"] == "optimzer"
    assert parsed["problems"][0]["path"] is None
    assert parsed["is_whole"]
    assert "conf/optimizer/sgd.yaml" in parsed["files"]
    values = {".".join(map(str, value["keys"])): value for value in parsed["values"]}
    assert values["seed"] == {
        "keys": ["seed"],
        "value": 7,
        "path": "conf/experiment/deep.yaml",
        "line": 5,
        "is_known": True,
        "note": "",
        "is_missing": False,
        "is_redacted": False,
    }
    assert not values["name"]["is_known"]
    assert values["trainer.lr"]["value"] == "${optimizer.lr}"


def test_colours_are_for_terminals_or_by_force(hydra: Repo) -> None:
    assert "\x1b" not in show(hydra, "deep").out
    forced = repro_check(
        "config", "show", "deep", cwd=hydra.root, env={"FORCE_COLOR": "1", "NO_COLOR": ""}
    )
    assert "seed: 7" in forced.out
    assert "\x1b[2m# conf/experiment/deep.yaml:5\x1b[0m" in forced.out


def test_a_value_steers_no_terminal_and_stays_yaml(make_repo: MakeRepo) -> None:
    text = 'a: "\\e]52;c;x\\a"\n"b\\n::error::x": \'##[error]y\'\n'
    done = show(make_repo({**PLAIN, "configs/a.yaml": text}))
    assert "\x1b" not in done.out
    assert "\n::error" not in done.out
    assert "##[" not in done.out
    assert yaml.safe_load(done.out) == {"a": "\x1b]52;c;x\x07", "b\n::error::x": "##[error]y"}


def test_the_page_on_configs_shows_what_is_printed(hydra: Repo) -> None:
    page = (Path(__file__).parents[2] / "docs" / "configs.md").read_text("utf-8")
    samples = re.findall(r"```text\n\$ repro-check (config [^\n]+)\n(.*?)```", page, re.DOTALL)
    assert len(samples) == 4
    for words, sample in samples:
        done = repro_check(*shlex.split(words), cwd=hydra.root)
        assert done.out.startswith(sample), words


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conf/train.yaml", "a: [1\n"),
        ("conf/optimizer/adam.yaml", "a: 1\n\tb: 2\n"),
        ("conf/optimizer/adam.yaml", "a: &a [*a, *a]\n"),
        ("conf/optimizer/adam.yaml", "- 1\n- 2\n"),
        ("conf/optimizer/adam.yaml", ""),
        ("conf/experiment/deep.yaml", "{" * 3000),
    ],
    ids=["open", "tab", "loop", "list", "empty", "deep"],
)
def test_a_damaged_config_is_said_and_no_crash(path: str, text: str, make_repo: MakeRepo) -> None:
    done = show(make_repo({**HYDRA, path: text}), "deep")
    assert done.code in {0, 1, 3}
    yaml.safe_load(done.out)


def test_a_file_that_cannot_be_read_is_said(make_repo: MakeRepo) -> None:
    repo = make_repo({**PLAIN, "configs/a.yaml": "a: [1\n"})
    done = show(repo, "configs/a.yaml")
    assert "# not read: configs/a.yaml: " in done.out
    assert done.code == 3


def test_options_that_a_config_is_laid_over_are_not_shown_and_this_is_said(
    make_repo: MakeRepo,
) -> None:
    code = PLAIN["train.py"].replace('print(cfg["lr"])', "vars(args).update(cfg)")
    repo = make_repo({**PLAIN, "train.py": code})
    assert "# not whole: the options of the program may add keys\n" in show(repo, "a").out


def test_keys_that_are_numbers_stay_numbers_and_empty_maps_stay_in_place(
    make_repo: MakeRepo,
) -> None:
    text = "first: {}\nsteps: {30: 0.1, '60': 0.01}\n"
    repo = make_repo({**PLAIN, "configs/a.yaml": text})
    shown = yaml.safe_load(show(repo, "a").out)
    assert shown == {"first": {}, "steps": {30: 0.1, "60": 0.01}}
    assert list(shown) == ["first", "steps"]


@pytest.mark.parametrize(
    ("words", "stray"),
    [
        ("--seed 3", ""),
        ("--seed=3 --trainer.x -1", ""),
        ("fit --seed 3", ""),
        ("--seed 3 nonsense", "nonsense"),
        ("seed=3", "seed=3"),
        ("--seed=3 4", "4"),
        ("nonsense", "nonsense"),
    ],
)
def test_lightning_takes_options_only(words: str, stray: str, make_repo: MakeRepo) -> None:
    code = (
        "from lightning.pytorch.cli import LightningCLI\n\n\n"
        "if __name__ == '__main__':\n    LightningCLI()\n"
    )
    readme = "```\npython main.py fit --config a.yaml\n```\n"
    repo = make_repo({"main.py": code, "a.yaml": "seed: 1\n", "README.md": readme})
    done = show(repo, "a.yaml", "--", *words.split())
    if stray:
        assert done.code == 2
        assert f"`{stray}` is no option of LightningCLI" in done.err
    else:
        assert done.code == 0, done.err
        assert "seed: 3" in done.out
