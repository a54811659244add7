"""Invalid arguments: an error names the argument."""

import numpy as np
import pytest

from autograd import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp


def f(x, y=1.0):
    return x


BAD = [
    # a result that is not one number
    (lambda: grad(lambda x: [x])(1.0), TypeError, r"grad: f must return one number, got a list.*jacobian"),
    (lambda: grad(lambda x: {"y": x})(1.0), TypeError, r"grad: f must return one number, got a dict"),
    (lambda: value_and_grad(lambda x: (x, x))(1.0), TypeError, r"value_and_grad: f must return one number"),
    (
        lambda: grad(lambda x: x * np.ones(2))(1.0),
        TypeError,
        r"grad: f must return one number, got an array of shape \(2,\): use",
    ),
    (
        lambda: grad(lambda x: x * np.ones(1))(1.0),
        TypeError,
        r"got an array of shape \(1,\): take its .* with y\.item\(\)",
    ),
    (lambda: grad(lambda x: None)(1.0), TypeError, r"grad: the result of f is a NoneType"),
    (lambda: grad(lambda x: "a")(1.0), TypeError, r"grad: the result of f is a str"),
    (lambda: grad(lambda x: 1j)(1.0), TypeError, r"grad: the result of f is a complex"),
    (lambda: hessian(lambda x: [x])(1.0), TypeError, r"hessian: f must return one number"),
    (lambda: hessian(f)([1.0, "a"]), TypeError, r"hessian: argument 0\[1\] is a str"),
    (lambda: hvp(lambda x: [x], (1.0,), (1.0,)), TypeError, r"hvp: f must return one number"),
    (lambda: jvp(lambda x: [x, "a"], (1.0,), (1.0,)), TypeError, r"jvp: the result of f\[1\] is a str"),
    (lambda: vjp(lambda x: {"y": None}, 1.0), TypeError, r"vjp: the result of f\['y'\] is a NoneType"),
    (lambda: jacobian(lambda x: [x, None])(1.0), TypeError, r"jacobian: the result of f\[1\] is a NoneType"),
    (lambda: grad(f, has_aux=True)(1.0), TypeError, r"grad: with has_aux, f must return a pair"),
    (lambda: grad(lambda x: (x, x, x), has_aux=True)(1.0), TypeError, r"with has_aux, f must return a pair"),
    (lambda: grad(lambda x: ([x], 1), has_aux=True)(1.0), TypeError, r"grad: f must return one number"),
    # an argument that is not a number
    (lambda: grad(f)("a"), TypeError, r"grad: argument 0 is a str, 'a'"),
    (lambda: grad(f, 1)(1.0, "a"), TypeError, r"grad: argument 1 is a str, 'a'"),
    (lambda: grad(f)({"w": [1.0, "a"]}), TypeError, r"grad: argument 0\['w'\]\[1\] is a str, 'a'"),
    (lambda: grad(f)([1.0, (None,)]), TypeError, r"grad: argument 0\[1\]\[0\] is a NoneType"),
    (lambda: grad(f)(np.array([1.0, "a"], dtype=object)), TypeError, r"grad: argument 0\[1\] is a str"),
    (lambda: grad(f)(1j), TypeError, r"grad: argument 0 is a complex"),
    (lambda: grad(f)({1.0, 2.0}), TypeError, r"grad: argument 0 is a set"),
    (lambda: value_and_grad(f)(None), TypeError, r"value_and_grad: argument 0 is a NoneType"),
    (lambda: jacobian(f)([1.0, "a"]), TypeError, r"jacobian: argument 0\[1\] is a str"),
    (lambda: vjp(f, 1.0, "a"), TypeError, r"vjp: argument 1 is a str"),
    (lambda: jvp(f, ("a",), (1.0,)), TypeError, r"jvp: primals\[0\] is a str"),
    (lambda: jvp(f, (1.0,), ("a",)), TypeError, r"jvp: tangents\[0\] is a str"),
    (lambda: jvp(f, ({"w": 1.0},), ({"w": None},)), TypeError, r"jvp: tangents\[0\]\['w'\] is a NoneType"),
    (lambda: hvp(f, ("a",), (1.0,)), TypeError, r"primals\[0\] is a str"),
    # argnums
    (lambda: grad(f, 2)(1.0, 2.0), ValueError, r"grad: argnums=2 is out of range.*2 positional"),
    (lambda: grad(f, -3)(1.0, 2.0), ValueError, r"grad: argnums=-3 is out of range"),
    (lambda: grad(f, (0, 2))(1.0, 2.0), ValueError, r"grad: argnums=\(0, 2\) is out of range"),
    (lambda: grad(f)(), ValueError, r"grad: argnums=0 is out of range.*0 positional"),
    (lambda: grad(f)(x=1.0), ValueError, r"grad: argnums=0 is out of range.*0 positional"),
    (lambda: grad(f, "x")(1.0), TypeError, r"grad: argnums must be an int"),
    (lambda: grad(f, 0.0)(1.0), TypeError, r"grad: argnums must be an int"),
    (lambda: grad(f, True)(1.0, 2.0), TypeError, r"grad: argnums must be an int"),
    (lambda: grad(f, (0, 0))(1.0, 2.0), ValueError, r"grad: argnums=\(0, 0\) names an argument twice"),
    (lambda: grad(f, (0, -2))(1.0, 2.0), ValueError, r"grad: argnums=\(0, -2\) names an argument twice"),
    (lambda: value_and_grad(f, 2)(1.0), ValueError, r"value_and_grad: argnums=2 is out of range"),
    (lambda: jacobian(f, 2)(1.0), ValueError, r"jacobian: argnums=2 is out of range"),
    (lambda: hessian(f, 2)(1.0), ValueError, r"argnums=2 is out of range"),
    # structures that do not pair up
    (lambda: jvp(f, 1.0, 1.0), TypeError, r"jvp: primals must be a tuple or list of arguments, got float"),
    (lambda: jvp(f, (1.0,), 1.0), TypeError, r"jvp: tangents must be a tuple or list of arguments, got float"),
    (lambda: jvp(f, (1.0,), (1.0, 2.0)), ValueError, r"jvp: tangents must have the structure of primals"),
    (lambda: jvp(f, ([1.0],), (1.0,)), ValueError, r"jvp: tangents must have the structure of primals"),
    (lambda: jvp(f, ({"w": 1.0},), ({"v": 1.0},)), ValueError, r"jvp: tangents must have the structure of primals"),
    (lambda: jvp(f, (np.ones(2),), (np.ones(3),)), ValueError, r"jvp: tangents must have the structure of primals"),
    (lambda: hvp(f, (1.0,), (1.0, 2.0)), ValueError, r"hvp: tangents must have the structure of primals"),
    (lambda: hvp(f, 1.0, 1.0), TypeError, r"hvp: primals must be a tuple or list"),
    (
        lambda: vjp(lambda x: [x, x], 1.0)[1]([1.0]),
        ValueError,
        r"vjp: cotangents must have the structure of f's result",
    ),
    (lambda: vjp(lambda x: [x, x], 1.0)[1](1.0), ValueError, r"vjp: cotangents must have the structure"),
    (lambda: vjp(lambda x: [x, x], 1.0)[1]([1.0, "a"]), TypeError, r"vjp: cotangents\[1\] is a str"),
]


@pytest.mark.parametrize("call, error, message", BAD, ids=[row[2][:60] for row in BAD])
def test_a_bad_argument_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


EXCEPTIONS = [ZeroDivisionError, KeyError, RuntimeError]


@pytest.mark.parametrize("error", EXCEPTIONS)
def test_what_f_raises_comes_through(error):
    def failing(x):
        raise error("from f")

    for call in (grad(failing), value_and_grad(failing), jacobian(failing), lambda x: jvp(failing, (x,), (x,)),
                 lambda x: vjp(failing, x), lambda x: hvp(failing, (x,), (x,)), grad(grad(failing))):  # fmt: skip
        with pytest.raises(error, match="from f"):
            call(1.0)
    assert grad(lambda x: x * x)(3.0) == 6.0
