"""A gradient over partitions: what a cluster of processes adds up is what one process computes."""

import re

import pytest

pytest.importorskip("distributed")

from demos import partitions


def test_the_story_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    partitions.main(rows=120_000)
    printed = capsys.readouterr().out
    assert printed.startswith("120,000 rows in 3 partitions: 30 MB; a worker may take 450 MB\n2 workers: loss ")
    assert float(re.search(r"relative: (\S+)", printed)[1]) < 1e-12


def test_there_is_more_than_a_worker_may_take() -> None:
    X, Y = partitions.data(partitions.ROWS)
    assert X.nbytes + Y.nbytes > partitions.parse_bytes(partitions.MEMORY)
