"""Which of several programs a config is for: the one in the nearest common folder."""

from __future__ import annotations

from pathlib import Path

from project.projects import project

from repro_check.project.experiments.naming.choosing import Choosing

TRAIN = """
    import argparse
    from mmcv import Config
    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("config")
        args = parser.parse_args()
        cfg = Config.fromfile(args.config)
        model.fit(cfg)
    if __name__ == "__main__":
        main()
"""
YAML = """
    import argparse, yaml
    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--config")
        args = parser.parse_args()
        cfg = yaml.safe_load(open(args.config))
    if __name__ == "__main__":
        main()
"""
CONFIG = "_base_ = []\nlr = 1\n"


def found(root: Path, files: dict[str, str]) -> list[tuple[str, str, bool]]:
    made = project(root, files)
    every = [(item.name, item.entry, item.is_whole) for item in made.experiments.every]
    return sorted(every)


def test_each_program_has_the_configs_of_its_folder(tmp_path: Path) -> None:
    files = {
        "detection/train.py": TRAIN,
        "detection/configs/d.py": CONFIG,
        "segmentation/train.py": TRAIN,
        "segmentation/test.py": TRAIN.replace("model.fit(cfg)", "pass"),
        "segmentation/configs/s.py": CONFIG,
    }
    assert found(tmp_path, files) == [
        ("detection/configs/d.py", "detection/train.py", True),
        ("segmentation/configs/s.py", "segmentation/train.py", True),
    ]


def test_a_program_without_configs_of_its_own_has_those_at_the_top(tmp_path: Path) -> None:
    files = {
        "detection/train.py": TRAIN,
        "detection/configs/d.py": CONFIG,
        "tools/train.py": TRAIN,
        "configs/c.py": CONFIG,
    }
    assert found(tmp_path, files) == [
        ("configs/c.py", "tools/train.py", True),
        ("detection/configs/d.py", "detection/train.py", True),
    ]


def test_a_config_as_near_to_two_programs_is_not_surely_of_one(tmp_path: Path) -> None:
    files = {"a/train.py": TRAIN, "b/train.py": TRAIN, "configs/c.py": CONFIG}
    assert found(tmp_path, files) == [("configs/c.py", "a/train.py", False)]


def test_the_program_that_trains_has_the_configs_before_others(tmp_path: Path) -> None:
    files = {"b/train.py": TRAIN, "configs/c.py": CONFIG}
    files["a/evaluate.py"] = TRAIN.replace("model.fit(cfg)", "pass")
    assert found(tmp_path, files) == [("configs/c.py", "b/train.py", True)]


def test_one_program_has_its_configs_wherever_they_lie(tmp_path: Path) -> None:
    files = {"tools/train.py": TRAIN, "tools/configs/a.py": CONFIG, "configs/b.py": CONFIG}
    assert found(tmp_path, files) == [
        ("configs/b.py", "tools/train.py", True),
        ("tools/configs/a.py", "tools/train.py", True),
    ]


def test_a_config_that_code_names_is_of_that_code(tmp_path: Path) -> None:
    named = """
        from mmcv import Config
        def main():
            model.fit(Config.fromfile("b/configs/x.py"))
        if __name__ == "__main__":
            main()
    """
    files = {"a/train.py": named, "b/train.py": TRAIN, "b/configs/x.py": CONFIG}
    assert found(tmp_path, files) == [("b/configs/x.py", "a/train.py", True)]


def test_a_file_alone_is_read_by_the_nearest_program(tmp_path: Path) -> None:
    files = {
        "a/train.py": YAML,
        "b/run.py": YAML,
        "a/configs/x.yaml": "lr: 1\n",
        "b/configs/y.yaml": "lr: 1\n",
    }
    made = project(tmp_path, files)
    choosing = Choosing(made, made.experiments.every)
    assert choosing.named("a/configs/x.yaml").entry == "a/train.py"
    assert choosing.named("b/configs/y.yaml").entry == "b/run.py"


def test_a_helper_of_several_programs_reads_for_each_what_it_names(tmp_path: Path) -> None:
    program = """
        from helper import get
        def main():
            print(get("conf/NAME.yaml"))
        if __name__ == "__main__":
            main()
    """
    files = {
        "helper.py": """
            from omegaconf import OmegaConf
            def read(path):
                return OmegaConf.load(path)
            def get(name):
                return read(name)
        """,
        "one.py": program.replace("NAME", "a"),
        "two.py": program.replace("NAME", "b"),
        "conf/a.yaml": "lr: 1\n",
        "conf/b.yaml": "lr: 1\n",
    }
    assert found(tmp_path, files) == [
        ("conf/a.yaml", "one.py", True),
        ("conf/b.yaml", "two.py", True),
    ]


def test_a_script_without_a_guard_that_names_its_config_is_a_program(tmp_path: Path) -> None:
    files = {
        "train.py": 'from omegaconf import OmegaConf\ncfg = OmegaConf.load("conf/a.yaml")\n',
        "settings.py": 'from omegaconf import OmegaConf\ncfg = OmegaConf.load("conf/b.yaml")\n',
        "use.py": "from settings import cfg\n",
        "conf/a.yaml": "lr: 1\n",
        "conf/b.yaml": "lr: 1\n",
    }
    assert found(tmp_path, files) == [("conf/a.yaml", "train.py", True)]
