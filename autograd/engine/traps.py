"""Warnings for traps that silently give wrong numbers: graphs that grow, and equal Values in lists."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from autograd.primitives.ieee import outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from autograd.engine.value import Value

SEARCHES = {"count", "index", "remove"}  # methods of lists


def notice_growth(nodes: Sequence[Value], last_pass: int) -> None:
    """Warn if a graph grows with every step of training, as by `w -= η * w.grad` in place of `w.data -= …`.

    An update adds a plain number to a Value that an earlier pass has reached. Two updates in a row, with a pass between
    them, are two steps that are both still in the graph. The nodes come newest first; the search starts at the oldest,
    and ends at the first that is not an update.
    """
    updates = set()
    for node in reversed(nodes):
        if type(node._y) is not float or node._dx != 1.0 or not node._x.has_grad:
            return
        if node._x in updates and node._x.index < last_pass < node.index:
            break
        updates.add(node)
    else:
        return
    text = "this graph grows with every step: a number was added to a Value that a backward pass has reached; "
    text += "to update a weight, write w.data -= η * w.grad"
    warnings.warn(text, RuntimeWarning, outside())


def notice_equality(v: Value, w: Value) -> None:
    """Warn if two different Values with one number were found equal in a search: `w in frozen`, `params.index(w)`.

    This is the price of `==` comparing numbers, by which f(Value(x)) takes the branches of f(x). An explicit `==` is
    not a search. The caller is the method `==`, so the frame above it is the one that may search. Whether a call there
    is a search is a guess from the names in its code.
    """
    from opcode import opmap

    frame = sys._getframe(2)
    code, now = frame.f_code, frame.f_code.co_code[frame.f_lasti]
    calls = now != opmap["COMPARE_OP"] and not SEARCHES.isdisjoint(code.co_names)
    is_search = calls or now == opmap["CONTAINS_OP"]
    if v.is_constant or w.is_constant or not is_search:
        return
    text = f"two Values were found equal since both are {v.data!r}: in, index and remove go by data; use `is`, or a set"
    warnings.warn(text, RuntimeWarning, outside())
