"""PORT003: GPUs chosen by their number."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo
from fixed_files import fix, has_fix

from repro_check.findings import Severity

MakeRepo = Callable[..., Repo]
HEAD = "import os\nimport torch\nfrom options import args\n\n"


@pytest.mark.parametrize(
    "code",
    [
        'os.environ["CUDA_VISIBLE_DEVICES"] = "3"',
        'os.environ["CUDA_VISIBLE_DEVICES"] = "0,1"',
        'GPU = 2\nos.environ["CUDA_VISIBLE_DEVICES"] = str(GPU)',
        'os.putenv("CUDA_VISIBLE_DEVICES", "1")',
        'os.environ.update({"A": "1", "CUDA_VISIBLE_DEVICES": "1"})',
        'os.environ.update(CUDA_VISIBLE_DEVICES="1")',
        'from os import environ\nenviron["CUDA_VISIBLE_DEVICES"] = "1"',
        'if args.debug:\n    os.environ["CUDA_VISIBLE_DEVICES"] = "1"',
        'device = torch.device("cuda:2")',
        'device = "cuda:1" if torch.cuda.is_available() else "cpu"',
        'net.to("cuda:1")\nx.to("cuda:1")',
        "net.cuda(1)",
        "torch.cuda.set_device(1)",
        'x = torch.zeros(3, device="cuda:7")',
    ],
)
def test_a_number_of_the_authors_machine_is_found(make_repo: MakeRepo, code: str) -> None:
    report = check(make_repo({"train.py": f"{HEAD}{code}\n"}, commit=False).root, "PORT003")
    assert [finding.severity for finding in report.findings] == [Severity.WARNING]


@pytest.mark.parametrize(
    "code",
    [
        'os.environ["CUDA_VISIBLE_DEVICES"] = args.gpu',
        'os.environ["CUDA_VISIBLE_DEVICES"] = str(args.gpu)',
        'os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)',
        'os.environ["CUDA_VISIBLE_DEVICES"] = f"{gpu}"',
        'os.environ["CUDA_VISIBLE_DEVICES"] = ""',
        'os.environ["CUDA_VISIBLE_DEVICES"] = "-1"',
        'os.environ.setdefault("CUDA_VISIBLE_DEVICES", "1")',
        'if "CUDA_VISIBLE_DEVICES" not in os.environ:\n    os.environ["CUDA_VISIBLE_DEVICES"] = "1"',
        'if not os.environ.get("CUDA_VISIBLE_DEVICES"):\n    os.environ["CUDA_VISIBLE_DEVICES"] = "1"',
        'if args.gpu is None:\n    os.environ["CUDA_VISIBLE_DEVICES"] = "1"',
        'env = {"CUDA_VISIBLE_DEVICES": "1"}',
        'os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"',
        'gpu = 1\ngpu = args.gpu\nos.environ["CUDA_VISIBLE_DEVICES"] = str(gpu)',
        'net.to("cuda:0")',
        'net.to("cuda")',
        "net.cuda()",
        "net.cuda(args.gpu)",
        'net.to(f"cuda:{args.gpu}")',
        'first.to("cuda:1")\nsecond.to("cuda:2")',
        'first.to("cuda:0")\nsecond.to("cuda:1")',
        'parser.add_argument("--device", default="cuda:1")',
        "torch.cuda.set_device(args.local_rank)",
    ],
)
def test_a_setting_and_a_layout_over_several_gpus_pass(make_repo: MakeRepo, code: str) -> None:
    report = check(make_repo({"train.py": f"{HEAD}{code}\n"}, commit=False).root, "PORT003")
    assert places(report) == []


def test_the_first_gpu_is_only_remarked(make_repo: MakeRepo) -> None:
    code = f'{HEAD}os.environ["CUDA_VISIBLE_DEVICES"] = "0"\n'
    (found,) = check(make_repo({"train.py": code}, commit=False).root, "PORT003").findings
    assert found.severity is Severity.INFO
    assert "CUDA_VISIBLE_DEVICES=0 python train.py" in found.help


def test_other_uses_of_the_same_number_are_shown_beside_the_first(make_repo: MakeRepo) -> None:
    code = f'{HEAD}net.to("cuda:1")\nloss.to("cuda:1")\n'
    (found,) = check(make_repo({"train.py": code}, commit=False).root, "PORT003").findings
    assert [item.location.span.line for item in found.related if item.location.span] == [6]


SET = 'os.environ["CUDA_VISIBLE_DEVICES"] = "3"'


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        (f"import os\n\n{SET}\nprint(1)\n", "import os\n\nprint(1)\n"),
        (f"import os\n{SET}  # mine\n", "import os\n"),
        (f"import os\n{SET}", "import os\n"),
        (
            f"import os\n\ndef f():\n    {SET}\n    return 1\n",
            "import os\n\ndef f():\n    return 1\n",
        ),
        (f"import os\r\n{SET}\r\nprint(1)\r\n", "import os\r\nprint(1)\r\n"),
    ],
)
def test_the_fix_deletes_the_statement(text: str, fixed: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": text.encode()}, commit=False)
    fix(repo, "PORT003")
    assert (repo.root / "train.py").read_bytes() == fixed.encode()


@pytest.mark.parametrize(
    "code",
    [
        f"if args.debug:\n    {SET}",
        f"try:\n    {SET}\nfinally:\n    print(1)",
        f"try:\n    print(1)\nexcept OSError:\n    {SET}",
        f"{SET}; print(1)",
        f"print(1); {SET}",
        f"x = {SET}",
        'os.environ["CUDA_VISIBLE_DEVICES"] = (\n    "3"\n)',
        'os.environ.update(CUDA_VISIBLE_DEVICES="1")',
        'GPU = 2\nos.environ["CUDA_VISIBLE_DEVICES"] = str(GPU)',
        "net.cuda(1)",
    ],
)
def test_what_is_no_line_of_its_own_gets_no_fix(code: str, make_repo: MakeRepo) -> None:
    assert not has_fix(make_repo({"train.py": f"{HEAD}{code}\n"}, commit=False), "PORT003")
