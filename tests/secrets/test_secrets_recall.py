from __future__ import annotations

import base64

import pytest
from secret_samples import ALNUM, DIGITS, HEX, LOWER, NAMED, SETTINGS, SHAPED, UPPER, Make, draw

from repro_check.secrets.model import fingerprint
from repro_check.secrets.scan import find_secrets, scan_text


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", SHAPED)
def test_a_shaped_token_is_found_under_any_name(kind: str, setting: str) -> None:
    path, template = SETTINGS[setting]
    value = SHAPED[kind](1)
    line = template.format(name="x1", value=value)
    found = scan_text(f"first line\n{line}\n", path=path)
    assert [(each.line, each.fingerprint) for each in found] == [(2, fingerprint(value))]
    assert line[found[0].column - 1 : found[0].end_column - 1] == value
    assert found[0].kind == kind.partition(" (")[0]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", NAMED)
def test_a_shapeless_token_is_found_beside_its_name(kind: str, setting: str) -> None:
    path, template = SETTINGS[setting]
    name, make = NAMED[kind]
    line = template.format(name=name, value=make(1))
    found = scan_text(line, path=path)
    assert [each.fingerprint for each in found] == [fingerprint(make(1))]
    assert line[found[0].column - 1 : found[0].end_column - 1] == make(1)


@pytest.mark.parametrize("kind", [*SHAPED, *NAMED])
def test_recall_over_many_random_tokens_is_nearly_whole(kind: str) -> None:
    name, make = NAMED[kind] if kind in NAMED else ("x1", SHAPED[kind])
    missed = [seed for seed in range(40) if not scan_text(f'{name} = "{make(seed)}"', path="a.py")]
    assert len(missed) <= 1


def _line(template: str, value: str) -> str:
    return template.replace("VALUE", value)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ('wandb.login(key="VALUE")', draw(HEX, 40)),
        ('wandb.login(relogin=True, key="VALUE")', draw(HEX, 40)),
        ('wandb.login("VALUE")', draw(HEX, 40)),
        ("wandb login VALUE", draw(HEX, 40)),
        ("!wandb login --relogin VALUE", draw(HEX, 40)),
        ("machine api.wandb.ai login user password VALUE", draw(HEX, 40)),
        ('{"username":"ada","key":"VALUE"}', draw(HEX, 32)),
        ('experiment = comet_ml.Experiment(api_key="VALUE", project_name="p")', draw(ALNUM, 25)),
        ("    http://node17:8888/lab?token=VALUE", draw(HEX, 48)),
        ("curl -H 'Authorization: Bearer VALUE' https://api.host.org/v1", draw(ALNUM, 40)),
        ("sshpass -p 'VALUE' scp model.pt cluster:", draw(ALNUM, 12)),
        ("postgresql://ada:VALUE@db.lab.org:5432/runs", draw(ALNUM, 14)),
        ("git clone https://VALUE@github.com/lab/private.git", "gh" + "o_" + draw(ALNUM, 36)),
        ("https://oauth2:VALUE@gitlab.com/lab/private.git", "gl" + "pat-" + draw(ALNUM, 20)),
        ("python train.py --wandb-key VALUE", draw(HEX, 40)),
        ('co = cohere.Client("VALUE")', draw(ALNUM, 40)),
        ('experiment = Experiment("VALUE", project_name="p")', draw(ALNUM, 25)),
        ('with MPRester("VALUE") as materials:', draw(ALNUM, 32)),
        ("generate(table=d, materials_project_key='VALUE')", draw(ALNUM, 16, seed=4)),
        ("redis://:VALUE@queue.lab.org:6379", draw(ALNUM, 14)),
        ("mysql+pymysql://ada:VALUE@db.lab.org/runs", "p4$" + "w!rd9x"),
        ("AccountingStoragePass=VALUE", draw(ALNUM, 12)),
        ("SSHPASS=VALUE sshpass -e scp model.pt cluster:", draw(ALNUM, 24)),
        ('azure_devops_pat = "VALUE"', draw(LOWER + DIGITS, 52)),
        ("curl 'https://api.lab.org/v1?lab_api_key=VALUE&page=2'", draw(ALNUM, 32)),
        ("python train.py --api-key=VALUE", draw(ALNUM, 32)),
        ('self.password = "VALUE"', "T" + "r0ub4dor&3"),
        ("db = connect(user='ada', passwd='VALUE')", "x9K#" + "mP2$q"),
        ("  smtp_password: VALUE", "w1nter" + "-is-C0ming7"),
        ('if token == "VALUE":  # hf_token', draw(ALNUM, 40)),
    ],
)
def test_credentials_are_found_where_people_leave_them(template: str, value: str) -> None:
    path = "config.yaml" if template.startswith("  smtp") else "notes.py"
    found = scan_text(_line(template, value), path=path)
    assert [each.fingerprint for each in found] == [fingerprint(value)]


