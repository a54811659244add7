"""Functions of other frameworks are checked as they are; the frameworks' tests run where these are installed."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograd.testing import GradientMismatch, Verdict, check_gradients

X = np.array([0.3, -0.5])


def agrees(f: Any, *args: Any, **options: Any) -> bool:
    """Whether a function's own derivative passes; otherwise it is found to be wrong."""
    try:
        return check_gradients(f, *args, **options).counts.keys() == {Verdict.PASS}
    except GradientMismatch as mismatch:
        told = str(mismatch)
        assert ("vjp=:" in told or "double backward" in told) and "vjp=vjp" not in told
        return False


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_a_function_of_pytorch(factor: float) -> None:
    torch = pytest.importorskip("torch")

    class Power(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(context: Any, x: Any, n: int) -> Any:
            context.save_for_backward(x)
            context.n = n
            return x**n, 2 * x

        @staticmethod
        def backward(context: Any, dy: Any, dz: Any) -> Any:
            (x,) = context.saved_tensors
            return factor * context.n * x ** (context.n - 1) * dy + 2 * dz, None

    class Cube(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(context: Any, x: Any) -> Any:
            context.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(context: Any, dy: Any) -> Any:
            (x,) = context.saved_tensors
            return 3 * x * (x if factor == 1.0 else x.detach()) * dy

    class Square(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(context: Any, z: Any, places: Any) -> Any:
            context.save_for_backward(z)
            context.places = places
            return (z * z)[places]

        @staticmethod
        def backward(context: Any, dy: Any) -> Any:
            (z,) = context.saved_tensors
            return torch.zeros_like(z).index_add(0, context.places, dy) * factor * 2 * z.conj(), None

    assert agrees(Square, torch.tensor(X + 1j), torch.tensor([0, 0]), static=["places"], order=2) == (factor == 1.0)
    assert agrees(Cube, X) and agrees(Cube, X, order=2) == (factor == 1.0)
    assert agrees(Power, X, 3, static=["n"], order=2) == (factor == 1.0)
    for f in (Power, Power.apply):
        for x in (0.7, X, torch.tensor(X)):
            assert agrees(f, x, 3, static=["n"]) == (factor == 1.0)


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_functions_of_jax(factor: float) -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    product, power = jax.custom_vjp(lambda x, y: jnp.sin(x) * y), jax.custom_jvp(lambda x: {"a": x**2, "b": (x,)})
    product.defvjp(
        lambda x, y: (product(x, y), (x, y)), lambda s, dy: (jnp.cos(s[0]) * s[1] * dy, factor * jnp.sin(s[0]) * dy)
    )
    power.defjvp(lambda x, v: (power(*x), {"a": factor * 2 * x[0] * v[0], "b": (v[0],)}))
    for args in ((0.7, 2.0), (X, X), (jnp.array(X), jnp.array(X))):
        assert agrees(product, *args) == (factor == 1.0)
    assert agrees(power, X) == (factor == 1.0)
    cut = jax.custom_vjp(jnp.sin)
    hidden = jax.lax.stop_gradient if factor > 1.0 else lambda x: x
    cut.defvjp(lambda x: (cut(x), x), lambda x, dy: (jnp.cos(hidden(x)) * dy,))
    assert agrees(cut, 0.7) and agrees(cut, 0.7, order=2) == (factor == 1.0)
    assert agrees(jax.jit(lambda W, x: jnp.tanh(W @ x)), np.eye(2), X)
    tree = jax.custom_vjp(lambda p: {"z": p["z"] ** 2, "b": [p["b"]]})
    tree.defvjp(lambda p: (tree(p), p), lambda p, dy: ({"z": factor * 2 * p["z"] * dy["z"], "b": dy["b"][0]},))
    assert agrees(tree, {"z": X + 1j, "b": 2.0}, order=2) == (factor == 1.0)


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_a_primitive_of_hips_autograd(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """HIPS' package has our name: where both are loaded, theirs has another one, and looks like this."""
    core = ModuleType("hips.core")
    vjps = [lambda dy: 2 * 0.7 * 3.0 * dy, lambda dy: factor * 0.49 * dy]
    core.make_vjp = lambda f, x: (vjps[x == 3.0], f(x))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hips.core", core)
    monkeypatch.setitem(sys.modules, "hips.numpy", np)
    scope: dict[str, Any] = {"__package__": "hips"}
    exec("def squares(x, y): return x * x * y", scope)
    scope["squares"]._is_autograd_primitive = True
    assert agrees(scope["squares"], 0.7, 3.0) == (factor == 1.0)
