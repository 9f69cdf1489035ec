"""The bundled map from modules to distributions."""

from __future__ import annotations

import re
import sys

import pytest

from repro_check.project.environment.import_names import ImportNames, Shipped


@pytest.fixture(scope="module")
def names() -> ImportNames:
    return ImportNames()


@pytest.mark.parametrize(
    ("module", "first"),
    [
        ("cv2", "opencv-python"),
        ("PIL.Image", "pillow"),
        ("yaml", "pyyaml"),
        ("sklearn.linear_model.Ridge", "scikit-learn"),
        ("skimage", "scikit-image"),
        ("hydra", "hydra-core"),
        ("bs4", "beautifulsoup4"),
        ("dateutil.parser", "python-dateutil"),
        ("git", "gitpython"),
        ("Crypto.Cipher", "pycryptodome"),
        ("attr", "attrs"),
        ("dotenv", "python-dotenv"),
        ("faiss", "faiss-cpu"),
        ("torch_scatter", "torch-scatter"),
        ("torch.nn.functional", "torch"),
        ("pytorch_lightning", "pytorch-lightning"),
        ("ot", "pot"),
        ("umap", "umap-learn"),
        ("Bio.Seq", "biopython"),
        ("gym", "gym"),
        ("jwt", "pyjwt"),
        ("serial", "pyserial"),
        ("docx", "python-docx"),
        ("mmcv", "mmcv"),
        ("typing_extensions", "typing-extensions"),
        ("google.protobuf", "protobuf"),
        ("google.cloud.storage.Client", "google-cloud-storage"),
        ("azure.storage.blob", "azure-storage-blob"),
        ("ruamel.yaml", "ruamel-yaml"),
        ("mpl_toolkits.mplot3d.Axes3D", "matplotlib"),
        ("mpl_toolkits.basemap", "basemap"),
    ],
)
def test_a_module_is_known_by_its_most_used_distribution(
    names: ImportNames, module: str, first: str
) -> None:
    found = names.find(module)
    assert found is not None
    assert found.distributions[0] == first
    assert found.is_on_index


def test_all_popular_distributions_of_a_module_are_named(names: ImportNames) -> None:
    found = names.find("cv2")
    assert found is not None
    assert {"opencv-python-headless", "opencv-contrib-python"} <= set(found.distributions)


@pytest.mark.parametrize("module", ["apex.amp", "detectron2.config", "pytorch3d.io", "caffe"])
def test_what_is_not_on_the_index_under_its_name_is_marked(names: ImportNames, module: str) -> None:
    found = names.find(module)
    assert found is not None
    assert not found.is_on_index


@pytest.mark.parametrize(
    "module",
    [
        *("tests", "test", "src", "utils", "model", "models", "data", "config", "scripts", "docs"),
        *("examples", "core", "lib", "tools", "common", "main", "networks", "trainer", "losses"),
        *("google", "azure", "zope", "sphinxcontrib", "mpl_toolkits", "ruamel", "nvidia"),
        *("setuptools", "pkg_resources", "pip", "bpy", "no_such_module_at_all"),
        *("google.colab", "azure.nothing", "", "numpyx", "num"),
    ],
)
def test_a_module_that_tells_nothing_of_who_ships_it_is_not_known(
    names: ImportNames, module: str
) -> None:
    assert names.find(module) is None


def test_the_map_is_sorted_wide_and_has_no_module_of_python_itself(names: ImportNames) -> None:
    lines = names._lines
    modules = [line.partition(" ")[0] for line in lines]
    assert len(modules) > 10_000
    assert len(set(modules)) == len(modules)
    assert lines == sorted(lines, key=str.encode)
    assert not sys.stdlib_module_names.intersection(modules)
    form = re.compile(r"[A-Za-z_][\w.]*( !?[a-z0-9]+(-[a-z0-9]+)*)*")
    assert [line for line in lines if not form.fullmatch(line)] == []


def test_the_longest_name_wins() -> None:
    names = ImportNames("a one\na.b two\na.b.c three four\n")
    assert names.find("a.b.c.d") == Shipped("a.b.c", ("three", "four"))
    assert names.find("a.b.x") == Shipped("a.b", ("two",))
    assert names.find("a.x") == Shipped("a", ("one",))
    assert names.find("ab") is None
