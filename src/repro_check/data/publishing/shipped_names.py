"""Which files are data by their names alone, and which folder is that of their data set.

What programs write (results, logs, checkpoints) and what shows or tests a program (figures,
fixtures, examples) is no data set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.runtime.junk import is_junk
from repro_check.sources.kinds import Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.sources.discovery import SourceFile

_DATA = frozenset(
    "csv tsv psv jsonl ndjson parquet feather arrow avro orc npz npy h5 hdf5 mat xlsx xls ods "
    "sqlite sqlite3 db tfrecord tfrecords lmdb h5ad loom sdf mol2 smi smiles xyz extxyz cif "
    "fasta fastq vcf nc arff libsvm svmlight rds rdata sav dta sas7bdat edf nii nrrd mha dcm "
    "fits root zarr las laz shp gpkg geojson pcap conll conllu".split()
)
"""Suffixes of data wherever they stand."""

_DATA_IN_FOLDER = frozenset(
    "json txt xml dat data bin names labels content cites pkl pickle p joblib pt pth zip gz "
    "tgz tar bz2 xz 7z jpg jpeg png bmp gif tif tiff webp mp4 avi wav flac mp3 ogg mid midi "
    "obj off ply stl svm pdb graph edges".split()
)
"""Suffixes of data only in a folder that is called data or the like."""

_PICTURES = frozenset("jpg jpeg png bmp gif tif tiff webp".split())
_PACKED = frozenset({"gz", "bz2", "xz", "zst", "zip"})

_FOLDER = pattern(
    r"(?:.*[-_. ])?(?i:data|datas|datasets?|corpus|corpora)(?:[-_. ].*|\d*)|.*[a-z\d]Data(?:set)?s?"
)
_WORDS = pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NEVER = frozenset(
    "fixture fixtures test tests testing testdata mock mocks dummy example examples demo "
    "demos tutorial tutorials sample samples toy website static locale locales template "
    "templates notebooks result results output outputs log logs run runs wandb mlruns "
    "tensorboard monitor progress prediction predictions preds metrics checkpoint checkpoints "
    "ckpt ckpts weights pretrain pretrained vocab merges metadata tokenizer tokenizers "
    "snapshots schema schemas tsconfig cache out tools readme license licence copying "
    "citation cmakelists".split()
)
"""A file is no data set if its name, or that of any folder on the way to it, has such a word.

`test` counts in folders only: `test.csv` is one part of a data set.
"""

_NOT_OUTSIDE = frozenset(
    "model models trained saved experiment experiments benchmark benchmarks bench image "
    "images img imgs fig figs figure figures plot plots assets media public docs report "
    "reports table tables stats statistics score scores eval evaluation history loss losses "
    "leaderboard summary artifacts pre embedding embeddings umap tsne pca latent latents "
    "activations scripts optuna study config configs".split()
)
"""The same for files that do not lie in a data folder."""

_ILLUSTRATING = frozenset("asset assets fig figs figure figures plot plots icons media".split())
"""The same for pictures."""


def folder_of(source: SourceFile) -> str | None:
    """The folder of the data set that a file belongs to; None if it is no data."""
    if source.role is not Role.PRODUCT or is_junk(source.path):
        return None
    *folders, name = source.path.split("/")
    stem, suffix = _split(name)
    at = next((i for i, folder in enumerate(folders) if _FOLDER.fullmatch(folder)), None)
    if suffix not in _DATA and (at is None or suffix not in _DATA_IN_FOLDER):
        return None
    words = {word for folder in folders for word in _words(folder)}
    words.update(_words(stem) - {"test", "tests", "testing", "sample", "samples", "example"})
    if words & _NEVER or (at is None and words & _NOT_OUTSIDE):
        return None
    if suffix in _PICTURES and words & _ILLUSTRATING:
        return None
    return "/".join(folders if at is None else folders[: at + 1])


def is_picture(path: str) -> bool:
    """Whether a file is a picture, of which a few illustrate and only many are data."""
    return _split(path)[1] in _PICTURES


def _split(name: str) -> tuple[str, str]:
    """The stem and the telling suffix of a name: `x.csv.gz` is a CSV."""
    stem, _, suffix = name.rpartition(".")
    inner, _, packed = stem.rpartition(".")
    if suffix.lower() in _PACKED and inner and packed.lower() in _DATA:
        stem, suffix = inner, packed
    return stem, suffix.lower() if stem else ""


def _words(name: str) -> set[str]:
    """The words of a name, and the name itself: of `test_runData` `test`, `run`, `data`."""
    return {word.lower() for word in (name, *_WORDS.findall(name))}
