"""Bugs of functions of vectors and matrices: sums, products, norms, factorizations, layers, likelihoods."""

from __future__ import annotations

import math

import numpy as np

from .bugs import bug


def box(*shape, interval="[-2, 2]"):
    """The domain of an array whose numbers all lie in one interval."""
    return np.full(shape, interval)


def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


# --- constants, sums, products, norms ---------------------------------------------------------------


@bug("pytorch 80839", lambda x, dy: dy, lambda x, dy: 0 * dy, {"x": box(3)}, form="vjp")
def filled_with_a_constant(x):
    return np.zeros_like(x)


@bug("pytorch 80804", lambda x, dy: np.where(np.sum(x * x), 0.0, dy), lambda x, dy: 0 * dy, {"x": box(2)}, form="vjp")
def renormalized_to_0(x):
    return x * 0.0


@bug("pytorch 2421", lambda x: x / np.linalg.norm(x),
     lambda x: x / np.linalg.norm(x) if x.any() else 0 * x, {"x": box(2)})  # fmt: skip
def a_norm_of_0(x):
    return math.hypot(*x)


def _without(x, *left_out):
    return math.prod(v for i, v in enumerate(x) if i not in left_out)


def _product_hessian(x):
    return [[0.0 if i == j else _without(x, i, j) for j in range(len(x))] for i in range(len(x))]


@bug("pytorch 106789", lambda x: np.array(_product_hessian(x)) * (np.sum(x == 0) < 2), _product_hessian,
     {"x": box(3)}, form="hessian", more={"grad": lambda x: [_without(x, i) for i in range(3)]})  # fmt: skip
def a_product_with_two_zeros(x):
    return math.prod(x)


def _cumprod_vjp(x, dy):
    """Without a division."""
    left = np.concatenate([[1.0], np.cumprod(x)[:-1]])
    right = np.zeros(len(x))
    right[-1] = dy[-1]
    for i in range(len(x) - 2, -1, -1):
        right[i] = dy[i] + x[i + 1] * right[i + 1]
    return left * right


def _divided(x, dy):
    return np.cumsum((np.cumprod(x) * dy)[::-1])[::-1] / x


@bug("tensorflow 3862", _divided, _cumprod_vjp, {"x": box(2)}, form="vjp")
def a_running_product_divided_by_0(x):
    return np.cumprod(x)


@bug("tensorflow 119430", lambda x, dy: np.nan_to_num(_divided(x, dy), posinf=0, neginf=0), _cumprod_vjp,
     {"x": box(3)}, form="vjp")  # fmt: skip
def a_running_product_whose_nan_is_replaced(x):
    return np.cumprod(x)


@bug("Theano 5197", lambda x: _divided(x, 2 * np.cumprod(x)), lambda x: _cumprod_vjp(x, 2 * np.cumprod(x)),
     {"x": box(2)})  # fmt: skip
def the_squares_of_a_running_product(x):
    return float(np.sum(np.cumprod(x) ** 2))


@bug("casadi 2597", lambda x, u: (np.eye(3), np.zeros((3, 2))), lambda x, u: (np.eye(3), np.eye(3)[:, :2]),
     {"x": box(3), "u": box(2)}, "u")  # fmt: skip
def the_block_of_the_second_argument(x, u):
    return x + np.array([u[0], u[1], 0.0])


@bug("fpcross 2", lambda x, dy: dy * np.sum(_A, axis=1), lambda x, dy: dy * np.diag(_A), {"x": box(3)}, form="vjp")
def the_sum_of_a_row_for_its_diagonal(x):
    return np.diag(_A) * x


_A = np.array([[1.0, 2.0, -0.5], [0.3, -1.0, 0.2], [0.7, 0.1, 2.0]])


@bug("autograd 350", lambda x, dy: np.moveaxis(dy, -1, 0), lambda x, dy: np.moveaxis(dy, 0, -1),
     {"x": box(2, 2, 2)}, form="vjp")  # fmt: skip
def an_axis_rolled_back_the_wrong_way(x):
    return np.moveaxis(x, -1, 0)


# --- layers -----------------------------------------------------------------------------------------


@bug("fromscratchtoml 65", lambda z, dy: 2 * softmax(z) * (dy - np.sum(dy * softmax(z))),
     lambda z, dy: softmax(z) * (dy - np.sum(dy * softmax(z))), {"z": box(3)}, "z", form="vjp")  # fmt: skip
def softmax_off_by_two(z):
    return softmax(z)


