"""Names of nodes: given names, labels, numbers, and v1, v2, … for others; all except numbers are unique."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from autograd.engine.value import Value, text_of
from autograd.symbols import Symbol
from autograd.symbols.text import WHOLE, number, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST_NAME = 64  # characters in a name: a table row shows about a dozen names
NUMBERED = re.compile(r"v[1-9][0-9]{,17}").fullmatch  # no graph has enough nodes for a longer one


class NodeNames:
    """The name of every node; only given names and labels are stored, since a graph may have a million nodes."""

    def __init__(self, nodes: Sequence[Value], given: Mapping[Value, str]) -> None:
        """`nodes` are all nodes, oldest first; a name in `given` takes precedence over a label."""
        wanted = [(node, shortened(text_of(name))) for node in nodes if (name := given.get(node) or node.label)]
        wanted.sort(key=lambda named: named[0].is_constant)  # x and detach(x) share a label: x itself gets it
        self._own = _told_apart(wanted)
        self._unnamed = array("q", [node.index for node in nodes if not node.is_constant and node not in self._own])
        self._given = set(self._own.values())
        taken = {int(n) for n in (name[1:] for name in self._given if NUMBERED(name))}
        self._gaps = array("q", [n - i for i, n in enumerate(sorted(taken), 1)])

    def __getitem__(self, node: Value) -> str:
        name = self._own.get(node)
        if name is not None:
            return name
        if node.is_constant:
            return number(node.data)
        n = bisect_left(self._unnamed, node.index) + 1
        return f"v{n + bisect_left(self._gaps, n)}"  # skips each taken number with fewer than n free ones below

    def placed(self, node: Value, place: int) -> str:
        """The unique name of a node as operand number `place`: x⁽²⁾."""
        name = text(Symbol(self[node]), WHOLE)
        brackets = 1
        while (own := placed(name, place, brackets)) in self._given:
            brackets += 1
        return own


def shortened(name: str) -> str:
    """A name as it is displayed: a long one keeps only its two ends."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME // 2]}…{name[-LONGEST_NAME // 4 :]}"


def placed(name: str, place: int, brackets: int = 1) -> str:
    """`name` marked as operand number `place`: x⁽²⁾."""
    return f"{name}{'⁽' * brackets}{str(place).translate(SUPERSCRIPTS)}{'⁾' * brackets}"


def _told_apart(wanted: list[tuple[Value, str]]) -> dict[Value, str]:
    """Make equal names unique: w, w(2), w(3), skipping any that another node already has."""
    taken = {name for _, name in wanted}
    names: dict[Value, str] = {}
    copies: dict[str, int] = {}
    for node, name in wanted:
        own = name
        while name in copies and (own in taken or own == name):
            copies[name] += 1
            own = f"{name}({copies[name]})"
        copies.setdefault(name, 1)
        taken.add(own)
        names[node] = own
    return names


def given_names(names: Any, function: str) -> dict[Value, str]:
    """The option `names=` of a function: a mapping of names to Values or lists of them, or a Module's own paths."""
    if names is None:
        return {}
    if hasattr(names, "named_parameters"):
        return {value: name for name, value in names.named_parameters()}
    if isinstance(names, Mapping):
        return {v: name for key, value in names.items() for name, v in _members(str(key), value, function)}
    raise TypeError(f"{function}: names must be a mapping of names to Values, or a Module, got {type(names).__name__}")


def _members(name: str, value: Any, function: str) -> Iterator[tuple[str, Value]]:
    """The Values in nested lists, named by their indices: w[0][1]."""
    if isinstance(value, Value):
        yield name, value
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for i, member in enumerate(value):
            yield from _members(f"{name}[{i}]", member, function)
    else:
        raise TypeError(f"{function}: names[{name!r}] must be a Value or a list of Values, got {type(value).__name__}")
