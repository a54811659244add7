"""Backends: NumPy or LLVM machine code to run a rolled program, and the reason for the choice.

An executor is made for a rolled program, the arrays that a call passes, and the results that it wants. Its method
`run(arrays, rows, mean)` returns the results, and whether all of them are finite; with `mean` they are divided by the
number of rows. An executor serves one call at a time.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from autograd.compiler.execution.executor import LEAST_ROWS, Leaf, NumpyExecutor
from autograd.compiler.execution.memory import planned
from autograd.compiler.rolling.placing import ALONE, ALONE_IN_REGISTERS
from autograd.compiler.rolling.rolled import Result, Rolled
from autograd.forks import at_work
from autograd.primitives.ieee import outside

BACKENDS = ("auto", "numpy", "llvm")


class Backend(NamedTuple):
    """The backend of a compiled function, "llvm" or "numpy", and the reason."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class ExecutorFactory(NamedTuple):
    """A factory of executors for one program, one for each concurrent call."""

    backend: Backend
    executor: Callable[[], Any]


class Options(NamedTuple):
    """The options that the user chose."""

    backend: str = "auto"
    threads: int | None = None
    paths: int = 100
    memory: int | None = None  # bytes that long loops may keep

    def available(self) -> Options:
        """These options in another process, where "llvm" is only a preference."""
        return self._replace(backend="auto") if self.backend == "llvm" and missing() else self

    def checked(self) -> Options:
        """These options; ValueError, TypeError or ImportError if they are invalid or unavailable."""
        if self.backend not in BACKENDS:
            raise ValueError(f"compile: backend must be 'auto', 'numpy' or 'llvm', got {self.backend!r}")
        for option, number, what in (("threads", self.threads, ""), ("memory", self.memory, " of bytes")):
            if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
                raise TypeError(f"compile: {option} must be a whole number{what} or None, got {number!r}")
            if number is not None and number < 1:
                raise ValueError(f"compile: {option} must be at least 1, got {number}")
        if type(self.paths) is not int or self.paths < 0:
            raise ValueError(f"compile: paths must be a whole number, 0 for none, got {self.paths!r}")
        if self.backend == "llvm" and missing():
            raise ImportError(
                f"compile: backend 'llvm' needs llvmlite: pip install 'scalar-autograd[jit]' ({missing()})"
            )
        return self

    @property
    def preferred(self) -> Backend:
        """The backend that a program runs on, unless LLVM lacks one of its instructions."""
        if self.backend != "auto":
            return Backend(self.backend, "as asked for")
        return Backend("numpy", missing()) if missing() else Backend("llvm", "llvmlite is installed")

    def kept(self, has_rows: bool) -> int | None:
        """How many numbers loops may keep for each row in progress; None if there is no bound."""
        if self.memory is None:
            return None
        if not has_rows:
            return self.memory // 8
        if self.preferred.name == "numpy":
            return self.memory // (8 * LEAST_ROWS)
        with at_work:
            from autograd.compiler.llvm.machine import host
            from autograd.compiler.llvm.storage import rows_at_work
        return self.memory // (8 * rows_at_work(host().lanes) * self.workers)

    @property
    def alone(self) -> int:
        """The bound below which numbers stay single in a loop."""
        return ALONE_IN_REGISTERS if self.preferred.name == "llvm" else ALONE

    @property
    def workers(self) -> int:
        """How many threads a call may use."""
        return self.threads or usable_cores()


@cache
def missing() -> str:
    """The reason why this machine cannot run machine code; empty if it can."""
    try:
        with at_work:
            from autograd.compiler.llvm import machine
    except ImportError as error:
        return f"llvmlite cannot be imported: {error}"
    return machine.unfit()


def usable_cores() -> int:
    """How many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _instead(rolled: Rolled, reason: str) -> Backend:
    """The NumPy backend, with a warning, where the user expects machine code: no fallback is silent."""
    text = f"{rolled.name} runs on NumPy: {reason}; pass backend='numpy' if that is intended"
    warnings.warn(text, RuntimeWarning, outside())
    return Backend("numpy", reason)


def prepared(
    options: Options, rolled: Rolled, leaves: Sequence[Leaf], results: Sequence[Result], whole: Rolled | None = None
) -> ExecutorFactory:
    """The factory of a program's executors; this compiles machine code.

    `whole` is the program before its loops were cut. On NumPy, blocks keep its number of rows, since sums depend on it.
    """
    backend = options.preferred
    if backend.name == "llvm":
        with at_work:
            from autograd.compiler.llvm.executor import compiled
            from autograd.compiler.llvm.lanes import Unsupported

        try:
            return ExecutorFactory(backend, compiled(rolled, leaves, results, options.workers))
        except Unsupported as error:
            if options.backend == "llvm":
                raise
            backend = _instead(rolled, str(error))
    width = planned(whole).width if whole is not None else 0
    return ExecutorFactory(backend, lambda: NumpyExecutor(rolled, leaves, results, width))
