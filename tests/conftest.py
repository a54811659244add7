"""Settings for every test: the hypothesis profile, warnings as errors, a garbage collector with little to search."""

import gc

import pytest

from autograd.primitives import SPELLINGS, TABLE
from tests import profiles

profiles.load()


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")


def pytest_collectstart():
    """Loading modules leaves little garbage, and the searches for it are a seventh of the time of collection."""
    gc.disable()


def pytest_collection_finish():
    """Every module is loaded now, for good: else each full collection takes half a second to find that out."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture
def table():
    """The table of primitives, restored after a test that adds rows to it."""
    before = [(kept, dict(kept)) for kept in (TABLE, SPELLINGS)]
    yield TABLE
    for kept, rows in before:
        kept.clear()
        kept.update(rows)


@pytest.fixture
def uncollected():
    """No garbage collection: hypothesis takes its time in Python, where an exception of a signal handler is lost."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
