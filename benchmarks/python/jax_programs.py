"""The programs as somebody who knows JAX writes them: scan, while_loop, arrays. Same signatures as programs.py."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import erf, logsumexp

pi = jnp.pi


def lotka_volterra(theta, data, steps):
    alpha, beta, gamma, delta = theta
    h = 20.0 / steps

    def rate(s):
        x, y = s
        return jnp.stack([alpha * x - beta * x * y, delta * x * y - gamma * y])

    def step(s, _):
        k1 = rate(s)
        k2 = rate(s + h / 2 * k1)
        k3 = rate(s + h / 2 * k2)
        k4 = rate(s + h * k3)
        return s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), None

    def observed(s, seen):
        s, _ = lax.scan(step, s, None, length=steps // len(data))
        return s, jnp.sum((s - seen) ** 2)

    _, errors = lax.scan(observed, jnp.array([10.0, 5.0]), data)
    return jnp.sum(errors)


A = jnp.array([[0, 0, 0, 0, 0, 0], [1 / 5, 0, 0, 0, 0, 0], [3 / 40, 9 / 40, 0, 0, 0, 0], [0.3, -0.9, 1.2, 0, 0, 0],
               [-11 / 54, 2.5, -70 / 27, 35 / 27, 0, 0],
               [1631 / 55296, 175 / 512, 575 / 13824, 44275 / 110592, 253 / 4096, 0]])  # fmt: skip
B = jnp.array([37 / 378, 0, 250 / 621, 125 / 594, 0, 512 / 1771])
B4 = jnp.array([2825 / 27648, 0, 18575 / 48384, 13525 / 55296, 277 / 14336, 1 / 4])


def _attempt(mu, t, h, s, tol):
    h = jnp.where(t + h > 10.0, 10.0 - t, h)
    f = lambda s: jnp.stack([s[1], mu * (1 - s[0] * s[0]) * s[1] - s[0]])
    ks = [f(s)]
    for i in range(1, 6):
        ks.append(f(s + h * sum(A[i, j] * ks[j] for j in range(i))))
    k = jnp.stack(ks)
    ds = h * (B @ k)
    e = ds - h * (B4 @ k)
    error = jnp.sqrt(jnp.sum(e * e) + 1e-30) / tol
    ok = error <= 1
    return jnp.where(ok, t + h, t), h * jnp.clip(0.9 * error**-0.2, 0.2, 5.0), jnp.where(ok, s + ds, s)


def van_der_pol(theta, target, tol):
    def body(c):
        return _attempt(theta[0], *c, tol)

    t, h, s = lax.while_loop(lambda c: c[0] < 10.0, body, (0.0 * theta[0], 0.1 + 0.0 * theta[0], theta[1:]))
    return jnp.sum((s - target) ** 2)


def van_der_pol_bounded(theta, target, tol, attempts=200):
    def body(c, _):
        return lax.cond(c[0] < 10.0, lambda c: _attempt(theta[0], *c, tol), lambda c: c, c), None

    (t, h, s), _ = lax.scan(body, (0.0 * theta[0], 0.1 + 0.0 * theta[0], theta[1:]), None, length=attempts)
    return jnp.sum((s - target) ** 2)


def _newton(price, S, K, r, T, sigma):
    d1 = (jnp.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * jnp.sqrt(T))
    d2 = d1 - sigma * jnp.sqrt(T)
    cdf = lambda x: 0.5 * (1 + erf(x / jnp.sqrt(2.0)))
    err = S * cdf(d1) - K * jnp.exp(-r * T) * cdf(d2) - price
    vega = S * jnp.sqrt(T) * jnp.exp(-d1 * d1 / 2) / jnp.sqrt(2 * pi)
    return sigma - err / vega, err


def implied_volatility(price, S, K, r, T):
    return lax.while_loop(
        lambda c: jnp.abs(c[1]) > 1e-10,
        lambda c: _newton(price, S, K, r, T, c[0]),
        (0.2 + 0.0 * price, 1.0 + 0.0 * price),
    )[0]


def implied_volatility_implicit(price, S, K, r, T):
    args = (price, S, K, r, T)
    sigma = lax.stop_gradient(implied_volatility(*map(lax.stop_gradient, args)))
    return _newton(*args, sigma)[0]  # one step more, from the solution: its derivative is that of the solution


def american_put(theta, steps):
    S, K, r, sigma, T = theta
    dt = T / steps
    u = jnp.exp(sigma * jnp.sqrt(dt))
    p = (jnp.exp(r * dt) - 1 / u) / (u - 1 / u)
    discount = jnp.exp(-r * dt)
    i = jnp.arange(steps + 1)
    prices = S * u ** (2 * i - steps)
    values = jnp.maximum(K - prices, 0.0)

    def back(c, _):
        values, prices = c
        prices = prices * u
        hold = discount * (p * jnp.roll(values, -1) + (1 - p) * values)
        return (jnp.maximum(hold, K - prices), prices), None

    (values, _), _ = lax.scan(back, (values, prices), None, length=steps)
    return values[0]


def elman(wx, wh, b, wy, by, xs, ys):
    def step(h, xy):
        x, y = xy
        h = jnp.tanh(wx * x + wh @ h + b)
        return h, (wy @ h + by - y) ** 2

    return jnp.mean(lax.scan(step, jnp.zeros(len(b)), (xs, ys))[1])


def lstm(wx, wh, b, wy, by, xs, ys):
    def step(hc, xy):
        h, c = hc
        x, y = xy
        z = wx * x + wh @ h + b
        c = jax.nn.sigmoid(z[1]) * c + jax.nn.sigmoid(z[0]) * jnp.tanh(z[3])
        h = jax.nn.sigmoid(z[2]) * jnp.tanh(c)
        return (h, c), (wy @ h + by - y) ** 2

    n = len(wy)
    return jnp.mean(lax.scan(step, (jnp.zeros(n), jnp.zeros(n)), (xs, ys))[1])


def hmm(logits, start, means, log_sds, ys):
    moves = logits - logsumexp(logits, axis=1, keepdims=True)
    emit = lambda y: -0.5 * ((y - means) / jnp.exp(log_sds)) ** 2 - log_sds - 0.5 * jnp.log(2 * pi)
    alpha = start - logsumexp(start) + emit(ys[0])
    step = lambda alpha, y: (logsumexp(alpha[:, None] + moves, axis=0) + emit(y), None)
    return -logsumexp(lax.scan(step, alpha, ys[1:])[0])


def kalman(theta, ys):
    q_level, q_slope, r = jnp.exp(theta)

    def step(c, y):
        level, slope, p00, p01, p11 = c
        level = level + slope
        p00, p01, p11 = p00 + 2 * p01 + p11 + q_level, p01 + p11, p11 + q_slope
        e = y - level
        s = p00 + r
        k0, k1 = p00 / s, p01 / s
        return (
            (level + k0 * e, slope + k1 * e, p00 - k0 * p00, p01 - k0 * p01, p11 - k1 * p01),
            0.5 * (jnp.log(2 * pi * s) + e * e / s),
        )

    return jnp.sum(lax.scan(step, (0.0, 0.0, 10.0, 0.0, 10.0), ys)[1])


def garch(theta, returns):
    mu, omega, alpha, beta = theta

    def step(variance, r):
        e = r - mu
        return omega + alpha * e * e + beta * variance, 0.5 * (jnp.log(2 * pi * variance) + e * e / variance)

    return jnp.sum(lax.scan(step, omega / (1 - alpha - beta), returns)[1])


def tax_error(rates, brackets, income, paid):
    edges = jnp.concatenate([jnp.zeros(1), brackets])
    tops = jnp.concatenate([brackets, jnp.full(1, jnp.inf)])
    return (jnp.sum(rates * jnp.clip(income - edges, 0.0, tops - edges)) - paid) ** 2


def bouncing_ball(theta, target, steps):
    e, g, y, v = theta
    dt = 5.0 / steps

    def step(c, _):
        y, v = c
        v = v - g * dt
        y = y + v * dt
        down = y < 0
        return (jnp.where(down, -e * y, y), jnp.where(down, -e * v, v)), None

    (y, v), _ = lax.scan(step, (y, v), None, length=steps)
    return (y - target) ** 2


def n_body(masses, positions, velocities, target, steps):
    dt, n = 0.01, len(masses)

    def acc(x):
        d = x[None] - x[:, None]
        w = (jnp.sum(d * d, -1) + 1e-4) ** -1.5 * (1 - jnp.eye(n))
        return jnp.einsum("j,ij,ijk->ik", masses, w, d)

    def step(c, _):
        x, v, a = c
        v = v + dt / 2 * a
        x = x + dt * v
        a = acc(x)
        return (x, v + dt / 2 * a, a), None

    (x, v, a), _ = lax.scan(step, (positions, velocities, acc(positions)), None, length=steps)
    return jnp.sum((x - target) ** 2)


def asian_knock_out(S0, K, r, sigma, T, barrier, normals):
    dt = T / len(normals)
    S = S0 * jnp.exp(jnp.cumsum((r - sigma**2 / 2) * dt + sigma * jnp.sqrt(dt) * normals))
    payoff = jnp.exp(-r * T) * jnp.maximum(jnp.mean(S) - K, 0.0)
    return jnp.where(jnp.max(S) > barrier, 0.0, payoff)


def soft_dtw(x, y, gamma):
    n, m = len(x), len(y)
    inf = 1e30
    D = (x[:, None] - y) ** 2
    i = jnp.arange(n + 1)

    def diagonal(c, k):  # k = i + j, of cells 1-based
        before, last = c  # diagonals k - 2 and k - 1, by i
        j = k - i
        valid = (i >= 1) & (i <= n) & (j >= 1) & (j <= m)
        cost = D[jnp.clip(i - 1, 0, n - 1), jnp.clip(j - 1, 0, m - 1)]
        terms = jnp.stack([jnp.roll(before, 1), jnp.roll(last, 1), last])
        low = jnp.min(terms, 0)
        soft = low - gamma * jnp.log(jnp.sum(jnp.exp((low - terms) / gamma), 0))
        return (last, jnp.where(valid, cost + soft, inf)), None

    start = jnp.full(n + 1, inf)
    (_, last), _ = lax.scan(diagonal, (start.at[0].set(0.0), start), jnp.arange(2, n + m + 1))
    return last[n]


def _escape(cx, cy):
    def body(c):
        x, y, k = c
        return x * x - y * y + cx, 2 * x * y + cy, k + 1

    return body


def escape_time(cx, cy, limit):
    going = lambda c: (c[0] ** 2 + c[1] ** 2 <= 1e6) & (c[2] < limit)
    x, y, k = lax.while_loop(going, _escape(cx, cy), (0.0 * cx, 0.0 * cy, 0))
    r2 = x * x + y * y
    return jnp.where(r2 > 1e6, k - jnp.log2(jnp.log(jnp.maximum(r2, 2.0)) / 2 / jnp.log(2.0)), 0.0)


def escape_time_bounded(cx, cy, limit):
    def body(c, _):
        x, y, k = c
        return lax.cond(x * x + y * y <= 1e6, _escape(cx, cy), lambda c: c, c), None

    (x, y, k), _ = lax.scan(body, (0.0 * cx, 0.0 * cy, 0), None, length=limit)
    r2 = x * x + y * y
    return jnp.where(r2 > 1e6, k - jnp.log2(jnp.log(jnp.maximum(r2, 2.0)) / 2 / jnp.log(2.0)), 0.0)


def pharmacokinetics(theta, dose_times, doses, seen_times, seen, steps):
    import numpy as np

    ka, cl, vc, q, vp = theta
    dt = 48.0 / steps
    times = np.arange(steps) * dt
    given, sampled = np.zeros(steps), np.full(steps, -1)
    for time, amount in zip(dose_times, doses):
        given[np.argmax(times >= time)] += amount
    for k, time in enumerate(seen_times):
        sampled[np.argmax(times >= time)] = k

    def rate(s):
        gut, centre, edge = s
        return jnp.stack(
            [-ka * gut, ka * gut - (cl + q) / vc * centre + q / vp * edge, q / vc * centre - q / vp * edge]
        )

    def step(s, at):
        dose, k = at
        s = s.at[0].add(dose)
        error = jnp.where(k >= 0, (s[1] / vc - seen[k]) ** 2, 0.0)
        k1 = rate(s)
        k2 = rate(s + dt * k1)
        return s + dt / 2 * (k1 + k2), error

    return jnp.sum(lax.scan(step, jnp.zeros(3), (jnp.array(given), jnp.array(sampled)))[1])


def viterbi(moves, scores):
    step = lambda best, s: (jnp.max(best[:, None] + moves, axis=0) + s, None)
    return jnp.max(lax.scan(step, scores[0], scores[1:])[0])


def early_exit(W, b, v, c, x, y):
    def step(carry, layer):
        a, p, going = carry
        W, b, v, c = layer
        a = jnp.tanh(W @ a + b)
        here = jax.nn.sigmoid(v @ a + c)
        p = jnp.where(going, here, p)
        return (a, p, going & (here <= 0.9) & (here >= 0.1)), None

    (_, p, _), _ = lax.scan(step, (x, 0.5, True), (W, b, v, c))
    return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))
