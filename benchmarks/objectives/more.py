"""Objectives in a style that mixes `math`, NumPy and builtins, after Jamil and Yang (2013) and Dixon and Szegő."""

import itertools
import math

import numpy as np

from benchmarks.objectives.registry import objective

AT = [0.7, -1.3]
A6 = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
P6 = 1e-4 * np.array(
    [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
     [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]
)  # fmt: skip
P3 = np.array([[0.3689, 0.117, 0.2673], [0.4699, 0.4387, 0.747], [0.1091, 0.8732, 0.5547], [0.03815, 0.5743, 0.8828]])
C4 = [1.0, 1.2, 3.0, 3.2]
FOXES = np.array([[4.0] * 4, [1.0] * 4, [8.0] * 4, [6.0] * 4, [3, 7, 3, 7], [2, 9, 2, 9], [5, 5, 3, 3], [8, 1, 8, 1]])
HEIGHTS = [0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7]


@objective([0.2, 0.5, 0.8])
def hartmann3(x):
    A = np.array([[3.0, 10, 30], [0.1, 10, 35]] * 2)
    return -np.sum(np.array(C4) * np.exp(-np.sum(A * (x - P3) ** 2, axis=1)))


@objective([0.2, 0.1, 0.5, 0.3, 0.4, 0.7])
def hartmann6(x):
    total = 0.0
    for c, a, p in zip(C4, A6, P6):
        total -= c * math.exp(-np.dot(a, (x - p) ** 2))
    return total


@objective([3.7, 4.3, 4.2, 3.9])
def shekel5(x):
    return -sum(1 / (np.sum((x - a) ** 2) + c) for a, c in zip(FOXES[:5], HEIGHTS))


@objective([3.7, 4.3, 4.2, 3.9])
def shekel7(x):
    r = np.zeros(7)
    for i in range(7):
        r[i] = 1 / ((x - FOXES[i]) @ (x - FOXES[i]) + HEIGHTS[i])
    return -r.sum()


@objective([3.7, 4.3, 4.2, 3.9])
def shekel8(x):
    return -np.sum(1 / (np.sum((np.asarray(x, float) - FOXES) ** 2, axis=1) + np.array(HEIGHTS)))


@objective([0.7, -1.3, 0.4], 0.0, [1.0, 0.0, 0.0])
def helical_valley(x):
    theta = math.atan2(x[1], x[0]) / (2 * math.pi)
    return 100 * ((x[2] - 10 * theta) ** 2 + (math.hypot(x[0], x[1]) - 1) ** 2) + x[2] ** 2


@objective([0.7, -1.3, 0.4, 0.9], 0.0, [1.0] * 4)
def colville(x):
    a, b, c, d = x
    first = 100 * (b - a**2) ** 2 + (1 - a) ** 2 + 90 * (d - c**2) ** 2 + (1 - c) ** 2
    return first + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1)


@objective([0.7, -1.3, 0.4, 0.9])
def corana(x):
    d, total = (1.0, 1000.0, 10.0, 100.0), 0.0
    for scale, v in zip(d, x):
        z = 0.2 * math.floor(abs(v / 0.2) + 0.49999) * math.copysign(1, v)
        total += 0.15 * (z - 0.05 * math.copysign(1, z)) ** 2 * scale if abs(v - z) < 0.05 else scale * v**2
    return total


@objective([0.7, 1.3, 0.4, 0.9], 0.0, [0.0, 1.0, 1.0, 1.0])
def miele_cantrell(x):
    return (math.exp(-x[0]) - x[1]) ** 4 + 100 * (x[1] - x[2]) ** 6 + math.tan(x[2] - x[3]) ** 4 + x[0] ** 8


@objective([0.7, 1.3, 0.4], 0.0, [1.0, 10.0, 1.0])
def box_betts(x):
    def g(i):
        t = 0.1 * (i + 1)
        return math.exp(-t * x[0]) - math.exp(-t * x[1]) - (math.exp(-t) - math.exp(-(i + 1))) * x[2]

    return sum(g(i) ** 2 for i in range(10))


