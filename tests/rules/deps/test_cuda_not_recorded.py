"""DEPS012: code that needs a GPU, and nothing that names its CUDA."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]
TRAIN = (
    "import torch\n\n\ndef main():\n    model = torch.nn.Linear(1, 1).cuda()\n"
    "    return model\n\n\nif __name__ == '__main__':\n    main()\n"
)
BASE = {"requirements.txt": "torch==1.12.1\n", "train.py": TRAIN}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""
    return lambda files: places(check(make_repo(files, commit=False).root, "DEPS012"))


def code(body: str, imports: str = "import torch") -> str:
    """A script with this body."""
    return f"{imports}\n\n\ndef main(model, args):\n    {body}\n\n\nif __name__ == '__main__':\n    main(1, 2)\n"


@pytest.mark.parametrize(
    ("requirement", "text"),
    [
        ("torch==1.12.1", code("model.cuda()")),
        ("torch==1.12.1", code("model.net.cuda(0)")),
        ("torch==1.12.1", code("model.to('cuda:0')")),
        ("torch==1.12.1", code("model.to(device='cuda')")),
        ("torch==1.12.1", code("x = torch.zeros(3, device='cuda')")),
        ("cupy==12.0.0", code("x = cupy.zeros(3)", "import cupy")),
        ("paddlepaddle==2.5.0", code("paddle.set_device('gpu')", "import paddle")),
        ("mxnet==1.9.1", code("x = mx.gpu(0)", "import mxnet as mx")),
        ("jax==0.4.30", code("d = jax.devices('gpu')", "import jax")),
        ("tensorflow==2.4.0", code("tf.device('/gpu:0')", "import tensorflow as tf")),
    ],
)
def test_a_pinned_framework_whose_code_needs_a_gpu_is_noted(
    judge: Judge, requirement: str, text: str
) -> None:
    files = {"requirements.txt": f"numpy==1.26\n{requirement}\n", "train.py": text}
    assert judge(files) == ["requirements.txt:2:1 DEPS012"]


def test_cuda_extensions_need_a_gpu(judge: Judge) -> None:
    setup = (
        "from setuptools import setup\nfrom torch.utils.cpp_extension import CUDAExtension\n"
        "setup(name='ops', ext_modules=[CUDAExtension('ops', ['ops.cu'])])\n"
    )
    assert judge({"requirements.txt": "torch==1.12.1\n", "setup.py": setup}) == [
        "requirements.txt:1:1 DEPS012"
    ]


@pytest.mark.parametrize(
    "text",
    [
        code("device = 'cuda' if torch.cuda.is_available() else 'cpu'\n    model.to(device)"),
        code("if torch.cuda.is_available():\n        model.cuda()"),
        code("if args.cuda:\n        model.cuda()"),
        code("model = model.cuda() if args.gpu else model"),
        code("model.to('cpu')"),
        "import torch\n\n\nclass Net:\n    def _cuda(self):\n        self.model.cuda()\n",
        code("try:\n        model.cuda()\n    except RuntimeError:\n        pass"),
        code("args.cuda()", "import numpy"),
        code("print('cuda')"),
    ],
)
def test_code_that_does_without_a_gpu_is_not_asked(judge: Judge, text: str) -> None:
    assert judge({"requirements.txt": "torch==1.12.1\n", "train.py": text}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "torch\n"},
        {"requirements.txt": "torch>=1.12\n"},
        {"requirements.txt": "torch==1.12.1+cu113\n"},
        {"requirements.txt": "-f https://download.pytorch.org/whl/cu113/torch_stable.html\ntorch==1.12.1\n"},
        {"requirements.txt": "torch==1.12.1\nnvidia-cudnn-cu11==8.5.0.96\n"},
        {"requirements.txt": "torch==1.12.1\ncupy-cuda11x==12.0\n"},
        {"environment.yml": "name: x\ndependencies:\n  - pytorch=1.12.1\n  - cudatoolkit=11.3\n"},
        {"environment.yml": "name: x\ndependencies:\n  - pytorch=1.12.1=py3.8_cuda11.3_cudnn8.3.2_0\n"},
        {"environment.yml": "name: x\ndependencies:\n  - pytorch-cuda=12.1\n"},
        {"README.md": "# X\n\nNeeds CUDA 11.3.\n"},
        {"README.md": "# X\n\nNeeds CUDA toolkit (version 10.2)\n"},
        {"README.md": "# X\n\nCUDA 11 and cuDNN 8\n"},
        {"README.md": "# X\n\n```\npip install torch==1.12.1 --extra-index-url https://download.pytorch.org/whl/cu116\n```\n"},
        {"Dockerfile": "FROM nvidia/cuda:11.3.1-devel-ubuntu20.04\n"},
        {"Dockerfile": "FROM pytorch/pytorch:1.12.1-cuda11.3-cudnn8-runtime\n"},
        {"lab.def": "Bootstrap: docker\nFrom: registry.example.org/nvidia/pytorch:22.07-py3\n"},
        {"run.slurm": "module load cuda/11.3\npython train.py\n"},
        {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["torch"]\n[[tool.uv.index]]\nname = "p"\nurl = "https://download.pytorch.org/whl/cu121"\n[tool.uv.sources]\ntorch = {index = "p"}\n'},
        {"uv.lock": 'version = 1\n[[package]]\nname = "nvidia-cuda-runtime-cu12"\nversion = "12.1.105"\nsource = { registry = "https://index.example.org/simple" }\n'},
    ],
)  # fmt: skip
def test_one_record_is_enough_and_what_is_not_pinned_is_not_asked(
    judge: Judge, files: dict[str, str]
) -> None:
    assert judge({**BASE, **files}) == []


def test_visible_devices_record_nothing(judge: Judge) -> None:
    readme = "# X\n\n```\nCUDA_VISIBLE_DEVICES=0 python train.py --device cuda:0\n```\n"
    assert len(judge({**BASE, "README.md": readme})) == 1


def test_what_the_wheel_on_pypi_was_built_for_is_said(make_repo: MakeRepo) -> None:
    files = {**BASE, "requirements.txt": "torch==2.5.1\n"}
    (finding,) = check(make_repo(files, commit=False).root, "DEPS012").findings
    assert "built for CUDA 12.4" in finding.message
    assert [one.location.label for one in finding.related] == ["train.py:5:13"]


def test_the_trial_at_the_end_of_an_imported_module_needs_nothing(judge: Judge) -> None:
    files = {
        "requirements.txt": "torch==1.12.1\n",
        "net.py": "import torch\n\n\ndef net():\n    return torch.nn.Linear(1, 1)\n\n\n"
        "if __name__ == '__main__':\n    net().cuda()\n",
        "train.py": "from net import net\n\nif __name__ == '__main__':\n    net()\n",
    }
    assert judge(files) == []
