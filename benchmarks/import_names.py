"""Makes the map from import names to distributions that the package ships.

    python -m pip download --no-deps pigar && unzip -j pigar-*.whl pigar/.db.sqlite3
    python benchmarks/import_names.py .db.sqlite3 popular.txt

Sources. The top-level modules of every distribution come from the database that pigar ships
(https://github.com/damnever/pigar, BSD-3-Clause), which its authors read out of the public metadata of
the files on PyPI; facts alone are taken, no code. Which distributions matter, and which of those that
ship the same module comes first, is decided by a list of names by downloads, one a line, the most
downloaded first (https://github.com/hugovk/top-pypi-packages, MIT; made from PyPI's public download
statistics). `import_names_extra.txt` adds what research code imports and few others do, and
what no metadata tells: names inside namespace packages, and libraries that are not on PyPI.

Left out are modules that say nothing about who ships them (`tests`, `utils`, `src`): those that many
distributions ship by accident.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from repro_check.project.environment.standard_library import is_standard

TARGET = Path(__file__).parents[1] / "src/repro_check/project/environment/import_names.txt"
EXTRA = Path(__file__).with_name("import_names_extra.txt")
HEADER = """\
# Import names and the distributions that ship them, the most downloaded first; alone: a distribution of
# the same name. "!" before a name: not to be had from PyPI under this name.
# Made by benchmarks/import_names.py from public metadata of PyPI, by way of pigar's database
# (https://github.com/damnever/pigar, BSD-3-Clause).
"""
MOST_POPULAR = 12_000
MOST_OWNERS = 5
# a module of more distributions than this is there by accident, or a namespace
COMMON = 25
# ... but these many copy, or extend
KNOWN = frozenset(
    "aim annoy art attrdict autogluon backtrader basicsr binance botocore camelot chess chronos colbert "
    "comet cupy cupyx cv2 darts databricks datasets decord deepface dgl discord docker docx dropbox "
    "easyocr econml emmet esm faust fiftyone flair functional github gin googletrans graphframes "
    "groundingdino haystack ibis imgaug insightface interpret kernels lime manim mcp mediapipe mlx mmcv "
    "mmdet mxnet nemo netifaces newspaper opencc openvino optimum osgeo paddle pip pyannote pyppeteer "
    "pyrogram pyro pyscf qiskit quantities realesrgan rembg requests retinaface scs seleniumwire simhash "
    "skopt sparse spotipy stl superset tabpfn taichi talib telebot tensorflow textract transformations "
    "twisted twitter ultralytics vtkmodules warp weave whisper whisperx wikipedia wx".split()
)
# a rarely downloaded distribution of a plain word that some others ship too
PLAIN_WORD = re.compile(r"[a-z]+")
RARE, SHARED = 2_500, 4
MODULE = re.compile(r"[A-Za-z_]\w*")
NEVER = frozenset(
    # given by a program that runs Python inside itself, or by every environment
    "bpy mathutils bmesh pip setuptools pkg_resources wheel _distutils_hack __init__ __main__ "
    # words of this trade, which mean a file that git ignores before they mean a distribution
    "args arguments augmentations backbone backbones baseline baselines checkpoint classifier cfg conf "
    "constants criterion dataloader dataloaders dataset decoder embeddings encoder engine env envs "
    "environment eval evaluation evaluator experiment feature features functions generator graph helper "
    "helpers hparams hyperparameters init layers learner loader loaders logging_utils loss losses lr "
    "metric metrics model models module modules my net nets network networks optim optimizer optimizers "
    "options params parameters plot plots plotting policies policy predict preprocess preprocessing "
    "processing registry runner runners sampler samplers schedulers search settings solver stats task "
    "tasks trainer trainers training train transform transforms util utils vis visualization visualize "
    "visualizer vocab wrappers wrapper types version extension extensions ext ops common core at runs "
    "results stages sequences records segments conditional constraint expression inference intervals "
    "iterators priority returns rules sampling technical cuda".split()
)


def normal(name: str) -> str:
    """A distribution's name in its normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped(database: Path) -> dict[str, set[str]]:
    """The distributions that ship each top-level module, by normal names."""
    owners: dict[str, set[str]] = {}
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    query = """select d.name, t.name from distributions d
               join top_level_module_names t on t.distribution_id = d.id"""
    for distribution, module in connection.execute(query):
        if MODULE.fullmatch(module):
            owners.setdefault(module, set()).add(normal(distribution))
    connection.close()
    return owners


def chosen(owners: dict[str, set[str]], ranks: dict[str, int]) -> Iterator[tuple[str, list[str]]]:
    """Each module that tells who ships it, with its popular owners."""
    described = {name for names in owners.values() for name in names}
    for module, names in owners.items():
        popular = sorted((name for name in names if name in ranks), key=ranks.__getitem__)
        if popular and not is_accident(module, names, ranks[popular[0]]):
            # who ships it under its own name, or is far more used, comes first; the tail is forks
            yield module, popular[:MOST_OWNERS]
    for name in ranks:
        module = name.replace("-", "_")
        if name not in described and module not in owners and MODULE.fullmatch(module):
            yield module, [name]


def is_accident(module: str, owners: set[str], best: int) -> bool:
    """Whether a module's name tells nothing about who ships it."""
    if module in NEVER or module.lower() in NEVER or is_standard(module):
        return True
    if module in KNOWN:
        return False
    if len(owners) >= COMMON:
        return True
    if best > RARE and len(owners) > SHARED and PLAIN_WORD.fullmatch(module):
        return True
    own = any(normal(module) == owner for owner in owners)
    return module.startswith("_") and not own


def extra(path: Path) -> Iterator[tuple[str, list[str]]]:
    """What is written by hand: `module distribution ...` or a name that is both, several a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("="):
            yield from ((name, [normal(name)]) for name in text[1:].split())
        elif text:
            module, *names = text.split()
            yield module, ["!" * name.startswith("!") + normal(name.lstrip("!")) for name in names]


def lines(table: Iterable[tuple[str, list[str]]]) -> list[str]:
    """The lines of the map, sorted by their bytes."""
    merged: dict[str, list[str]] = dict(table)
    given = {name for name, _ in extra(EXTRA)}
    for name in given:
        # of a namespace only what lies inside tells who ships it
        if "." in name and name.partition(".")[0] not in given:
            merged.pop(name.partition(".")[0], None)
    made = []
    for module, names in merged.items():
        is_plain = names == [normal(module)] and "." not in module
        made.append(module if is_plain else f"{module} {' '.join(names)}")
    return sorted(made, key=lambda line: line.encode())


def main(arguments: list[str] | None = None) -> int:
    """Write the map."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("database", type=Path, help="pigar's .db.sqlite3")
    parser.add_argument("popular", type=Path, help="names of distributions, most downloaded first")
    parser.add_argument("--to", type=Path, default=TARGET)
    given = parser.parse_args(arguments)
    names = given.popular.read_text(encoding="utf-8").split()[:MOST_POPULAR]
    ranks = {normal(name): rank for rank, name in enumerate(names)}
    table = [*chosen(shipped(given.database), ranks), *extra(EXTRA)]
    given.to.write_text(HEADER + "\n".join(lines(table)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
