"""Items under keys: the methods that rewritten code calls for `xs[key]`, where the key or the item may be traced."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Sequence
from types import BuiltinMethodType
from typing import Any

import numpy

from autograd.arrays.indexing import MOST_PLACES, kind_of_index, means, within
from autograd.arrays.scalar_array import choosing, holding
from autograd.lifting.branching.apart import Choice
from autograd.lifting.branching.keys import MOST_KEYS, equals, is_traced_key, possible, replaced, rivals, stored
from autograd.lifting.branching.merging import is_traced_number
from autograd.lifting.stand_ins.memos import Memo
from autograd.primitives.operators import Scalar, core
from autograd.refusals import no_index
from autograd.symbols import is_whole

IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "MatMult": operator.imatmul,
    "BitOr": operator.ior, "BitXor": operator.ixor, "BitAnd": operator.iand, "LShift": operator.ilshift,
    "RShift": operator.irshift,
}  # fmt: skip
NUMBERS = (float, int, Scalar)


class Items:
    """The part of Branches that reads and writes items."""

    def pick(self, test: Any, yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
        """`yes() if test else no()`."""
        raise NotImplementedError

    def touched(self, x: Any) -> Any:
        """Return x after recording what it holds: the code is about to change it."""
        raise NotImplementedError

    def operated(self, sign: str, x: Any, y: Any) -> Any:
        """The result of an operator on x and y."""
        raise NotImplementedError

    def item(self, xs: Any, key: Any) -> Any:
        """`xs[key]`."""
        if type(key) is int and not isinstance(xs, dict):
            return xs[key]
        choose = choosing.get()
        if choose is not None and type(xs) in (list, tuple) and is_traced_number(key):
            return choose(xs, key)  # each row has its own index
        if type(xs) in (list, tuple) and is_traced_number(key) and is_whole(core(key)):
            return self._one_of(xs, within(key, len(xs), f"{type(xs).__name__} index {{}} out of range, of {{}} items"))
        if type(xs) is numpy.ndarray and kind_of_index(key):
            found = holding(xs)[key]
            if xs.dtype == object and isinstance(found, numpy.ndarray) and not found.flags.writeable:
                raise no_index()  # it replaces a view, which would show what is written into xs
            return found
        puts = isinstance(xs, defaultdict)  # whether it stores an item for a missing key
        return self._under(key, lambda k: self._found(xs, k, lambda: xs[stored(xs, k) if puts else k]))

    def _one_of(self, items: Sequence[Any], place: Any) -> Any:
        """The item at a place that may be traced."""
        most = MOST_PLACES if all(isinstance(x, NUMBERS) for x in items) else MOST_KEYS
        views = any(isinstance(x, numpy.ndarray) for x in items)  # into which f may write
        if type(place) is int or not 0 < len(items) <= most or views:
            return items[place]
        return functools.reduce(
            lambda others, i: self.pick(means(place, i, len(items)), lambda: items[i], lambda: others),
            range(len(items) - 1), items[-1],
        )  # fmt: skip

    def got(self, get: BuiltinMethodType, key: Any, default: Any = None) -> Any:
        """The result of a dict's `get`."""
        return self._under(key, lambda k: self._found(get.__self__, k, lambda: get(k, default)))

    def put(self, value: Any, xs: Any, key: Any) -> None:
        """`xs[key] = value`."""
        if isinstance(xs, Memo):
            xs[key] = value
            return
        self._under(key, lambda k: operator.setitem(self.touched(xs), stored(xs, k), value))

    def _found(self, xs: Any, key: Any, otherwise: Callable[[], Any]) -> Any:
        """The item of a dict under the key that equals this one; `otherwise()` where there is none."""
        equal = rivals(xs, key)

        def among(i: int) -> Any:
            if i == len(equal):
                return otherwise()
            here, own = equal[i]
            return self.pick(here, lambda: xs[own], lambda: among(i + 1))

        return among(0)

    def augmented(self, sign: str, x: Any, y: Any) -> Any:
        """The result of `x += y`, or of another operation in place."""
        if isinstance(x, numpy.ndarray) and not x.flags.writeable:  # it replaces a view, and is put back
            x = x.copy()
        if sign not in IN_PLACE:
            return self.operated(f"I{sign}", x, y)
        return IN_PLACE[sign](self.touched(x), y)

    def _under(self, key: Any, use: Callable[[Any], Any]) -> Any:
        """The result of `use` on a key, which may be one of several whole numbers."""
        parts = key if type(key) is tuple else (key,)
        place = next((i for i, part in enumerate(parts) if type(part) is Choice), None)
        if place is not None:
            return parts[place].each(lambda one: self._under(replaced(key, place, one), use))
        options = possible(key) if is_traced_key(key) else ()
        if not options:
            return use(key)

        def among(i: int) -> Any:
            here = functools.partial(use, options[i])
            return here() if i == len(options) - 1 else self.pick(equals(key, options[i]), here, lambda: among(i + 1))

        return among(0)
