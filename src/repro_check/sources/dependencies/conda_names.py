"""What conda calls a distribution, and what PyPI calls it, where the two differ.

Conda's names are those of https://anaconda.org (channels defaults, conda-forge, pytorch, pyg); a package
that is not listed has the same name in both.
"""

from __future__ import annotations

import re

_NAMES = dict(line.split() for line in """
pytorch torch
pytorch-cpu torch
pytorch-gpu torch
torch-cpu torch
torchvision-cpu torchvision
tensorflow-gpu tensorflow
tensorflow-cpu tensorflow
tensorflow-mkl tensorflow
tensorflow-eigen tensorflow
tensorflow-base tensorflow
keras-gpu keras
keras-base keras
jaxlib-cuda jaxlib
pyg torch-geometric
pytorch-geometric torch-geometric
pytorch-scatter torch-scatter
pytorch-sparse torch-sparse
pytorch-cluster torch-cluster
pytorch-spline-conv torch-spline-conv
matplotlib-base matplotlib
seaborn-base seaborn
dask-core dask
ray-core ray
ray-default ray
ray-tune ray
ray-rllib ray
py-xgboost xgboost
py-xgboost-cpu xgboost
py-xgboost-gpu xgboost
opencv opencv-python
py-opencv opencv-python
libopencv opencv-python
pytables tables
msgpack-python msgpack
python-graphviz graphviz
python-lmdb lmdb
python-xxhash xxhash
python-zstd zstd
python-levenshtein levenshtein
python-fastjsonschema fastjsonschema
python-tzdata tzdata
python-flatbuffers flatbuffers
python-build build
python-wget wget
python-duckdb duckdb
python-clang clang
python-kaleido kaleido
brotli-python brotli
docker-py docker
redis-py redis
snakemake-minimal snakemake
cupy-core cupy
faiss faiss-cpu
pyqt pyqt5
spacy-base spacy
astropy-base astropy
sqlalchemy-base sqlalchemy
pyarrow-core pyarrow
arviz-base arviz
pymc-base pymc
pymc3-base pymc3
pytensor-base pytensor
theano-base theano
numba-base numba
""".split("\n") if line)


def pypi_name(conda_name: str) -> str:
    """The normalised name on PyPI of what conda calls so."""
    plain = re.sub(r"[-_.]+", "-", conda_name).lower()
    return _NAMES.get(plain, plain)
