"""Values in NumPy object arrays, on which NumPy's own functions work."""

import operator

import numpy as np
import pytest

import autograd
from autograd import Value, grad, gradients, jvp
from autograd.arrays import ScalarArray
from tests.engine.path_sums import bits

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]
ARRAYS = [np.array([2.0, 3.0]), np.array([[2.0], [3.0]]), np.array([2, 3]), np.array([1.5, 2.5], dtype=np.float32)]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
@pytest.mark.parametrize("function", OPERATORS, ids=lambda f: f.__name__)
def test_an_array_and_a_value_give_an_array_of_values(function, array):
    v = Value(1.25)
    for left, right in ((array, v), (v, array)):
        found = function(left, right)
        assert (type(found), found.dtype, found.shape) == (ScalarArray, object, array.shape)
        for at, x in np.ndenumerate(array):
            operands = (float(x), 1.25) if left is array else (1.25, float(x))
            assert type(found[at]) is Value
            assert bits(found[at].data) == bits(function(*operands))
            assert any(u is v for u in found[at].inputs)


UFUNCS = ["exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arctanh",
          "sqrt", "cbrt", "expm1", "log1p", "log2", "log10", "absolute", "fabs", "rint", "floor", "ceil", "trunc",
          "negative", "positive", "square", "reciprocal", "conjugate", "sign"]  # fmt: skip
SPELLED = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arctanh": "atanh",
           "absolute": "abs", "fabs": "abs", "rint": "round", "trunc": "floor", "conjugate": "positive"}  # fmt: skip
OTHERWISE = {"square": lambda x: x * x, "reciprocal": lambda x: 1 / x}


@pytest.mark.parametrize("name", UFUNCS)
def test_numpys_functions_of_one_array(name):
    array = np.array([0.25, 0.5, 0.75])
    ufunc = getattr(np, name)
    ours = OTHERWISE.get(name) or getattr(autograd, SPELLED.get(name, name))
    values = [Value(x) for x in array]
    found = ufunc(np.array(values))
    assert [bits(plain(v)) for v in found] == [bits(ours(float(x))) for x in array]
    np.testing.assert_allclose([plain(v) for v in found], ufunc(array), rtol=1e-14)
    wanted = [grad(ours)(float(x)) for x in array]
    assert list(grad(lambda a: np.sum(ufunc(a)))(array)) == wanted
    assert list(jvp(ufunc, (array,), (np.ones(3),))[1]) == wanted


def plain(x):
    return x.data if isinstance(x, Value) else x


def test_arccosh():
    assert grad(lambda a: np.sum(np.arccosh(a)))(np.array([2.0]))[0] == grad(autograd.acosh)(2.0)


BINARY = [("arctan2", "atan2"), ("hypot", "hypot"), ("maximum", "maximum"), ("minimum", "minimum"), ("add", "add"),
          ("subtract", "subtract"), ("multiply", "multiply"), ("divide", "divide"), ("power", "power"),
          ("mod", "mod"), ("remainder", "mod"), ("floor_divide", "floor_divide"), ("fmax", "maximum")]  # fmt: skip


@pytest.mark.parametrize("name, ours", BINARY)
def test_numpys_functions_of_two_arrays(name, ours):
    x, y = np.array([0.5, 2.0]), np.array([1.5, 0.75])
    ufunc = getattr(np, name)
    wanted = [grad(getattr(autograd, ours), (0, 1))(float(a), float(b)) for a, b in zip(x, y)]
    found = grad(lambda a, b: np.sum(ufunc(a, b)), (0, 1))(x, y)
    assert [tuple(pair) for pair in np.transpose(found)] == wanted
    value, tangent = jvp(ufunc, (x, y), (np.ones(2), np.zeros(2)))
    assert list(value) == [getattr(autograd, ours)(float(a), float(b)) for a, b in zip(x, y)]
    assert list(tangent) == [dx for dx, _ in wanted]


X, W = np.array([1.0, 2.0, 4.0]), np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]])
REDUCTIONS = [
    ("sum", np.sum, np.ones(3)),
    ("mean", np.mean, np.full(3, 1 / 3)),
    ("prod", np.prod, [8.0, 4.0, 2.0]),
    ("var", np.var, 2 / 3 * (X - X.mean())),
    ("std", np.std, (X - X.mean()) / 3 / X.std()),
    ("max", np.max, [0.0, 0.0, 1.0]),
    ("dot", lambda x: np.dot(x, x), 2 * X),
    ("@ on the right", lambda x: np.sum(W @ x), W.sum(axis=0)),
    ("@ on the left", lambda x: np.sum(x @ W.T), W.sum(axis=0)),
    ("cumsum", lambda x: np.cumsum(x)[-1] + np.cumsum(x)[0], [2.0, 1.0, 1.0]),
    ("where", lambda x: np.sum(np.where(x > 1.5, x * x, x)), [1.0, 4.0, 8.0]),
    ("clip", lambda x: np.sum(np.clip(x, 1.5, 3.0)), [0.0, 1.0, 0.0]),
    ("outer", lambda x: np.sum(np.outer(x, x)), 2 * np.full(3, 7.0)),
    ("linalg.norm of squares", lambda x: np.sqrt(np.sum(x**2)), X / np.sqrt(21.0)),
    ("sort", lambda x: np.sort(x)[0] * np.sort(x)[-1], [4.0, 0.0, 1.0]),
    ("concatenate", lambda x: np.sum(np.concatenate([x, x * x])), 1 + 2 * X),
    ("einsum", lambda x: np.einsum("i,i->", x, x), 2 * X),
]


