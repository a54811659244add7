"""Energies, estimators and penalties of models, of any number of variables, in NumPy."""

import numpy as np

from benchmarks.objectives.registry import objective

START = [0.7, -1.3, 0.4, 1.9]
ZEROS = [0.0] * 4


@objective([0.2, 0.3, 1.1, 0.4, 0.9, 2.3, 1.2, 1.9, -0.3])
def lennard_jones(x):
    points = np.reshape(x, (-1, 3))
    i, j = np.triu_indices(len(points), 1)
    r6 = np.sum((points[i] - points[j]) ** 2, axis=1) ** 3
    return np.sum(1 / r6**2 - 2 / r6)


@objective(START)
def deflected_corrugated_spring(x):
    r = np.sum((x - 5) ** 2)
    return 0.1 * r - np.cos(5 * np.sqrt(r))


@objective(START)
def bratu_energy(x):
    u = np.concatenate([[0.0], x, [0.0]])
    return np.sum(np.diff(u) ** 2) / 2 - 0.1 * np.trapezoid(np.exp(u))


@objective(START, 0.0, ZEROS)
def quadratic_form(x):
    H = 1 / (np.arange(len(x))[:, None] + np.arange(len(x)) + 1.0)
    return x @ H @ x


@objective([1.7, 0.3, 0.4, 0.9])
def log_determinant(x):
    A = np.outer(x, x) + np.diag(np.exp(x))
    return -np.linalg.slogdet(A)[1] + np.trace(A)


@objective(START)
def total_variation(x):
    return np.sum(np.abs(np.diff(x))) + 0.5 * np.linalg.norm(x - np.array([1.0, 1.0, 2.0, 2.0])) ** 2


@objective(START)
def huber(x):
    return np.sum(np.where(np.abs(x) <= 1.0, x**2 / 2, np.abs(x) - 0.5))


@objective(START)
def softmax_entropy(x):
    p = np.exp(x - np.max(x))
    p = p / p.sum()
    return np.sum(p * np.log(p))


@objective(START)
def order_statistics(x):
    y = np.sort(x)
    return np.median(x) ** 2 + (y[-1] - y[0]) ** 2 + np.percentile(x, 25) + np.std(x)
