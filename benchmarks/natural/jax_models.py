"""The same models as JAX's users write them, on arrays of one row."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.nn import log_softmax, logsumexp, relu, sigmoid, softmax, softplus


def poisson(p: Any, x: Any, y: Any) -> Any:
    z = p["w"] @ x + p["b"][0]
    return jnp.exp(z) - y * z


def ordinal(p: Any, x: Any, y: Any) -> Any:
    cuts = jnp.cumsum(jnp.concatenate([p["cuts"][:1], softplus(p["cuts"][1:])]))
    below = jnp.concatenate([jnp.zeros(1), sigmoid(cuts - p["w"] @ x), jnp.ones(1)])
    return -jnp.log(jnp.diff(below)[y])


def mixture_density(p: Any, x: Any, y: Any) -> Any:
    z = p["V"] @ jnp.tanh(p["U"][:, 0] * x + p["c"]) + p["d"]
    logits, means, scales = jnp.split(z, 3)
    return logsumexp(logits) - logsumexp(logits - scales - ((y - means) / jnp.exp(scales)) ** 2 / 2)


def rnn(p: Any, xs: Any, y: Any) -> Any:
    def step(h: Any, x: Any) -> Any:
        return jnp.tanh(p["W"] @ x + p["U"] @ h + p["b"]), None

    h, _ = jax.lax.scan(step, jnp.zeros(len(p["b"])), xs)
    return (p["v"] @ h - y) ** 2


def embedding(p: Any, words: Any, y: Any) -> Any:
    return -log_softmax(p["W"] @ p["E"][words].mean(0) + p["b"])[y]


def convolution(p: Any, image: Any, y: Any) -> Any:
    z = jax.lax.conv(image[None, None], p["K"][:, None], (1, 1), "VALID")[0]
    return -log_softmax(p["W"] @ relu(z).mean((1, 2)) + p["b"])[y]


def attention(p: Any, xs: Any, y: Any) -> Any:
    q, k, v = (xs @ p[name].T for name in "QKV")
    z = p["w"] @ (softmax(q @ k.T / jnp.sqrt(q.shape[1])) @ v).mean(0)
    return softplus(z) - y * z


def censored_weibull(p: Any, x: Any, t: Any, failed: Any) -> Any:
    k, scale = jnp.exp(p["shape"][0]), jnp.exp(p["w"] @ x)
    return (t / scale) ** k - failed * (jnp.log(k / scale) + (k - 1) * jnp.log(t / scale))
