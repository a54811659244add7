"""Objectives of competitions in optimisation, of any number of variables, in NumPy."""

import numpy as np
from numpy import sum

from benchmarks.objectives.registry import objective

START = [0.7, -1.3, 0.4, 1.9]
ZEROS, ONES = [0.0] * 4, [1.0] * 4


@objective(START, 0.0, ZEROS)
def bent_cigar(x):
    return x[0] ** 2 + 1e6 * np.dot(x[1:], x[1:])


@objective(START, 0.0, ZEROS)
def discus(x):
    return 1e6 * x[0] ** 2 + np.square(x[1:]).sum()


@objective(START, 0.0, ZEROS)
def elliptic(x):
    return np.sum(10.0 ** (6 * np.arange(len(x)) / (len(x) - 1)) * np.square(x))


@objective(START, 0.0, [-1.0] * 4)
def happy_cat(x):
    r = np.dot(x, x)
    return np.abs(r - x.size) ** 0.25 + (0.5 * r + np.sum(x)) / x.size + 0.5


@objective(START, 0.0, [-1.0] * 4)
def hgbat(x):
    r, s = np.sum(x**2), np.sum(x)
    return np.sqrt(np.abs(r**2 - s**2)) + (0.5 * r + s) / len(x) + 0.5


@objective(START, 0.0, ZEROS)
def expanded_schaffer(x):
    r = x**2 + np.roll(x, -1) ** 2
    return np.sum(0.5 + (np.sin(np.sqrt(r)) ** 2 - 0.5) / (1 + 0.001 * r) ** 2)


@objective(START, 0.0, ONES)
def griewank_rosenbrock(x):
    y = 100 * (x**2 - np.roll(x, -1)) ** 2 + (x - 1) ** 2
    return np.sum(y**2 / 4000 - np.cos(y) + 1)


@objective(START, 0.0, [1.0, 0.5, 1 / 3, 0.25])
def perm_zero(x):
    j = np.arange(1, x.size + 1)
    powers = x[None, :] ** j[:, None] - 1 / j[None, :] ** j[:, None].astype(float)
    return np.sum(((j + 10) * powers).sum(axis=1) ** 2)


@objective(START, 0.0, [1.0, 2.0, 3.0, 4.0])
def perm(x):
    j = np.arange(1, x.size + 1)
    return sum([np.sum((j**k + 0.5) * ((x / j) ** k - 1)) ** 2 for k in j])


@objective([0.7, 1.3, 0.4, 1.9])
def vincent(x):
    return -np.mean(np.sin(10 * np.log(x)))


@objective(START, 0.0, ZEROS)
def powell_singular(x):
    a, b, c, d = x[0::4], x[1::4], x[2::4], x[3::4]
    return np.sum((a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4)
