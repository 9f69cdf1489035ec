from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.sources.kinds import Kind, Role, kind_of, role_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("train.py", Kind.PYTHON),
        ("a/b/Train.PY", Kind.PYTHON),
        ("a.ipynb", Kind.NOTEBOOK),
        ("conf/a.yaml", Kind.YAML),
        ("a.yml", Kind.YAML),
        ("data/train.dvc", Kind.YAML),
        ("data/train.csv.dvc", Kind.YAML),
        ("pipelines/dvc.lock", Kind.YAML),
        ("uv.lock", Kind.OTHER),
        (".dvcignore", Kind.OTHER),
        (".dvc/config", Kind.OTHER),
        ("pyproject.toml", Kind.TOML),
        ("a.json", Kind.JSON),
        ("README.md", Kind.MARKDOWN),
        ("a.markdown", Kind.MARKDOWN),
        ("run.sh", Kind.SHELL),
        ("run.bash", Kind.SHELL),
        ("job.slurm", Kind.SHELL),
        ("job.sbatch", Kind.SHELL),
        ("paper.tex", Kind.LATEX),
        ("Dockerfile", Kind.DOCKERFILE),
        ("docker/Dockerfile.gpu", Kind.DOCKERFILE),
        ("gpu.Dockerfile", Kind.DOCKERFILE),
        ("Makefile", Kind.MAKEFILE),
        ("GNUmakefile", Kind.MAKEFILE),
        ("rules.mk", Kind.MAKEFILE),
        ("requirements.txt", Kind.REQUIREMENTS),
        ("requirement.txt", Kind.REQUIREMENTS),
        ("requirements.in", Kind.REQUIREMENTS),
        ("requirements-dev.txt", Kind.REQUIREMENTS),
        ("requirements_dev.txt", Kind.REQUIREMENTS),
        ("requirements.lock.txt", Kind.REQUIREMENTS),
        ("dev-requirements.txt", Kind.REQUIREMENTS),
        ("Requirements.TXT", Kind.REQUIREMENTS),
        ("constraints.txt", Kind.REQUIREMENTS),
        ("requirements/base.txt", Kind.REQUIREMENTS),
        ("reqs/gpu.in", Kind.REQUIREMENTS),
        ("MANIFEST.in", Kind.OTHER),
        ("notes.txt", Kind.OTHER),
        ("my_requirements_notes.doc", Kind.OTHER),
        ("softwarerequirements.txt", Kind.OTHER),
        ("robots.txt", Kind.OTHER),
        ("LICENSE", Kind.OTHER),
        ("a.pyc", Kind.OTHER),
        ("py", Kind.OTHER),
        (".py", Kind.PYTHON),
        ("dockerfiles/a.txt", Kind.OTHER),
        ("makefile.txt", Kind.OTHER),
        ("a.py/data", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_the_kind_of_a_file_follows_from_its_path(path: str, kind: Kind) -> None:
    assert kind_of(path) is kind


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("train.py", Role.PRODUCT),
        ("test.py", Role.PRODUCT),
        ("src/testing_utils.py", Role.PRODUCT),
        ("src/latest.py", Role.PRODUCT),
        ("contest/train.py", Role.PRODUCT),
        ("docstrings.py", Role.PRODUCT),
        ("examples/train.py", Role.PRODUCT),
        ("conf/test_set.yaml", Role.PRODUCT),
        ("tests/a.py", Role.TEST),
        ("pkg/Tests/a.py", Role.TEST),
        ("pkg/test/data.json", Role.TEST),
        ("test_model.py", Role.TEST),
        ("model_test.py", Role.TEST),
        ("test_model.ipynb", Role.TEST),
        ("conftest.py", Role.TEST),
        ("docs/conf.py", Role.DOCS),
        ("doc/a.md", Role.DOCS),
        ("README.md", Role.PRODUCT),
        ("third_party/a.py", Role.VENDORED),
        ("a/vendor/b/test_c.py", Role.VENDORED),
        ("external/lib/train.py", Role.VENDORED),
        ("venv/lib/python3.11/site-packages/a.py", Role.VENDORED),
        ("node_modules/a.json", Role.VENDORED),
        ("external.py", Role.PRODUCT),
        ("vendor", Role.PRODUCT),
        ("a_pb2.py", Role.GENERATED),
        ("a_pb2_grpc.py", Role.GENERATED),
        ("pkg/_version.py", Role.GENERATED),
        ("pkg/version.py", Role.PRODUCT),
        (".ipynb_checkpoints/a-checkpoint.ipynb", Role.GENERATED),
    ],
)
def test_the_role_of_a_file_follows_from_its_path(path: str, role: Role) -> None:
    assert role_of(path) is role


@given(st.text())
def test_any_path_has_a_kind_and_a_role(path: str) -> None:
    assert isinstance(kind_of(path), Kind)
    assert isinstance(role_of(path), Role)
