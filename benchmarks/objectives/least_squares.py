"""Residuals of least-squares problems, filled into `np.zeros(m)`, after Moré, Garbow and Hillstrom (1981)."""

import math

import numpy as np

from benchmarks.objectives.registry import residuals

BARD = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39]
KOWALIK = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]
TIMES = [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]
MEYER = [34780.0, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872]


@residuals([1.0] * 5)
def linear_full_rank(x):
    m, n = 10, len(x)
    f = np.zeros(m)
    total = 0.0
    for j in range(n):
        total += x[j]
    for i in range(m):
        f[i] = -2 * total / m - 1
        if i < n:
            f[i] += x[i]
    return f


@residuals([1.0] * 5)
def linear_rank_one(x):
    f = np.zeros(10)
    total = 0.0
    for j in range(len(x)):
        total += (j + 1) * x[j]
    for i in range(10):
        f[i] = (i + 1) * total - 1
    return f


@residuals([1.0] * 5)
def linear_rank_one_with_zeros(x):
    m, n = 10, len(x)
    f = np.zeros(m)
    total = sum((j + 1) * x[j] for j in range(1, n - 1))
    for i in range(m - 1):
        f[i] = i * total - 1
    f[m - 1] = -1
    return f


@residuals([-1.2, 1.0])
def rosenbrock(x):
    f = np.zeros(2)
    f[0] = 10 * (x[1] - x[0] ** 2)
    f[1] = 1 - x[0]
    return f


@residuals([-1.0, 0.3, 0.2])
def helical_valley(x):
    f = np.zeros(3)
    if x[0] > 0:
        th = math.atan(x[1] / x[0]) / (2 * math.pi)
    elif x[0] < 0:
        th = math.atan(x[1] / x[0]) / (2 * math.pi) + 0.5
    else:
        th = 0.25
    r = math.sqrt(x[0] ** 2 + x[1] ** 2)
    f[0] = 10 * (x[2] - 10 * th)
    f[1] = 10 * (r - 1)
    f[2] = x[2]
    return f


@residuals([3.0, -1.0, 0.4, 1.0])
def powell_singular(x):
    f = np.zeros(4)
    f[0] = x[0] + 10 * x[1]
    f[1] = math.sqrt(5) * (x[2] - x[3])
    f[2] = (x[1] - 2 * x[2]) ** 2
    f[3] = math.sqrt(10) * (x[0] - x[3]) ** 2
    return f


@residuals([0.5, -2.0])
def freudenstein_roth(x):
    f = np.zeros(2)
    f[0] = -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1]
    f[1] = -29 + x[0] + ((1 + x[1]) * x[1] - 14) * x[1]
    return f


@residuals([1.0, 1.0, 1.0])
def bard(x):
    f = np.zeros(15)
    for i in range(15):
        u, v = i + 1, 15 - i
        w = min(u, v)
        f[i] = BARD[i] - (x[0] + u / (x[1] * v + x[2] * w))
    return f


@residuals([0.25, 0.39, 0.415, 0.39])
def kowalik_osborne(x):
    f = np.zeros(len(KOWALIK))
    for i, v in enumerate(TIMES):
        f[i] = KOWALIK[i] - x[0] * v * (v + x[1]) / (v * (v + x[2]) + x[3])
    return f


@residuals([0.02, 4000.0, 250.0])
def meyer(x):
    f = np.zeros(16)
    for i in range(16):
        t = 5.0 * (i + 1) + 45
        f[i] = x[0] * np.exp(x[1] / (t + x[2])) - MEYER[i]
    return f


@residuals([0.5] * 6)
def watson(x):
    n = len(x)
    f = np.zeros(31)
    for i in range(29):
        div = (i + 1) / 29
        s1, dx = 0.0, 1.0
        for j in range(1, n):
            s1 += j * dx * x[j]
            dx = div * dx
        s2, dx = 0.0, 1.0
        for j in range(n):
            s2 += dx * x[j]
            dx = div * dx
        f[i] = s1 - s2**2 - 1
    f[29] = x[0]
    f[30] = x[1] - x[0] ** 2 - 1
    return f


@residuals([0.2, 10.0, 20.0])
def box3(x):
    f = np.zeros(10)
    for i in range(10):
        t = (i + 1) / 10.0
        f[i] = np.exp(-t * x[0]) - np.exp(-t * x[1]) + (np.exp(-(i + 1)) - np.exp(-t)) * x[2]
    return f


@residuals([0.3, 0.4])
def jennrich_sampson(x):
    f = np.zeros(10)
    for i in range(10):
        f[i] = 2 + 2 * (i + 1) - math.exp((i + 1) * x[0]) - math.exp((i + 1) * x[1])
    return f


