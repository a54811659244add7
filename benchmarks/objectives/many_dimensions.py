"""Objectives of any number of variables, in NumPy, after Jamil and Yang (2013)."""

import numpy as np
from numpy import abs, arange, cos, exp, pi, prod, sin, sqrt, sum

from benchmarks.objectives.registry import objective

START = [0.7, -1.3, 0.4, 1.9]
ZEROS, ONES = [0.0] * 4, [1.0] * 4


@objective(START, 0.0, ZEROS)
def sphere(x):
    return sum(x**2)


@objective(START)
def ackley(x):
    return -20 * exp(-0.2 * sqrt(np.mean(x**2))) - exp(np.mean(cos(2 * pi * x))) + 20 + np.e


@objective(START, 0.0, ONES)
def rosenbrock(x):
    return sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@objective(START, 0.0, ZEROS)
def rastrigin(x):
    return 10 * len(x) + sum(x**2 - 10 * cos(2 * pi * x))


@objective(START, 0.0, ZEROS)
def griewank(x):
    i = arange(1.0, len(x) + 1)
    return sum(x**2) / 4000 - prod(cos(x / sqrt(i))) + 1


@objective(START, 0.0, ONES)
def levy(x):
    w = 1 + (x - 1) / 4
    head, tail = sin(pi * w[0]) ** 2, (w[-1] - 1) ** 2 * (1 + sin(2 * pi * w[-1]) ** 2)
    return head + sum((w[:-1] - 1) ** 2 * (1 + 10 * sin(pi * w[:-1] + 1) ** 2)) + tail


@objective(START)
def alpine1(x):
    return sum(abs(x * sin(x) + 0.1 * x))


@objective([1.7, 2.3, 4.4, 5.9])
def alpine2(x):
    return -prod(sqrt(x) * sin(x))


@objective(START, 0.0, ZEROS)
def brown(x):
    a, b = x[:-1] ** 2, x[1:] ** 2
    return sum(a ** (b + 1) + b ** (a + 1))


@objective(START, 0.0, ZEROS)
def chung_reynolds(x):
    return sum(x**2) ** 2


@objective(START, -0.4, ZEROS)
def cosine_mixture(x):
    return -0.1 * sum(cos(5 * pi * x)) + sum(x**2)


@objective(START)
def csendes(x):
    return sum(x**6 * (2 + sin(1 / x)))


@objective([0.71, -1.33, 0.42, 1.93])
def deb1(x):
    return -np.mean(sin(5 * pi * x) ** 6)


@objective([0.7, 1.3, 0.4, 1.9])
def deb3(x):
    return -np.mean(sin(5 * pi * (x**0.75 - 0.05)) ** 6)


@objective(START)
def dixon_price(x):
    i = arange(2, len(x) + 1)
    return (x[0] - 1) ** 2 + sum(i * (2 * x[1:] ** 2 - x[:-1]) ** 2)


@objective(START, -1.0, ZEROS)
def exponential(x):
    return -exp(-0.5 * sum(x**2))


@objective(START, 0.0, ZEROS)
def sum_of_squares(x):
    return np.dot(np.arange(1, x.size + 1), x * x)


@objective(START, 0.0, ZEROS)
def rotated_hyper_ellipsoid(x):
    return sum(np.cumsum(x) ** 2)


@objective([1.7, 2.3, 0.4, 1.9])
def michalewicz(x):
    return -sum(sin(x) * sin(arange(1, x.size + 1) * x**2 / pi) ** 20)


@objective([0.7, 0.3, 0.4, 0.9], 2.0, ONES)
def mishra1(x):
    g = len(x) - sum(x[:-1])
    return (1 + g) ** g


@objective([0.7, 0.3, 0.4, 0.9], 2.0, ONES)
def mishra2(x):
    g = len(x) - sum(0.5 * (x[:-1] + x[1:]))
    return (1 + g) ** g


@objective([0.7, 1.3, 0.4, 1.9])
def mishra11(x):
    return (np.mean(abs(x)) - prod(abs(x)) ** (1 / x.size)) ** 2


