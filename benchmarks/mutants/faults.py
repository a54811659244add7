"""Engine faults, each of a different kind: a piece of source, and a plausible slip that replaces it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from autograd.engine import Value, adjoints, recording
from autograd.engine.blocks import Block
from autograd.engine.differentiating import plain_gradients, recorded_partials
from autograd.primitives import TABLE, evaluating
from autograd.transforms import forward
from benchmarks.mutants.editing import edited

ACCUMULATE = "grad + adjoint * partial"


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


SWEEP = adjoints.Sweep
PARTIALS_NOW = "node.op.evaluate(*node.op.structured(tuple(u._data for u in node.inputs)))[1]"
KEPT_OPEN = """self.mark.on = None
    if exception[0]:
        exception[1].kept = made(self.manager, None)
        exception[1].kept.__self__.enter()"""

FAULTS = [
    Fault("= for += at interior nodes", SWEEP._descend,
          f"v.grad = adjoint * partial if grad is zero else {ACCUMULATE}", "v.grad = adjoint * partial",
          "gradients", ("accumulation",), 2),
    Fault("= for += at leaves", SWEEP._descend, f"leaves[v] = adjoint * partial if grad is None else {ACCUMULATE}",
          "leaves[v] = adjoint * partial", "gradients", ("accumulation",)),
    Fault("= for += in gradients()", adjoints.adjoints,
          "found[v] = found[v] + adjoint * partial if v in found else adjoint * partial",
          "found[v] = adjoint * partial", "gradients", ("accumulation",)),
    Fault("a set of parents", recording.node, "made.inputs = inputs",
          "made.inputs = tuple(dict.fromkeys(inputs))", "gradients", ("inputs",)),
    Fault("no topological order in backward()", SWEEP._descend,
          "sorted(self.nodes, key=_age, reverse=True)", "self.nodes", "gradients", ("accumulation",), 3),
    Fault("no topological order in gradients()", adjoints.adjoints,
          "sorted([node for node in nodes if node.inputs and node.index >= first], key=_age, reverse=True)",
          "[node for node in nodes if node.inputs and node.index >= first]", "gradients", ("accumulation",), 3),
    Fault("nodes visited twice", adjoints.adjoints, "if v not in seen:", "if v.inputs or v not in seen:",
          "gradients", ("accumulation",), 2),
    Fault("stale interior grads", SWEEP.__init__, "self._descend(zero)",
          "self._descend(zero); [setattr(n, 'grad', n.grad + g) for n, g in zip(self.nodes, self.before) if g]",
          "laws", ("accumulation",)),
    Fault("leaf grads overwritten by the next pass", Value.backward,
          "leaf.grad + added if leaf.has_grad and leaf.grad is not None else added", "added",
          "laws", ("accumulation",)),
    Fault("the seed forgotten", Value.backward, "Sweep(self, seed)", "Sweep(self, 1.0)", "laws", ("seed",)),
    Fault("an absent edge that leaks", adjoints.adjoints, "if partial is not None and not v.is_constant:",
          "partial = 0.0 if partial is None else partial\n            if not v.is_constant:", "laws", ("absent",), 2),
    Fault("constants differentiated", Value.backward, "if not leaf.is_constant:", "if True:", "laws", ("constant",)),
    Fault("operands read in the backward pass", SWEEP._descend, "zip(node.inputs, node.partials)",
          f"zip(node.inputs, {PARTIALS_NOW})", "laws", ("data",)),
    Fault("no_grad that records", recording.node, "if OPEN and", "if False and", "laws", ("no_grad",)),
    Fault("no_grad not restored after an exception", Block.leave, "self.mark.on = None", KEPT_OPEN,
          "laws", ("no_grad",)),
    Fault("detach that keeps the graph", Value.detach, "return Value(self._data, self.label)", "return +self",
          "laws", ("detach",)),
    Fault("zero_grad that forgets nothing", Value.zero_grad, "self.grad = NO_GRAD", "pass", "laws", ("zero_grad",)),
    Fault("reflected operands swapped", recording._operator, "forward(left, self)", "forward(self, left)",
          "laws", ("operands",), nested="reflected"),
    Fault("gradients in the wrong order", plain_gradients, "for v in inputs]", "for v in reversed(inputs)]",
          "gradients", ("accumulation",)),
    Fault("create_graph that cuts at interior nodes", recorded_partials, "v.data if v.is_constant else v",
          "v.data if v.is_constant or v.inputs else v", "second order", ("composition",), 2),
    Fault("tangents overwritten", forward._push,
          "x.tangent * partial if tangent is None else tangent + x.tangent * partial", "x.tangent * partial",
          "gradients", ("forward mode",), nested="push"),
    Fault("perturbation confusion", forward._push, "x.primal if type(x) is Dual and x.level == level else",
          "x.primal if type(x) is Dual else", "laws", ("perturbation", "nested"), nested="push"),
    Fault("a kink on the wrong side", TABLE["relu"].declared, "x <= 0", "x < 0", "operation relu", ("kink",)),
    Fault("a domain not enforced", evaluating._guarded_value, "z - z == 0.0 and low <= x <= high",
          "z - z == 0.0 or low <= high", "operation log", ("failure",), nested="of_one"),
]  # fmt: skip


def by_name(name: str) -> Fault:
    """The fault with this name."""
    return next(fault for fault in FAULTS if fault.name == name)
