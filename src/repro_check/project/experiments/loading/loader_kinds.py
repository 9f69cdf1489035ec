"""The calls of libraries that read a config, and how each of them reads scalars."""

from __future__ import annotations

import enum

import msgspec

from repro_check.sources.kinds import Kind
from repro_check.text import pattern


class LoaderKind(enum.Enum):
    """By what a config is loaded."""

    HYDRA = "hydra"
    COMPOSE = "hydra compose"
    OMEGACONF = "omegaconf"
    YAML = "pyyaml"
    RUAMEL = "ruamel.yaml"
    JSON = "json"
    TOML = "toml"
    INI = "configparser"
    MMENGINE = "mmengine"
    YACS = "yacs"
    LAZY = "detectron2 lazy config"
    LIGHTNING = "lightning cli"
    JSONARGPARSE = "jsonargparse"
    TRANSFORMERS = "transformers"
    CONFIGARGPARSE = "configargparse"
    DATACLASS = "dataclass command line"
    ML_COLLECTIONS = "ml_collections"
    GIN = "gin"
    SACRED = "sacred"
    ARGPARSE = "argparse"


class ReadsAs(enum.Enum):
    """How a loader reads scalars.

    PYYAML is YAML 1.1, where `1e-4` is text; OMEGACONF and JSONARGPARSE have a resolver that makes a
    number of it (omegaconf/_utils.py `get_yaml_loader`; jsonargparse/_loaders_dumpers.py); YACS gives
    text to `ast.literal_eval` (yacs/config.py `_decode_cfg_value`), so that it is a number, too.
    """

    PYYAML = "yaml 1.1"
    OMEGACONF = "omegaconf"
    JSONARGPARSE = "jsonargparse"
    YACS = "yacs"
    YAML_1_2 = "yaml 1.2"
    JSON = "json"
    TOML = "toml"
    PYTHON = "python"
    TEXT = "text"


class Known(msgspec.Struct, frozen=True):
    """A call that loads a config.

    Attributes:
        kind: by what.
        reads_as: how it reads the scalars of a YAML file, or of its only format.
        names: the parameters that may hold the path, the first one also by position.
        at: the position of the path; -1 if it is given by name alone.
    """

    kind: LoaderKind
    reads_as: ReadsAs
    names: tuple[str, ...] = ("file",)
    at: int = 0