@pytest.mark.parametrize("f, wanted", [row[1:] for row in REDUCTIONS], ids=[row[0] for row in REDUCTIONS])
def test_reductions_and_products(f, wanted):
    found = grad(f)(X)
    assert (type(found), found.dtype, found.shape) == (np.ndarray, float, X.shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
    np.testing.assert_allclose(
        jvp(f, (X,), (np.array([1.0, 10.0, 100.0]),))[1], np.dot(wanted, [1, 10, 100]), rtol=1e-14
    )
    assert jvp(f, (X,), (X,))[0] == pytest.approx(f(X), rel=1e-15)


def test_our_functions_on_arrays():
    values = np.array([Value(0.5), Value(1.5)])
    found = autograd.sin(values)
    assert [bits(v.data) for v in found] == [bits(autograd.sin(x)) for x in (0.5, 1.5)]
    assert autograd.sin(np.array([0.5, 1.5])).dtype == float
    assert [v.data for v in autograd.maximum(values, 1.0)] == [1.0, 1.5]
    assert [v.data for v in autograd.softmax(values)] == autograd.softmax([0.5, 1.5])
    assert autograd.dot(values, np.array([1.0, 2.0])).data == 3.5
    assert autograd.sum(values).data == 2.0


def test_an_array_of_values_keeps_identity():
    values = [Value(1.0), Value(2.0)]
    array = np.array(values)
    assert array.dtype == object
    assert array[0] is values[0]
    (array * array).sum().backward()
    assert [v.grad for v in values] == [2.0, 4.0]
    assert gradients(np.sum(array), list(array)) == [1.0, 1.0]


def test_comparisons_of_arrays_are_those_of_the_data():
    array = np.array([Value(1.0), Value(2.0)])
    assert list(array > 1.5) == [False, True]
    assert list(array == np.array([1.0, 3.0])) == [True, False]
    assert list(Value(1.0) < np.array([1.0, 3.0])) == [False, True]
    assert np.argmax(array) == 1


class Quantity(np.lib.mixins.NDArrayOperatorsMixin):
    """Another class that takes part in NumPy's functions; its operators are NumPy's functions."""

    def __init__(self, m):
        self.m = m

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        made = getattr(ufunc, method)(*[x.m if isinstance(x, Quantity) else x for x in inputs], **options)
        return tuple(map(Quantity, made)) if isinstance(made, tuple) else Quantity(made)


class Shy(Quantity):
    """One that takes part with nothing but its own kind."""

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        mine = all(isinstance(x, Shy) for x in inputs)
        return super().__array_ufunc__(ufunc, method, *inputs, **options) if mine else NotImplemented


def numbers_in(x):
    """The plain numbers of a result, and the classes around them."""
    if isinstance(x, tuple):
        return tuple(map(numbers_in, x))
    if isinstance(x, Quantity):
        return type(x), numbers_in(x.m)
    if isinstance(x, np.ndarray):
        return list(map(numbers_in, x.flat))
    return float(x.data if isinstance(x, Value) else x)


def outcome(function, *operands):
    try:
        return numbers_in(function(*operands))
    except TypeError:
        return TypeError


BINARY = [*OPERATORS, divmod, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("quantity", [Quantity(3.0), Quantity(np.array([3.0, 4.0])), Shy(3.0)], ids=["1", "2", "shy"])
@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_another_class_that_takes_part_in_numpys_functions_answers_itself(function, quantity):
    """As beside a float or an array of floats; it once recursed for ever."""
    array = np.array([2.0, 1.0])
    held = autograd.arrays.holding([*map(Value, array)])
    for plain, ours in [(2.0, Value(2.0)), (np.float64(2.0), Value(np.float64(2.0))), (array, held)]:
        assert outcome(function, ours, quantity) == outcome(function, plain, quantity)
        assert outcome(function, quantity, ours) == outcome(function, quantity, plain)


def test_the_number_of_a_quantity_is_differentiated():
    assert grad(lambda x: (x * Quantity(3.0)).m)(2.0) == 3.0
    assert grad(lambda x: np.sum((x // 1.0 - Quantity(3.0) * x).m))(np.array([2.5, 1.5])).tolist() == [-3.0, -3.0]
