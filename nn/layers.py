"""Neuron, Layer, Linear, MLP, Sequential: fully connected networks; a neuron is one `dot` node and its activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import Any

import numpy as np

from autograd import Value, dot, gelu, group, leaky_relu, positive, relu, sigmoid, silu, softplus, tanh
from nn.errors import require, require_count, require_one_of
from nn.initialising import stream
from nn.module import Module

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "silu": silu,
    "gelu": gelu,
    "linear": positive,
}

TITLES = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "silu": "SiLU", "gelu": "GELU"}

# The bound `limit` on weights drawn from [-limit, limit], from the numbers of inputs and outputs of the layer.
LIMITS: dict[str, Callable[[int, int], float]] = {
    "uniform": lambda nin, nout: 1.0,  # micrograd's
    "xavier": lambda nin, nout: sqrt(6 / (nin + nout)),  # Glorot and Bengio, 2010: for tanh and sigmoid
    "he": lambda nin, nout: sqrt(6 / nin),  # He et al., 2015: for relu
}


class Neuron(Module):
    """a = σ(z) with z = w·x + b.

    `activation` is σ: a name (relu, leaky_relu, tanh, sigmoid, softplus, silu, gelu, linear) or a function of one
    number; `nonlin=False` means linear. `init` (uniform, xavier, he) draws the weights from `rng`: a seed, or an object
    with `uniform(low, high)`, like `random` and NumPy's generators. The default is the module `random`, whose seed then
    gives micrograd's network. `nout`, the number of neurons in the layer, matters only for xavier. The bias starts at
    0; `bias=False` omits it. A call with a number of inputs other than `nin` raises ValueError.

    >>> neuron = Neuron(2, activation="tanh", rng=0)
    >>> neuron, neuron([0.0, 0.0]).data
    (TanhNeuron(2), 0.0)
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: str | Callable[[Any], Any] = "relu",
        bias: bool = True,
        init: str = "uniform",
        rng: Any = None,
        nout: int = 1,
    ) -> None:
        require_count("nin", nin, 0)
        limit = _named(LIMITS, "init", init)(nin, nout) if nin else 0.0
        source, function = stream(rng), _activation(activation)
        self.w = [Value(source.uniform(-limit, limit)) for _ in range(nin)]
        self.b = Value(0.0) if bias else None
        self.activation, self._function = activation, function
        self.nonlin = nonlin and activation != "linear"

    @group
    def __call__(self, x: Iterable[Any]) -> Any:
        x = x if type(x) is list else _listed(x)
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} takes {len(self.w)} inputs, got {len(x)}")
        z = dot(self.w, x) if self.b is None else dot(self.w, x, self.b)
        return self._function(z) if self.nonlin else z

    def __repr__(self) -> str:
        return f"{_title(self.activation if self.nonlin else 'linear')}Neuron({len(self.w)})"


def _listed(x: Any) -> list[Any]:
    """Inputs as a list; a single number counts as a list of one, as from a layer of one neuron."""
    return list(x) if type(x) is list or isinstance(x, Iterable) else [x]  # the first test takes a tenth of the second


class Layer(Module):
    """`nout` neurons side by side, with the options of `Neuron`; the result is a list, or one Value if nout is 1.

    >>> len(Layer(3, 4)([1.0, 2.0, 3.0]))
    4
    """

    def __init__(self, nin: int, nout: int, *, rng: Any = None, **options: Any) -> None:
        require_count("nout", nout, 1)
        source = stream(rng)
        self.neurons = [Neuron(nin, rng=source, nout=nout, **options) for _ in range(nout)]

    def __call__(self, x: Iterable[Any]) -> Any:
        a = self.activations(x)
        return a[0] if len(a) == 1 else a

    @group
    def activations(self, x: Iterable[Any]) -> list[Any]:
        """The neurons' results as a list, even for one neuron; a plain input becomes one constant shared by all."""
        inputs = [v if isinstance(v, Value) else _input(v) for v in _listed(x)]
        return [neuron(inputs) for neuron in self.neurons]

    def __repr__(self) -> str:
        return f"{type(self).__name__} of [{', '.join(map(str, self.neurons))}]"


