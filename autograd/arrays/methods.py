"""The methods of a ScalarArray that NumPy writes for its own numbers: they call its functions, which are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from autograd.arrays.scalar_array import ScalarArray

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = "all any argmax argmin argsort clip cumprod cumsum dot max mean min prod round searchsorted std sum trace var"


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = function.__name__
    method.__doc__ = function.__doc__
    return method


def _sort(self: Any, axis: int = -1, kind: Any = None, order: None = None) -> None:
    """Sort in place."""
    self[...] = numpy.sort(self, axis)


def _partition(self: Any, kth: Any, axis: int = -1, kind: Any = None, order: None = None) -> None:
    """Sort in place: a sorted array is partitioned at every place."""
    _sort(self, axis)


for _name in METHODS.split():
    setattr(ScalarArray, _name, _method(getattr(numpy, _name)))
for _name, _own in (("sort", _sort), ("partition", _partition)):
    setattr(ScalarArray, _name, _own)
