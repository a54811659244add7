"""Folding: decides which nodes share a box, so that a large graph stays readable. Each step is one linear pass.

A folding maps a node to the key of its fold; a node that is not in it has its own box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable
from typing import Any

from autograd.drawing.boxes.naming import Naming
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.engine.groups import MarkedCall, calls_below
from autograd.primitives import TABLE

Folding = dict[Value, Any]

SUMMANDS = 4  # a sum of at least this many terms, written with +, is one box
RUN = 7  # operations in a row: all except the ends become one box
MOST_SHAPES = 50_000  # different shapes: with more, no fold of rows is readable


def fold_kind(box: Any) -> str:
    """The kind of fold in a box: "sum", "call", …; empty for a single node."""
    return "" if isinstance(box, Value) else box[0]


class CallForest:
    """The marked calls in a graph as a forest: which call is inside which, and the height of each."""

    def __init__(self, graph: Graph) -> None:
        indices = [node.index for node in graph.nodes if node.inputs]
        found = calls_below(indices) if indices else []
        self.calls = sorted(found, key=lambda call: (call.start, -call.end))
        self.parent: list[int] = []
        self.height = [0] * len(self.calls)
        open_calls: list[int] = []
        for i, call in enumerate(self.calls):
            while open_calls and self.calls[open_calls[-1]].end < call.end:
                open_calls.pop()
            self.parent.append(open_calls[-1] if open_calls else -1)
            open_calls.append(i)
        for i in reversed(range(len(self.calls))):
            if self.parent[i] >= 0:
                self.height[self.parent[i]] = max(self.height[self.parent[i]], self.height[i] + 1)

    def innermost(self, nodes: Iterable[Value]) -> dict[Value, int]:
        """For every operation made in a call, the number of its innermost call; `nodes` come oldest first."""
        found: dict[Value, int] = {}
        open_calls: list[int] = []
        at = 0
        if not self.calls:
            return found
        for node in nodes:
            if not node.inputs:
                continue
            while at < len(self.calls) and self.calls[at].start < node.index:
                open_calls.append(at)
                at += 1
            while open_calls and self.calls[open_calls[-1]].end < node.index:
                open_calls.pop()
            if open_calls and self.calls[open_calls[-1]].start < node.index:
                found[node] = open_calls[-1]
        return found

    def outermost(self, i: int, closed: Callable[[int], bool]) -> int:
        """The outermost closed call around call i, or i itself; -1 if none is closed."""
        found = -1
        while i >= 0:
            if closed(i):
                found = i
            i = self.parent[i]
        return found


def fold_sums(graph: Graph) -> Folding:
    """Fold chains of + whose links have no other use into one box, as `sum` of a list would be.

    Their terms made only of leaves, such as the squares of a penalty, are folded, too.
    """
    plus = TABLE["add"]
    sums = [node for node in graph.nodes if node.op is plus]
    if len(sums) < SUMMANDS - 1:
        return {}
    terms = {v for node in sums for v in node.inputs if v.inputs and not any(u.inputs for u in v.inputs)}
    terms.update(sums)
    uses = Counter(v for node in graph.nodes for v in node.inputs if v in terms)
    heads: dict[Value, Value] = {}
    members: dict[Value, int] = {}
    for node in reversed(sums):
        head = heads.setdefault(node, node)
        members[head] = members.get(head, 0) + 1
        for v in node.inputs:
            if uses[v] == 1 and not v.label:
                heads[v] = head
    return {node: ("sum", head.index) for node, head in heads.items() if members.get(head, 0) >= SUMMANDS - 1}


def is_start(v: Value) -> bool:
    """Whether this leaf of a sum is the 0 where Python's `sum` starts."""
    return not v.inputs and v.is_constant and not v.label and not v.data