class Linear(Layer):
    """z = Wx + b: a layer without activation; the result is a list with a Value per row of W, or one Value for one row.

    >>> Linear(2, 3, bias=False)
    Linear of [LinearNeuron(2), LinearNeuron(2), LinearNeuron(2)]
    """

    def __init__(self, nin: int, nout: int = 1, *, bias: bool = True, init: str = "uniform", rng: Any = None) -> None:
        super().__init__(nin, nout, nonlin=False, bias=bias, init=init, rng=rng)


class MLP(Module):
    """A multi-layer perceptron: `nin` inputs, then layers of `nouts` neurons, the last one linear.

    >>> MLP(2, [3, 1], activation="tanh", init="xavier", rng=0)
    MLP of [Layer of [TanhNeuron(2), TanhNeuron(2), TanhNeuron(2)], Layer of [LinearNeuron(3)]]
    """

    def __init__(self, nin: int, nouts: Sequence[int], *, rng: Any = None, **options: Any) -> None:
        require("nouts", nouts, isinstance(nouts, Iterable), f"the sizes of the layers, as in MLP({nin}, [{nouts}, 1])")
        sizes, source, last = [nin, *nouts], stream(rng), len(nouts) - 1
        self.layers = [
            Layer(sizes[i], sizes[i + 1], nonlin=i != last, rng=source, **options) for i in range(len(nouts))
        ]

    @group
    def __call__(self, x: Iterable[Any]) -> Any:
        a = _listed(x)
        for layer in self.layers:
            a = layer.activations(a)
        return a[0] if len(a) == 1 else a

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


class Activation(Module):
    """An activation as a separate module, applied to a number, or to each number in nested lists, such as images.

    >>> Activation("relu")([-1.0, 2.0]), Activation("relu")([[-1.0], [2.0]])
    ([0.0, 2.0], [[0.0], [2.0]])
    """

    def __init__(self, activation: str | Callable[[Any], Any]) -> None:
        self.activation = activation
        self._function = _activation(activation)

    @group
    def __call__(self, z: Any) -> Any:
        return self._of_all(z)

    def _of_all(self, z: Any) -> Any:
        nested = isinstance(z, (list, tuple)) or np.ndim(z) > 0
        return list(map(self._of_all, z)) if nested else self._function(z)

    def __repr__(self) -> str:
        return f"Activation({_title(self.activation)})"


class Sequential(Module):
    """Modules, or any functions of a list, applied in order.

    >>> from autograd import softmax
    >>> a = Sequential(Linear(2, 3, rng=0), Activation("tanh"), Linear(3, 2, rng=1), softmax)([1.0, 2.0])
    >>> print(f"{a[0].data + a[1].data:.12f}")
    1.000000000000
    """

    def __init__(self, *steps: Callable[[Any], Any]) -> None:
        self.steps = list(steps)

    @group
    def __call__(self, x: Any) -> Any:
        for step in self.steps:
            x = step(x)
        return x

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.steps))})"


def _input(x: Any) -> Any:
    """A plain number as a constant; other kinds of number are returned unchanged."""
    if getattr(x, "ndim", 0) or isinstance(x, (list, tuple)):
        raise TypeError("a model takes one row of numbers, got a matrix: write [model(row) for row in X]")
    try:
        return Value.constant(x)
    except TypeError:
        return x


def _named(table: dict[str, Callable[..., Any]], option: str, name: Any) -> Callable[..., Any]:
    require_one_of(option, name, table)
    return table[name]


def _activation(activation: Any) -> Callable[[Any], Any]:
    return activation if callable(activation) else _named(ACTIVATIONS, "activation", activation)


def _title(activation: str | Callable[[Any], Any]) -> str:
    if callable(activation):
        return str(getattr(activation, "__name__", activation))
    return TITLES.get(activation, activation.title())