@bug("Odyssey 2134", lambda z, dy: softmax(z) * (1 - softmax(z)) * dy,
     lambda z, dy: softmax(z) * (dy - np.sum(dy * softmax(z))), {"z": box(3)}, "z", form="vjp")  # fmt: skip
def softmax_without_its_sum(z):
    return softmax(z)


def _log_softmax_vjp(z, dy):
    return dy - softmax(z) * np.sum(dy)


@bug("mlpack 2360", lambda z, dy: dy + softmax(z), _log_softmax_vjp, {"z": box(2)}, "z", form="vjp")
def log_softmax_plus_softmax(z):
    return np.log(softmax(z))


@bug("pytorch 191479", lambda z, dy: dy, _log_softmax_vjp, {"z": box(3)}, "z", form="vjp")
def log_softmax_as_an_identity(z):
    return np.log(softmax(z))


_LABELS = np.array([0, 2])
_ONE_HOT = np.eye(3)[_LABELS]


@bug("swift-apis 42", lambda z: softmax(z) - _ONE_HOT, lambda z: (softmax(z) - _ONE_HOT) / 2, {"z": box(2, 3)}, "z")
def a_mean_without_the_size_of_the_batch(z):
    return float(-np.mean(np.log(softmax(z))[[0, 1], _LABELS]))


_X = np.array([[0.5, -1.0], [1.5, 0.3]])


def _classes(W, b):
    return softmax(_X @ W + b) - _ONE_HOT


@bug("stat453-deep-learning-ss21 5", lambda W, b: (_X.T @ _classes(W, b), np.full(3, np.sum(_classes(W, b)))),
     lambda W, b: (_X.T @ _classes(W, b), np.sum(_classes(W, b), axis=0)), {"W": box(2, 3), "b": box(3)},
     "b")  # fmt: skip
def one_sum_for_every_bias(W, b):
    return float(-np.sum(np.log(softmax(_X @ W + b))[[0, 1], _LABELS]))


def _layer_gradient(W, b, factor=1.0, of_bias=1.0):
    dz = (1 - np.tanh(_X @ W + b) ** 2) / 2
    return factor * _X.T @ dz, of_bias * np.sum(dz, axis=0)


@bug("Andrew-Ng-Deep-Learning-notes 10", lambda W, b: _layer_gradient(W, b, 2.0, 4.0), _layer_gradient,
     {"W": box(2, 2), "b": box(2)}, "W b")  # fmt: skip
def planted_in_an_exercise(W, b):
    return float(np.sum(np.tanh(_X @ W + b)) / 2)


# --- factorizations and likelihoods -------------------------------------------------------------------


def _positive(a, b, c):
    return np.array([[a, c], [b, 4.0]])


@bug("pytorch 18825", lambda a, b, c: _entries(np.tril(2 * _inverse(a, b, c)) - np.diag(np.diag(_inverse(a, b, c)))),
     lambda a, b, c: _entries(_inverse(a, b, c)), {"a": "[1, 4]", "b": "[-1, 1]", "c": "[-1, 1]"}, "b c")  # fmt: skip
def a_triangular_gradient_of_a_symmetric_matrix(a, b, c):
    X = _positive(a, b, c)
    return float(2 * np.sum(np.log(np.diag(np.linalg.cholesky((X + X.T) / 2)))))


def _inverse(a, b, c):
    X = _positive(a, b, c)
    return np.linalg.inv((X + X.T) / 2)


def _entries(matrix):
    return matrix[0, 0], matrix[1, 0], matrix[0, 1]


def _normal_gradient(v, sign):
    """Of the log density of (1, -0.5) with variances v."""
    return sign * 0.5 * (np.array([1.0, 0.25]) / v**2 - 1 / v)


@bug("autograd 412", lambda v: _normal_gradient(v, -1), lambda v: _normal_gradient(v, 1),
     {"v": box(2, interval="[0.2, 4]")}, "v")  # fmt: skip
def the_sign_of_a_covariance(v):
    return float(-0.5 * np.sum(np.array([1.0, 0.25]) / v + np.log(2 * math.pi * v)))


def _ordered(c, add):
    """The gradient of log P(y = 1) over several observations, in the first cut point."""
    found = 0.0
    for x in (0.2, -1.0, 1.3):
        slope = 1 / (1 + math.exp(c - x))
        found = found + slope if add else slope
    return found


@bug("math 1248", lambda c: _ordered(c, False), lambda c: _ordered(c, True), "[-3, 3]", "c")
def a_cut_point_overwritten_by_each_observation(c):
    return -sum(math.log1p(math.exp(x - c)) for x in (0.2, -1.0, 1.3))
