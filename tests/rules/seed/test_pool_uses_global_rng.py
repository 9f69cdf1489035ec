"""SEED028: work of process pools that draws from global generators."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HEAD = (
    "import random\nfrom concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
    "from functools import partial\nfrom multiprocessing import Pool\n\n"
    "import numpy as np\nfrom joblib import Parallel, delayed\n\n\n"
    "def work(x, scale=1):\n    return x + scale * np.random.rand()\n\n\n"
)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body, beside other files."""

    def run(body: str, **files: str) -> list[Finding]:
        others = {f"{name}.py": text for name, text in files.items()}
        repo = make_repo({"train.py": HEAD + textwrap.dedent(body)} | others, commit=False)
        return list(check(repo.root, "SEED028").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "with Pool(4) as pool:\n    print(pool.map(work, range(9)))\n",
        "pool = Pool(4)\nresults = pool.starmap(work, [(1, 2)])\n",
        "pool = Pool(4)\nresults = [pool.apply_async(work, (1,)) for _ in range(9)]\n",
        "results = Pool(4).imap_unordered(work, range(9))\n",
        "with ProcessPoolExecutor() as executor:\n    executor.submit(work, 1)\n",
        "with ProcessPoolExecutor(4) as executor:\n    list(executor.map(partial(work, scale=2), range(9)))\n".replace("(4)", "()"),
        "Parallel(n_jobs=2)(delayed(work)(x) for x in range(9))\n",
    ],
)  # fmt: skip
def test_work_that_draws_globally_is_found(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert "`work`" in finding.message
    # joblib's own processes are no copies of this one
    assert ("repeat each other" in finding.message) == ("Parallel" not in body)


def test_what_the_work_calls_is_followed_into_other_files(judge: Judge) -> None:
    noise = "import random\n\n\ndef jitter(x):\n    return x + random.random()\n"
    body = """
        from noise import jitter


        def outer(x):
            return jitter(x)


        with Pool(4) as pool:
            print(pool.map(outer, range(9)))
    """
    (finding,) = judge(body, noise=noise)
    assert finding.related[0].location.path == "noise.py"
    assert "its own" in finding.message or "of its own" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        "def own(seed):\n    np.random.seed(seed)\n    return np.random.rand()\n\n\nwith Pool(4) as pool:\n    pool.map(own, range(9))\n",
        "def own(seed):\n    return np.random.default_rng(seed).random()\n\n\nwith Pool(4) as pool:\n    pool.map(own, range(9))\n",
        "def fix(seed):\n    random.seed(seed)\n\n\ndef own(seed):\n    fix(seed)\n    return random.random()\n\n\nwith Pool(4) as pool:\n    pool.map(own, range(9))\n",
        "def plain(x):\n    return x + 1\n\n\nwith Pool(4) as pool:\n    pool.map(plain, range(9))\n",
        "with Pool(4, initializer=setup) as pool:\n    pool.map(work, range(9))\n",
        "with Pool(4, setup) as pool:\n    pool.map(work, range(9))\n",
        "with ThreadPoolExecutor() as executor:\n    executor.map(work, range(9))\n",
        "Parallel(n_jobs=2, backend='threading')(delayed(work)(x) for x in range(9))\n",
        "print(list(map(work, range(9))))\n",
        "table.map(work)\n",
        "with Pool(4) as pool:\n    pool.map(unknown, range(9))\n",
    ],
)
def test_seeded_plain_threaded_and_unknown_work_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []
