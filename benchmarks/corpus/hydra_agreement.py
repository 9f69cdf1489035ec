"""Holds our composition of Hydra configs against Hydra's own, on repositories.

    python benchmarks/corpus/hydra_agreement.py TREE... [--verbose]

Each TREE is searched for programs (`@hydra.main`, `initialize`) and the folders of configs that they
name. Every primary config is composed both ways, with every option of `experiment=` and of the other
top groups that the config's defaults list names. Needs hydra-core in the environment. Nothing of the
repositories is imported or run, but Hydra reads their files.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests/project/experiments/hydra"))
from hydra.core.config_store import ConfigStore
from hydra_oracle import (
    REFUSED,
    Composer,
    agreed,
    composer_of,
    hydras_or_reason,
    ours,
    plain_of,
    same,
    texted,
)

_MAIN = re.compile(r"hydra\.main\(([^)]*)\)|initialize(?:_config_dir|_config_module)?\(([^)]*)\)")
_ARGUMENT = r"{}\s*=\s*[\"']([^\"']*)[\"']"
_SIMPLE = re.compile(r"[a-z_A-Z][\w.-]*")
_ABSENT = re.compile(r"Could not find '(hydra/[\w/-]+)/([\w-]+)'")
_PLUGIN = re.compile(
    r"Could not (?:find|load) 'hydra/|Could not override 'hydra|hydra/(?:sweeper|launcher)"
)
_RESOLVER = re.compile(
    r"UnsupportedInterpolationType|Interpolation(?:Key|Resolution)Error|InterpolationToMissing"
)
# Differences on purpose: Hydra's own node is typed by classes that are not read here.
_OF_HYDRA = re.compile(
    r"Key '[^']*' (?:is )?not in '(?:Hydra|Job|Run|Sweep)[A-Za-z]*|hydra\.[a-z]+"
    r"|Basic(?:Sweeper|Launcher)Conf"
)


def folders(tree: Path) -> Iterator[tuple[Path, str | None]]:
    """The folders of configs in a tree, and the version_base of a program that uses each."""
    seen: set[Path] = set()
    for script in sorted(tree.rglob("*.py")):
        text = script.read_text(errors="replace")
        for found in _MAIN.finditer(text) if "hydra" in text else ():
            arguments = found[1] or found[2] or ""
            path = re.search(_ARGUMENT.format("config_path"), arguments)
            version = re.search(r"version_base\s*=\s*(?:[\"']([\d.]+)[\"']|(None))", arguments)
            base = "1.1" if version is None else version[1]
            if path is None:
                continue
            folder = (script.parent / path[1]).resolve()
            if folder.is_dir() and folder not in seen:
                seen.add(folder)
                yield folder, base
    for folder in sorted(path for path in tree.rglob("*") if path.is_dir()):
        inside = any(above in seen for above in (folder, *folder.parents))
        is_tool = any(part.startswith(".") for part in folder.relative_to(tree).parts)
        if not inside and not is_tool and any(folder.glob("*.yaml")):
            seen.add(folder)
            yield folder, "1.3"


def cases(folder: Path, composer: Composer) -> Iterator[tuple[str, list[str]]]:
    """The compositions to compare: each top config, and it with each option of each group."""
    groups = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    options = [
        (group.name, option.stem) for group in groups for option in sorted(group.glob("*.yaml"))
    ]
    for top in sorted(folder.glob("*.yaml")):
        yield top.stem, []
        yield from changed(top.stem, composer)
        text = top.read_text(errors="replace")
        for group, option in options if "defaults:" in text else ():
            if re.search(rf"^\s*-\s.*\b{re.escape(group)}\b", text, re.MULTILINE):
                yield top.stem, [f"{group}={option}"]
            elif group in {"experiment", "experiments"}:
                yield top.stem, [f"+{group}={option}"]


def changed(name: str, composer: Composer) -> Iterator[tuple[str, list[str]]]:
    """Overrides of keys that a config has, and of some that it lacks."""
    values = [value for value in ours(composer, name).values.values() if value.value is not None]
    names = [value.dotted for value in values if _SIMPLE.fullmatch(value.dotted)]
    for dotted in names[:: max(1, len(names) // 4)]:
        for text in ("{}=7", "{}x=7", "+{}=7", "++{}=[1]", "~{}", "{}.below=7", "+{}x.y=${{a}}"):
            yield name, [text.format(dotted)]


def main() -> int:
    """Compare, and print the counts and each difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--most", type=int, default=100_000, help="cases for each tree")
    given = parser.parse_args()
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    total: Counter[str] = Counter()
    for tree in given.trees:
        counts: Counter[str] = Counter()
        for folder, base in folders(tree.resolve()):
            composer = composer_of(folder)
            for name, texts in cases(folder, composer):
                if counts.total() >= given.most:
                    break
                hydra, reason = composed(folder, name, texts, base)
                mine = ours(composer, name, texts, version_base=base)
                verdict = judged(hydra, reason, mine)
                counts[verdict] += 1
                if given.verbose or verdict not in {"equal", "both refuse", "plugin"}:
                    where = folder.relative_to(tree.resolve())
                    print(f"{verdict}: {where} {name} {' '.join(texts)} (version_base {base})")
                    print(f"    hydra: {reason[:400] or str(hydra)[:1500]}")
                    said = [problem.message for problem in mine.problems]
                    print(f"    ours:  {said or str(plain_of(mine))[:1500]}")
        total += counts
        print(f"{tree.name}: {dict(counts)}")
    print(f"all: {dict(total)}")
    return 1 if total["differ"] + total["only we refuse"] else 0


def composed(folder: Path, name: str, texts: list[str], base: str | None) -> tuple[object, str]:
    """What Hydra composes, with an empty option for each one that a plugin would bring."""
    for _ in range(5):
        hydra, reason = hydras_or_reason(folder, name, texts, version_base=base)
        absent = _ABSENT.search(reason)
        if absent is None:
            break
        ConfigStore.instance().store(group=absent[1], name=absent[2], node={})
    return hydra, reason


def judged(hydra: object, reason: str, mine: object) -> str:
    """How two compositions compare."""
    said = agreed(mine)
    if hydra == REFUSED:
        if said == REFUSED:
            return "both refuse"
        if _PLUGIN.search(reason):
            return "plugin"
        if _RESOLVER.search(reason):
            return "only Hydra refuses, a resolver that only the program registers"
        if _OF_HYDRA.search(reason):
            return "only Hydra refuses, about its own node"
        return "only Hydra refuses" if mine.is_whole else "only Hydra refuses, we cannot tell"
    if said == REFUSED:
        return "only we refuse"
    return "equal" if same(hydra, texted(plain_of(mine))) else "differ"


if __name__ == "__main__":
    sys.exit(main())
