"""A regression on a cluster of workers: the same as in one process, on data that no worker may hold."""

import re

import numpy as np
import pytest

from demos import partitions
from tests.demos.telling import told
from tests.profiles import DEEP


def test_the_cluster_finds_what_one_process_finds(tmp_path) -> None:
    """A long run takes all rows, more than a worker's memory holds."""
    printed = told("partitions", tmp_path, *([] if DEEP else ["160500"]))
    assert DEEP or "160,500 rows of 16 features, 21 MiB, in 4 partitions" in printed
    assert float(re.search(r"largest difference of a parameter: (\S+)", printed)[1]) <= 1e-12
    gradients = [float(g) for g in re.findall(r"\|g\| = +(\S+)", printed)]
    assert len(gradients) == 12
    assert gradients[5] < 1e-6 * gradients[0]


def test_the_data_are_larger_than_a_worker_s_memory() -> None:
    size = partitions.ROWS * partitions.FEATURES * 8
    limit = int(partitions.LIMIT.removesuffix("MiB")) * 2**20
    assert size > limit > 20 * partitions.PARTITION * partitions.FEATURES * 8


def test_shares_add_up() -> None:
    rows, theta = partitions.partition(50, number=3), np.random.default_rng(0).normal(size=17)
    parts = partitions.share(theta, rows[:20]) + partitions.share(theta, rows[20:])
    np.testing.assert_allclose(parts, partitions.share(theta, rows), rtol=1e-12, atol=1e-13)


def test_a_missing_dask_is_named_with_its_cure(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "dask.distributed", None)
    with pytest.raises(SystemExit, match=r"partitions runs on Dask: pip install -e '\.\[distributed\]'"):
        partitions.main(count=10)
