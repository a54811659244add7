"""Names of nodes: given ones, labels, numbers, and v1, v2, … for the rest, all different."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from autograd.symbols import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.engine.value import Value


class Names:
    """The name of every node; only given names and labels are stored, for a graph may have a million nodes."""

    def __init__(self, nodes: Sequence[Value], given: Mapping[Value, str]) -> None:
        """`nodes` are all nodes, oldest first; a name in `given` is stronger than a label."""
        wanted = [(node, given.get(node) or node.label) for node in nodes if node.label or node in given]
        self._own = _told_apart(wanted)
        self._unnamed = array("q", [node.index for node in nodes if not node.is_constant and node not in self._own])
        taken = {name[1:] for name in self._own.values() if name.startswith("v")}
        self._taken = sorted(int(n) for n in taken if n.isascii() and n.isdigit() and int(n))

    def __getitem__(self, node: Value) -> str:
        name = self._own.get(node)
        if name is not None:
            return name
        if node.is_constant:
            return number(node.data)
        n = bisect_left(self._unnamed, node.index) + 1
        for other in self._taken:
            n += other <= n
        return f"v{n}"


def _told_apart(wanted: list[tuple[Value, str]]) -> dict[Value, str]:
    """Equal names become w, w(2), w(3), none of which is another's own name."""
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