@objective(START, 0.0, ZEROS)
def pathological(x):
    a, b = x[:-1], x[1:]
    return sum((sin(sqrt(100 * a**2 + b**2)) ** 2 - 0.5) / (1 + 0.001 * (a - b) ** 4) + 0.5)


@objective(START, 0.0, ZEROS)
def pinter(x):
    i = np.arange(1, len(x) + 1)
    before, after = np.roll(x, 1), np.roll(x, -1)
    a = before * sin(x) + sin(after)
    b = before**2 - 2 * x + 3 * after - cos(x) + 1
    return sum(i * x**2) + sum(20 * i * sin(a) ** 2) + sum(i * np.log10(1 + i * b**2))


@objective(START, 0.0, ZEROS)
def powell_sum(x):
    return sum(abs(x) ** arange(2, x.size + 2))


@objective(START, 0.0, [1.0, 2**0.5, 3**0.5, 2.0])
def qing(x):
    return sum((x**2 - arange(1, len(x) + 1)) ** 2)


@objective(START, 0.0, ZEROS)
def quartic(x):
    return np.arange(1, len(x) + 1) @ x**4


@objective(START, 0.0, [-1.0, -1.0, 2.0, 2.0])
def quintic(x):
    return np.abs(x**5 - 3 * x**4 + 4 * x**3 + 2 * x**2 - 10 * x - 4).sum()


@objective(START, 0.0, ZEROS)
def salomon(x):
    r = np.linalg.norm(x)
    return 1 - cos(2 * pi * r) + 0.1 * r


@objective(START, 0.0, ZEROS)
def sargan(x):
    others = sum(x) - x
    return sum(x.size * (x**2 + 0.4 * x * others))


@objective(START, 0.0, ZEROS)
def schwefel_1(x):
    return sum(x**2) ** np.pi


@objective(START, 0.0, ZEROS)
def schwefel_2_20(x):
    return np.linalg.norm(x, 1)


@objective(START, 0.0, ZEROS)
def schwefel_2_21(x):
    return np.max(np.abs(x))


@objective(START, 0.0, ZEROS)
def schwefel_2_22(x):
    return sum(abs(x)) + prod(abs(x))


@objective(START, 0.0, ZEROS)
def schwefel_2_23(x):
    return np.sum(np.power(x, 10))


@objective(START, 0.0, ONES)
def schwefel_2_4(x):
    return sum((x - 1) ** 2 + (x[0] - x**2) ** 2)


@objective(START, 0.0, ONES)
def schwefel_2_25(x):
    return sum((x[1:] - 1) ** 2 + (x[0] - x[1:] ** 2) ** 2)


@objective([70.7, -101.3, 200.4, 301.9])
def schwefel_2_26(x):
    return 418.982887 * len(x) - np.sum(x * np.sin(np.sqrt(np.abs(x))))


@objective(START, 0.0, ZEROS)
def step1(x):
    return sum(np.floor(abs(x)))


@objective(START, 0.0, ZEROS)
def step2(x):
    return sum(np.floor(x + 0.5) ** 2)


@objective(START, 25.0, [-5.12] * 4)
def stepint(x):
    return 49 + sum(np.floor(x))


@objective(START, 0.0, ZEROS)
def stretched_v(x):
    t = x[1:] ** 2 + x[:-1] ** 2
    return sum(t**0.25 * (sin(50 * t**0.1) ** 2 + 0.1)) if sum(t) > 0 else 0.0


@objective(START)
def styblinski_tang(x):
    return 0.5 * sum(x**4 - 16 * x**2 + 5 * x)


@objective(START, -16.0, [4.0, 6.0, 6.0, 4.0])
def trid(x):
    return sum((x - 1) ** 2) - sum(x[1:] * x[:-1])


@objective([0.1, 0.3, 0.2, 0.4], 0.0, ZEROS)
def trigonometric1(x):
    i = np.arange(1, x.size + 1)
    return sum((x.size - sum(cos(x)) + i * (1 - cos(x) - sin(x))) ** 2)


