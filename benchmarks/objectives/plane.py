"""Objectives of two variables, with `math` and plain Python, after Jamil and Yang (2013) and Mishra (2006)."""

import math
from math import cos, exp, pi, sin, sqrt

from benchmarks.objectives.registry import objective

AT = [0.7, -1.3]


@objective(AT)
def adjiman(x):
    return cos(x[0]) * sin(x[1]) - x[0] / (x[1] ** 2 + 1)


@objective(AT, 1.0, [0.0, 0.0])
def bartels_conn(x):
    a, b = x
    return abs(a * a + b * b + a * b) + abs(sin(a)) + abs(cos(b))


@objective(AT, 0.0, [3.0, 0.5])
def beale(x):
    a, b = x
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


@objective(AT)
def bird(x):
    a, b = x
    return sin(a) * exp((1 - cos(b)) ** 2) + cos(b) * exp((1 - sin(a)) ** 2) + (a - b) ** 2


@objective(AT, 0.0, [0.0, 0.0])
def bohachevsky1(x):
    return x[0] ** 2 + 2 * x[1] ** 2 - 0.3 * cos(3 * pi * x[0]) - 0.4 * cos(4 * pi * x[1]) + 0.7


@objective(AT, 0.0, [0.0, 0.0])
def bohachevsky2(x):
    return x[0] ** 2 + 2 * x[1] ** 2 - 0.3 * cos(3 * pi * x[0]) * cos(4 * pi * x[1]) + 0.3


@objective(AT, 0.0, [0.0, 0.0])
def bohachevsky3(x):
    return x[0] ** 2 + 2 * x[1] ** 2 - 0.3 * cos(3 * pi * x[0] + 4 * pi * x[1]) + 0.3


