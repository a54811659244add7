"""explain(C): a gradient as in the lecture, forward pass × backward pass, in printable tables."""

from __future__ import annotations

from autograd.forks import at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.engine import Value
    from autograd.explanation.tables import Explanation


def explain(output: Value, names: Any = None) -> Explanation:
    """Return printable tables of the forward pass, the backward pass, and their product for each leaf.

    Names come from `names`, a mapping of names to Values or a Module, or from `label=`, else v1, v2, …; no `.grad` is
    touched. For z = x·x, ∂z/∂x⁽¹⁾ is the local derivative for the first x, and ∂z/∂x the sum over both. Raises
    TypeError if `output` is not a Value.

    >>> from autograd import Value
    >>> w, x = Value(3.0, label="w"), Value.constant(0.5, label="x")
    >>> C = w * x
    >>> C.label = "C"
    >>> print(explain(C))
    Forward pass: each node, and its derivative with respect to each of its inputs
      C  = w·x  = 1.5  ∂C/∂w = x = 0.5
                       ∂C/∂x = w = 3
    <BLANKLINE>
    Backward pass: ∂C/∂node is a sum over the node's consumers
      ∂C/∂C  = 1
    <BLANKLINE>
    Forward × backward: ∂C/∂leaf
      ∂C/∂w  = x × ∂C/∂C  = 0.5 × 1  = 0.5
    """
    with at_work:
        from autograd.engine.graph import Graph
        from autograd.engine.names import given_names
        from autograd.explanation.tables import Explanation
    return Explanation(Graph(output, given_names(names, "explain")))
