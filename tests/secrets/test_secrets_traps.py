"""What looks like a secret to a machine and is none to a person."""

from __future__ import annotations

import base64
import hashlib
import random

import pytest
from secret_samples import ALNUM, HEX, NAMED, SHAPED, UPPER, draw

from repro_check.secrets.placeholders import is_credible, is_opaque, is_placeholder
from repro_check.secrets.scan import scan_text

SHA1, MD5, SHA256 = draw(HEX, 40), draw(HEX, 32), draw(HEX, 64)
UUID = "-".join(draw(HEX, size, seed=size) for size in (8, 4, 4, 4, 12))
BASE64 = base64.b64encode(random.Random(0).randbytes(1500)).decode()

JWT = ".".join(
    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    for part in (b'{"alg":"HS256"}', b'{"iss":"github","exp":1700000000}', bytes(range(100, 132)))
)

PYTHON = [
    f'verify_token = "{JWT}"',
    f'url = "https://private-user-images.host.org/1.png?jwt={JWT}"',
    "token = tokenizer.pad_token",
    'token = "[CLS]"',
    'pad_token: str = "<|endoftext|>"',
    'eos_token = "<eos_v2_1>"',
    "password = getpass()",
    'password = getpass.getpass("Password for cluster2: ")',
    "api_key=args.api_key",
    "api_key=args.api_key1,",
    "login(token=config2.hf_token_v2)",
    'api_key = os.environ["OPENAI_API_KEY2"]',
    'api_key = os.getenv("WANDB_API_KEY_2")',
    'api_key = os.environ.get("KAGGLE_KEY", "")',
    "secret = secrets.token_hex(32)",
    'key = userdata.get("HF_TOKEN2")',
    'api_key = "your-api-key-here"',
    'api_key = "YOUR_API_KEY_123"',
    'api_key = "sk-..."',
    'api_key = "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
    'api_key = "sk-proj-your-openai-key-goes-here-1234567890abcdef1234"',
    'password = "changeme"',
    'password = "changeme123"',
    'password = "xxxxxxxx"',
    'password = "password123"',
    'password = "p@ssw0rd!"',
    'password = "secret"',
    'token = "<your token 1>"',
    'token = "<token1>"',
    'token = "${HF_TOKEN1}"',
    'token = f"{prefix}-{seed}-0123x"',
    'token = "abcdef0123456789abcdef0123456789"',
    'token = "0123456789abcdef"',
    'api_key = "1234567890abcdefghij"',
    'api_key = "deadbeefdeadbeefdeadbeefdeadbeef"',
    'api_key = "AAAAAAAAAAAAAAAAAAAA1"',
    'monitor_key = "accuracy"',
    'key="val_loss"',
    'key = "val_loss_epoch_10_fold_2"',
    'results_key = "resnet50_imagenet1k_v2_top1"',
    'state_dict_key = "layer1.0.conv1.weight"',
    "max_tokens: int = 4096",
    'password_file = "/run/secrets/db_password_1"',
    'api_key_path = "configs/keys/wandb_2024_v1.txt"',
    'secret_name = "projects/1234/secrets/wandb1"',
    'token_url = "https://auth.lab.org/oauth2/v1/token"',
    f'password_hash = "{SHA256}"',
    f'secret_sha256 = "{SHA256}"',
    f'token = "{MD5}"  # nuScenes names its records so',
    f'sample_token = "{MD5}"',
    f'run_token = "{UUID}"',
    f'commit = "{SHA1}"  # of wandb',
    f'wandb_commit = "{SHA1}"',
    f'wandb_version_key = "{SHA1}"',
    f'MD5_KEYS = {{"train": "{MD5}", "key": "{MD5}"}}',
    f'model_key_md5 = "{MD5}"',
    f'url = "https://host.org/weights-{SHA256[:8]}.pth"',
    f'img = "data:image/png;base64,{BASE64}"',
    f'run_id = "{UUID}"',
    'task = "ask-someone-else-for-the-Keys-of-2024"',
    'name = "as-isForTheLongestTime"',
    'css = "sk-toggleable__control-label-arrow-Sk2"',
    'alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"',
    'secret_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"',
    'hf_name = "hf_hub_download_with_retries_and_a_long_name"',
    "hf_transfer = hf_AVeryLongNameOfAVariableInCamelC1",
    "def secret(value1): return value1",
    "tokenizer.add_special_tokens({'additional_special_tokens': ['<extra_id_1>']})",
    "raise ValueError('secret must be at least 8 characters')",
    'psycopg2.connect("postgres://user:password@localhost:5432/db1")',
    'url = "postgresql://postgres:postgres@db.lab.org/runs"',
    'url = f"mongodb://{user}:{password}@{host}/x1"',
    'url = "https://user:t0ps3cr3t@example.com/private"',
    'url = "https://img.shields.io/badge/a:b@c"',
    'url = "https://firebasestorage.host.org/o/a.png?alt=media&token=' + UUID + '"',
    'url = "https://wandb.ai/lab/reports/x--Vml?accessToken=' + draw(ALNUM, 60) + '"',
    'headers = {"Authorization": f"Bearer {token}"}',
    'headers = {"Authorization": "Bearer YOUR_ACCESS_TOKEN_1234567890"}',
    f'url = "https://s3.host.org/a?AWSAccessKeyId={SHAPED["AWS Access Key"](1)}&Expires=1&x=2"',
    'password = "F@ke' + 'P@55word"',
    'db_password = "my_password_2024x"',
    "x = '-----BEGIN RSA PRIVATE " + "KEY-----'",
]

