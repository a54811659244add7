"""How far compiled code may differ from the engine."""

import numpy as np

from autograd import Value
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.tracing.lowering import executable
from autograd.compiler.tracing.trace import trace
from autograd.trees import flatten


def assert_close(got, wanted, rtol=1e-12, atol=1e-300):
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(wanted, float), rtol=rtol, atol=atol)


def bounds(f, inputs, argnums) -> list[float]:
    """For the value and each derivative, 8 ulp × the condition: Σ |∂result/∂v|·|v| over every intermediate number v.

    Rounding propagates even where a gradient stops, so v is any number, detached or not.
    """
    program = executable(differentiated(trace(f, inputs), argnums))
    values = program.run([Value(x) for x in inputs])
    found = []
    for i in flatten(program.outputs):
        for v in values:
            if isinstance(v, Value):
                v.zero_grad()
        if isinstance(values[i], Value):
            values[i].backward()
        terms = [abs(v.grad * v.data) for v in values if isinstance(v, Value) and v.grad]  # masked NaN has no gradient
        found.append(8 * np.finfo(float).eps * sum(terms) + 1e-300)
    return found


def assert_within(got, wanted, bound) -> None:
    """Equal up to the bound; an infinite condition, as of a power at 0, sets no bound on finite numbers."""
    bound = bound if bound < 1e300 else 1e300
    np.testing.assert_allclose(got, np.full(np.shape(got), wanted), rtol=0, atol=bound)
