"""Hydra itself as the oracle of our composition: both ways, on the same folder."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from repro_check.findings import Span
from repro_check.project.experiments.effective import Effective, Origin, Problem
from repro_check.project.experiments.hydra.composer import Composer, is_modern_base
from repro_check.project.experiments.hydra.grammar import read_override
from repro_check.project.experiments.hydra.overrides import Override
from repro_check.project.experiments.hydra.repository import facts_source
from repro_check.project.experiments.hydra.search import SearchPath
from repro_check.sources.config import ConfigFacts, read_yaml
from repro_check.sources.unreadable import Unreadable

COMMAND = Origin("README.md", Span(1, 1, 1, 1))
REFUSED = "refused"


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def composer_of(root: Path) -> Composer:
    held: dict[str, tuple[ConfigFacts, str]] = {}
    for path in sorted([*root.rglob("*.yaml"), *root.rglob("*.yml")]):
        data = path.read_bytes()
        try:
            facts = read_yaml(data)
        except Unreadable:
            facts = None  # type: ignore[assignment]
        held[path.relative_to(root).as_posix()] = (facts, data.decode(errors="replace"))
    return Composer(facts_source(held))


def overrides_of(texts: Sequence[str]) -> tuple[list[Override], list[Problem]]:
    read = [read_override(text, COMMAND) for text in texts]
    good = [each for each in read if isinstance(each, Override)]
    return good, [each for each in read if isinstance(each, Problem)]


def ours(
    root: Path | Composer,
    config_name: str | None,
    texts: Sequence[str] = (),
    *,
    folder: str = "",
    version_base: str | None = "1.3",
    **more: Any,
) -> Effective:
    overrides, problems = overrides_of(texts)
    composer = root if isinstance(root, Composer) else composer_of(root)
    effective = composer.compose(
        SearchPath((folder,)),
        config_name,
        overrides,
        is_modern=is_modern_base(version_base),
        **more,
    )
    return msgspec.structs.replace(effective, problems=(*problems, *effective.problems))


def plain_of(effective: Effective) -> Any:
    """The values as nested dicts and lists, in their order."""
    top: dict[Any, Any] = {}
    for value in effective.values.values():
        node: Any = top
        for key, following in zip(value.keys, [*value.keys[1:], None], strict=True):
            if following is None:
                leaf = {"map": {}, "list": []}.get(value.kind, value.value)
                node.append(leaf) if isinstance(node, list) else node.__setitem__(key, leaf)
            else:
                fresh: Any = [] if isinstance(following, int) else {}
                if isinstance(node, list):
                    if len(node) <= key:
                        node.append(fresh)
                    node = node[key]
                else:
                    node = node.setdefault(key, fresh)
    return top


def hydras(
    root: Path,
    config_name: str | None,
    texts: Sequence[str] = (),
    *,
    version_base: str | None = "1.3",
) -> Any:
    """What Hydra composes as plain values, or `REFUSED`."""
    value, _ = hydras_or_reason(root, config_name, texts, version_base=version_base)
    return value


def hydras_or_reason(
    root: Path,
    config_name: str | None,
    texts: Sequence[str] = (),
    *,
    version_base: str | None = "1.3",
) -> tuple[Any, str]:
    GlobalHydra.instance().clear()
    before = Path.cwd()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with initialize_config_dir(str(root), version_base=version_base, job_name="oracle"):
                os.chdir(root)
                config = compose(config_name, overrides=list(texts))
            return texted(OmegaConf.to_container(config, resolve=False)), ""
    except Exception as error:  # noqa: BLE001 - whatever Hydra raises is a refusal
        cause = error.__cause__ or error.__context__
        return REFUSED, f"{type(error).__name__}: {error} ({type(cause).__name__})"
    finally:
        os.chdir(before)
        GlobalHydra.instance().clear()


def texted(value: Any) -> Any:
    """Keys as text and NaN as a word, so values can be compared."""
    if isinstance(value, dict):
        return {str(key): texted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [texted(item) for item in value]
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def agreed(effective: Effective) -> Any:
    """Our side of the comparison: plain values, or `REFUSED` where there are problems."""
    return REFUSED if effective.problems else texted(plain_of(effective))


def same(left: Any, right: Any) -> bool:
    """Equal in value, type and order of keys."""
    return repr(left) == repr(right)
