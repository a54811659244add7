"""Numerical programs as people write them: plain Python on numbers, with loops and branches, for no compiler.

A function takes numbers, and lists or arrays of numbers; a gradient is wanted in its parameters. `exp` and what else it
calls are globals of this module, so that `load` gives the same source with other functions in the place of math's.
"""

from math import erf, exp, log, log2, pi, sqrt, tanh
from types import ModuleType

# --- a: a differential equation, fixed steps


def lotka_volterra(theta, data, steps):
    """Predators and prey by RK4 over 20 units of time; squared error against len(data) observations of both."""
    alpha, beta, gamma, delta = theta
    x, y = 10.0, 5.0
    h = 20.0 / steps
    every = steps // len(data)
    error = 0.0
    for k in range(steps):
        k1x = alpha * x - beta * x * y
        k1y = delta * x * y - gamma * y
        x2, y2 = x + h / 2 * k1x, y + h / 2 * k1y
        k2x = alpha * x2 - beta * x2 * y2
        k2y = delta * x2 * y2 - gamma * y2
        x3, y3 = x + h / 2 * k2x, y + h / 2 * k2y
        k3x = alpha * x3 - beta * x3 * y3
        k3y = delta * x3 * y3 - gamma * y3
        x4, y4 = x + h * k3x, y + h * k3y
        k4x = alpha * x4 - beta * x4 * y4
        k4y = delta * x4 * y4 - gamma * y4
        x = x + h / 6 * (k1x + 2 * k2x + 2 * k3x + k4x)
        y = y + h / 6 * (k1y + 2 * k2y + 2 * k3y + k4y)
        if (k + 1) % every == 0:
            seen = data[(k + 1) // every - 1]
            error = error + (x - seen[0]) ** 2 + (y - seen[1]) ** 2
    return error


# --- b: adaptive steps


def van_der_pol(theta, target, tol):
    """The Van der Pol oscillator by Cash–Karp steps of adaptive length; squared distance from a target at T = 10."""
    mu, x, v = theta
    t, T, h = 0.0, 10.0, 0.1
    while t < T:
        if t + h > T:
            h = T - t
        x1, v1 = v, mu * (1 - x * x) * v - x
        a, b = x + h * x1 / 5, v + h * v1 / 5
        x2, v2 = b, mu * (1 - a * a) * b - a
        a, b = x + h * (3 * x1 + 9 * x2) / 40, v + h * (3 * v1 + 9 * v2) / 40
        x3, v3 = b, mu * (1 - a * a) * b - a
        a, b = x + h * (0.3 * x1 - 0.9 * x2 + 1.2 * x3), v + h * (0.3 * v1 - 0.9 * v2 + 1.2 * v3)
        x4, v4 = b, mu * (1 - a * a) * b - a
        a = x + h * (-11 / 54 * x1 + 2.5 * x2 - 70 / 27 * x3 + 35 / 27 * x4)
        b = v + h * (-11 / 54 * v1 + 2.5 * v2 - 70 / 27 * v3 + 35 / 27 * v4)
        x5, v5 = b, mu * (1 - a * a) * b - a
        a = x + h * (1631 / 55296 * x1 + 175 / 512 * x2 + 575 / 13824 * x3 + 44275 / 110592 * x4 + 253 / 4096 * x5)
        b = v + h * (1631 / 55296 * v1 + 175 / 512 * v2 + 575 / 13824 * v3 + 44275 / 110592 * v4 + 253 / 4096 * v5)
        x6, v6 = b, mu * (1 - a * a) * b - a
        dx = h * (37 / 378 * x1 + 250 / 621 * x3 + 125 / 594 * x4 + 512 / 1771 * x6)
        dv = h * (37 / 378 * v1 + 250 / 621 * v3 + 125 / 594 * v4 + 512 / 1771 * v6)
        ex = dx - h * (2825 / 27648 * x1 + 18575 / 48384 * x3 + 13525 / 55296 * x4 + 277 / 14336 * x5 + x6 / 4)
        ev = dv - h * (2825 / 27648 * v1 + 18575 / 48384 * v3 + 13525 / 55296 * v4 + 277 / 14336 * v5 + v6 / 4)
        error = sqrt(ex * ex + ev * ev + 1e-30) / tol
        if error <= 1:
            t, x, v = t + h, x + dx, v + dv
        h = h * min(5.0, max(0.2, 0.9 * error**-0.2))
    return (x - target[0]) ** 2 + (v - target[1]) ** 2


# --- c: iterate until it is solved


def normal_cdf(x):
    return 0.5 * (1 + erf(x / sqrt(2.0)))


def implied_volatility(price, S, K, r, T):
    """The volatility at which Black and Scholes give that price for a call, by Newton's method."""
    sigma = 0.2
    err = 1.0
    while abs(err) > 1e-10:
        d1 = (log(S / K) + (r + sigma**2 / 2) * T) / (sigma * sqrt(T))
        d2 = d1 - sigma * sqrt(T)
        err = S * normal_cdf(d1) - K * exp(-r * T) * normal_cdf(d2) - price
        vega = S * sqrt(T) * exp(-d1 * d1 / 2) / sqrt(2 * pi)
        sigma = sigma - err / vega
    return sigma


# --- d: a tree


def american_put(theta, steps):
    """The price of an American put on a binomial tree."""
    S, K, r, sigma, T = theta
    dt = T / steps
    u = exp(sigma * sqrt(dt))
    p = (exp(r * dt) - 1 / u) / (u - 1 / u)
    discount = exp(-r * dt)
    values = [max(K - S * u ** (2 * i - steps), 0.0) for i in range(steps + 1)]
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            hold = discount * (p * values[i + 1] + (1 - p) * values[i])
            exercise = K - S * u ** (2 * i - step)
            values[i] = max(hold, exercise)
    return values[0]


# --- e: recurrent networks


def sigmoid(z):
    return 1 / (1 + exp(-z))


def elman(wx, wh, b, wy, by, xs, ys):
    """Mean squared error of an Elman network's prediction at every time step."""
    n = len(b)
    h = [0.0] * n
    loss = 0.0
    for x, y in zip(xs, ys):
        h = [tanh(wx[i] * x + sum(wh[i][j] * h[j] for j in range(n)) + b[i]) for i in range(n)]
        out = sum(wy[i] * h[i] for i in range(n)) + by
        loss = loss + (out - y) ** 2
    return loss / len(xs)


def lstm(wx, wh, b, wy, by, xs, ys):
    """The same with an LSTM; the first index of wx, wh and b is the gate."""
    n = len(wy)
    h, c = [0.0] * n, [0.0] * n
    loss = 0.0
    for x, y in zip(xs, ys):
        z = [[wx[g][i] * x + sum(wh[g][i][j] * h[j] for j in range(n)) + b[g][i] for i in range(n)] for g in range(4)]
        c = [sigmoid(z[1][i]) * c[i] + sigmoid(z[0][i]) * tanh(z[3][i]) for i in range(n)]
        h = [sigmoid(z[2][i]) * tanh(c[i]) for i in range(n)]
        out = sum(wy[i] * h[i] for i in range(n)) + by
        loss = loss + (out - y) ** 2
    return loss / len(xs)


# --- f: a hidden Markov model


def log_sum_exp(terms):
    m = max(terms)
    return m + log(sum(exp(t - m) for t in terms))


def hmm(logits, start, means, log_sds, ys):
    """Minus the log likelihood of observations with normal emissions, by the forward algorithm in log space."""
    n = len(means)
    moves = []
    for i in range(n):
        z = log_sum_exp([logits[i][j] for j in range(n)])
        moves.append([logits[i][j] - z for j in range(n)])
    z = log_sum_exp([start[i] for i in range(n)])
    alpha = [start[i] - z for i in range(n)]
    for k, y in enumerate(ys):
        if k > 0:
            alpha = [log_sum_exp([alpha[i] + moves[i][j] for i in range(n)]) for j in range(n)]
        alpha = [
            alpha[j] - 0.5 * ((y - means[j]) / exp(log_sds[j])) ** 2 - log_sds[j] - 0.5 * log(2 * pi) for j in range(n)
        ]
    return -log_sum_exp(alpha)


# --- g: a Kalman filter


def kalman(theta, ys):
    """Minus the log likelihood of a local linear trend: the state is a level and a slope; theta, log variances."""
    q_level, q_slope, r = exp(theta[0]), exp(theta[1]), exp(theta[2])
    level, slope = 0.0, 0.0
    p00, p01, p11 = 10.0, 0.0, 10.0
    total = 0.0
    for y in ys:
        level = level + slope
        p00, p01, p11 = p00 + 2 * p01 + p11 + q_level, p01 + p11, p11 + q_slope
        e = y - level
        s = p00 + r
        total = total + 0.5 * (log(2 * pi * s) + e * e / s)
        k0, k1 = p00 / s, p01 / s
        level, slope = level + k0 * e, slope + k1 * e
        p00, p01, p11 = p00 - k0 * p00, p01 - k0 * p01, p11 - k1 * p01
    return total


# --- h: a time series


def garch(theta, returns):
    """Minus the log likelihood of GARCH(1, 1)."""
    mu, omega, alpha, beta = theta
    variance = omega / (1 - alpha - beta)
    total = 0.0
    for r in returns:
        e = r - mu
        total = total + 0.5 * (log(2 * pi * variance) + e * e / variance)
        variance = omega + alpha * e * e + beta * variance
    return total


# --- i: brackets


def tax(rates, brackets, income):
    if income <= brackets[0]:
        return rates[0] * income
    elif income <= brackets[1]:
        return rates[0] * brackets[0] + rates[1] * (income - brackets[0])
    elif income <= brackets[2]:
        return rates[0] * brackets[0] + rates[1] * (brackets[1] - brackets[0]) + rates[2] * (income - brackets[1])
    else:
        return (
            rates[0] * brackets[0]
            + rates[1] * (brackets[1] - brackets[0])
            + rates[2] * (brackets[2] - brackets[1])
            + rates[3] * (income - brackets[2])
        )


def tax_error(rates, brackets, income, paid):
    """Squared error of the tax on one income."""
    return (tax(rates, brackets, income) - paid) ** 2


# --- j: events


def bouncing_ball(theta, target, steps):
    """Squared distance from where a ball should be after 5 seconds."""
    e, g, y, v = theta
    dt = 5.0 / steps
    for k in range(steps):
        v = v - g * dt
        y = y + v * dt
        if y < 0:
            y = -e * y
            v = -e * v
    return (y - target) ** 2


# --- k: planets


def accelerations(masses, x):
    n = len(masses)
    a = [[0.0, 0.0, 0.0] for _ in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            d = [x[j][k] - x[i][k] for k in range(3)]
            r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 1e-4
            w = r2**-1.5
            for k in range(3):
                a[i][k] = a[i][k] + masses[j] * w * d[k]
                a[j][k] = a[j][k] - masses[i] * w * d[k]
    return a


def n_body(masses, positions, velocities, target, steps):
    """Squared distance of bodies from where they should be, after leapfrog steps of 0.01."""
    n, dt = len(masses), 0.01
    x = [[positions[i][k] for k in range(3)] for i in range(n)]
    v = [[velocities[i][k] for k in range(3)] for i in range(n)]
    a = accelerations(masses, x)
    for _ in range(steps):
        for i in range(n):
            for k in range(3):
                v[i][k] = v[i][k] + dt / 2 * a[i][k]
                x[i][k] = x[i][k] + dt * v[i][k]
        a = accelerations(masses, x)
        for i in range(n):
            for k in range(3):
                v[i][k] = v[i][k] + dt / 2 * a[i][k]
    return sum((x[i][k] - target[i][k]) ** 2 for i in range(n) for k in range(3))


# --- l: Monte Carlo


def asian_knock_out(S0, K, r, sigma, T, barrier, normals):
    """The discounted payoff, on one path, of an Asian call that is worth nothing once the barrier is crossed."""
    dt = T / len(normals)
    S, total = S0, 0.0
    for z in normals:
        S = S * exp((r - sigma * sigma / 2) * dt + sigma * sqrt(dt) * z)
        if S > barrier:
            return 0.0
        total = total + S
    return exp(-r * T) * max(total / len(normals) - K, 0.0)


# --- m: dynamic programming


def soft_dtw(x, y, gamma):
    """The soft-min cost of aligning two series."""
    inf = float("inf")
    above = [0.0] + [inf] * len(y)
    for i in range(len(x)):
        row = [inf]
        for j in range(len(y)):
            a, b, c = above[j], above[j + 1], row[j]
            low = min(a, b, c)
            soft = low - gamma * log(exp((low - a) / gamma) + exp((low - b) / gamma) + exp((low - c) / gamma))
            row.append((x[i] - y[j]) ** 2 + soft)
        above = row
    return above[-1]


# --- n: escape


def escape_time(cx, cy, limit):
    """The smooth number of steps after which a point leaves, as Mandelbrot sets are coloured."""
    x, y, r2 = 0.0, 0.0, 0.0
    for k in range(limit):
        x, y = x * x - y * y + cx, 2 * x * y + cy
        r2 = x * x + y * y
        if r2 > 1e6:
            break
    else:
        return 0.0 * cx
    return k + 1 - log2(log(r2) / 2 / log(2.0))


# --- o: doses


def pharmacokinetics(theta, dose_times, doses, seen_times, seen, steps):
    """Squared error of concentrations: absorption, two compartments, doses by mouth; Heun's method over 48 hours."""
    ka, cl, vc, q, vp = theta
    gut, centre, edge = 0.0, 0.0, 0.0
    dt = 48.0 / steps
    dose, sample, error = 0, 0, 0.0
    for k in range(steps):
        t = k * dt
        if dose < len(dose_times) and t >= dose_times[dose]:
            gut = gut + doses[dose]
            dose += 1
        if sample < len(seen_times) and t >= seen_times[sample]:
            error = error + (centre / vc - seen[sample]) ** 2
            sample += 1
        dg1 = -ka * gut
        dc1 = ka * gut - (cl + q) / vc * centre + q / vp * edge
        de1 = q / vc * centre - q / vp * edge
        g, c, e = gut + dt * dg1, centre + dt * dc1, edge + dt * de1
        dg2 = -ka * g
        dc2 = ka * g - (cl + q) / vc * c + q / vp * e
        de2 = q / vc * c - q / vp * e
        gut, centre, edge = gut + dt / 2 * (dg1 + dg2), centre + dt / 2 * (dc1 + dc2), edge + dt / 2 * (de1 + de2)
    return error


# --- p: the best path


def viterbi(moves, scores):
    """The greatest score of a path through a trellis."""
    n = len(moves)
    best = [scores[0][j] for j in range(n)]
    for t in range(1, len(scores)):
        best = [max(best[i] + moves[i][j] for i in range(n)) + scores[t][j] for j in range(n)]
    return max(best)


# --- q: a network that may stop early


def early_exit(W, b, v, c, x, y):
    """Cross entropy of a network whose layers each have a head: the first that is sure decides."""
    a = x
    for layer in range(len(W)):
        a = [tanh(sum(W[layer][i][j] * a[j] for j in range(len(a))) + b[layer][i]) for i in range(len(b[layer]))]
        p = sigmoid(sum(v[layer][i] * a[i] for i in range(len(a))) + c[layer])
        if p > 0.9 or p < 0.1:
            break
    return -(y * log(p) + (1 - y) * log(1 - p))


def load(functions):
    """The programs, with other functions in the place of math's."""
    module = ModuleType("programs_with")
    module.__file__ = __file__
    with open(__file__, encoding="utf-8") as file:
        exec(compile(file.read(), __file__, "exec"), module.__dict__)
    module.__dict__.update(functions)
    return module