@objective(AT, 0.0, [1.0, 3.0])
def booth(x):
    return (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2


@objective(AT)
def branin(x):
    a, b = x
    c = b - 5.1 / (4 * pi**2) * a**2 + 5 * a / pi - 6
    return c**2 + 10 * (1 - 1 / (8 * pi)) * cos(a) + 10


@objective(AT)
def branin2(x):
    a, b = x
    c = b - 5.1 / (4 * pi**2) * a**2 + 5 * a / pi - 6
    return -1 / (c**2 + 10 * (1 - 1 / (8 * pi)) * cos(a) * cos(b) + math.log(a**2 + b**2 + 1) + 10)


@objective(AT)
def brent(x):
    return (x[0] + 10) ** 2 + (x[1] + 10) ** 2 + exp(-(x[0] ** 2) - x[1] ** 2)


@objective(AT, 0.0, [-10.0, 0.0])
def bukin2(x):
    return 100 * (x[1] - 0.01 * x[0] ** 2 + 1) ** 2 + 0.01 * (x[0] + 10) ** 2


@objective(AT, 0.0, [-10.0, 0.0])
def bukin4(x):
    return 100 * x[1] ** 2 + 0.01 * math.fabs(x[0] + 10)


@objective(AT, 0.0, [-10.0, 1.0])
def bukin6(x):
    return 100 * sqrt(abs(x[1] - 0.01 * x[0] ** 2)) + 0.01 * abs(x[0] + 10)


@objective(AT, 0.0, [0.0, 0.0])
def camel3(x):
    a, b = x
    return 2 * a**2 - 1.05 * a**4 + a**6 / 6 + a * b + b**2


@objective(AT)
def camel6(x):
    a, b = x
    return (4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (4 * b**2 - 4) * b**2


@objective(AT)
def carrom_table(x):
    r = sqrt(x[0] ** 2 + x[1] ** 2)
    return -((cos(x[0]) * cos(x[1]) * exp(abs(1 - r / pi))) ** 2) / 30


@objective(AT)
def chen_bird(x):
    b = 0.001
    terms = (x[0] ** 2 + x[1] ** 2 - 1, x[0] ** 2 + x[1] ** 2 - 0.5, x[0] - x[1])
    return -sum(b / (b**2 + t**2) for t in terms)


@objective(AT)
def chen_v(x):
    b = 0.001
    return -sum(b / (b**2 + t**2) for t in (x[0] - 0.4 * x[1] - 0.1, 2 * x[0] + x[1] - 1.5))


@objective(AT)
def chichinadze(x):
    a, b = x
    tail = 0.2 * sqrt(5) * exp(-0.5 * (b - 0.5) ** 2)
    return a**2 - 12 * a + 8 * sin(2.5 * pi * a) + 10 * cos(0.5 * pi * a) + 11 - tail


@objective(AT)
def cross_in_tray(x):
    inner = abs(sin(x[0]) * sin(x[1]) * exp(abs(100 - math.hypot(*x) / pi)))
    return -0.0001 * (inner + 1) ** 0.1


@objective(AT)
def cross_leg_table(x):
    inner = abs(sin(x[0]) * sin(x[1]) * exp(abs(100 - math.hypot(x[0], x[1]) / pi)))
    return -1 / (inner + 1) ** 0.1


@objective(AT)
def crowned_cross(x):
    return 0.0001 * (abs(sin(x[0]) * sin(x[1]) * exp(abs(100 - sqrt(x[0] ** 2 + x[1] ** 2) / pi))) + 1) ** 0.1


@objective(AT, 0.0, [1.0, 1.0])
def cube(x):
    return 100 * (x[1] - x[0] ** 3) ** 2 + (1 - x[0]) ** 2


@objective(AT)
def damavandi(x):
    a, b = pi * (x[0] - 2), pi * (x[1] - 2)
    factor = 1 - math.pow(abs(sin(a) * sin(b) / (a * b)), 5)
    return factor * (2 + (x[0] - 7) ** 2 + 2 * (x[1] - 7) ** 2)


@objective(AT)
def deckkers_aarts(x):
    r = x[0] ** 2 + x[1] ** 2
    return 1e5 * x[0] ** 2 + x[1] ** 2 - r**2 + 1e-5 * r**4


@objective(AT, -1.0, [0.0, 0.0])
def drop_wave(x):
    r2 = x[0] ** 2 + x[1] ** 2
    return -(1 + cos(12 * sqrt(r2))) / (0.5 * r2 + 2)


@objective([2.7, 3.3], -1.0, [pi, pi])
def easom(x):
    return -cos(x[0]) * cos(x[1]) * exp(-((x[0] - pi) ** 2) - (x[1] - pi) ** 2)


@objective(AT, 0.0, [0.0, 0.0])
def egg_crate(x):
    return x[0] ** 2 + x[1] ** 2 + 25 * (sin(x[0]) ** 2 + sin(x[1]) ** 2)


@objective(AT)
def el_attar(x):
    a, b = x
    return (a**2 + b - 10) ** 2 + (a + b**2 - 7) ** 2 + (a**2 + b**3 - 1) ** 2


@objective(AT, 0.0, [1.0, 10.0])
def exp2(x):
    total = 0.0
    for i in range(10):
        total += (exp(-i * x[0] / 10) - 5 * exp(-i * x[1] / 10) - exp(-i / 10) + 5 * exp(-i)) ** 2
    return total


@objective(AT, 0.0, [5.0, 4.0])
def freudenstein_roth(x):
    a, b = x
    return (a - 13 + ((5 - b) * b - 2) * b) ** 2 + (a - 29 + ((b + 1) * b - 14) * b) ** 2


@objective(AT)
def giunta(x):
    total = 0.6
    for v in x:
        t = 16 * v / 15 - 1
        total = total + sin(t) ** 2 + sin(t) + sin(4 * t) / 50
    return total


@objective(AT, 3.0, [0.0, -1.0])
def goldstein_price(x):
    a, b = x
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
    return first * (30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2))


@objective([0.7])
def gramacy_lee(x):
    return sin(10 * pi * x[0]) / (2 * x[0]) + (x[0] - 1) ** 4


@objective(AT)
def hansen(x):
    first = sum((i + 1) * cos(i * x[0] + i + 1) for i in range(5))
    return first * sum((j + 1) * cos((j + 2) * x[1] + j + 1) for j in range(5))


@objective(AT, 0.0, [3.0, 2.0])
def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


@objective(AT)
def holder_table(x):
    return -abs(sin(x[0]) * cos(x[1]) * exp(abs(1 - sqrt(x[0] ** 2 + x[1] ** 2) / pi)))


@objective([0.7, 1.3])
def hosaki(x):
    a, b = x
    return (1 - 8 * a + 7 * a**2 - 7 * a**3 / 3 + a**4 / 4) * b**2 * exp(-b)


@objective([0.17, 0.23])
def jennrich_sampson(x):
    return sum((2 + 2 * i - (exp(i * x[0]) + exp(i * x[1]))) ** 2 for i in range(1, 11))


@objective(AT)
def keane(x):
    return -(sin(x[0] - x[1]) ** 2) * sin(x[0] + x[1]) ** 2 / sqrt(x[0] ** 2 + x[1] ** 2)


@objective(AT, 0.0, [1.0, 1.0])
def leon(x):
    return 100 * (x[1] - x[0] ** 3) ** 2 + (x[0] - 1) ** 2


@objective(AT, 0.0, [1.0, 1.0])
def levy13(x):
    a, b = x
    head = sin(3 * pi * a) ** 2 + (a - 1) ** 2 * (1 + sin(3 * pi * b) ** 2)
    return head + (b - 1) ** 2 * (1 + sin(2 * pi * b) ** 2)


@objective(AT)
def levy5(x):
    first = sum(i * cos((i - 1) * x[0] + i) for i in range(1, 6))
    second = sum(j * cos((j + 1) * x[1] + j) for j in range(1, 6))
    return first * second + (x[0] + 1.42513) ** 2 + (x[1] + 0.80032) ** 2


@objective(AT, 0.0, [0.0, 0.0])
def matyas(x):
    return 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1]


