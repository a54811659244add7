"""Engine faults, each of a different kind: a piece of source, and a plausible slip that replaces it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from autograd.engine import Value, adjoints, recording
from autograd.engine.blocks import Block
from autograd.engine.differentiating import plain_gradients, recorded_partials
from autograd.engine.inline import values
from autograd.primitives import TABLE, evaluating
from autograd.transforms import dual
from benchmarks.mutants.editing import edited


@dataclass(frozen=True)
class Fault:
    """One fault: its name, the function and source it changes, the hunt that finds it, and how it must be named.

    `named` lists the kinds of blame, or the laws, that describe the fault; `smallest` is the number of operations that
    a program needs to show it.
    """

    name: str
    function: Any
    old: str
    new: str
    hunt: str  # "gradients", "second order", "laws", or "operation NAME"
    named: tuple[str, ...]
    smallest: int = 1
    nested: str = ""

    def apply(self) -> AbstractContextManager[None]:
        """A context in which the fault is present."""
        return edited(self.function, self.old, self.new, self.nested)


PARTIALS_NOW = "node.op.evaluate(*node.op.structured(tuple(u._number for u in node.inputs)))[1]"
KEPT_OPEN = """self.mark.on = None
    if exception[0]:
        exception[1].kept = made(self.manager, None)
        exception[1].kept.__self__.enter()"""

FAULTS = [
    Fault("= for += at interior nodes", adjoints._descend, "adjoint * by_v if total is zero",
          "adjoint * by_v if total is zero or v._x is not None",
          "gradients", ("accumulation",), 2),
    Fault("= for += at leaves", adjoints._descend, "adjoint * by_v if total is zero",
          "adjoint * by_v if total is zero or v._x is None",
          "gradients", ("accumulation",)),
    Fault("a set of parents", adjoints._descend, "if kind is float or w is None:",
          "if kind is float or w is None or w is node._x:",
          "gradients", ("accumulation",)),
    Fault("no topological order", adjoints._descend, "in reversed(window):", "in window:",
          "gradients", ("accumulation",), 3),
    Fault("nodes met twice", adjoints._descend, "if v._met is not zero:",
          "if v._x is not None or v._met is not zero:", "gradients", ("accumulation",), 2),
    Fault("stale interior grads", adjoints._descend, "node.grad = adjoint", "node.grad = node.grad + adjoint",
          "laws", ("accumulation",)),
    Fault("leaf grads overwritten by the next pass", Value.backward,
          "added if leaf.grad is NO_GRAD or leaf.grad is None else leaf.grad + added", "added",
          "laws", ("accumulation",)),
    Fault("the seed forgotten", Value.backward, "sweep(self, seed,", "sweep(self, 1.0,", "laws", ("seed",)),
    Fault("an absent edge that leaks", adjoints._descend, "if by_u is not None:",
          "by_u = 0.0 if by_u is None else by_u\n                if True:", "laws", ("absent",), 2),
    Fault("constants differentiated", Value.constant.__func__, "made.index = CONSTANT", "made.index = next(clock)",
          "laws", ("constant",)),
    Fault("operands read in the backward pass", adjoints._descend, "v, by_v, w = node._x",
          f"if node.op: node._connect(node.inputs, {PARTIALS_NOW})\n        v, by_v, w = node._x",
          "laws", ("data",)),
    Fault("no_grad that records", recording.node, "if OPEN and", "if False and", "laws", ("no_grad",)),
    Fault("no_grad not restored after an exception", Block.leave, "self.mark.on = None", KEPT_OPEN,
          "laws", ("no_grad",)),
    Fault("detach that keeps the graph", Value.detach, "return Value(self._number, self.label)", "return +self",
          "laws", ("detach",)),
    Fault("zero_grad that forgets nothing", Value.zero_grad, "self.grad = NO_GRAD", "pass", "laws", ("zero_grad",)),
    Fault("reflected operands swapped", values.__rsub__, "z = x - y", "z = y - x", "laws", ("operands",)),
    Fault("gradients in the wrong order", plain_gradients, "[v._adjoint for v in inputs]",
          "[v._adjoint for v in reversed(inputs)]", "gradients", ("accumulation",)),
    Fault("create_graph that cuts at interior nodes", recorded_partials, "v.data if v.is_constant else v",
          "v.data if v.is_constant or v.inputs else v", "second order", ("composition",), 2),
    Fault("tangents overwritten", dual._tangent,
          "x.tangent * partial if tangent is None else tangent + x.tangent * partial", "x.tangent * partial",
          "gradients", ("forward mode",)),
    Fault("perturbation confusion", dual._beneath, "x.primal if type(x) is Dual and x.level == level else",
          "x.primal if type(x) is Dual else", "laws", ("perturbation", "nested")),
    Fault("a kink on the wrong side", TABLE["relu"].declared, "x <= 0", "x < 0", "operation relu", ("kink",)),
    Fault("a domain not enforced", evaluating._guarded_value, "isfinite(z) and low <= x <= high",
          "isfinite(z) or low <= high", "operation log", ("failure",), nested="of_one"),
]  # fmt: skip


def by_name(name: str) -> Fault:
    """The fault with this name."""
    return next(fault for fault in FAULTS if fault.name == name)
