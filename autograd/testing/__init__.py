"""Checks derivatives, the engine's own or any others, against values of the function alone.

`numeric_derivative` and `check_gradients` need no other package; the rest needs the `testing` extra.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.forks import at_work
from autograd.testing.check import check_gradients
from autograd.testing.oracles.oracle import Estimate, numeric_derivative
from autograd.testing.verdicts import Check, GradientMismatch, Report, Verdict

if TYPE_CHECKING:
    from autograd.testing import strategies
    from autograd.testing.decorators import gradcheck
    from autograd.testing.equivalence import assert_equivalent
    from autograd.testing.operations import check_primitive
    from autograd.testing.programs import SampleProgram

__all__ = [
    "Check",
    "Estimate",
    "GradientMismatch",
    "SampleProgram",
    "Report",
    "Verdict",
    "assert_equivalent",
    "check_gradients",
    "check_primitive",
    "gradcheck",
    "numeric_derivative",
    "strategies",
]

# These need hypothesis. pytest loads this package in every run through its plugin, so they are imported on first use.
HOMES = {
    "SampleProgram": "programs",
    "assert_equivalent": "equivalence",
    "check_primitive": "operations",
    "gradcheck": "decorators",
    "strategies": "strategies",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        with at_work:
            home = import_module(f"{__name__}.{HOMES[name]}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"autograd.testing.{name} needs {error.name}: pip install 'scalar-autograd[testing]'"
        ) from error
    return home if name == HOMES[name] else getattr(home, name)