@residuals([25.0, 5.0, -5.0, -1.0])
def brown_dennis(x):
    f = np.zeros(20)
    for i in range(20):
        t = (i + 1) / 5.0
        a, b = x[0] + t * x[1] - np.exp(t), x[2] + math.sin(t) * x[3] - math.cos(t)
        f[i] = a * a + b * b
    return f


@residuals([1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7])
def chebyquad(x):
    m, n = 6, len(x)
    f = np.zeros(m)
    for j in range(n):
        t1, t2 = 1.0, 2 * x[j] - 1
        t = 2 * t2
        for i in range(m):
            f[i] = f[i] + t2
            th = t * t2 - t1
            t1, t2 = t2, th
    iev = -1
    for i in range(m):
        f[i] = f[i] / n
        if iev > 0:
            f[i] = f[i] + 1 / ((i + 1) ** 2 - 1)
        iev = -iev
    return f


@residuals([0.5] * 5)
def brown_almost_linear(x):
    n = len(x)
    f = np.empty(n)
    f[: n - 1] = x[: n - 1] + np.sum(x) - (n + 1)
    f[n - 1] = np.prod(x) - 1
    return f


@residuals([0.5, 1.5, 1.0, 0.01, 0.02])
def osborne1(x):
    y = [0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718]
    f = np.zeros(len(y))
    for i in range(len(y)):
        t = 10.0 * i
        f[i] = y[i] - (x[0] + x[1] * math.exp(-x[3] * t) - x[2] * math.exp(-x[4] * t))
    return f


@residuals([1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5])
def osborne2(x):
    y = [1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608]
    f = np.zeros(13)
    for i in range(13):
        t = i / 10.0
        f[i] = y[i] - x[0] * np.exp(-t * x[4])
        for k in range(3):
            f[i] -= x[k + 1] * np.exp(-((t - x[k + 8]) ** 2) * x[k + 5])
    return f


@residuals([1.0] * 7)
def bdqrtic(x):
    n = len(x)
    f = np.zeros(2 * (n - 4))
    for i in range(n - 4):
        f[i] = -4 * x[i] + 3.0
        f[n - 4 + i] = x[i] ** 2 + 2 * x[i + 1] ** 2 + 3 * x[i + 2] ** 2 + 4 * x[i + 3] ** 2 + 5 * x[n - 1] ** 2
    return f


@residuals([0.5, 0.4, 0.6, 0.7])
def cube(x):
    f = np.zeros(len(x))
    f[0] = x[0] - 1.0
    for i in range(1, len(x)):
        f[i] = 10 * (x[i] - x[i - 1] ** 3)
    return f


@residuals([1.2, 0.8, 1.1, 0.9, 1.3])
def mancino(x):
    n = len(x)
    f = np.zeros(n)
    for i in range(n):
        ss = 0.0
        for j in range(n):
            v2 = np.sqrt(x[i] ** 2 + (i + 1) / (j + 1))
            ss += v2 * (np.sin(np.log(v2)) ** 5 + np.cos(np.log(v2)) ** 5)
        f[i] = 1400 * x[i] + (i + 1 - 50) ** 3 + ss
    return f


@residuals([-0.3, -0.39, 0.3, -0.344, -1.2, 2.69, 1.59, -1.5])
def heart8(x):
    a, b, c, d, t, u, v, w = x
    f = np.zeros(8)
    f[0] = a + b + 0.69
    f[1] = c + d + 0.044
    f[2] = t * a + u * b - v * c - w * d + 1.57
    f[3] = v * a + w * b + t * c + u * d + 1.31
    f[4] = a * (t**2 - v**2) - 2.0 * c * t * v + b * (u**2 - w**2) - 2.0 * d * u * w + 2.65
    f[5] = c * (t**2 - v**2) + 2.0 * a * t * v + d * (u**2 - w**2) + 2.0 * b * u * w - 2.0
    f[6] = a * t * (t**2 - 3 * v**2) + c * v * (v**2 - 3 * t**2) + b * u * (u**2 - 3 * w**2) + d * w * (w**2 - 3 * u**2)
    f[7] = c * t * (t**2 - 3 * v**2) - a * v * (v**2 - 3 * t**2) + d * u * (u**2 - 3 * w**2) - b * w * (w**2 - 3 * u**2)
    return f


@residuals([0.3, 0.4])
def beale(x):
    f = np.zeros(3)
    for i, y in enumerate((1.5, 2.25, 2.625)):
        f[i] = y - x[0] * (1 - x[1] ** (i + 1))
    return f


