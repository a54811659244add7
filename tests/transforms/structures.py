"""Nested structures of numbers, generated and compared."""

from collections import namedtuple

import numpy as np
from hypothesis import strategies as st

from tests.engine.path_sums import bits

Point = namedtuple("Point", "x y")

NUMBERS = st.floats(-2.0, 2.0, allow_subnormal=False)
ARRAYS = st.sampled_from([(), (1,), (3,), (2, 2), (0,), (1, 2, 1)]).flatmap(
    lambda shape: st.lists(NUMBERS, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))).map(
        lambda xs: np.array(xs).reshape(shape)
    )
)
SINGLE = NUMBERS | st.integers(-2, 2) | st.booleans() | NUMBERS.map(np.float64)


def nested(leaves):
    """Structures of these leaves."""
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(st.sampled_from("wxyz"), inner, max_size=3)
            | st.tuples(inner, inner).map(lambda pair: Point(*pair))
        ),
        max_leaves=6,
    )


STRUCTURES = nested(SINGLE | ARRAYS)


def flat(tree):
    """The numbers of a structure, in order."""
    if isinstance(tree, dict):
        return [x for value in tree.values() for x in flat(value)]
    if isinstance(tree, (list, tuple)):
        return [x for value in tree for x in flat(value)]
    if isinstance(tree, np.ndarray):
        return list(tree.flat)
    return [tree]


def filled(tree, numbers, seen=False):
    """The structure with other numbers, as floats and arrays of floats: the form of a derivative.

    As f sees it, an array of no dimensions is a number.
    """
    if isinstance(tree, dict):
        return {key: filled(value, numbers, seen) for key, value in tree.items()}
    if isinstance(tree, Point):
        return Point(*[filled(value, numbers, seen) for value in tree])
    if isinstance(tree, (list, tuple)):
        return type(tree)([filled(value, numbers, seen) for value in tree])
    if isinstance(tree, np.ndarray) and (tree.ndim or not seen):
        return np.array([next(numbers) for _ in range(tree.size)], dtype=float).reshape(tree.shape)
    return float(next(numbers))


def same(found, wanted):
    """Whether both are equal to the last bit, including types and shapes."""
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, dict):
        return list(found) == list(wanted) and all(same(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, (list, tuple)):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, np.ndarray):
        return (found.shape, found.dtype) == (wanted.shape, wanted.dtype) and all(map(same, found.flat, wanted.flat))
    return bits(found) == bits(wanted)
