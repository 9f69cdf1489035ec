"""What a hook on one file of a repository leaves alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from repro_check.engine import Session
from repro_check.engine.subjects import Subjects
from repro_check.project.files import PythonFile
from repro_check.rules.registry import load_rules
from repro_check.settings import Settings
from repro_check.sources.discovery import discover

HELPER = "import torch\n\ndef set_seed(seed):\n    torch.manual_seed(seed)\n"
CALLER = "import os\nfrom helper import set_seed as plant\n\nplant(os.getpid())\n"


def facts_read(session: Session) -> set[str]:
    return {path for path, _ in session.store._facts}


def test_only_files_that_may_call_a_function_are_read(make_repo: Callable[..., Any]) -> None:
    others = {f"other_{number}.py": "import torch\n" for number in range(5)}
    repo = make_repo({"helper.py": HELPER, "caller.py": CALLER, **others})
    session = Session(discover(repo.root, is_staged=True), Settings())
    rules = {rule.code: rule for rule in load_rules()}
    files = [file for file in session.tree.files if file.path == "helper.py"]
    subjects = Subjects(session.project, session.store, files)
    said = [
        item
        for subject in subjects.of(rules["SEED005"])
        for item in rules["SEED005"].run(subject, session.project)
    ]
    assert [item.code for item in said] == ["SEED005"], "the renamed call is found"
    assert facts_read(session) == {"helper.py", "caller.py"}


def test_a_rule_is_not_asked_about_a_file_without_its_words(make_repo: Callable[..., Any]) -> None:
    repo = make_repo({"a.py": "x = 1\n", "b.py": "x = dict(BEST=1)\n"})
    session = Session(discover(repo.root), Settings())
    subjects = Subjects(session.project, session.store, session.tree.files)
    rule = next(rule for rule in load_rules() if rule.code == "CKPT001")
    asked = [item.path for item in subjects.of(rule) if isinstance(item, PythonFile)]
    assert asked == ["b.py"]


def test_the_work_copy_stands_for_a_blob_that_git_lfs_keeps(make_repo: Callable[..., Any]) -> None:
    data = b"x = 1\n"
    oid = "7a6d0ec2f8b1b8f2fc8aa5b7c1e8e1b1"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 6\n"
    repo = make_repo({"a.py": pointer})
    repo.write({"a.py": data.decode()})
    session = Session(discover(repo.root, is_staged=True), Settings())
    file = session.tree.files[0]
    assert session.store.content(file) is None, "another content is not taken for it"
    right = pointer.replace(oid, hashlib.sha256(data).hexdigest())
    repo.write({"a.py": right}).git("add", "a.py")
    repo.write({"a.py": data.decode()})
    session = Session(discover(repo.root, is_staged=True), Settings())
    assert session.store.content(session.tree.files[0]) == data
