"""Which files under git are data that a repository ships, and to which data set they belong."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from conftest import Repo

from repro_check.data.publishing.shipped import DataFile, ShippedData, shipped_data
from repro_check.sources.discovery import discover

MakeRepo = Callable[..., Repo]
SHA = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize 2400000\n"


def folders(make_repo: MakeRepo, *paths: str) -> list[str]:
    """The data folders of a repository with files at these paths."""
    repo = make_repo({path: f"{path}\n" for path in paths})
    return [data.folder for data in shipped_data(discover(repo.root))]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("data/train.csv", "data"),
        ("data/raw/2021/train.csv.gz", "data"),
        ("lab/datasets/mnist/x.npz", "lab/datasets"),
        ("UCI_Datasets/wine/data/data.txt", "UCI_Datasets"),
        ("BananaData/a.dat", "BananaData"),
        ("train_data/a.json", "train_data"),
        ("raw-data/a.zip", "raw-data"),
        ("corpus/a.txt", "corpus"),
        ("Data/test.csv", "Data"),
        ("benchmarks/data/a.csv", "benchmarks/data"),
        ("patients.parquet", ""),
        ("input/edges.csv", "input"),
        ("data/sample_ids.csv", "data"),
    ],
)
def test_data_belong_to_the_first_data_folder_or_to_their_own(
    make_repo: MakeRepo, path: str, folder: str
) -> None:
    assert folders(make_repo, path) == [folder]


@pytest.mark.parametrize(
    "path",
    [
        *("tests/data/a.csv", "docs/data/a.csv", "third_party/data/a.csv", "test_data/a.csv"),
        *("data/fixtures/a.csv", "examples/data/a.csv", "src/data/sample_data/a.csv"),
        *("results/a.csv", "data/results/a.csv", "logs/0.monitor.csv", "runs/1/progress.csv"),
        *("outputs/a.npz", "checkpoints/a.h5", "data/pretrained/a.h5", "models/unet.h5"),
        *("train_results.csv", "test_predictions.csv", "metrics.csv", "scores/atari.csv"),
        *("figures/a.csv", "imgs/a.npy", "assets/a.xlsx", "vocab.json", "tokenizer/vocab.tsv"),
        *("a.json", "a.txt", "a.zip", "weights.pkl", "x/photo.jpg", "pipeline.ipynb"),
        *("data/a.py", "data/a.ipynb", "data/a.md", "data/a.yaml", "data/README.txt"),
        *("data/LICENSE.txt", "data/.DS_Store", "data/Thumbs.db", "data/.gitkeep"),
        *("package-lock.json", "uv.lock", "data/schema.json", "data/dataset_metadata.json"),
        *("custom-dataset/CMakeLists.txt", "notebooks/a.csv", "tools/data/a.json"),
    ],
)
def test_what_programs_write_and_what_shows_or_tests_them_is_no_data_set(
    make_repo: MakeRepo, path: str
) -> None:
    assert folders(make_repo, path) == []


def test_tables_of_a_program_in_another_language_are_no_data_set(make_repo: MakeRepo) -> None:
    paths = ("crates/x/Cargo.toml", "crates/x/data/a.csv", "crates/y/data/a.csv", "package.json")
    assert folders(make_repo, *paths) == ["crates/y/data"]


def test_a_pointer_of_git_lfs_stands_for_its_content(make_repo: MakeRepo) -> None:
    repo = make_repo({"data/a.csv": POINTER, "data/b.csv": "1,2\n"})
    assert shipped_data(discover(repo.root)) == (
        ShippedData("data", (DataFile("data/a.csv", 2_400_000, SHA), DataFile("data/b.csv", 4))),
    )


def test_a_few_pictures_illustrate_and_many_are_data(make_repo: MakeRepo) -> None:
    assert folders(make_repo, "data/banner.png", "data/images/a.jpg") == []
    assert folders(make_repo, *(f"assets/dataset/{n}.png" for n in range(10))) == []
    assert folders(make_repo, *(f"data/cats/{n}.jpg" for n in range(10))) == ["data"]


@pytest.mark.parametrize(
    ("head", "is_data"),
    [
        (",episode,episode_reward,step,seed", False),
        ("epoch,train/loss,val/loss,val/acc", False),
        ("id,age,outcome", True),
        ("step,action,state", True),
    ],
)
def test_a_table_of_what_training_measured_is_no_data_set(
    make_repo: MakeRepo, head: str, *, is_data: bool
) -> None:
    repo = make_repo({"data/a.csv": f"{head}\n1,2,3,4\n"})
    assert bool(shipped_data(discover(repo.root))) == is_data


def test_what_git_does_not_have_is_not_shipped(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": "x = 1\n"})
    repo.write({"data/a.csv": "1\n"})
    assert shipped_data(discover(repo.root)) == ()


def test_links_are_not_followed(make_repo: MakeRepo) -> None:
    repo = make_repo({"data/a.csv": "1\n"})
    os.symlink("a.csv", repo.root / "data" / "b.csv")
    repo.commit()
    (data,) = shipped_data(discover(repo.root))
    assert [file.path for file in data.files] == ["data/a.csv"]


def test_a_folder_that_leads_out_of_the_repository_is_not_entered(make_repo: MakeRepo) -> None:
    repo = make_repo({"data/a.csv": "1\n", "more/data/b.csv": "1\n"})
    os.rename(repo.root / "data", repo.root.parent / "elsewhere")
    os.symlink(repo.root.parent / "elsewhere", repo.root / "data")
    assert [data.folder for data in shipped_data(discover(repo.root))] == ["more/data"]
