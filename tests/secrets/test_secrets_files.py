from __future__ import annotations

import random

import pytest
from secret_samples import ALNUM, HEX, draw

from repro_check.secrets.facts import read_secrets
from repro_check.secrets.model import fingerprint
from repro_check.secrets.scan import scan_text

KEY, PASSWORD = draw(HEX, 32), draw(ALNUM, 12)


@pytest.mark.parametrize(
    ("path", "template", "value"),
    [
        (".env", "SEED=1\nDB_PASSWORD=VALUE\n", PASSWORD),
        ("deploy/.env.production", 'export SECRET="VALUE"\n', PASSWORD),
        (".env", "ROBOFLOW_KEY=VALUE\n", draw(ALNUM, 24)),
        (".kaggle/kaggle.json", '{\n  "username": "ada",\n  "key": "VALUE"\n}', KEY),
        (".netrc", "machine host.org\n  login ada\n  password VALUE\n", PASSWORD),
        ("_netrc", "machine host.org login ada password VALUE", PASSWORD),
        (".pypirc", "[lab]\nusername = ada\npassword = VALUE\n", PASSWORD),
        (".git-credentials", "https://ada:VALUE@git.lab.org\n", PASSWORD),
        (".pgpass", "db.lab.org:5432:runs:ada:VALUE\n", PASSWORD),
        (".my.cnf", "[client]\nuser = ada\npassword = VALUE\n", PASSWORD),
        ("cluster/munge.key", "VALUE\n", draw(HEX, 40)),
        (".dockercfg", '{"https://hub": {"auth": "VALUE"}}', "YWRhOmh1bnRlcjItYWJj"),
        (".aws/credentials", "[default]\naws_secret_access_key = VALUE\n", draw(ALNUM, 40)),
    ],
)
def test_a_real_value_in_a_credential_file_is_found(path: str, template: str, value: str) -> None:
    text = template.replace("VALUE", value)
    (found,) = scan_text(text, path=path)
    line = text.split("\n")[found.line - 1]
    assert found.fingerprint == fingerprint(value)
    assert line[found.column - 1 : found.end_column - 1] == value


@pytest.mark.parametrize("name", [".env.example", ".env.sample", ".env.template", "example.env"])
def test_a_template_of_an_env_file_is_no_credential_file(name: str) -> None:
    assert scan_text(f"ROBOFLOW_KEY={draw(ALNUM, 24, seed=3)[:6]}-key\n", path=name) == ()


def test_a_template_with_a_live_token_in_it_is_found_all_the_same() -> None:
    token = "hf" + "_" + draw(ALNUM, 34)
    assert len(scan_text(f"HF_TOKEN={token}\n", path=".env.example")) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", ""),
        (".env", "DATA_DIR=/data/run1\nN_GPU=4\nCUDA_VISIBLE_DEVICES=0,1\n"),
        (".env", "API_KEY=${API_KEY1}\nTOKEN=<token-1>\nPASSWORD=\n"),
        ("kaggle.json", '{"username": "", "key": ""}'),
        (".netrc", "# password for the cluster1 is in the vault\n"),
        (".dockercfg", '{"auths": {}}'),
        ("environment.py", 'password = "x"'),
    ],
)
def test_a_credential_file_without_a_real_value_is_silent(path: str, text: str) -> None:
    assert scan_text(text, path=path) == ()


def test_the_key_of_a_cluster_is_found_though_it_is_binary_and_no_other_binary_file_is() -> None:
    key = random.Random(0).randbytes(1024)
    (found,) = read_secrets("etc/munge.key", key).secrets
    assert (found.secret.kind, found.shown) == ("Munge Key", "(binary)")
    assert key.hex()[5:] not in repr(found)
    assert not read_secrets("etc/munge.key", bytes(1024)).secrets
    assert not read_secrets("model.bin", key).secrets