def fold_calls(
    graph: Graph, naming: Naming, calls: CallForest, closed: Callable[[MarkedCall, int], bool], sums: Folding
) -> Folding:
    """Fold every call for which `closed(call, height)` is true into one box, together with its own leaves."""
    shut = [closed(call, height) for call, height in zip(calls.calls, calls.height)]
    inner = calls.innermost(graph.nodes)
    box: dict[int, int] = {i: calls.outermost(i, shut.__getitem__) for i in set(inner.values())}
    folding: Folding = {node: ("call", box[i]) for node, i in inner.items() if box[i] >= 0}
    return {**folding, **_private_leaves(graph, naming, folding, sums)}


def _private_leaves(graph: Graph, naming: Naming, folding: Folding, sums: Container[Value]) -> Folding:
    """The leaves that only one fold uses, ignoring sums: parameters, such as a neuron's, and constants used once."""
    users: Folding = {}
    uses: Counter[Value] = Counter()
    shared = object()
    for node in graph.nodes:
        if node in sums:
            continue
        fold = folding.get(node, shared)
        for v in node.inputs:
            if not v.inputs:
                users[v] = fold if users.get(v, fold) == fold else shared
                uses[v] += 1
    return {leaf: fold for leaf, fold in users.items() if fold is not shared and _may_hide(naming, leaf, uses[leaf])}


def _may_hide(naming: Naming, leaf: Value, uses: int) -> bool:
    kind = naming.kind(leaf)
    return kind == "parameter" or (kind == "constant" and uses == 1)


def fold_neurons(graph: Graph, naming: Naming, sums: Folding) -> Folding:
    """Fold each w·x + b, or the sum of two of them, and the only function applied to it into one box, with its weights.

    This is a neuron that no call marks, or the gate of a recurrent layer.
    """
    uses = Counter(v for node in graph.nodes for v in node.inputs)
    folding: Folding = {}
    for node in graph.nodes:
        z = node.inputs[0] if len(node.inputs) == 1 else None
        parts = [] if z is None else [z, *z.inputs] if z.op is TABLE["add"] else [z]
        dots = parts[-2:]
        if dots and all(v.op is TABLE["dot"] for v in dots) and all(uses[v] == 1 for v in parts):
            folding.update(dict.fromkeys([*parts, node], ("neuron", node.index)))
    return {**folding, **_private_leaves(graph, naming, folding, sums)}


def fold_runs(graph: Graph, naming: Naming, sums: Folding) -> Folding:
    """Fold the middle of each long run of operations, each the only user of the one before, with its own leaves."""
    uses = Counter(v for node in graph.nodes for v in node.inputs)
    runs: dict[Value, list[Value]] = {}  # by their last node so far
    for node in graph.nodes:
        before = [v for v in node.inputs if v.inputs]
        if node.inputs:
            follows = len(before) == 1 and uses[before[0]] == 1 and before[0] in runs
            run = runs.pop(before[0]) if follows else []
            run.append(node)
            runs[node] = run
    folding: Folding = {}
    for run in runs.values():
        if len(run) >= RUN:
            folding.update((node, ("run", run[-1].index)) for node in run[1:-2])
    return {**folding, **_private_leaves(graph, naming, folding, sums)}


class Shapes:
    """The structure of every node, built bottom up over the same parameters, whatever the numbers of the inputs."""

    def __init__(self, graph: Graph, naming: Naming, calls: CallForest) -> None:
        self.of: dict[Value, int] = {}
        self.too_many = False
        self.roles: dict[Value, Any] = {}
        parameters = _parameters(graph, naming, calls)
        numbers: dict[Any, int] = {}
        for node in graph.nodes:
            if node.inputs:
                what: Any = (node.op, node.label, tuple([self.of[v] for v in node.inputs]))
            else:
                what = node.index if node in parameters else "input"
            self.of[node] = numbers.setdefault(what, len(numbers))
            if len(numbers) > MOST_SHAPES:
                self.too_many = True
                return
        self._find_roles(graph, parameters)

    def _find_roles(self, graph: Graph, parameters: set[Value]) -> None:
        """Find what makes two inputs alike: their label, the shapes that use them, and at which position."""
        uses: dict[Value, set[Any]] = {}
        for node in graph.nodes:
            for i, v in enumerate(node.inputs):
                if not v.inputs and v not in parameters:
                    uses.setdefault(v, set()).add((self.of[node], i))
        self.roles = {v: (v.label, frozenset(where)) for v, where in uses.items()}

    def __getitem__(self, node: Value) -> Any:
        """A key that two nodes share if one can represent the other."""
        return self.roles.get(node, self.of[node])