@objective([0.7, 1.3], 0.0, [1.0, 10.0])
def biggs2(x):
    t = np.arange(1, 11) * 0.1
    return np.sum((np.exp(-t * x[0]) - 5 * np.exp(-t * x[1]) - np.exp(-t) + 5 * np.exp(-10 * t)) ** 2)


@objective([0.7, 1.3, 4.4], 0.0, [1.0, 10.0, 5.0])
def biggs3(x):
    t = np.arange(1, 11) * 0.1
    y = np.exp(-t) - 5 * np.exp(-10 * t)
    return np.sum((np.exp(-t * x[0]) - x[2] * np.exp(-t * x[1]) - y) ** 2)


@objective([0.7, 1.3, 0.4, 4.4], 0.0, [1.0, 10.0, 1.0, 5.0])
def biggs4(x):
    t = np.linspace(0.1, 1.0, 10)
    r = x[2] * np.exp(-t * x[0]) - x[3] * np.exp(-t * x[1]) - (np.exp(-t) - 5 * np.exp(-10 * t))
    return r @ r


@objective([50.7, 21.3, 1.4], 0.0, [50.0, 25.0, 1.5])
def gulf(x):
    total = 0.0
    for i in range(1, 30):
        u = 25 + (-50 * math.log(0.01 * i)) ** (1 / 1.5)
        total += (math.exp(-(abs(u - x[1]) ** x[2]) / x[0]) - 0.01 * i) ** 2
    return total


@objective([0.7, 1.3, 0.4])
def bard(x):
    y = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39]
    total = 0.0
    for u, value in enumerate(y, 1):
        v = 16 - u
        total += (value - x[0] - u / (v * x[1] + min(u, v) * x[2])) ** 2
    return total


