"""Writes the page of NumPy's functions from the list that the tests call: python -m docs.calls."""

from pathlib import Path

from tests.arrays.calls import ALL, EAGER, NOT

PAGE = Path(__file__).with_name("numpy.md")

HEAD = """<!-- Made of docs/calls.py by python -m docs.calls -->
# NumPy and `math`

People have functions already, written with NumPy, with `math`, with `max` and `sorted`. They are differentiated and
compiled as they stand.

## Arrays

What a differentiated or compiled function sees of an array argument is an array that knows its numbers. NumPy's
functions of it are differentiated, `np.linalg` included:

```python
>>> import numpy as np
>>> from autograd import compile, grad, lift
>>> def energy(x):
...     gaps = np.diff(np.sort(x))
...     return np.sum(np.exp(-np.maximum(gaps, 0.1))) + np.linalg.norm(x)
>>> grad(energy)(np.array([3.0, 1.0, 2.0])).round(3)
array([0.434, 0.635, 0.535])

```

- A plain number beside a `Value` is a constant, also in one array: `np.sqrt(np.concatenate([[1.0], x]))`.
- What is chosen at a tie, and where a NaN goes, is as in [our own functions](derivatives.md#kinks) and in NumPy:
  `np.max([nan, 1.0])` is nan, a tie of k is 1/k for each, as it is among NaNs, and `np.maximum(x, 0)` has the slope 0
  at 0, as `relu` has.
- `x[i] = v`, `x += y`, `x[mask] = 0.0`, `np.add.at` and `out=` work on such arrays. `np.zeros(n)` makes an array of
  floats, which takes no Value: write `np.zeros(n, dtype=object)` or `np.zeros_like(x)`, or lift the function.
- `[x[0], x[1]]`, `np.array([x[0], x[1]])` and `np.asarray(x)` are NumPy's own arrays of objects: arithmetic works on
  them, but functions that choose compare as Python does, and take the first at a tie. A NaN wins in `np.max` and
  `np.maximum`, and is refused by `np.sort`. Lift the function, or write `np.stack`, and they are arrays of ours.
- A number of such an array has what NumPy's numbers have: `x[0].item()` and `x.sum().copy()` keep the derivative. It is
  a `numbers.Real`, and `np.isscalar` of it is true. But `isinstance(x[0], float)` is true in lifted code only, and
  `x.dtype` is `object`: code that asks for `x.dtype.kind` takes its other branch.
- Numbers are of double precision: `float32` and `float16` as a `dtype` give what `float` gives. Types of whole numbers
  cut as NumPy does, `np.asarray(x, int)`, or are refused, `np.sum(x, dtype=int)`; the derivative of what is cut is 0.
- A column of a pandas frame is an array: `((w * df.x - df.y) ** 2).mean()` is differentiated in `w`. A missing number
  stays missing in arithmetic, so sums and means pass over it, as on floats. They refuse a Value that is NaN itself.
  What pandas computes on floats alone, such as `describe`, `rolling`, `ewm`, `corr`, `skew` and the mean of a column of
  a new frame, is refused with the remedy: take `x.to_numpy()`. Columns of a frame that f makes, as in
  `pd.DataFrame({"x": x})`, are arrays of pandas' own: there, a NaN beside a Value gives a Value that is NaN, which sums
  do not pass over. Drop such rows before. Of a structured array, pass a dict of its fields.
- In a trace a sort is by rank, and an elimination swaps rows by conditions. A mask is a set of conditions:
  `np.sum(x[x > 0])`, `x[m].mean()`, `np.max(x[m])`, `y[m] = np.exp(x[m])`, `A[rows > 0] = 0.0` are compiled, and so is
  `where=`. The result of `np.argmax` or `np.argsort` is an index by which a number is selected, as in
  `x[np.argmax(y)]`, or rows change places, as in `A[[k, p]] = A[[p, k]]`; into an array of plain numbers, write
  `np.choose(i, c)`. What needs to know how many numbers a mask holds, such as the median of `x[x > 0]`, is refused with
  the user's line and the remedy.

## Lifting

`lift(f)` is f for Values and for `compile`. It runs f's own code with a view of its names, in which `math`, NumPy, the
builtins, `statistics` (`NormalDist` included), `scipy.special` and `scipy.stats.norm` are ours, under whatever alias.
The splines of `scipy.interpolate` with plain data, such as `CubicSpline`, are differentiated where they are called:

```python
>>> import math
>>> from math import exp as e
>>> def price(spot, strike=1.1, rate=0.02, sigma=0.3):
...     d = (math.log(spot / strike) + rate + sigma**2 / 2) / sigma
...     n = lambda z: (1 + math.erf(z / math.sqrt(2))) / 2
...     return max(spot * n(d) - strike * e(-rate) * n(d - sigma), 0.0)
>>> round(grad(lift(price))(1.2), 6)
0.693819
>>> compile(lift(price)).value_and_grad(1.2)[1] == grad(lift(price))(1.2)
True
>>> def residuals(x):
...     f = np.zeros(2)
...     f[0] = 10.0 * (x[1] - x[0] ** 2)
...     f[1] = 1.0 - x[0]
...     return f @ f
>>> grad(lift(residuals))(np.array([-1.2, 1.0]))
array([-215.6,  -88. ])

```

- It holds for the plain Python functions that f calls, for their closures, defaults, decorators, generators and
  recursion, for methods, properties and `super()` of the objects that f names or makes, dataclasses and named tuples
  among them, for functions and objects in lists, tuples and dicts, for `eval` and `exec`, and for imports inside f.
- `np.zeros`, `np.empty`, `np.ones`, `np.full`, `np.eye`, `np.array`, `np.asarray` and their kin make arrays that can
  take a Value. `np.arange` takes Values, too.
- On plain numbers `lift(f)(x)` is `f(x)`, to the bit.
- Nothing outside f is changed, but by f: no module is patched, and other threads see nothing. Names are read when f
  runs.
- `int(v)`, `math.floor(v)` and `round(v, 2)` give plain numbers, since their derivative is 0; in a trace, their
  operation.
- `max` and `min` give Python's number, also where one is NaN, and share a tie; with `key=` they take the first.
- `math.log(v)` raises where `math.log` does, also of NumPy's numbers. Compiled code gives NaN there.
- `np.log(v)` of a Value raises, too, and so does a division by its result. A handler around **takes the error, where on
  floats NumPy gives inf or NaN and goes on**; compiled code does as on floats.
- Equal numbers are one key of a dict, a set or a `Counter`, as they are on floats, and the texts of `v`, `[v]` and an
  object that holds `v` are those of the number. Outside of lifted code a Value is a key by its identity. A cache is
  one for each call, and knows a Value by its identity: a `functools.lru_cache`, and a dict outside of f that f asks
  and fills (`if x not in kept: kept[x] = …`), since what a call on floats has kept has no derivative. Of that,
  entries under keys that are not made of this call's numbers are seen, as those of a table: a cache by `int(1000*x)`
  gives what a call on floats has kept there, **with derivative 0**, which is that of a step.
- A cache of one entry (`if x == self.last_x: return self.last`), or of a list of them (`for kx, result in kept: …`), is
  empty at the start of a call that is lifted, and at its end. It is known by its form: f compares an argument that it
  has kept with the next one, and computes, and keeps the result, unless they are equal. One that is kept as an object
  (`self.last = Entry(x, result)`), or a dict that f goes through by `items()`, is not known: empty it before.
- Names that f assigns outside of itself, by `global`, `nonlocal` or in a module, are assigned when the call ends.
- `copy.deepcopy` and `dataclasses.asdict` share a Value, as they share a float. Outside of lifted code a copy is apart.
- Refused, by an error that says what to write: a Value inside SciPy's root finders, integrators, minimisers and other
  functions, and code that deletes a global name or sets a name of a library's module.
- Not lifted, so that `math.sin(v)` is a `TypeError` in them: methods of an `Enum`, of a class with a metaclass of
  its own, and of an object that is a `dict` or `list`; SciPy's functions but those above.

# NumPy's functions

In the calls below, `x` is a vector and `A` a matrix of Values; `c` is a plain array. The test of this page calls each
one, and compares it with NumPy's floats and with differences.
"""


def page() -> str:
    """The page, from the list."""
    parts = [HEAD, "## Differentiated, eagerly and compiled\n"]
    for family, texts in ALL.items():
        parts.append(f"**{family}.** {_listed(texts)}\n")
    parts += ["## Differentiated eagerly\n", "They look at the numbers, so `compile` refuses them, with the remedy.\n"]
    parts += [_listed(EAGER) + "\n", "## Refused\n", "The message names the alternative.\n", _listed(NOT) + "\n"]
    return "\n".join(parts)


def _listed(texts: list[str]) -> str:
    return " · ".join(f"`{text.replace('|', chr(124))}`" for text in texts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
