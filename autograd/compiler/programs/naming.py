"""Names in a program's source: distinct identifiers for any labels."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from keyword import kwlist
from typing import TYPE_CHECKING, Any

from autograd.engine.names import shortened
from autograd.primitives import ROWS

if TYPE_CHECKING:
    from autograd.compiler.programs.operation import Argument

RESERVED = {*kwlist, "__debug__", "inf", "nan", "detach"}  # names, besides operations, that have a meaning in source


def identifier(label: str) -> str:
    """A label as a Python identifier, normalised as the parser does; empty if no part of it can occur in one.

    >>> [identifier(label) for label in ("w", "weighted input", "σ(z)", "h[0]", "2nd", "lambda", "?")]
    ['w', 'weighted_input', 'σ_z', 'h_0', '_2nd', 'lambda_', '']
    """
    name = unicodedata.normalize("NFKC", label)
    if not name.isidentifier():
        name = "".join(c if f"_{c}".isidentifier() else " " for c in name)
        name = unicodedata.normalize("NFKC", "_".join(name.split()))
        name = name if not name or name.isidentifier() else f"_{name}"
    return f"{name}_" if name in RESERVED or name in ROWS else name


def function_name(name: str) -> str:
    """The name of a program: its function's, or "f" if that is not an identifier, as for a lambda."""
    return identifier(name) if name.isidentifier() else "f"


def told_apart(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Distinct identifiers for names, such as w, w_2, w_3; none is in `taken`."""
    used = set(taken)
    found = []
    for label in names:
        base = name = identifier(label) or "_"
        again = 1
        while name in used:
            again += 1
            name = f"{base}_{again}"
        used.add(name)
        found.append(name)
    return found


class ValueNames(Sequence[str]):
    """Names of values; those without a label, None in `names`, are v1, v2, …, written on demand."""

    def __init__(self, names: Sequence[str | None]) -> None:
        self.names = names
        self.labelled = [i for i, name in enumerate(names) if name is not None]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, i: Any) -> Any:
        name = self.names[i]
        return f"v{i + 1 - bisect_left(self.labelled, i)}" if name is None else name


class Labels:
    """Labels for the values of a program under construction; values of a program that it continues keep their names.

    A label is a text or, in a backward pass, the numbers of two values z and v for ∂z/∂v, or of one value v for ∂C/∂v:
    these are rarely read, so their texts are written on demand.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        self.known, self.first = known, len(known)
        self.own: list[str | tuple[int, ...]] = []

    def __getitem__(self, i: int) -> str:
        label = self.known[i] if i < self.first else self.own[i - self.first]
        if isinstance(label, str):
            return label
        return "_".join([f"d{self.known[v] or 'c'}" for v in label])

    def suggest(self, i: int, label: str | tuple[int, ...]) -> None:
        """Give a value this label, unless it has one."""
        if i >= self.first and not self.own[i - self.first]:
            self.own[i - self.first] = label


class NamesLater(Sequence[str]):
    """Names that are made when the first of them is read."""

    def __init__(self, length: int, make: Callable[[], Sequence[str]]) -> None:
        self.length = length
        self.names: Sequence[str] | Callable[[], Sequence[str]] = make

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, i: Any) -> Any:
        if callable(self.names):
            self.names = self.names()
        return self.names[i]

    def __reduce__(self) -> Any:
        return list, (list(self),)


def value_names(wanted: Sequence[str | None], arguments: Sequence[Argument], function: str) -> Sequence[str]:
    """A name for every value: from its label, or v1, v2, … without one; empty for constants, whose label is None.

    An argument that is one number keeps its parameter's name; no other value has that name or the function's.
    """
    own = {argument.tree: argument.name for argument in arguments if isinstance(argument.tree, int)}
    used = {function, *(argument.name for argument in arguments)}
    taken = {*used, *(identifier(shortened(label)) for label in wanted if label)}
    copies: dict[str, int] = {}
    names: list[str | None] = []
    for i, label in enumerate(wanted):
        if label is None or i in own:
            names.append(own.get(i, ""))
            continue
        base = name = identifier(shortened(label)) if label else ""
        while name and name in used:
            copies[base] = copies.get(base, 1) + 1
            name = f"{base}_{copies[base]}"
        used.add(name)
        names.append(name or None)
    numbers = map("v{}".format, count(1))
    if any(name[:1] == "v" and name[1:].isdecimal() for name in used | taken):
        return [next(x for x in numbers if x not in taken) if name is None else name for name in names]
    return ValueNames(names)
