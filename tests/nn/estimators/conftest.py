"""No fit of an estimator may take paths: a loss that branches on its rows costs ten times as much, in silence."""

from collections.abc import Iterator

import pytest

from autograd.compiler.calls.parting import PathsPlan


@pytest.fixture(autouse=True)
def one_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where the rows of a fit part."""

    def refuse(*_: object) -> None:
        raise AssertionError("the rows of a fit take several paths")

    with monkeypatch.context() as patch:
        patch.setattr(PathsPlan, "__init__", refuse)
        yield
