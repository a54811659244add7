"""The programs under numba, forward passes alone: as written, with generators inside `sum` and `max` turned into lists.

Those whose lists would be most of the time are written again, tight.
"""

import ast
from math import exp, log, pi, tanh
from pathlib import Path
from types import ModuleType

import numba
import numpy as np

njit = numba.njit


class _Lists(ast.NodeTransformer):
    def visit_GeneratorExp(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.ListComp(node.elt, node.generators), node)


def written():
    """programs.py, compiled by numba."""
    path = Path(__file__).with_name("programs.py")
    tree = ast.fix_missing_locations(_Lists().visit(ast.parse(path.read_text(encoding="utf-8"))))
    module = ModuleType("programs_lists")
    exec(compile(tree, path, "exec"), module.__dict__)
    for name, f in list(module.__dict__.items()):
        if callable(f) and getattr(f, "__module__", "") == "programs_lists" and name != "load":
            setattr(module, name, njit(f))
    return module


as_written = written()


@njit
def elman(wx, wh, b, wy, by, xs, ys):
    n = len(b)
    h, g = np.zeros(n), np.zeros(n)
    loss = 0.0
    for t in range(len(xs)):
        for i in range(n):
            z = wx[i] * xs[t] + b[i]
            for j in range(n):
                z += wh[i, j] * h[j]
            g[i] = tanh(z)
        h, g = g, h
        out = by
        for i in range(n):
            out += wy[i] * h[i]
        loss += (out - ys[t]) ** 2
    return loss / len(xs)


@njit
def lstm(wx, wh, b, wy, by, xs, ys):
    n = len(wy)
    h, c, z = np.zeros(n), np.zeros(n), np.zeros((4, n))
    loss = 0.0
    for t in range(len(xs)):
        for g in range(4):
            for i in range(n):
                s = wx[g, i] * xs[t] + b[g, i]
                for j in range(n):
                    s += wh[g, i, j] * h[j]
                z[g, i] = s
        out = by
        for i in range(n):
            c[i] = 1 / (1 + exp(-z[1, i])) * c[i] + 1 / (1 + exp(-z[0, i])) * tanh(z[3, i])
            h[i] = 1 / (1 + exp(-z[2, i])) * tanh(c[i])
            out += wy[i] * h[i]
        loss += (out - ys[t]) ** 2
    return loss / len(xs)


@njit
def _lse(x):
    m = x[0]
    for v in x:
        m = max(m, v)
    s = 0.0
    for v in x:
        s += exp(v - m)
    return m + log(s)


@njit
def hmm(logits, start, means, log_sds, ys):
    n = len(means)
    moves, alpha, new, terms = np.empty((n, n)), np.empty(n), np.empty(n), np.empty(n)
    inv = np.exp(-log_sds)
    for i in range(n):
        z = _lse(logits[i])
        for j in range(n):
            moves[i, j] = logits[i, j] - z
    z = _lse(start)
    for i in range(n):
        alpha[i] = start[i] - z
    for k in range(len(ys)):
        for j in range(n):
            if k > 0:
                for i in range(n):
                    terms[i] = alpha[i] + moves[i, j]
                new[j] = _lse(terms)
            else:
                new[j] = alpha[j]
        for j in range(n):
            alpha[j] = new[j] - 0.5 * ((ys[k] - means[j]) * inv[j]) ** 2 - log_sds[j] - 0.5 * log(2 * pi)
    return -_lse(alpha)


@njit
def _acc(masses, x, a):
    n = len(masses)
    a[:] = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            d0, d1, d2 = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
            r2 = d0 * d0 + d1 * d1 + d2 * d2 + 1e-4
            w = r2**-1.5
            a[i, 0] += masses[j] * w * d0
            a[i, 1] += masses[j] * w * d1
            a[i, 2] += masses[j] * w * d2
            a[j, 0] -= masses[i] * w * d0
            a[j, 1] -= masses[i] * w * d1
            a[j, 2] -= masses[i] * w * d2


@njit
def n_body(masses, positions, velocities, target, steps):
    dt = 0.01
    x, v, a = positions.copy(), velocities.copy(), np.zeros_like(positions)
    _acc(masses, x, a)
    for _ in range(steps):
        for i in range(len(masses)):
            for k in range(3):
                v[i, k] += dt / 2 * a[i, k]
                x[i, k] += dt * v[i, k]
        _acc(masses, x, a)
        for i in range(len(masses)):
            for k in range(3):
                v[i, k] += dt / 2 * a[i, k]
    s = 0.0
    for i in range(len(masses)):
        for k in range(3):
            s += (x[i, k] - target[i, k]) ** 2
    return s


@njit
def viterbi(moves, scores):
    n = len(moves)
    best, new = scores[0].copy(), np.empty(n)
    for t in range(1, len(scores)):
        for j in range(n):
            m = best[0] + moves[0, j]
            for i in range(1, n):
                m = max(m, best[i] + moves[i, j])
            new[j] = m + scores[t, j]
        best, new = new, best
    return best.max()


@njit
def early_exit(W, b, v, c, x, y):
    n = len(x)
    a, g = x.copy(), np.empty(n)
    p = 0.5
    for layer in range(len(W)):
        s = c[layer]
        for i in range(n):
            z = b[layer, i]
            for j in range(n):
                z += W[layer, i, j] * a[j]
            g[i] = tanh(z)
            s += v[layer, i] * g[i]
        a, g = g, a
        p = 1 / (1 + exp(-s))
        if p > 0.9 or p < 0.1:
            break
    return -(y * log(p) + (1 - y) * log(1 - p))


TIGHT = {f.__name__: f for f in (elman, lstm, hmm, n_body, viterbi, early_exit)}


def over_rows(f, names, rows):
    """The sum of f over rows, in one loop."""
    flags = [name in rows for name in names]
    source = f"def total({', '.join(names)}):\n    s = 0.0\n    for i in range(len({rows[0]})):\n        s += f("
    source += ", ".join(f"{n}[i]" if flag else n for n, flag in zip(names, flags, strict=True)) + ")\n    return s\n"
    space = {"f": f}
    exec(source, space)
    return njit(space["total"])
