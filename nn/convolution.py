"""Conv2d: the same weights at every place of an image."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from autograd import dot, group
from nn.errors import require_count
from nn.initialising import matrix, stream, vector
from nn.module import Module


class Conv2d(Module):
    """z[o][r][c] = Σ w[o][i][p][q] · x[i][r·stride + p - padding][c·stride + q - padding] + b[o], with x = 0 outside.

    An image is a list or array of `inputs` channels, each a list of rows of numbers; the result has `outputs` channels.
    The window has `size` rows and columns. Parameters are drawn from ±1/√(inputs·size²), as in PyTorch. Raises
    ValueError for another number of channels, rows of different lengths, and an image smaller than the window.

    >>> conv = Conv2d(1, 2, 3, padding=1, rng=0)
    >>> z = conv([[[0.0] * 5] * 4])
    >>> len(z), len(z[0]), len(z[0][0])
    (2, 4, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        *,
        stride: int = 1,
        padding: int = 0,
        bias: bool = True,
        rng: Any = None,
    ) -> None:
        for name, count in {"inputs": inputs, "outputs": outputs, "size": size, "stride": stride}.items():
            require_count(name, count, 1)
        require_count("padding", padding, 0)
        source, limit = stream(rng), 1 / sqrt(inputs * size * size)
        self.weight = [[matrix(source, size, size, limit) for _ in range(inputs)] for _ in range(outputs)]
        self.bias = vector(source, outputs, limit) if bias else None
        self.stride, self.padding = stride, padding

    @group
    def __call__(self, x: Any) -> list[list[list[Any]]]:
        size, image = len(self.weight[0][0]), self._padded(x)
        rows, columns = (range(0, count - size + 1, self.stride) for count in image.shape[1:])
        windows = [[image[:, r : r + size, c : c + size].ravel().tolist() for c in columns] for r in rows]
        kernels = [[w for channel in kernel for line in channel for w in line] for kernel in self.weight]
        biases = [0.0] * len(kernels) if self.bias is None else self.bias
        return [[[dot(kernel, window, b) for window in line] for line in windows] for kernel, b in zip(kernels, biases)]

    def _padded(self, x: Any) -> Any:
        """The image as an array of objects, padded with zeros."""
        try:
            image = np.array(x, dtype=object)
        except ValueError:
            image = np.empty(0, dtype=object)
        size, inputs, edge = len(self.weight[0][0]), len(self.weight[0]), self.padding
        if image.ndim != 3 or len(image) != inputs:
            raise ValueError(f"{self!r} takes {inputs} channels of rows of one length, got the shape {image.shape}")
        if min(image.shape[1:]) + 2 * edge < size:
            raise ValueError(f"{self!r} takes at least {size} rows and columns, got the shape {image.shape}")
        return np.pad(image, ((0, 0), (edge, edge), (edge, edge)), constant_values=0.0) if edge else image

    def __repr__(self) -> str:
        options = f", stride={self.stride}" * (self.stride > 1) + f", padding={self.padding}" * (self.padding > 0)
        return f"Conv2d({len(self.weight[0])}, {len(self.weight)}, {len(self.weight[0][0])}{options})"
