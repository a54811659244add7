"""Writes the page of NumPy's functions from the list that the tests call: python -m docs.calls."""

from pathlib import Path

from tests.arrays.calls import ALL, EAGER, NOT

PAGE = Path(__file__).with_name("numpy.md")

HEAD = """# NumPy's functions

What a differentiated or compiled function sees of an array argument is an array that knows its numbers. NumPy's
functions of it are differentiated. In the calls below, `x` is a vector and `A` a matrix of such numbers; `c` is a plain
array. The test of this page calls each one, and compares it with NumPy's floats and with differences.

- A plain number beside a `Value` is a constant, also in one array: `np.sqrt(np.concatenate([[1.0], x]))`.
- What is chosen at a tie, and where a NaN goes, is as in [our own functions](derivatives.md) and in NumPy:
  `np.max([nan, 1.0])` is nan, a tie of two is ½, ½, and `np.maximum(x, 0)` has the slope 0 at 0, as `relu` has.
- `x[i] = v`, `x += y`, `x[mask] = 0.0`, `np.add.at` and `out=` work on such arrays. `np.zeros(n)` makes an array of
  floats, which takes no Value: write `np.zeros(n, dtype=object)` or `np.zeros_like(x)`, or let `autograd.lift(f)` see
  to it.
- `np.array([x[0], x[1]])` and `np.asarray(x)` are NumPy's own arrays of objects: arithmetic works on them, and
  `autograd.lift(f)` makes the rest work too.
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
