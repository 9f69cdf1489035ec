"""A Croissant description to fill in, for data that are published.

Source: docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. What only the authors know
(licence, creators, citation, date, fields) is left out or a TODO: nothing is made up.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repro_check.data.publishing.shipped import DataFile

VERSION = "http://mlcommons.org/croissant/1.1"

_TERMS = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field"),
    *("fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset"),
    *("jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
"""What is looked up in Croissant's own vocabulary, and not in schema.org's (appendix 1)."""

_MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "json": "application/json",
    "jsonl": "application/jsonlines",
    "ndjson": "application/jsonlines",
    "geojson": "application/geo+json",
    "xml": "application/xml",
    "parquet": "application/x-parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "feather": "application/vnd.apache.arrow.file",
    "h5": "application/x-hdf5",
    "hdf5": "application/x-hdf5",
    "nc": "application/x-netcdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "sqlite": "application/vnd.sqlite3",
    "db": "application/vnd.sqlite3",
    "zip": "application/zip",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
}


def croissant(name: str, files: Iterable[DataFile], *, folder: str = "") -> str:
    """A stub in JSON-LD that Croissant's readers accept, with the digest of each file.

    Args:
        name: of the data set.
        files: with their sha256, in the order in which they will be listed.
        folder: where the stub will stand; the files' addresses in it are relative to that.
    """
    document = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": name,
        "description": "TODO: what the data are. Add license, creator, citeAs, datePublished, version "
        "and url, and a recordSet with the fields.",
        "distribution": list(_file_objects(files, folder)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _context() -> dict[str, Any]:
    terms: dict[str, Any] = {term: f"cr:{term}" for term in _TERMS}
    terms |= {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    }
    return dict(sorted(terms.items()))


def _file_objects(files: Iterable[DataFile], folder: str) -> Iterator[dict[str, str]]:
    taken: set[str] = set()
    for file in files:
        path = posixpath.relpath(file.path, folder) if folder else file.path
        suffix = path.rpartition("/")[2].rpartition(".")[2].lower()
        yield {
            "@type": "cr:FileObject",
            "@id": _identifier(path, taken),
            "name": path,
            "contentUrl": path,
            "contentSize": f"{file.size} B",
            "encodingFormat": _MEDIA_TYPES.get(suffix, "application/octet-stream"),
            "sha256": file.sha256,
        }


def _identifier(path: str, taken: set[str]) -> str:
    """A path as readers of JSON-LD take it for an identifier: no white space, no marks of URLs."""
    plain = re.sub(r"[^\w./+-]", "_", path)
    name = plain
    number = 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name