@objective(START, 1.0, [0.9] * 4)
def trigonometric2(x):
    return 1 + sum(8 * sin(7 * (x - 0.9) ** 2) ** 2 + 6 * sin(14 * (x - 0.9) ** 2) ** 2 + (x - 0.9) ** 2)


@objective(START, 0.0, ZEROS)
def wavy(x):
    return 1 - np.mean(cos(10 * x) * exp(-(x**2) / 2))


@objective(START, 0.0, ONES)
def whitley(x):
    y = 100 * (x[:, None] ** 2 - x) ** 2 + (1 - x) ** 2
    return np.sum(y**2 / 4000 - np.cos(y) + 1)


@objective(START, 0.0, ZEROS)
def xin_she_yang2(x):
    return np.sum(np.abs(x)) * np.exp(-np.sum(np.sin(x**2)))


@objective(START, -1.0, ZEROS)
def xin_she_yang3(x):
    return exp(-sum((x / 15) ** 10)) - 2 * exp(-sum(x**2)) * prod(cos(x) ** 2)


@objective(START, -1.0, ZEROS)
def xin_she_yang4(x):
    return (sum(sin(x) ** 2) - exp(-sum(x**2))) * exp(-sum(sin(sqrt(abs(x))) ** 2))


@objective(START, 0.0, ZEROS)
def zakharov(x):
    s = 0.5 * np.arange(1, len(x) + 1) @ x
    return x @ x + s**2 + s**4


@objective(START, 0.0, ZEROS)
def weierstrass(x):
    k = np.arange(8)
    a, b = 0.5**k, 3.0**k
    return np.sum(a * np.cos(2 * np.pi * b * (x[:, None] + 0.5))) - x.size * np.sum(a * np.cos(np.pi * b))


@objective([0.31, 0.42, 0.23, 0.77])
def katsuura(x):
    k = 2.0 ** np.arange(1, 11)
    inner = np.abs(k * x[:, None] - np.round(k * x[:, None])) / k
    return np.prod(1 + np.arange(1, x.size + 1) * inner.sum(axis=1))


@objective(START)
def penalty1(x):
    y = 1 + (x + 1) / 4
    u = np.where(x > 10, 100 * (x - 10) ** 4, np.where(x < -10, 100 * (-x - 10) ** 4, 0.0))
    middle = sum((y[:-1] - 1) ** 2 * (1 + 10 * sin(pi * y[1:]) ** 2))
    return pi / x.size * (10 * sin(pi * y[0]) ** 2 + middle + (y[-1] - 1) ** 2) + sum(u)


@objective([6.7, -1.3, 0.4, -7.9])
def penalty2(x):
    u = np.select([x > 5, x < -5], [100 * (x - 5) ** 4, 100 * (-x - 5) ** 4], 0.0)
    head, tail = sin(3 * pi * x[0]) ** 2, (x[-1] - 1) ** 2 * (1 + sin(2 * pi * x[-1]) ** 2)
    return 0.1 * (head + sum((x[:-1] - 1) ** 2 * (1 + sin(3 * pi * x[1:]) ** 2)) + tail) + np.sum(u)


@objective(START, 30.0, ZEROS)
def plateau(x):
    return 30 + np.sum(np.floor(np.abs(x)))


@objective([3.3, 9.1, 4.4, 6.2])
def paviani(x):
    return sum(np.log(x - 2) ** 2 + np.log(10 - x) ** 2) - prod(x) ** 0.2


@objective([70.7, -101.3, 200.4, 301.9])
def rana(x):
    a, b = x[:-1], x[1:]
    s, t = np.sqrt(np.abs(b + a + 1)), np.sqrt(np.abs(b - a + 1))
    return np.sum((b + 1) * np.cos(t) * np.sin(s) + a * np.cos(s) * np.sin(t))


@objective([70.7, -101.3, 200.4, 301.9])
def egg_holder(x):
    a, b = x[:-1], x[1:]
    return np.sum(-(b + 47) * np.sin(np.sqrt(np.abs(b + a / 2 + 47))) - a * np.sin(np.sqrt(np.abs(a - (b + 47)))))
