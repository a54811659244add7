"""Settings for every test: the hypothesis profile, and warnings as errors."""

import pytest

from autograd.primitives import TABLE
from tests import profiles

profiles.load()


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")


@pytest.fixture
def table():
    """The table of primitives, restored after a test that adds rows to it."""
    before = dict(TABLE)
    yield TABLE
    TABLE.clear()
    TABLE.update(before)
