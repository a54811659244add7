"""Both executors: a test that takes `compile` runs on each."""

from functools import partial

import pytest

import autograd
from autograd.compiler.calls.backends import missing

needs_llvm = pytest.mark.skipif(bool(missing()), reason=missing())

COMPILERS = {
    "numpy": pytest.param(partial(autograd.compile, backend="numpy"), id="numpy"),
    "llvm": pytest.param(partial(autograd.compile, backend="llvm"), id="llvm", marks=needs_llvm),
}
both = pytest.mark.parametrize("compile", COMPILERS.values())
