"""The GPT on scalars: it learns eagerly and, compiled, far more; its names are new, and the figure is saved."""

import re

from demos import microgpt
from tests.demos.telling import told


def test_it_learns_names(tmp_path) -> None:
    printed = told("microgpt", tmp_path, "10")
    assert "382 names, 4,064 parameters" in printed
    assert "eager: 10 steps" in printed
    first, last = map(float, re.search(r"compiled: .* C = (\S+) at first, (\S+) at the end", printed).groups())
    assert last < 1.5 < 3 < first
    learnt = {"".join(microgpt.LETTERS[i] for i in name).strip(".") for name in microgpt.names()}
    told_names = re.search(r"New names: (.*)", printed)[1].lower().split(", ")
    assert len(told_names) == 10
    assert len(learnt.intersection(told_names)) <= 2
    assert (tmp_path / microgpt.PICTURE).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