@objective(AT)
def mccormick(x):
    return sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1


@objective(AT)
def mishra3(x):
    return sqrt(abs(cos(sqrt(abs(x[0] ** 2 + x[1]))))) + 0.01 * (x[0] + x[1])


@objective(AT)
def mishra4(x):
    return sqrt(abs(sin(sqrt(abs(x[0] ** 2 + x[1]))))) + 0.01 * (x[0] + x[1])


@objective(AT)
def mishra5(x):
    a, b = x
    f = sin((cos(a) + cos(b)) ** 2) ** 2 + cos((sin(a) + sin(b)) ** 2) ** 2 + a
    return f**2 + 0.01 * a + 0.1 * b


@objective(AT)
def mishra6(x):
    a, b = x
    f = sin((cos(a) + cos(b)) ** 2) ** 2 - cos((sin(a) + sin(b)) ** 2) ** 2 + a
    return -math.log(f**2) + 0.1 * ((a - 1) ** 2 + (b - 1) ** 2)


@objective(AT, 0.0, [math.sqrt(2.0), math.sqrt(2.0)])
def mishra7(x):
    return (x[0] * x[1] - math.factorial(2)) ** 2


@objective(AT, 0.0, [2.0, -3.0])
def mishra8(x):
    coefficients = [1, -20, 180, -960, 3360, -8064, 13340, -15360, 11520, -5120, 2624]
    f = 0.0
    for c in coefficients:
        f = f * x[0] + c
    g = x[1] ** 4 + 12 * x[1] ** 3 + 54 * x[1] ** 2 + 108 * x[1] + 81
    return 0.001 * (abs(f) + abs(g)) ** 2


@objective([0.7, -1.3, 0.9], 0.0, [1.0, 2.0, 3.0])
def mishra9(x):
    a, b, c = x
    f = 2 * a**3 + 5 * a * b + 4 * c - 2 * a**2 * c - 18
    g, h = a + b**3 + a * c**2 - 22, 8 * a**2 + 2 * b * c + 2 * b**2 + 3 * b**3 - 52
    return (f * g**2 * h + f * g * h**2 + h**2 + (a + b - c) ** 2) ** 2


@objective(AT, 0.0, [0.0, 0.0])
def mishra10(x):
    return (x[0] + x[1] - x[0] * x[1]) ** 2


@objective(AT)
def muller_brown(x):
    rows = zip((-200, -100, -170, 15), (-1, -1, -6.5, 0.7), (0, 0, 11, 0.6), (-10, -10, -6.5, 0.7))
    centres = [(1, 0), (0, 0.5), (-0.5, 1.5), (-1, 1)]
    total = 0.0
    for (size, a, b, c), (u, v) in zip(rows, centres):
        d, e = x[0] - u, x[1] - v
        total += size * exp(a * d * d + b * d * e + c * e * e)
    return total


@objective(AT, 0.0, [pi / 2, pi])
def parsopoulos(x):
    return cos(x[0]) ** 2 + sin(x[1]) ** 2


@objective(AT)
def pen_holder(x):
    inner = abs(cos(x[0]) * cos(x[1]) * exp(abs(1 - sqrt(x[0] ** 2 + x[1] ** 2) / pi)))
    return -exp(-1 / inner)


@objective(AT, 0.9, [0.0, 0.0])
def periodic(x):
    return 1 + sin(x[0]) ** 2 + sin(x[1]) ** 2 - 0.1 * exp(-(x[0] ** 2 + x[1] ** 2))


@objective(AT, 0.0, [5.0, 5.0])
def price1(x):
    return (abs(x[0]) - 5) ** 2 + (abs(x[1]) - 5) ** 2


@objective(AT, 0.9, [0.0, 0.0])
def price2(x):
    return 1 + sum(sin(v) ** 2 for v in x) - 0.1 * exp(-(x[0] ** 2) - x[1] ** 2)


@objective(AT, 0.0, [1.0, 1.0])
def price3(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (6.4 * (x[1] - 0.5) ** 2 - x[0] - 0.6) ** 2


@objective(AT, 0.0, [0.0, 0.0])
def price4(x):
    return (2 * x[0] ** 3 * x[1] - x[1] ** 3) ** 2 + (6 * x[0] - x[1] ** 2 + x[1]) ** 2
