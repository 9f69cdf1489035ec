"""SEED009."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._listings import Listing, listings
from repro_check.rules.seed._order_fixes import sort
from repro_check.rules.seed._order_sinks import Orders, Sink
from repro_check.rules.seed._walks import walk_sink


@rule(
    "SEED009",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="safe",
    words=("listdir", "listdirectory", "scandir", "walk", "glob", "iterdir"),
)
def unordered_listing(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Files are used in the order in which the file system happens to list them.

    `os.listdir`, `os.scandir`, `os.walk`, `glob` and `Path.iterdir` return names in an order that the
    operating system and the history of the folder decide (the documentation of `os.listdir`: "in
    arbitrary order"). Where that order becomes a label, a split, an index or a pairing, another
    machine trains on other data: chemists got 172.4, 172.7 or 173.2 from one script and the same files
    (Luo et al., Org. Lett. 2019). Only listings are named whose order is seen to decide something;
    those that are sorted, counted, searched, copied or deleted are not.

    Sorting can move numbers that one machine gave so far, once: they were that machine's.

    Bad:
        from glob import glob

        files = glob("data/*.npy")
        train, test = files[:800], files[800:]

    Bad:
        import os

        classes = os.listdir("data")
        labels = {name: number for number, name in enumerate(classes)}

    Bad:
        from pathlib import Path

        class Images:
            def __init__(self, root):
                self.paths = [path for path in Path(root).rglob("*") if path.suffix == ".png"]

            def __getitem__(self, index):
                return read(self.paths[index])

    Bad:
        import glob

        for image, mask in zip(glob.glob("images/*"), glob.glob("masks/*")):
            train(image, mask)

    Good:
        from glob import glob

        files = sorted(glob("data/*.npy"))
        train, test = files[:800], files[800:]

    Good:
        import os

        classes = os.listdir("data")
        classes.sort()
        labels = {name: number for number, name in enumerate(classes)}

    Not this rule:
        import os
        import shutil

        count = len(os.listdir("samples"))
        if "last.pt" in os.listdir("out"):
            resume("out/last.pt")
        for name in os.listdir("cache"):
            shutil.rmtree(os.path.join("cache", name))

    Not this rule:
        import os

        checkpoints = os.listdir("out")
        checkpoints = [name for name in checkpoints if name.startswith("checkpoint")]
        checkpoints = sorted(checkpoints, key=lambda name: int(name.split("-")[1]))
        latest = checkpoints[-1]
    """
    orders = Orders(project)
    for listing in listings(file, project):
        if listing.name.endswith("walk"):
            sink, fix = walk_sink(file, orders, listing)
        else:
            sink = orders.of_value(file, listing.call.span)
            fix = _fix(file, listing)
        if sink is not None:
            yield _finding(file, listing, sink, fix)


def _finding(file: PythonFile, listing: Listing, sink: Sink, fix: Fix | None) -> Finding:
    return file.finding(
        listing.call.span,
        f"`{listing.name}` gives files in an order of the machine's own, and the code {sink.what}",
        help="Write `sorted(...)` around it: sorted once, every machine sees the same order. "
        "Numbers that this machine gave so far may move.",
        related=[sink.file.related(sink.span, "here the order decides")],
        fix=fix,
    )


def _fix(file: PythonFile, listing: Listing) -> Fix | None:
    call = listing.call
    if listing.name.endswith("scandir"):
        if call.use == "assigned" and file.facts.assignments[call.user].kind == "with":
            return None
        return sort(file, call.span, key="lambda entry: entry.name")
    taker = file.facts.calls[call.user] if call.use == "argument" else None
    if taker is not None and taker.target == "builtins.next":
        return None
    is_alone = taker is not None and [one.span for one in taker.args] == [call.span]
    return sort(file, call.span, taker=taker if is_alone else None)
