"""Gradient checking: a plausible wrong derivative is planted, found, shrunk, explained and drawn.

Then the kit checks a derivative written by hand in NumPy: it also tests code that this engine did not make.
"""

from typing import Any

import numpy as np
from hypothesis import Phase, given, settings

from autograd import exp, primitive
from autograd.testing import GradientMismatch, SampleProgram, check_gradients, check_primitive, gradcheck
from autograd.testing.pictures import picture
from autograd.testing.programs import programs

PICTURE = "gradcheck.svg"

# The same failure for everybody: no random seed, and no database of earlier failures.
REPEATABLE = settings(
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),  # not `explain`: the kit itself says which operation is to blame
)


@primitive
def swish(x: Any) -> Any:
    """x · σ(x) with a wrong derivative: the second term of the product rule lacks its factor x."""
    s = 1 / (1 + exp(-x))
    return x * s, (s + s * (1 - s),)


def plant() -> GradientMismatch:
    """Find a program that shows the slip, and shrink it."""

    @REPEATABLE
    @given(programs([swish, "add", "multiply", "sin"], size=3))
    def every_gradient_is_right(program: SampleProgram) -> None:
        check_gradients(program, *program.inputs)

    try:
        every_gradient_is_right()
    except GradientMismatch as mismatch:
        return mismatch
    raise SystemExit("the slip was not found")


def softmax_cross_entropy(z: Any) -> Any:
    """The cost -log softmax(z)₀ of a row of three logits, in NumPy."""
    return np.log(np.sum(np.exp(z - np.max(z)))) - (z[0] - np.max(z))


def by_hand(z: Any) -> Any:
    """Its gradient by hand: softmax(z) minus the target."""
    p = np.exp(z - np.max(z))
    return p / np.sum(p) - np.array([1.0, 0.0, 0.0])


def by_hand_wrong(z: Any) -> Any:
    """The same, with the target in the wrong place."""
    p = np.exp(z - np.max(z))
    return p / np.sum(p) - np.array([0.0, 1.0, 0.0])


def main() -> None:
    """Tell the story, and save the picture."""
    print("swish(x) = x·σ(x), with a slip in its derivative. Hypothesis searches programs that use it, and shrinks:\n")
    mismatch = plant()
    print(mismatch)
    drawing = picture(mismatch)
    if drawing is not None:
        print(f"\nThe edge to blame, marked: {drawing.save(PICTURE)}")

    print("\nThe operation alone, over its whole domain:")
    try:
        check_primitive(swish)
    except GradientMismatch as alone:
        print(f"  {alone.message.splitlines()[0]}")

    print("\nA gradient written by hand in NumPy, at points that hypothesis draws:")
    check = gradcheck(softmax_cross_entropy, domain={"z": [(-5.0, 5.0)] * 3}, grad=lambda z: by_hand(np.array(z)))
    REPEATABLE(check)()
    print("  softmax minus target: right")
    try:
        check_gradients(softmax_cross_entropy, [1.0, 2.0, 3.0], grad=lambda z: by_hand_wrong(np.array(z)))
    except GradientMismatch as wrong:
        print(f"  the target at the wrong place: {wrong.message.splitlines()[0]}")


if __name__ == "__main__":
    main()
