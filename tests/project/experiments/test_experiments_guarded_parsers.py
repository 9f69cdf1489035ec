"""The options of a module that is imported, and of one that is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

GUARDED = """
    import argparse
    def net(): ...
    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        parser.add_argument("--depth", type=int, default=3)
        args = parser.parse_args()
"""
BELOW = """
    import argparse
    def net(): ...
    def options():
        parser = argparse.ArgumentParser()
        parser.add_argument("--depth", type=int, default=3)
        return parser.parse_args()
    def main():
        options()
    if __name__ == "__main__":
        main()
"""
IMPORTS = """
    from model import net
    def main():
        net()
    if __name__ == "__main__":
        main()
"""


def listed(root: Path, files: dict[str, str]) -> dict[str, list[str]]:
    made = project(root, files)
    return {
        item.entry: [value.dotted for value in made.experiments.effective(item).values.values()]
        for item in made.experiments.every
    }


@pytest.mark.parametrize("model", [GUARDED, BELOW], ids=["in it", "in what it calls"])
def test_a_parser_under_the_guard_of_an_imported_module_is_not_of_the_importer(
    model: str, tmp_path: Path
) -> None:
    found = listed(tmp_path, {"train.py": IMPORTS, "model.py": model})
    assert found == {"model.py": ["depth"]}


def test_a_parser_that_the_importer_calls_is_its_own(tmp_path: Path) -> None:
    train = IMPORTS.replace("import net", "import options").replace("net()", "options()")
    found = listed(tmp_path, {"train.py": train, "model.py": BELOW})
    assert found == {"model.py": ["depth"], "train.py": ["depth"]}


def test_a_parser_at_the_top_of_an_imported_module_is_of_the_importer(tmp_path: Path) -> None:
    model = """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--width", type=int, default=3)
        def net(): ...
        args = parser.parse_args()
        if __name__ == "__main__":
            parser.add_argument("--depth", type=int, default=3)
            print(args)
    """
    found = listed(tmp_path, {"train.py": IMPORTS, "model.py": model})
    assert found == {"model.py": ["width", "depth"], "train.py": ["width"]}