def fold_rows(graph: Graph, naming: Naming, shapes: Shapes, folding: Folding) -> tuple[Folding, dict[Any, Alike]]:
    """Fold boxes of the same structure over the same parameters into one, and return what each of these represents.

    A node with the same shape as one inside a fold is in that fold, too: for many rows, only the calls of one must be
    known.
    """
    if shapes.too_many:
        return folding, {}
    keys: dict[Any, Any] = {}
    key_of: dict[Any, Any] = {}
    alike: dict[Any, Alike] = {}
    for node, fold in sorted(folding.items(), key=lambda item: -item[0].index):  # a fold's newest node is its result
        key = keys.setdefault(fold, ("rows", shapes[node]))
        alike.setdefault(key, Alike(fold))
        key_of.setdefault(shapes[node], key)
    folded = {node: key_of.get(shapes[node]) or ("rows", shapes[node]) for node in graph.nodes}
    for node, key in folded.items():
        if key[1] == shapes[node]:
            alike.setdefault(key, Alike(node)).count += 1
    folded = {node: key for node, key in folded.items() if alike[key].count > 1 or node in folding}
    calls_only = {node: key for node, key in folded.items() if alike[key].is_call}
    sums = {node for node, fold in folding.items() if fold[0] == "sum"}
    return {**folded, **_private_leaves(graph, naming, calls_only, sums)}, alike


class Alike:
    """A fold of rows: one of the boxes that it represents, and how many there are."""

    __slots__ = ("example", "count")

    def __init__(self, example: Any) -> None:
        self.example = example
        self.count = 0

    @property
    def is_call(self) -> bool:
        """Whether it represents calls."""
        return fold_kind(self.example) == "call"


def _parameters(graph: Graph, naming: Naming, calls: CallForest) -> set[Value]:
    """The leaves that distinguish structures: a module's own, or all except those of one call among several."""
    leaves = {node for node in graph.nodes if not node.inputs and not node.is_constant}
    if naming.parameters is not None:
        return leaves & naming.parameters
    inner = calls.innermost(graph.nodes)
    outer = {i: calls.outermost(i, lambda _: True) for i in set(inner.values())}
    if len(set(outer.values())) < 2:
        return leaves
    users: dict[Value, set[Any]] = {leaf: set() for leaf in leaves}
    for node in graph.nodes:
        for v in node.inputs:
            if v in leaves and len(users[v]) < 2:
                users[v].add(outer[inner[node]] if node in inner else None)
    return {leaf for leaf in leaves if len(users[leaf]) != 1 or None in users[leaf]}


def box_count(graph: Graph, folding: Folding, enough: int) -> int:
    """The number of boxes, counted only up to one more than `enough`."""
    if not folding:
        return len(graph.nodes)
    seen = set()
    for node in graph.nodes:
        seen.add(folding.get(node, node))
        if len(seen) > enough:
            break
    return len(seen)


def neighbourhood(root: Any, inputs: Callable[[Any], Iterable[Any]], limit: int) -> list[Any]:
    """The boxes nearest to the root, at most `limit`."""
    found = [root]
    seen = {root}
    for box in found:
        for other in inputs(box):
            if other not in seen:
                if len(found) >= limit:
                    return found
                seen.add(other)
                found.append(other)
    return found
