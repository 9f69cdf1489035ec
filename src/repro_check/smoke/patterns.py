"""The symptoms that are known, as data: the first row that fits answers.

Order matters where one text holds several symptoms. A Git LFS pointer under torch >= 2.6 reads
"Weights only load failed ... Unsupported operand 118" (118 is the "v" of "version https://git-lfs")
and advises weights_only=False; the pointer must be named first (git-lfs/git-lfs#4366).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from repro_check.smoke.clues.checkpoints import (
    explain_cuda,
    explain_lfs,
    explain_syntax,
    explain_weights_only,
)
from repro_check.smoke.clues.files import explain_file, explain_hidden, explain_program
from repro_check.smoke.clues.modules import explain_drift, explain_module
from repro_check.smoke.result import Diagnosis, Phase
from repro_check.smoke.scene import Scene

Clue = Callable[[re.Match[str], Scene], "Diagnosis | None"]


class Pattern(msgspec.Struct, frozen=True):
    """One row: a symptom, and its sentence (`{0}` is the group that matched) or a clue to ask."""

    symptom: str
    answer: str | Clue
    fix: str = ""
    phase: Phase | None = None


RUNNING = (
    Pattern("invalid load key, 'v'|Unsupported operand 118", explain_lfs, phase=Phase.LOAD),
    Pattern(
        "HeaderTooLarge|when allow_pickle=False|Expecting value: line 1|cannot identify image file",
        explain_lfs,
        phase=Phase.LOAD,
    ),
    Pattern(r"hides this path[^\n]*?: b?['\"]([^'\"\n]+)", explain_hidden),
    Pattern(
        r"network is off during inference, asked for ([\w.:-]+)",
        "It asks {0} for data while inferring: the result needs the network",
        "Commit what it asks for, or fetch it in a step of its own, with a checksum.",
    ),
    Pattern(
        r"attribute '(\w+)' on <module '__main__'|GLOBAL __main__\.(\w+)",
        "The checkpoint was pickled with the class {0} of a script that was run, so it opens only "
        "inside that script",
        "Define it in a module and import it from there; better, save model.state_dict() only.",
        Phase.LOAD,
    ),
    Pattern("Weights only load failed", explain_weights_only, phase=Phase.LOAD),
    Pattern("deserialize object on (?:a )?CUDA device", explain_cuda, phase=Phase.LOAD),
    Pattern(
        "not compiled with CUDA|no NVIDIA driver|No CUDA GPUs",
        "It needs a GPU: the code asks for CUDA without asking whether there is one",
        'Ask first: device = "cuda" if torch.cuda.is_available() else "cpu".',
    ),
    Pattern(
        r"(?:frozen os>|os\.py)\", line \d+, in __getitem__[\s\S]*?KeyError: '(\w+)'",
        "It reads the environment variable {0}, which other people have not set",
        "Give it a default, or name it in the README and under `env` in the smoke settings.",
    ),
    Pattern(r"No module named '?([\w.]+)", explain_module),
    Pattern(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'", explain_drift),
    Pattern(r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'", explain_drift),
    Pattern(r"there is no program '([^'\n]+)'", explain_program),
    Pattern(
        "not a git repository|InvalidGitRepositoryError|Command '?\\[?'git'",
        "It asks git for its version while running, but an archive or a container has no .git",
        "Catch the error, and record the commit where it is known.",
    ),
    Pattern(r"No such file or directory: b?['\"]?([^'\"\n]+)", explain_file),
    Pattern(r"FileNotFoundError: (?:File )?'?([^'\n]+?)'? (?:not found|does not)", explain_file),
    Pattern(r"can't open file '([^'\n]+)'", explain_file),
    Pattern(r"provided filename (\S+) does not exist", explain_file),
    Pattern(r"(?:SyntaxError|IndentationError|TabError): ([^\n]+)", explain_syntax),
    Pattern(
        r"in loading state_dict for (\w+)",
        "The checkpoint does not fit the class {0} as it is committed",
        "Commit the code and the checkpoint of one state together.",
        Phase.LOAD,
    ),
    Pattern(
        "unsupported locale",
        "It sets a locale that other machines do not have",
        "Do not set a locale, or fall back to C.UTF-8.",
    ),
    Pattern(
        "MemoryError|bad_alloc|out of memory|can't allocate memory",
        "It needs more memory than there is",
        "Use a smaller input, or say in the README how much memory is needed.",
    ),
    Pattern(
        r"(?m)^\S+: error: ([^\n]+)",
        "The command line does not fit the program: {0}",
        "Correct `command` in the smoke settings.",
    ),
    Pattern(
        r"repro-check: ([^\n]+)",
        "Nothing to compare: {0}",
        "Correct the smoke settings, or what the code returns and writes.",
    ),
)

# pip's and uv's words for the same things.
INSTALLING = (
    Pattern(
        "DO NOT MATCH THE HASHES|Hash mismatch",
        "A package differs from the hash in {install}: it was published anew, or is another build",
        "Lock again, and look at what has changed.",
    ),
    Pattern(
        r"requirements must have (?:their|a hash)|Hashes are required in",
        "Some lines of {install} have a hash and others have none, which the installer refuses",
        "Lock all of them: `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`.",
    ),
    Pattern(
        "name resolution|new connection|ConnectTimeout|dns error|tunnel connection|SSLError",
        "The package index could not be reached, so {install} could not be installed",
        "Check the network and the proxy, and try again.",
    ),
    Pattern(
        r"Package '([^']+)' requires a different Python",
        "{0} does not support Python {python}",
        "Set `python` in the smoke settings to the version that you use, and declare it.",
    ),
    Pattern(
        r"Cannot install ([^\n]+) because these package versions have conflicting",
        "The versions in {install} exclude each other: {0}",
        "Freeze an environment that works: `pip freeze`, `pip-compile` or `uv pip compile`.",
    ),
    Pattern(
        r"(?:satisfies the requirement|No matching distribution found for|no version of) (\S+)",
        "{0} of {install} is not to be had for Python {python} from the package index",
        "Correct the version; a local build (+cu121) needs its index in the file (--index-url).",
    ),
    Pattern(
        "ResolutionImpossible|requirements are unsatisfiable",
        "The versions in {install} exclude each other",
        "Freeze an environment that works: `pip freeze`, `pip-compile` or `uv pip compile`.",
    ),
    Pattern(
        r"Invalid requirement: ['\"]([^'\"\n]+)|Couldn't parse requirement.*\n(?:.*\n)??\s+(\S+)\n",
        "{install} holds a line that the installer cannot read: {0}",
        "Write name==version on a line of its own.",
    ),
    Pattern(
        r"Failed (?:building wheel for|to build)[\s'`:]*([\w.-]+)",
        "{0} of {install} has no ready wheel for Python {python}, and could not be built here",
        "Choose a version with wheels for this Python, or name the system packages that it needs.",
    ),
    Pattern(
        "No such file or directory|does not appear to be a Python project|Invalid requirement",
        "{install} names a file or folder that is not in the commit",
        "Name the published package and its version instead.",
    ),
    Pattern(
        "Getting requirements to build wheel|subprocess-exited-with-error",
        "A package of {install} could not be built here",
        "Choose versions with wheels for this Python, or name the system packages that they need.",
    ),
)
