"""Eight models on the scalars of one row, with lists, loops and names from their textbooks."""

from itertools import pairwise
from typing import Any

from autograd import dot, exp, log, logsumexp, relu, scan, sigmoid, softmax, softplus, sqrt, tanh


def poisson(p: Any, x: Any, y: Any) -> Any:
    """-log P(y) without log y!."""
    z = sum(w * v for w, v in zip(p["w"], x)) + p["b"][0]
    return exp(z) - y * z


def ordinal(p: Any, x: Any, y: Any) -> Any:
    """-log P(cut below y < score ≤ cut above y)."""
    score, cut, cuts = sum(w * v for w, v in zip(p["w"], x)), p["cuts"][0], [p["cuts"][0]]
    for step in p["cuts"][1:]:
        cut = cut + softplus(step)
        cuts.append(cut)
    below = [sigmoid(cut - score) for cut in cuts]
    chances = [below[0], *(b - a for a, b in pairwise(below)), 1 - below[-1]]
    loss = 0.0
    for k, chance in enumerate(chances):
        if y == k:
            loss = -log(chance)
    return loss


def mixture_density(p: Any, x: Any, y: Any) -> Any:
    """-log Σ πₖ N(y; μₖ, σₖ)."""
    hidden = [tanh(u[0] * x + c) for u, c in zip(p["U"], p["c"])]
    z = [sum(v * h for v, h in zip(row, hidden)) + d for row, d in zip(p["V"], p["d"])]
    parts = len(z) // 3
    logits, means, scales = z[:parts], z[parts : 2 * parts], [exp(s) for s in z[2 * parts :]]
    terms = [a - log(s) - ((y - m) / s) ** 2 / 2 for a, m, s in zip(logits, means, scales)]
    return logsumexp(logits) - logsumexp(terms)


def rnn(p: Any, xs: Any, y: Any) -> Any:
    """The squared error at the end of the sequence."""

    def step(h: Any, x: Any) -> Any:
        return [
            tanh(sum(w * v for w, v in zip(row, x)) + sum(u * k for u, k in zip(line, h)) + b)
            for row, line, b in zip(p["W"], p["U"], p["b"])
        ], None

    h, _ = scan(step, [0.0] * len(p["b"]), xs)
    return (sum(v * k for v, k in zip(p["v"], h)) - y) ** 2


def embedding(p: Any, words: Any, y: Any) -> Any:
    """The cross-entropy of the class."""
    vectors = [p["E"][word] for word in words]
    mean = [sum(v[j] for v in vectors) / len(vectors) for j in range(len(vectors[0]))]
    return cross_entropy([dot(list(w), mean, b) for w, b in zip(p["W"], p["b"])], y)


def convolution(p: Any, image: Any, y: Any) -> Any:
    """The cross-entropy of the class."""
    places = range(len(image) - 2)
    features = []
    for kernel in p["K"]:
        total = 0.0
        for r in places:
            for c in places:
                total += relu(sum(kernel[i][j] * image[r + i][c + j] for i in range(3) for j in range(3)))
        features.append(total / len(places) ** 2)
    return cross_entropy([dot(list(w), features, b) for w, b in zip(p["W"], p["b"])], y)


def attention(p: Any, xs: Any, y: Any) -> Any:
    """The cross-entropy of the truth."""
    queries, keys, values = ([[dot(list(w), list(x)) for w in p[name]] for x in xs] for name in "QKV")
    mean = [0.0] * len(p["w"])
    for q in queries:
        weights = softmax([dot(q, k) / sqrt(float(len(q))) for k in keys])
        seen = [sum(a * v[j] for a, v in zip(weights, values)) for j in range(len(mean))]
        mean = [m + s / len(queries) for m, s in zip(mean, seen)]
    z = dot(list(p["w"]), mean)
    return softplus(z) - y * z


def censored_weibull(p: Any, x: Any, t: Any, failed: Any) -> Any:
    """-log of the density at a failure, or of the survival until t."""
    k, scale = exp(p["shape"][0]), exp(sum(w * v for w, v in zip(p["w"], x)))
    hazard = (t / scale) ** k
    return hazard - failed * (log(k / scale) + (k - 1) * log(t / scale))


def cross_entropy(z: Any, y: Any) -> Any:
    """-log of the probability of class y."""
    own = 0.0
    for k, zk in enumerate(z):
        own += zk if y == k else 0.0
    return logsumexp(z) - own