@objective([0.2, 0.1, 0.1, 0.1])
def kowalik(x):
    a = np.array([0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
    b = 1 / np.array([0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 14, 16])
    return np.sum((a - x[0] * (b**2 + b * x[1]) / (b**2 + b * x[2] + x[3])) ** 2)


@objective(AT)
def judge(x):
    y, z = [4.284, 4.149, 3.877, 0.533, 2.211], [0.286, 0.973, 0.384, 0.276, 0.973]
    return math.fsum((x[0] + x[1] * b + x[1] ** 2 * b**2 - a) ** 2 for a, b in zip(y, z))


@objective(AT)
def langermann(x):
    centres, c = [(3, 5), (5, 2), (2, 1), (1, 4), (7, 9)], [1, 2, 5, 2, 3]
    total = 0
    for k, (u, v) in zip(c, centres):
        r = (x[0] - u) ** 2 + (x[1] - v) ** 2
        total -= k * math.exp(-r / math.pi) * math.cos(math.pi * r)
    return total


@objective(AT)
def ripple25(x):
    return np.sum(-np.exp(-2 * np.log(2) * ((x - 0.1) / 0.8) ** 2) * np.sin(5 * np.pi * x) ** 6)


@objective(AT)
def ripple1(x):
    u = -2 * np.log(2.0) * ((x - 0.1) / 0.8) ** 2
    return np.sum(-np.exp(u) * (np.sin(5 * np.pi * x) ** 6 + 0.1 * np.cos(500 * np.pi * x) ** 2))


@objective([0.7, 1.3])
def rump(x):
    a, b = x
    return abs((333.75 - a**2) * b**6 + a**2 * (11 * a**2 * b**2 - 121 * b**4 - 2) + 5.5 * b**8 + a / (2 * b))


@objective(AT)
def schaffer1(x):
    r = x[0] ** 2 + x[1] ** 2
    return 0.5 + (math.sin(r) ** 2 - 0.5) / (1 + 0.001 * r**2) ** 2


@objective(AT, 0.0, [0.0, 0.0])
def schaffer2(x):
    a, b = x[0] ** 2, x[1] ** 2
    return 0.5 + (math.sin(a - b) ** 2 - 0.5) / (1 + 0.001 * (a + b)) ** 2


@objective(AT)
def schaffer3(x):
    a, b = x[0] ** 2, x[1] ** 2
    return 0.5 + (math.sin(math.cos(abs(a - b))) ** 2 - 0.5) / (1 + 0.001 * (a + b)) ** 2


@objective(AT)
def schaffer4(x):
    a, b = x[0] ** 2, x[1] ** 2
    return 0.5 + (math.cos(math.sin(abs(a - b))) ** 2 - 0.5) / (1 + 0.001 * (a + b)) ** 2


@objective([0.7, 1.3, 0.4])
def schmidt_vetters(x):
    a, b, c = x
    return 1 / (1 + (a - b) ** 2) + math.sin((math.pi * b + c) / 2) + math.exp(((a + b) / b - 2) ** 2)


@objective(AT, 0.0, [1.0, 3.0])
def schwefel_2_6(x):
    return max(abs(x[0] + 2 * x[1] - 7), abs(2 * x[0] + x[1] - 5))


@objective(AT, -3456.0, [12.0, 12.0])
def schwefel_2_36(x):
    return -x[0] * x[1] * (72 - 2 * x[0] - 2 * x[1])


@objective(AT)
def shubert1(x):
    return np.prod([sum(j * math.cos((j + 1) * v + j) for j in range(1, 6)) for v in x])


@objective(AT)
def shubert3(x):
    j = np.arange(1, 6)
    return -np.sum(j * np.sin((j + 1) * np.array(x)[:, None] + j))


@objective(AT)
def shubert4(x):
    return -sum([j * math.cos((j + 1) * v + j) for j in range(1, 6) for v in x])


@objective(AT)
def testtube_holder(x):
    return -4 * abs(math.exp(abs(math.cos((x[0] ** 2 + x[1] ** 2) / 200))) * math.sin(x[0]) * math.cos(x[1]))


@objective(AT, 0.0, [0.0, 0.0])
def treccani(x):
    return x[0] ** 4 + 4 * x[0] ** 3 + 4 * x[0] ** 2 + x[1] ** 2


@objective(AT)
def trefethen(x):
    a, b = x
    first = math.exp(math.sin(50 * a)) + math.sin(60 * math.exp(b)) + math.sin(70 * math.sin(a))
    return first + math.sin(math.sin(80 * b)) - math.sin(10 * (a + b)) + 0.25 * (a * a + b * b)


@objective(AT, 0.0, [0.0, -50.0])
def tripod(x):
    p, q = np.where(x >= 0, 1.0, 0.0)
    return q * (1 + p) + np.abs(x[0] + 50 * q * (1 - 2 * p)) + np.abs(x[1] + 50 * (1 - 2 * q))


@objective(AT)
def ursem1(x):
    return -math.sin(2 * x[0] - 0.5 * math.pi) - 3 * math.cos(x[1]) - 0.5 * x[0]


@objective(AT)
def ursem3(x):
    parts = [math.sin(2.2 * math.pi * v + 0.5 * math.pi) * (2 - abs(v)) / 2 * (3 - abs(v)) / 2 for v in x]
    return -sum(parts)


@objective(AT)
def ursem4(x):
    return -3 * math.sin(0.5 * math.pi * x[0] + 0.5 * math.pi) * (2 - math.sqrt(x[0] ** 2 + x[1] ** 2)) / 4


@objective(AT)
def ursem_waves(x):
    a, b = x
    u, v = (0.3 * a) ** 3, (b**2 - 4.5 * b**2) * a * b
    return -u + v - 4.7 * math.cos(3 * a - b**2 * (2 + a)) * math.sin(2.5 * math.pi * a)


@objective(AT, -400.0, [0.0, 0.0])
def venter(x):
    total = 0.0
    for v in x:
        total += v**2 - 100 * math.cos(v) ** 2 - 100 * math.cos(v**2 / 30)
    return total


@objective([0.7, -1.3, 0.4, 0.2, 0.1, 0.3])
def watson(x):
    total = x[0] ** 2
    for i in range(30):
        a = i / 29
        first = sum((j + 1) * a**j * x[j + 1] for j in range(5))
        total += (first - sum(a**j * x[j] for j in range(6)) ** 2 - 1) ** 2
    return total


@objective(AT, 0.0, [1.0, 2.0])
def wayburn_seader1(x):
    return (x[0] ** 6 + x[1] ** 4 - 17) ** 2 + (2 * x[0] + x[1] - 4) ** 2


@objective(AT)
def wayburn_seader2(x):
    return (1.613 - 4 * (x[0] - 0.3125) ** 2 - 4 * (x[1] - 1.625) ** 2) ** 2 + (x[1] - 1) ** 2


@objective([0.7, -1.3, 0.4])
def wolfe(x):
    return 4 / 3 * (x[0] ** 2 + x[1] ** 2 - x[0] * x[1]) ** 0.75 + x[2]


@objective(AT)
def zettl(x):
    return (x[0] ** 2 + x[1] ** 2 - 2 * x[0]) ** 2 + 0.25 * x[0]


@objective(AT)
def zirilli(x):
    return 0.25 * x[0] ** 4 - 0.5 * x[0] ** 2 + 0.1 * x[0] + 0.5 * x[1] ** 2


@objective([6.7, 2.3], 0.0, [7.0, 2.0])
def zimmerman(x):
    def zp(v):
        return 100 * (1 + v) if v > 0 else 0.0

    a, b = x
    bounds = [9 - a - b, zp((a - 3) ** 2 + (b - 2) ** 2 - 16), zp(a * b - 14), zp(-a), zp(-b)]
    return max(bounds)


@objective(AT)
def sawtooth(x):
    t, r = math.atan2(x[1], x[0]), math.sqrt(x[0] ** 2 + x[1] ** 2)
    g = (math.sin(r) - math.sin(2 * r) / 2 + math.sin(3 * r) / 3 - math.sin(4 * r) / 4 + 4) * r * r / (r + 1)
    return g * (0.5 * math.cos(2 * t - 0.5) + math.cos(t) + 2)


@objective([0.7, -1.3, 0.4])
def meyer_roth(x):
    t, v, y = [1.0, 2, 1, 2, 0.1], [1.0, 1, 2, 2, 0], [0.126, 0.219, 0.076, 0.126, 0.186]
    return sum((x[0] * x[2] * a / (1 + x[0] * a + x[1] * b) - c) ** 2 for a, b, c in zip(t, v, y))


@objective([0.7, -1.3, 0.4, 0.2, 0.1])
def dolan(x):
    a, b, c, d, e = x
    return (a + 1.7 * b) * math.sin(a) - 1.5 * c - 0.1 * d * math.cos(d + e - a) + 0.2 * e**2 - b - 1


@objective(AT)
def ackley2(x):
    return -200 * math.exp(-0.02 * math.sqrt(x[0] ** 2 + x[1] ** 2))


@objective(AT)
def ackley3(x):
    return -200 * math.exp(-0.02 * math.hypot(*x)) + 5 * math.exp(math.cos(3 * x[0]) + math.sin(3 * x[1]))


@objective([0.7, -1.3, 0.4])
def ackley4(x):
    total = 0.0
    for a, b in itertools.pairwise(x):
        total += math.exp(-0.2) * math.sqrt(a**2 + b**2) + 3 * (math.cos(2 * a) + math.sin(2 * b))
    return total


@objective(AT, 0.0, [1.0, 1.0])
def stenger(x):
    return (x[0] ** 2 - 4 * x[1] + 3) ** 2 + (x[1] ** 2 - 2 * x[0] + 4 * x[1] - 3) ** 2


@objective(AT)
def rosenbrock_modified(x):
    bump = 400 * math.exp(-((x[0] + 1) ** 2 + (x[1] + 1) ** 2) / 0.1)
    return 74 + 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 - bump


@objective([0.7, -1.3, 0.4, 0.2], 0.0, [0.0] * 4)
def deceptive_norms(x):
    return max(map(abs, x)) + sum(map(abs, x)) + math.dist(x, [0.0] * 4)


@objective([0.4], -6.020740055767083, [0.757248757841856])
def forrester(x):
    return (6 * x[0] - 2) ** 2 * math.sin(12 * x[0] - 4)


@objective([2.4])
def problem02(x):
    return math.sin(x[0]) + math.sin(10 / 3 * x[0])


@objective([2.4])
def problem05(x):
    return -(1.4 - 3 * x[0]) * math.sin(18 * x[0])


@objective([2.4])
def problem18(x):
    return (x[0] - 2) ** 2 if x[0] <= 3 else 2 * math.log(x[0] - 2) + 1