_YAML = Known(LoaderKind.YAML, ReadsAs.PYYAML, ("stream",))
_JSON = Known(LoaderKind.JSON, ReadsAs.JSON, ("fp", "s"))
_TOML = Known(LoaderKind.TOML, ReadsAs.TOML, ("fp", "f", "s"))
_RUAMEL = Known(LoaderKind.RUAMEL, ReadsAs.YAML_1_2, ("stream",))
_MM = Known(LoaderKind.MMENGINE, ReadsAs.PYYAML, ("filename",))
_TABLE = (
    (r"hydra\.main", Known(LoaderKind.HYDRA, ReadsAs.OMEGACONF, ("config_path",))),
    (
        r"hydra\.(experimental\.)?(compose\.)?compose",
        Known(LoaderKind.COMPOSE, ReadsAs.OMEGACONF, ("config_name",)),
    ),
    (
        r"omegaconf\.(omegaconf\.)?OmegaConf\.load",
        Known(LoaderKind.OMEGACONF, ReadsAs.OMEGACONF, ("file_",)),
    ),
    (r"yaml\.(safe_load|load|full_load|unsafe_load|safe_load_all|load_all)", _YAML),
    (r"(ruamel\.yaml|ruamel_yaml)\.(safe_load|load|round_trip_load|YAML\(\)\.load)", _RUAMEL),
    (r"(json|simplejson|ujson|orjson|commentjson|json5|pyjson5|hjson)\.loads?", _JSON),
    (r"(toml|tomllib|tomli|tomlkit|pytoml)\.loads?", _TOML),
    (
        r"(configparser|six\.moves\.configparser)\.\w*ConfigParser\(\)\.(read|read_file)",
        Known(LoaderKind.INI, ReadsAs.TEXT, ("filenames", "f")),
    ),
    (r"(mmengine|mmcv)\.(\w+\.)*Config\.fromfile", _MM),
    (
        r"detectron2\.config\.(lazy\.)?LazyConfig\.load",
        Known(LoaderKind.LAZY, ReadsAs.PYTHON, ("filename",)),
    ),
    (
        r"(pytorch_lightning|lightning)\.(\w+\.)*LightningCLI",
        Known(LoaderKind.LIGHTNING, ReadsAs.JSONARGPARSE, (), -1),
    ),
    (
        r"jsonargparse\.(ArgumentParser|CLI|auto_cli)",
        Known(LoaderKind.JSONARGPARSE, ReadsAs.JSONARGPARSE, ("default_config_files",), -1),
    ),
    (
        r"transformers\.(\w+\.)*HfArgumentParser\(\)\.parse_json_file",
        Known(LoaderKind.TRANSFORMERS, ReadsAs.JSON, ("json_file",)),
    ),
    (
        r"transformers\.(\w+\.)*HfArgumentParser\(\)\.parse_yaml_file",
        Known(LoaderKind.TRANSFORMERS, ReadsAs.PYYAML, ("yaml_file",)),
    ),
    (
        r"(configargparse|ConfigArgParse)\.(ArgumentParser|ArgParser|get_arg_parser|get_argument_parser)",
        Known(LoaderKind.CONFIGARGPARSE, ReadsAs.TEXT, ("default_config_files",), -1),
    ),
    (
        r"(tyro|simple_parsing|pyrallis|draccus|chz)\.(cli|parse|wrap|nested_entrypoint|ArgumentParser)",
        Known(LoaderKind.DATACLASS, ReadsAs.PYTHON, (), -1),
    ),
    (
        r"ml_collections\.(config_flags\.)+DEFINE_config_file",
        Known(LoaderKind.ML_COLLECTIONS, ReadsAs.PYTHON, ("default",), 1),
    ),
    (
        r"gin\.parse_config_file",
        Known(LoaderKind.GIN, ReadsAs.PYTHON, ("config_file",)),
    ),
    (
        r"gin\.parse_config_files_and_bindings",
        Known(LoaderKind.GIN, ReadsAs.PYTHON, ("config_files",)),
    ),
    (
        r"sacred\.Experiment\(\)\.add_config",
        Known(LoaderKind.SACRED, ReadsAs.PYYAML, ("cfg_or_file",)),
    ),
    (r"(box|python_box)\.Box\.from_yaml", Known(LoaderKind.YAML, ReadsAs.PYYAML, ("filename",), 2)),
    (r"(box|python_box)\.Box\.from_json", Known(LoaderKind.JSON, ReadsAs.JSON, ("filename",), 2)),
)
_COMPILED = tuple((pattern(f"(?:{text})$"), known) for text, known in _TABLE)
LAST_NAMES = frozenset(
    "main compose load loads safe_load full_load unsafe_load safe_load_all load_all round_trip_load read "
    "read_file fromfile LightningCLI ArgumentParser CLI auto_cli parse_json_file parse_yaml_file "
    "ArgParser get_arg_parser get_argument_parser cli parse wrap nested_entrypoint DEFINE_config_file "
    "parse_config_file parse_config_files_and_bindings add_config from_yaml from_json "
    "merge_from_file".split()
)
"""The last parts of all names that `known_loader` may know."""
# yacs' and fvcore's config nodes are made in one module and filled in another
_YACS = Known(LoaderKind.YACS, ReadsAs.YACS, ("cfg_filename",))

FORMATS = {
    LoaderKind.HYDRA: frozenset({Kind.YAML}),
    LoaderKind.COMPOSE: frozenset({Kind.YAML}),
    LoaderKind.OMEGACONF: frozenset({Kind.YAML}),
    LoaderKind.YAML: frozenset({Kind.YAML}),
    LoaderKind.RUAMEL: frozenset({Kind.YAML}),
    LoaderKind.JSON: frozenset({Kind.JSON}),
    LoaderKind.TOML: frozenset({Kind.TOML}),
    LoaderKind.INI: frozenset({Kind.OTHER}),
    LoaderKind.MMENGINE: frozenset({Kind.PYTHON, Kind.YAML, Kind.JSON}),
    LoaderKind.YACS: frozenset({Kind.YAML, Kind.PYTHON}),
    LoaderKind.LAZY: frozenset({Kind.PYTHON, Kind.YAML}),
    LoaderKind.LIGHTNING: frozenset({Kind.YAML, Kind.JSON}),
    LoaderKind.JSONARGPARSE: frozenset({Kind.YAML, Kind.JSON}),
    LoaderKind.TRANSFORMERS: frozenset({Kind.YAML, Kind.JSON}),
    LoaderKind.CONFIGARGPARSE: frozenset({Kind.OTHER, Kind.YAML}),
    LoaderKind.DATACLASS: frozenset(),
    LoaderKind.ML_COLLECTIONS: frozenset({Kind.PYTHON}),
    LoaderKind.ARGPARSE: frozenset(),
    LoaderKind.GIN: frozenset({Kind.OTHER}),
    LoaderKind.SACRED: frozenset({Kind.YAML, Kind.JSON}),
}
"""Which kinds of files a loader can read."""


def known_loader(target: str) -> Known | None:
    """What a call of this dotted name loads, or None."""
    if target.endswith(".merge_from_file") or target == "merge_from_file":
        return _YACS
    return next((known for name, known in _COMPILED if name.match(target)), None)
