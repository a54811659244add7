"""What holds for every test: the profile of hypothesis, and that a warning is an error."""

import pytest

from autograd.primitives import TABLE
from tests import profiles

profiles.load()


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")


@pytest.fixture
def table():
    """The table of primitives, put back as it was when a test has added rows to it."""
    before = dict(TABLE)
    yield TABLE
    TABLE.clear()
    TABLE.update(before)