@residuals([0.4, 1.2])
def powell_badly_scaled(x):
    f = np.zeros(2)
    f[0] = 1e4 * x[0] * x[1] - 1
    f[1] = math.exp(-x[0]) + math.exp(-x[1]) - 1.0001
    return f


@residuals([1.0, 1.0])
def brown_badly_scaled(x):
    return np.array([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0], dtype=float)


@residuals([1.0, 2.0, 1.0, 1.0, 4.0, 3.0])
def biggs_exp6(x):
    f = np.zeros(13)
    for i in range(13):
        t = 0.1 * (i + 1)
        y = math.exp(-t) - 5 * math.exp(-10 * t) + 3 * math.exp(-4 * t)
        f[i] = x[2] * math.exp(-t * x[0]) - x[3] * math.exp(-t * x[1]) + x[5] * math.exp(-t * x[4]) - y
    return f


@residuals([-3.0, -1.0, -3.0, -1.0])
def wood(x):
    f = np.zeros(6)
    f[0], f[1] = 10 * (x[1] - x[0] ** 2), 1 - x[0]
    f[2], f[3] = math.sqrt(90) * (x[3] - x[2] ** 2), 1 - x[2]
    f[4], f[5] = math.sqrt(10) * (x[1] + x[3] - 2), (x[1] - x[3]) / math.sqrt(10)
    return f


@residuals([0.2, 0.3, 0.1, 0.4])
def trigonometric(x):
    n = len(x)
    f = np.full(n, float(n))
    f -= np.sum(np.cos(x))
    for i in range(n):
        f[i] += (i + 1) * (1 - math.cos(x[i])) - math.sin(x[i])
    return f


@residuals([0.5, 0.4, 0.3, 0.6])
def variably_dimensioned(x):
    n = len(x)
    f = np.zeros(n + 2)
    f[:n] = x - 1
    f[n] = np.sum(np.arange(1, n + 1) * (x - 1))
    f[n + 1] = f[n] ** 2
    return f


@residuals([0.1, 0.2, 0.3, 0.4])
def penalty1(x):
    f = np.zeros(len(x) + 1)
    f[:-1] = np.sqrt(1e-5) * (x - 1)
    f[-1] = np.sum(x**2) - 0.25
    return f


@residuals([0.5] * 4)
def penalty2(x):
    n = len(x)
    y = np.exp(np.arange(1, n + 1) / 10) + np.exp(np.arange(n) / 10)
    f = np.zeros(2 * n)
    f[0] = x[0] - 0.2
    f[1:n] = math.sqrt(1e-5) * (np.exp(x[1:] / 10) + np.exp(x[:-1] / 10) - y[1:])
    f[n:-1] = math.sqrt(1e-5) * (np.exp(x[1:] / 10) - math.exp(-0.1))
    f[-1] = np.sum(np.arange(n, 0, -1) * x**2) - 1
    return f


@residuals([-0.2, -0.1, 0.1, 0.2])
def discrete_boundary_value(x):
    n = len(x)
    h = 1 / (n + 1)
    padded = np.zeros(n + 2)
    padded[1:-1] = x
    t = h * np.arange(1, n + 1)
    return 2 * padded[1:-1] - padded[:-2] - padded[2:] + h**2 * (x + t + 1) ** 3 / 2


@residuals([-0.2, -0.1, 0.1, 0.2])
def discrete_integral(x):
    n = len(x)
    h = 1.0 / (n + 1)
    t = h * np.arange(1, n + 1)
    f = np.zeros_like(x)
    for i in range(n):
        lower = np.sum(t[: i + 1] * (x[: i + 1] + t[: i + 1] + 1) ** 3)
        upper = np.sum((1 - t[i + 1 :]) * (x[i + 1 :] + t[i + 1 :] + 1) ** 3)
        f[i] = x[i] + h / 2 * ((1 - t[i]) * lower + t[i] * upper)
    return f


@residuals([-1.0] * 5)
def broyden_tridiagonal(x):
    y = np.zeros(len(x) + 2)
    y[1:-1] = x
    return (3 - 2 * x) * x - y[:-2] - 2 * y[2:] + 1


@residuals([-1.0] * 6)
def broyden_banded(x):
    n = len(x)
    f = x * (2 + 5 * x**2) + 1
    for i in range(n):
        for j in range(max(0, i - 5), min(n, i + 2)):
            if j != i:
                f[i] -= x[j] * (1 + x[j])
    return f


@residuals([1.0, 0.1, 2.0])
def michaelis_menten(x):
    s = np.array([0.02, 0.06, 0.11, 0.22, 0.56, 1.1])
    y = np.array([47.0, 97, 123, 152, 191, 200])
    return y - 100 * x[0] * s**2 / (x[1] + s) - x[2]