FILES = [
    ("c.yaml", "secret_key: ${oc.env:KEY1}"),
    ("c.yaml", "max_tokens: 4096"),
    ("c.yaml", "password: ${{ secrets.DOCKER_PASSWORD_2 }}"),
    ("c.yaml", "api_key: !ENV ${API_KEY_1}"),
    ("c.yaml", "api_key: null  # set WANDB_API_KEY_1"),
    ("c.yaml", f"  rev: {SHA1}  # wandb"),
    ("c.yaml", f"    md5: {MD5}.dir"),
    ("c.yaml", "pad_token: <pad1>"),
    ("c.yaml", "token: bert-base-uncased-v2"),
    ("c.yaml", "uses: wandb/login-action@" + SHA1),
    ("run.sh", 'export WANDB_API_KEY="$1"'),
    ("run.sh", "export HF_TOKEN=$(cat ~/.cache/huggingface/token1)"),
    ("run.sh", "export TOKEN=${TOKEN:-none1}"),
    ("run.sh", "docker run --mount src=$(pwd),target=/home/user/stable-baselines3 a/b"),
    ("run.sh", "docker run --mount src=$PWD,target=/home/user/stable-baselines3 a/b"),
    ("README.md", "Use `docker run -v `pwd`:target=/root/stable-baselines3x`."),
    ("README.md", "Weights are at https://pan.host.org/s/1x, password: `Xk3d`, or `PR5ZD9`"),
    ("README.md", "Download it from https://cloud.host.org/p/Da1, with password `PR5ZD9`."),
    ("website/docusaurus.config.js", f"      apiKey: '{MD5}',"),
    ("environment.yaml", "  - secretstorage=3.3.3=py311h38be061_1"),
    ("requirements.txt", "secretstorage==3.3.3.post12a"),
    ("slurmdbd.conf", "StoragePass=/var/run/munge/munge.socket.2"),
    ("index.py", f'pinecone.Index("runs").fetch("{UUID}")  # no key'),
    ("tests/test_dav.py", 'token = "4Mgjs' + 'NM5aSJjxIKM"'),
    ("tests/fixtures/a.yaml", "  smtp_password: w1nter" + "-is-C0ming7"),
    ("tests/remotes/user.key", "-----BEGIN PRIVATE " + "KEY-----\n" + BASE64[:64] + "\n"),
    ("run.sh", "export API_KEY=<paste-your-key-1>"),
    ("run.sh", "python train.py --tokenizer bert-base-uncased-v1 --key val_loss_1"),
    ("requirements.txt", f"git+https://github.com/wandb/wandb@{SHA1}"),
    ("requirements.txt", f"wandb==0.16.0 --hash=sha256:{SHA256}"),
    ("poetry.lock", f'    {{file = "wandb-0.16.0.tar.gz", hash = "sha256:{SHA256}"}},'),
    ("uv.lock", f'sdist = {{ url = "https://f.org/{SHA256}/kaggle-1.5.tar.gz" }}'),
    ("MD5SUMS", f"{MD5}  kaggle/train.csv"),
    ("data.dvc", f"outs:\n- md5: {MD5}.dir\n  path: secrets\n"),
    ("state.json", f'"_fingerprint": "{MD5[:16]}"'),
    ("a.json", f'{{"id": "{MD5}", "token": "{MD5}", "prev_token": "{MD5}"}}'),
    ("kaggle.json", '{"username": "your-name", "key": "your-key"}'),
    (".env", "DATA_DIR=/data/imagenet1k\nSEED=12345\nAPI_KEY=\nTOKEN=changeme123"),
    (".env.example", f"API_KEY={draw(ALNUM, 32)}x"[:8] + "your-key-1"),
    (".netrc", "machine api.wandb.ai login user password <your-key-1>"),
    (".pypirc", "[pypi]\nusername = __token__\npassword = <token1>\n"),
    ("id_rsa.pub", "ssh-rsa " + BASE64[:372] + " ada@lab"),
    ("cert.pem", "-----BEGIN CERTIFICATE-----\n" + BASE64[:64] + "\n-----END CERTIFICATE-----"),
    ("key.pem", "-----BEGIN PRIVATE " + "KEY-----\n...\n-----END PRIVATE KEY-----"),
    ("README.md", "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE...your key here...\n"),
    ("README.md", "Set `WANDB_API_KEY=<your 40 character key>` before training."),
    ("README.md", "Create a token (`hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`) in your settings."),
    ("aws.md", "aws_access_key_id = AKIA" + "IOSFODNN7EXAMPLE"),
    ("aws.md", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
]


@pytest.mark.parametrize("line", PYTHON)
def test_python_that_holds_no_secret_is_silent(line: str) -> None:
    assert scan_text(f"import os\n{line}\n", path="train.py") == ()


@pytest.mark.parametrize(("path", "text"), FILES)
def test_files_that_hold_no_secret_are_silent(path: str, text: str) -> None:
    assert scan_text(text, path=path) == ()


def test_base64_in_lines_of_seventy_six_is_silent() -> None:
    data = base64.encodebytes(random.Random(1).randbytes(200_000)).decode()
    assert scan_text(data, path="image.txt") == ()


def test_a_manifest_of_digests_is_silent() -> None:
    lines = [
        f"{hashlib.new(name, bytes([index])).hexdigest()}  wandb/api_key/{index}.pt"
        for name in ("md5", "sha1", "sha256", "sha512")
        for index in range(50)
    ]
    assert scan_text("\n".join(lines), path="MANIFEST") == ()


def test_a_token_inside_a_longer_word_is_no_token() -> None:
    token = SHAPED["AWS Access Key"](1)
    assert scan_text(f'a = "{draw(UPPER, 30)}{token}"', path="a.py") == ()
    assert scan_text(f'a = "{token}{draw(UPPER, 30)}"', path="a.py") == ()
    assert scan_text(f'a = "x{SHAPED["GitHub Token"](1)}"', path="a.py") == ()


def test_the_name_of_a_service_alone_makes_no_digest_a_key() -> None:
    _, make = NAMED["W&B Classic API Key"]
    assert scan_text(f"wandb run at {make(1)}", path="notes.md") == ()


@pytest.mark.parametrize(
    "value", ["sk-" + "x" * 40, "hf_" + "a" * 34, "AKIA" + "0123456789ABCDEF", "a1b2c3d4e5f6g7h8i9"]
)
def test_regular_values_are_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("seed", range(50))
def test_random_values_are_not_placeholders(seed: int) -> None:
    assert not is_placeholder(draw(ALNUM, 40, seed=seed))
    assert is_opaque(draw(HEX, 40, seed=seed))
    assert is_credible(draw(ALNUM, 14, seed=seed))


@pytest.mark.parametrize("name", ["owner/detect-secrets", "lab/token-merging", "a/password-store"])
def test_a_list_of_repositories_and_commits_is_silent(name: str) -> None:
    commit = hashlib.sha1(name.encode()).hexdigest()
    assert scan_text(f"{name} {commit}\n", path="repositories.txt") == ()
