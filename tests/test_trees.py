"""Laws of trees: what they hold comes out in one order, and goes back into containers of the same kinds."""

import gc
import pickle
import re
import weakref
from functools import reduce
from itertools import combinations, count
from operator import getitem

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.trees import (
    CONTAINERS,
    flatten,
    in_order_of,
    like,
    make_of,
    map_parts,
    map_tree,
    parts_of,
    paths,
    shape_of,
    unflatten,
)
from tests.transforms.structures import SINGLE, STRUCTURES, Point, filled, flat, nested, same

TREES = nested(SINGLE)  # without arrays
CONTAINED = TREES.filter(lambda tree: isinstance(tree, CONTAINERS))


def halved(x):
    return float(x) / 2.0


def opposite(x):
    return -float(x)


def swapped(tree):
    """The same tree, with the dicts in it from last to first."""
    if isinstance(tree, dict):
        return {key: swapped(tree[key]) for key in reversed(tree)}
    return map_parts(swapped, tree) if isinstance(tree, CONTAINERS) else tree


@given(TREES)
def test_the_leaves_of_a_tree_make_it_again(tree) -> None:
    assert same(unflatten(tree, iter(flatten(tree))), tree)


@given(STRUCTURES)
def test_an_array_is_filled_with_floats(tree) -> None:
    assert same(unflatten(tree, map(float, flatten(tree))), filled(tree, iter(flat(tree))))


@given(STRUCTURES)
def test_leaves_have_one_order(tree) -> None:
    assert same(flatten(tree), flat(tree))
    assert flatten(unflatten(tree, count())) == list(range(len(flat(tree))))


@given(STRUCTURES)
def test_maps_compose(tree) -> None:
    assert same(map_tree(halved, map_tree(opposite, tree)), map_tree(lambda x: halved(opposite(x)), tree))
    assert list(map(float, flatten(map_tree(halved, tree)))) == list(map(halved, flatten(tree)))


def test_a_walk_keeps_nothing_alive() -> None:
    """Arguments are freed when a gradient returns, not when garbage is next collected."""
    leaf = Value(1.0)
    held = weakref.ref(leaf)
    gc.disable()
    try:
        map_tree(id, {"x": [leaf]}, "x")
        del leaf
        assert held() is None
    finally:
        gc.enable()


@given(CONTAINED)
def test_a_container_is_made_of_its_parts(container) -> None:
    make, parts = make_of(container), list(parts_of(container))
    assert same(make(parts), container)
    assert same(like(container, parts), container)
    assert {make: 0} == {pickle.loads(pickle.dumps(make)): 0}


UNLIKE = [
    [1.0],
    (1.0,),
    Point(1.0, 2.0),
    {},
    {1: 1.0},
    {1.0: 1.0},
    {True: 1.0},
    {"x": 1.0, "y": 2.0},
    {"y": 2.0, "x": 1.0},
]


@pytest.mark.parametrize(("one", "other"), list(combinations(UNLIKE, 2)))
def test_containers_of_other_kinds_or_keys_are_made_otherwise(one, other) -> None:
    assert make_of(one) != make_of(other)


@given(STRUCTURES)
def test_the_order_of_keys_is_that_of_the_model(tree) -> None:
    assert shape_of(swapped(tree)) == shape_of(tree)
    assert same(flatten(in_order_of(tree, swapped(tree))), flatten(tree))


@given(STRUCTURES)
def test_a_path_leads_to_its_leaf(tree) -> None:
    found = [(float(x), float(reduce(getitem, path, tree))) for path, x in paths(tree)]
    assert found == [(x, x) for x in map(float, flatten(tree))]


@given(STRUCTURES.filter(flat), st.data())
def test_a_leaf_that_is_no_number_is_named(tree, data) -> None:
    numbers = flatten(tree)
    k = data.draw(st.integers(0, len(numbers) - 1))
    spoiled = unflatten(tree, iter([*numbers[:k], "none", *["later"] * (len(numbers) - 1 - k)]))
    with pytest.raises(TypeError, match=r"^x.* is a str, 'none'; expected a number$") as error:
        flatten(spoiled, "x")
    keys = re.findall(r"\['?(\w+)'?\]", str(error.value))
    assert reduce(lambda part, key: part[int(key) if key.isdigit() else key], keys, spoiled) == "none"