@pytest.mark.parametrize("indent", ["", "    ", '  "'])
@pytest.mark.parametrize("kind", ["RSA ", "OPENSSH ", "", "EC ", "ENCRYPTED "])
def test_a_private_key_block_is_found_at_its_header(kind: str, indent: str) -> None:
    body = "\n".join(indent + draw(ALNUM, 64, seed=seed) for seed in range(3))
    text = f"key:\n{indent}-----BEGIN {kind}PRIVATE " + f"KEY-----\n{body}\n"
    (found,) = scan_text(text, path="deploy.py")
    assert (found.line, found.kind) == (2, "Private Key")


def test_two_private_keys_have_two_fingerprints() -> None:
    header = "-----BEGIN RSA {} KEY-----".format("PRIVATE")
    blocks = [f"{header}\n{draw(ALNUM, 64, seed=seed)}\n" for seed in (1, 2)]
    first, second = scan_text("".join(blocks), path="id_rsa")
    assert first.fingerprint != second.fingerprint


def test_a_putty_key_is_found_by_its_private_lines() -> None:
    text = "PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\n{}\nPrivate-Lines: 1\n{}\n"
    (found,) = scan_text(text.format(draw(ALNUM, 64), draw(ALNUM, 64, seed=1)), path="key.ppk")
    assert (found.kind, found.line) == ("Private Key", 4)


def test_the_key_of_a_service_account_is_found_in_its_json() -> None:
    body = "\\n".join(draw(ALNUM, 64, seed=seed) for seed in range(20))
    head, tail = "-----BEGIN {} KEY-----".format("PRIVATE"), "-----END PRIVATE KEY-----"
    text = f'{{"type": "service_account",\n"private_key": "{head}\\n{body}\\n{tail}\\n"}}'
    (found,) = scan_text(text, path="credentials.json")
    assert (found.kind, found.line) == ("Private Key", 2)
    assert "service" not in found.redacted


def test_a_signed_token_is_found_under_a_name_that_does_not_deny_it() -> None:
    parts = (b'{"alg":"HS256"}', b'{"iss":"lab","exp":1700000000}', bytes(range(100, 132)))
    token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    (found,) = scan_text(f'session = "{token}"', path="a.py")
    assert (found.kind, found.fingerprint) == ("JSON Web Token", fingerprint(token))


def test_a_token_of_a_service_counts_in_tests_as_well() -> None:
    token = SHAPED["Hugging Face Token"](4)
    assert len(scan_text(f'TOKEN = "{token}"', path="tests/test_hub.py")) == 1


@pytest.mark.parametrize("start", "rbfu")
def test_a_bare_value_does_not_lose_the_letter_that_could_begin_a_string(start: str) -> None:
    value = start + draw(ALNUM, 29, seed=ord(start))
    (found,) = scan_text(f"export MY_LAB_API_KEY={value}", path="run.sh")
    assert found.fingerprint == fingerprint(value)


def test_one_token_that_is_set_aside_silences_itself_alone() -> None:
    for kind, make in SHAPED.items():
        text = f'a = "{make(1)}"\nb = "{make(2)}"\n'
        first, _ = find_secrets(text, path="a.py")
        (left,) = scan_text(text, path="a.py", baseline=frozenset({("a.py", first.sha1)}))
        assert (left.line, left.fingerprint) == (2, fingerprint(make(2))), kind


def test_two_secrets_on_one_line_are_both_found() -> None:
    first, second = SHAPED["Modal Token"](1), SHAPED["Modal Token (secret)"](1)
    found = scan_text(f"modal token set --token-id {first} --token-secret {second}", path="run.sh")
    assert [each.fingerprint for each in found] == [fingerprint(first), fingerprint(second)]


def test_a_placeholder_first_on_a_line_does_not_hide_the_real_key_after_it() -> None:
    value = draw(ALNUM, 30)
    line = '{"password": "your-password-here", "api_key": "' + value + '"}'
    assert [each.fingerprint for each in scan_text(line, path="a.json")] == [fingerprint(value)]


def test_every_token_on_a_line_counts_and_crlf_is_not_part_of_it() -> None:
    value = SHAPED["Hugging Face Token"](3)
    (found,) = scan_text(f"a = 1\r\nHF_TOKEN={value}\r\n", path="a.sh")
    assert found.fingerprint == fingerprint(value)


def test_the_reason_names_what_the_value_is_bound_to() -> None:
    value = draw(ALNUM, 30)
    (found,) = scan_text(f'model.lab_api_key = "{value}"', path="a.py")
    assert found.reason == "the value of `model.lab_api_key`"


def test_letters_that_change_length_in_lower_case_do_not_shift_places() -> None:
    value = SHAPED["GitHub Token"](5)
    line = f'"\u0130\u0130\u0130\u0130", "{value}"'
    (found,) = scan_text(line, path="a.py")
    assert line[found.column - 1 : found.end_column - 1] == value


def test_an_upper_case_prefix_of_another_alphabet_is_no_token() -> None:
    make: Make = SHAPED["AWS Access Key"]
    assert not scan_text(make(1).lower(), path="a.py")
    assert not scan_text(draw(UPPER, 200)[:90] + make(1) + draw(UPPER, 90), path="a.py")
