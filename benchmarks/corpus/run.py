"""`python benchmarks/corpus/run.py FOLDER`: what the rules say of the public repositories.

Each repository of `repositories.txt` is fetched by git into FOLDER where it is not there yet (at its
commit, without history, large files and hooks), checked in a process with a limit of time and memory,
and compared with the labelled findings. A finding that nobody has read, one that was labelled and is
gone, and a rule that speaks more or less often than before are printed; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from labels import (
    Label,
    Place,
    Repository,
    precision,
    read_counts,
    read_labels,
    read_repositories,
    write_counts,
)

from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Stage

HOST = "https://github.com"
_SECONDS = 600
_MEMORY = 6 * 2**30


def main() -> int:
    """Run the corpus and print what differs from the labels."""
    words = _parser().parse_args()
    found: list[Place] = []
    failures = 0
    repositories = [one for one in read_repositories() if words.only in one.name]
    for repository in repositories:
        folder = words.folder / repository.name.replace("/", "+")
        try:
            fetch(repository, folder)
            found += check(repository, folder, words.select)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            failures += 1
            print(f"{repository.name}: {error}", file=sys.stderr)
        else:
            print(f"{repository.name}: checked", file=sys.stderr)
    names = {one.name for one in repositories}
    # the release gate is not run: it looks at files that the snapshots lack
    gate = {rule.code for rule in load_rules() if rule.stage is Stage.RELEASE}
    labels = [
        label
        for label in read_labels()
        if label.at.repository in names and label.at.rule not in gate
    ]
    if words.select != "ALL":
        chosen = tuple(words.select.split(","))
        labels = [label for label in labels if label.at.rule.startswith(chosen)]
    if words.update:
        write_counts(found)
    different = list(differences(found, labels, whole=words.select == "ALL" and not words.only))
    print("\n".join(different))
    print(table(labels))
    return 1 if different or failures else 0


def fetch(repository: Repository, folder: Path) -> None:
    """The files of a repository at its commit, by the user's own git."""
    if folder.exists():
        return
    git = ("git", "-C", str(folder), "-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false")
    source = f"{HOST}/{repository.name}"
    folder.mkdir(parents=True)
    for arguments in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", "--filter=blob:limit=10m", source, repository.commit),
        ("checkout", "--quiet", "FETCH_HEAD"),
    ):
        subprocess.run((*git, *arguments), check=True, timeout=_SECONDS)


def check(repository: Repository, folder: Path, select: str) -> Iterator[Place]:
    """The findings on one repository.

    Raises:
        OSError, subprocess.SubprocessError, ValueError: it took too long, too much, or crashed.
    """
    command = (sys.executable, "-m", "repro_check", "check", "--isolated", "--exit-zero")
    done = subprocess.run(
        (*command, "--select", select, "--output-format", "json"),
        cwd=folder,
        stdout=subprocess.PIPE,
        check=True,
        timeout=_SECONDS,
        preexec_fn=_limit,
    )
    for finding in json.loads(done.stdout)["findings"]:
        cell = f"cell {finding['cell']}:" if finding["cell"] else ""
        place = f"{cell}{finding['line'] or 0}:{finding['column'] or 0}"
        yield Place(repository.name, finding["code"], finding["path"], place)


def differences(found: Sequence[Place], labels: Sequence[Label], *, whole: bool) -> Iterator[str]:
    """What is new, gone or counted otherwise, one line each.

    Args:
        found: the findings of this run.
        labels: the labelled findings of the same rules and repositories.
        whole: whether all rules ran on all repositories, so that the counts can be compared.
    """
    present, labelled = set(found), {label.at for label in labels}
    sampled = _sampled(found, labels)
    for label in labels:
        if label.at not in present:
            yield f"gone ({label.verdict}): {' '.join(label.at)}"
    for place in found:
        if place not in labelled and (place.repository, place.rule) not in sampled:
            yield f"unread: {' '.join(place)}"
    if whole:
        before, now = read_counts(), Counter((one.repository, one.rule) for one in found)
        for key in sorted(before.keys() | now.keys()):
            if before.get(key, 0) != now[key]:
                yield f"count: {' '.join(key)}: {before.get(key, 0)} -> {now[key]}"


def _sampled(found: Sequence[Place], labels: Sequence[Label]) -> set[tuple[str, str]]:
    """Where so much was found that a sample was read: at least thirty, and more are unread."""
    read = Counter((label.at.repository, label.at.rule) for label in labels)
    every = Counter((one.repository, one.rule) for one in found)
    return {key for key, count in every.items() if read[key] >= 30 and count > read[key]}


def table(labels: Sequence[Label]) -> str:
    """Precision per rule, as a Markdown table."""
    lines = ["| Rule | true | false | unclear | precision |", "| --- | ---: | ---: | ---: | ---: |"]
    for rule, true, false, unclear in (row[:4] for row in precision(labels)):
        ratio = f"{true / (true + false):.2f}" if true + false else "-"
        lines.append(f"| {rule} | {true} | {false} | {unclear} | {ratio} |")
    return "\n".join(lines)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the repositories are, or are put")
    parser.add_argument("--select", default="ALL", help="only these rules")
    parser.add_argument("--only", default="", help="only repositories whose name contains this")
    parser.add_argument("--update", action="store_true", help="write counts.tsv anew")
    return parser


if __name__ == "__main__":
    sys.exit(main())
