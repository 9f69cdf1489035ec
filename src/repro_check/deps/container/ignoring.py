"""What does not belong into an image: data, checkpoints, results, secrets, and what can be made anew.

docs.docker.com/build/concepts/context/#dockerignore-files: the last line that fits decides.
"""

from __future__ import annotations

from collections.abc import Iterable

_ALWAYS = (
    ("secrets", (".env*", "**/.env*", "**/*.pem", "**/*.key", "**/id_rsa*", "**/id_ed25519*")),
    (
        "",
        (
            "**/.netrc",
            "**/.pypirc",
            "**/.aws",
            "**/.kaggle",
            "**/kaggle.json",
            "**/*credentials*.json",
        ),
    ),
    (
        "checkpoints",
        ("**/*.pt", "**/*.pth", "**/*.ckpt", "**/*.safetensors", "**/*.h5", "**/*.hdf5"),
    ),
    ("", ("**/*.onnx", "**/*.pkl", "**/*.joblib", "**/*.npz", "**/*.gguf")),
    (
        "made anew",
        (".git", "**/__pycache__", "**/.ipynb_checkpoints", "**/*.egg-info", "build", "dist"),
    ),
    ("", (".venv", "venv", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache")),
    ("", (".pixi", ".dvc/cache", ".dvc/tmp", "**/*.sif")),
)
_FOLDERS = (
    "env",
    "data",
    "datasets",
    "checkpoints",
    "ckpt",
    "ckpts",
    "weights",
    "pretrained",
    "outputs",
    "output",
    "results",
    "runs",
    "logs",
    "wandb",
    "mlruns",
    "lightning_logs",
    "multirun",
)
_CODE = (".py", ".pyi", ".sh", ".yaml", ".yml", ".toml")


def dockerignore(paths: Iterable[str]) -> str:
    """The text of a `.dockerignore`.

    Args:
        paths: of the files of the repository: code in a folder called `data` goes into the image.
    """
    with_code: dict[str, set[str]] = {}
    for path in paths:
        folder, _, rest = path.partition("/")
        if rest and folder in _FOLDERS and path.endswith(_CODE):
            with_code.setdefault(folder, set()).add(path[path.rindex(".") :])
    lines = ["# Kept out of the image; mount what a run needs."]
    for title, patterns in _ALWAYS:
        lines += [f"# {title}"] if title else []
        lines += patterns
    lines += ["# data and results", *_FOLDERS]
    for folder in sorted(with_code):
        lines += [f"!{folder}/**/*{suffix}" for suffix in sorted(with_code[folder])]
    return "\n".join(lines) + "\n"
