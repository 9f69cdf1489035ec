"""Experiment trackers, and what else keeps the numbers of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.rules.walking import names_in, values_of
from repro_check.sources.expressions import CallRef, Literal, Name
from repro_check.sources.python import Call, ModuleFacts
from repro_check.text import pattern

TRACKERS = frozenset(
    "wandb tensorboardX tensorboard tensorboard_logger mlflow aim trackio comet_ml neptune clearml "
    "trains swanlab dvclive visdom sacred guild polyaxon determined labml catalyst poutyne dagshub "
    "verta losswise baselines ray azureml xmanager clu dllogger runx".split()
)
"""Root modules of libraries that record metrics."""

COMMIT_RECORDERS = frozenset(
    "wandb mlflow aim comet_ml neptune clearml trains swanlab dvclive sacred guild polyaxon "
    "determined labml dagshub verta azureml git pygit2 dulwich versioneer setuptools_scm datalad "
    "dvc xmanager mlxp".split()
)
"""Root modules of libraries that record the commit of the code, or read it.

Each says so in its documentation: docs.wandb.ai (git state of a run), mlflow.org (the tag
mlflow.source.git.commit), docs.neptune.ai (git info), comet.com (git metadata), clear.ml
(uncommitted changes), sacred.readthedocs.io (sources and repositories), dvc.org (a commit for each
experiment).
"""

_TRACKER_NAMES = pattern(
    r"(^|\.)(SummaryWriter|TensorBoard\w*|CSVLogger|WandbLogger|MLFlowLogger|CometLogger|"
    r"NeptuneLogger|AimLogger|MetricsLogger|JSONLogger|init_trackers|log_metrics?|add_scalars?|"
    r"log_scalar|logkvs?|dumpkvs|log_dict|log_artifact|report_scalar|histogram_summary|"
    r"create_file_writer|FileWriter|merge_all|write_scalars?)$"
)
_SINKS = pattern(
    r"^(csv\.(writer|DictWriter)|(json|ujson|simplejson|orjson|pickle|dill|cPickle|joblib|yaml|toml)\.(safe_)?dump|"
    r"numpy\.(save|savez|savez_compressed|savetxt)|scipy\.io\.savemat|h5py\.File|sqlite3\.connect|"
    r"logging\.(FileHandler|handlers\.\w+Handler|config\.\w+)|loguru\.\w+\.add|logzero\.\w+|"
    r"matplotlib\.pyplot\.(savefig|imsave)|torch\.utils\.tensorboard\..*|"
    r"absl\.logging\.use_absl_handler|contextlib\.redirect_stdout)$"
)
_SINK_METHODS = frozenset(
    "to_csv to_json to_pickle to_parquet to_excel to_hdf to_feather to_sql savefig write_html "
    "writerow writerows writeheader write_text write_bytes addHandler write_csv".split()
)
_HISTORY = pattern(r"loss|hist|metric|log|curve|score|result|record|stats|track", re.IGNORECASE)
_SCREEN = pattern(r"(^|\.)(stdout|stderr|tqdm|trange|pbar|bar|progress\w*|t)\.write$")
_LOG_WORD = pattern(
    r"(^|[._])(log|logs|logger|logging|recorder|record|tracker|monitor|writer|summary|history|report|"
    r"tee|dump|stats|statistics|meter_log|save_results?|save_metrics?)([._]|$)|Logger|Recorder|Tracker|Monitor|Writer",
)
# these only show: a console handler writes no file
_CONSOLE = pattern(
    r"^(logging\.(\w+)|logging\.getLogger\(\)\.\w+|transformers\.(utils\.)?logging\.\w+|warnings\.\w+|"
    r"builtins\..*|torch\.(\w+\.)*log\w*|numpy\.log\w*|math\.log\w*|tensorflow\.(\w+\.)*log\w*|"
    r"jax\.(\w+\.)*log\w*|absl\.logging\.\w+|tqdm\..*|rich\..*|torch\.utils\.data.*)$"
)
_STANDARD = pattern(r"^(torch|numpy|math|scipy|sklearn|torchvision|tensorflow|jax|pandas)\.")


def keeps_numbers(facts: ModuleFacts, call: Call, target: str) -> bool:
    """Whether a call may write numbers where they outlive the run.

    Args:
        facts: of the module in which it stands.
        call: the call.
        target: what its name stands for outside of the project; "" if that is not known.
    """
    method = call.name.rpartition(".")[2]
    if _TRACKER_NAMES.search(target or call.name) or _SINKS.match(target):
        return True
    if method in _SINK_METHODS:
        return not _is_console_handler(facts, call)
    if method == "write":
        return not _SCREEN.search(call.name)
    if target in {"builtins.open", "io.open", "codecs.open", "gzip.open"} or method == "open":
        return _opens_for_writing(call, is_method=method == "open" and target == "")
    if target == "builtins.print":
        return call.keyword("file") is not None
    if target == "logging.basicConfig":
        return (
            bool({"filename", "handlers"} & {item.name for item in call.keywords}) or call.unpacks
        )
    if target == "torch.save":
        return any(_HISTORY.search(name) for name in _names_saved(facts, call))
    if method == "log" and not _STANDARD.match(target):
        return True  # `accelerator.log`, `run.log`, `logger.log`
    is_foreign = bool(target) and not _CONSOLE.match(target) and not _STANDARD.match(target)
    return is_foreign and _LOG_WORD.search(target) is not None


def _is_console_handler(facts: ModuleFacts, call: Call) -> bool:
    """Whether a handler is added to a logger that writes to the terminal alone."""
    made = [facts.calls[each.index].name for each in call.args if isinstance(each, CallRef)]
    return bool(made) and all(name.endswith(("StreamHandler", "RichHandler")) for name in made)


def _names_saved(facts: ModuleFacts, call: Call) -> Iterator[str]:
    """The names in what is saved and in its path, and in what the path was made from."""
    for value in values_of(call):
        for each in names_in(facts, value):
            yield each.name
    path = call.argument(1, "f")
    if isinstance(path, Name):
        for item in facts.assignments:
            if any(getattr(target, "name", "") == path.name for target in item.targets):
                for each in names_in(facts, item.value):
                    yield each.name


def _opens_for_writing(call: Call, *, is_method: bool) -> bool:
    mode = call.argument(0 if is_method else 1, "mode")
    if mode is None:
        return False
    return not isinstance(mode, Literal) or bool(set("wax+") & set(str(mode.value)))


def is_tracker(dotted: str) -> bool:
    """Whether a module or class belongs to a tracker, by its dotted name."""
    return dotted.partition(".")[0] in TRACKERS or ".tensorboard" in dotted or ".loggers" in dotted
