"""Functions of textbooks and of finance, in `math` alone: options, rates, pharmacokinetics, orbits, physics."""

import math
from datetime import date
from math import exp, log, pi, sqrt
from statistics import mean

from benchmarks.objectives.registry import textbook


def phi(z):
    return 0.5 * math.erfc(-z / sqrt(2))


def density(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


@textbook([102.0, 100.0, 0.75, 0.03, 0.25])
def black_scholes_call(x):
    s, k, t, r, v = x
    d = (log(s / k) + (r + v * v / 2) * t) / (v * sqrt(t))
    return s * phi(d) - k * exp(-r * t) * phi(d - v * sqrt(t))


@textbook([102.0, 100.0, 0.75, 0.03, 0.25, 0.01])
def black_scholes_put(x):
    s, k, t, r, v, q = x
    d = (log(s / k) + (r - q + v**2 / 2) * t) / (v * t**0.5)
    return k * exp(-r * t) * phi(v * t**0.5 - d) - s * exp(-q * t) * phi(-d)


@textbook([9.4, 102.0, 0.75, 0.03])
def implied_volatility(x):
    price, s, t, r = x
    v = 0.2
    for _ in range(6):
        d = (log(s / 100) + (r + v * v / 2) * t) / (v * sqrt(t))
        call = s * phi(d) - 100 * exp(-r * t) * phi(d - v * sqrt(t))
        v = v - (call - price) / (s * density(d) * sqrt(t))
    return v


@textbook([0.032, 0.03, 0.2, 1.5])
def bachelier(x):
    f, k, v, t = x
    d = (f - k) / (v * sqrt(t))
    return (f - k) * phi(d) + v * sqrt(t) * density(d)


@textbook([0.032, 0.03, 0.3, 1.5])
def black76(x):
    f, k, v, t = x
    d = log(f / k) / (v * sqrt(t)) + v * sqrt(t) / 2
    return exp(-0.02 * t) * (f * phi(d) - k * phi(d - v * sqrt(t)))


@textbook([102.0, 95.0, 0.75, 0.25])
def down_and_out_barrier(x):
    s, h, t, v = x
    lam = (0.03 + v * v / 2) / v**2

    def call(a, b):
        d = (log(a / b) + (0.03 + v * v / 2) * t) / (v * sqrt(t))
        return a * phi(d) - b * exp(-0.03 * t) * phi(d - v * sqrt(t))

    return call(s, 100.0) - (h / s) ** (2 * lam - 2) * call(h * h / s, 100.0)


@textbook([101.0, 0.25, 0.03])
def binomial_american_put(x):
    s, v, r = x
    n, k, dt = 5, 100.0, 0.1
    u = exp(v * sqrt(dt))
    p = (exp(r * dt) - 1 / u) / (u - 1 / u)
    values = [max(k - s * u ** (2 * i - n), 0.0) for i in range(n + 1)]
    for step in range(n - 1, -1, -1):
        for i in range(step + 1):
            held = exp(-r * dt) * (p * values[i + 1] + (1 - p) * values[i])
            values[i] = max(held, k - s * u ** (2 * i - step))
    return values[0]


@textbook([0.04, 0.2, -0.5, 0.3])
def sabr_volatility(x):
    f, alpha, rho, nu = x
    k, beta, t = 0.035, 0.5, 2.0
    mid, gap = (f * k) ** ((1 - beta) / 2), log(f / k)
    z = nu / alpha * mid * gap
    chi = log((sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho))
    first = 1 + (1 - beta) ** 2 / 24 * gap**2
    second = (
        (1 - beta) ** 2 * alpha**2 / (24 * mid**2) + rho * beta * nu * alpha / (4 * mid) + (2 - 3 * rho**2) * nu**2 / 24
    )
    return alpha / (mid * first) * z / chi * (1 + second * t)


@textbook([0.04, 0.1, -0.4, 0.02, 0.2])
def svi_variance(x):
    a, b, rho, m, sigma = x
    return a + b * (rho * (0.1 - m) + math.hypot(0.1 - m, sigma))


@textbook([0.03, -0.02, 0.01, 1.8])
def nelson_siegel(x):
    b0, b1, b2, tau = x
    m = 5.0 / tau
    return b0 + (b1 + b2) * (1 - exp(-m)) / m - b2 * exp(-m)


@textbook([0.045])
def bond_price(x):
    y, coupon, face = x[0], 3.5, 100.0
    return sum(coupon / (1 + y / 2) ** k for k in range(1, 11)) + face / (1 + y / 2) ** 10


@textbook([98.0])
def yield_to_maturity(x):
    y = 0.04
    for _ in range(8):
        price = sum(4.0 / (1 + y) ** k for k in range(1, 6)) + 100 / (1 + y) ** 5
        slope = sum(-k * 4.0 / (1 + y) ** (k + 1) for k in range(1, 6)) - 500 / (1 + y) ** 6
        y -= (price - x[0]) / slope
    return y


@textbook([0.04])
def macaulay_duration(x):
    flows = [4.0] * 9 + [104.0]
    worth = [c * math.pow(1 + x[0], -k) for k, c in enumerate(flows, 1)]
    return sum(k * w for k, w in enumerate(worth, 1)) / math.fsum(worth)


@textbook([0.05])
def net_present_value(x):
    return sum(c / (1 + x[0]) ** t for t, c in enumerate([-1000, 300, 420, 680]))


@textbook([1000.0, 0.05])
def accrued_interest(x):
    notional, rate = x
    start, end = date(2024, 1, 15), date(2024, 9, 3)
    days = 360 * (end.year - start.year) + 30 * (end.month - start.month) + min(end.day, 30) - min(start.day, 30)
    return notional * (rate * days / 360 + rate * (end - start).days / 365)


@textbook([250000.0, 0.045])
def annuity_payment(x):
    loan, rate = x
    monthly = rate / 12
    return loan * monthly / (1 - math.pow(1 + monthly, -360))


@textbook([0.3, 0.03, 0.02])
def vasicek_bond(x):
    a, b, sigma = x
    t, r = 5.0, 0.025
    big = (1 - exp(-a * t)) / a
    return exp((b - sigma**2 / (2 * a * a)) * (big - t) - (sigma * big) ** 2 / (4 * a) - big * r)


@textbook([0.3, 0.03, 0.1])
def cox_ingersoll_ross_bond(x):
    a, b, sigma = x
    t, r = 5.0, 0.025
    h = sqrt(a * a + 2 * sigma**2)
    bottom = 2 * h + (a + h) * (exp(h * t) - 1)
    return (2 * h * exp((a + h) * t / 2) / bottom) ** (2 * a * b / sigma**2) * exp(-2 * (exp(h * t) - 1) / bottom * r)


@textbook([0.02, 0.4])
def credit_spread(x):
    hazard, recovery = x
    legs = [(exp(-0.03 * t), exp(-hazard * (t - 1)), exp(-hazard * t)) for t in range(1, 6)]
    protection = sum((1 - recovery) * d * (a - b) for d, a, b in legs)
    return protection / sum(d * (a + b) / 2 for d, a, b in legs)


@textbook([120.0, 0.3])
def merton_default_probability(x):
    assets, v = x
    return phi(-(log(assets / 100) + (0.03 - v**2 / 2)) / v)


@textbook([0.08, 0.12, 0.3])
def sharpe_of_two(x):
    a, b, w = x
    mu, variance = w * a + (1 - w) * b, (w * 0.1) ** 2 + ((1 - w) * 0.2) ** 2 + 2 * w * (1 - w) * 0.006
    return (mu - 0.02) / sqrt(variance)


@textbook([0.6])
def kelly_growth(x):
    return 0.55 * math.log1p(x[0]) + 0.45 * math.log1p(-x[0])


@textbook([1.2, 0.25, 30.0])
def one_compartment(x):
    ka, ke, v = x
    return max(100 * ka / (v * (ka - ke)) * (exp(-ke * t) - exp(-ka * t)) for t in (0.5, 1.0, 2.0, 4.0, 8.0))


@textbook([0.4, 0.3, 0.2, 20.0])
def two_compartments(x):
    k10, k12, k21, v = x
    s, p = k10 + k12 + k21, k10 * k21
    a, b = (s + sqrt(s * s - 4 * p)) / 2, (s - sqrt(s * s - 4 * p)) / 2
    return 100 / v * ((a - k21) / (a - b) * exp(-a * 3) + (k21 - b) / (a - b) * exp(-b * 3))


@textbook([80.0, 5.0, 2.5])
def hill_response(x):
    top, half, n = x
    return 10 + (top - 10) * 7.0**n / (half**n + 7.0**n)


@textbook([10.0, 0.5])
def michaelis_menten_time(x):
    vmax, km = x
    s, dt = 5.0, 0.1
    for _ in range(10):
        s = max(s - dt * vmax * s / (km + s), 0.01)
    return s


@textbook([70.0, 175.0, 40.0])
def body_surface_and_clearance(x):
    weight, height, age = x
    bsa = 0.007184 * weight**0.425 * height**0.725
    return (140 - age) * min(weight, 22.0 * (height / 100) ** 2) / (72 * 1.1) / bsa


@textbook([1.3, 0.4])
def kepler_anomaly(x):
    m, e = x
    big = m if e < 0.8 else pi
    for _ in range(8):
        big = big - (big - e * math.sin(big) - m) / (1 - e * math.cos(big))
    return 2 * math.atan2(sqrt(1 + e) * math.sin(big / 2), sqrt(1 - e) * math.cos(big / 2))


@textbook([7000.0, 42164.0])
def hohmann_transfer(x):
    mu = 398600.4418
    r1, r2 = x
    return sqrt(mu / r1) * (sqrt(2 * r2 / (r1 + r2)) - 1) + sqrt(mu / r2) * (1 - sqrt(2 * r1 / (r1 + r2)))


@textbook([450000.0, 3000.0])
def rocket_equation(x):
    return x[1] * log(x[0] / (x[0] - 300000.0)) - 9.81 * 120


@textbook([48.85, 2.35, 51.5, -0.12])
def haversine(x):
    a, b, c, d = map(math.radians, x)
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371 * math.asin(min(1.0, sqrt(h)))


@textbook([172.0, 48.85])
def day_length(x):
    tilt = math.radians(-23.44) * math.cos(math.radians(360 / 365 * (x[0] + 10)))
    return 24 / pi * math.acos(max(-1.0, min(1.0, -math.tan(math.radians(x[1])) * math.tan(tilt))))


@textbook([25.0, 60.0])
def dew_point(x):
    g = log(x[1] / 100) + 17.625 * x[0] / (243.04 + x[0])
    return 243.04 * g / (17.625 - g)


@textbook([0.02, 40000.0])
def colebrook_friction(x):
    roughness, reynolds = x
    f = 0.02
    for _ in range(10):
        f = (-2 * math.log10(roughness / 3.7 + 2.51 / (reynolds * sqrt(f)))) ** -2
    return f


@textbook([0.8])
def pendulum_period(x):
    a, b = 1.0, math.cos(x[0] / 2)
    for _ in range(5):
        a, b = (a + b) / 2, sqrt(a * b)
    return 2 * pi * sqrt(1 / 9.81) / a


@textbook([25.0, 0.8])
def projectile_with_height(x):
    v, angle = x
    up = v * math.sin(angle)
    return v * math.cos(angle) / 9.81 * (up + sqrt(up**2 + 2 * 9.81 * 1.5))


@textbook([5800.0])
def planck_radiance(x):
    h, c, k, wave = 6.62607015e-34, 299792458.0, 1.380649e-23, 5e-7
    return 2 * h * c**2 / wave**5 / math.expm1(h * c / (wave * k * x[0]))


@textbook([300.0, 0.025])
def van_der_waals(x):
    return 8.314 * x[0] / (x[1] - 4.267e-5) - 0.364 / x[1] ** 2


@textbook([0.3, 1.8])
def logistic_epidemic(x):
    gamma, r0 = x
    s, i, peak = 0.99, 0.01, 0.0
    for _ in range(20):
        new = gamma * r0 * s * i
        s, i = s - new, i + new - gamma * i
        peak = max(peak, i)
    return peak


@textbook([1.2, 0.7])
def gamma_and_beta(x):
    a, b = x
    return math.gamma(a) * math.gamma(b) / math.gamma(a + b) + math.lgamma(a + 3) - math.erf(b)


@textbook([1.0, 2.5, 4.0])
def robust_location(x):
    middle = sorted(x)[1]
    return mean(x) + middle + sum(abs(v - middle) for v in x) / len(x) + round(2.4) * max(x) - min(x)


@textbook([2.0, 3.0])
def newton_cube_root(x):
    y = 1.0
    while abs(y**3 - x[0]) > 1e-12:
        y = y - (y**3 - x[0]) / (3 * y**2)
    return y * x[1]
