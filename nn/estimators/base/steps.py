"""The lecture's three steps of a model, printed: a set of functions, goodness of a function, the best function."""

from __future__ import annotations

import numpy as np

MOST_PRINTED = 6  # the most weights that are printed one by one
SEARCHES = {
    "newton": "Newton's method: w ← w - H⁻¹ ∂L/∂w, with the exact Hessian H",
    "lbfgs": "L-BFGS: w ← w - B ∂L/∂w, where B comes from the last gradients",
    "auto": "Newton's method where there are few weights and rows, else L-BFGS",
    "gradient descent": "gradient descent: w ← w - η ∂L/∂w",
    "gradient ascent": "gradient ascent on ln L, with momentum",
    "adagrad": "Adagrad: w ← w - η/√(Σ g²) · g, with g = ∂L/∂w",
    "rmsprop": "RMSProp: w ← w - η/√(mean of g²) · g, with g = ∂L/∂w",
    "adam": "Adam: w ← w - η/√(mean of g²) · mean of g, with g = ∂L/∂w",
}


class ThreeSteps:
    """The texts of a model class: `FUNCTIONS`, `GOODNESS`, and `EXACTLY`, on how solver="exact" finds the best.

    `{name}` in a text is replaced by that parameter.
    """

    FUNCTIONS = ""
    GOODNESS = ""
    EXACTLY = ""

    def explain_steps(self) -> None:
        """Print the lecture's three steps with the parameters of this model; for a fitted model, also the result."""
        print(f"1 A set of functions          {self.FUNCTIONS.format(**vars(self))}")
        print(f"2 The goodness of a function  {self.GOODNESS.format(**vars(self))}{''.join(self._penalties())}")
        print(f"3 The best function           {self._search()}")
        if hasattr(self, "history_"):
            print(f"  found                       {self._found()}")

    def _penalties(self) -> list[str]:
        """The penalties that are not 0, with their λ."""
        own = vars(self)
        return [
            f" + {text} with {letter} = {own[name]:g}"
            for name, letter, text in (("l2", "λ", "(λ/2) Σw²"), ("l1", "λ₁", "λ₁ Σ|w|"))
            if own.get(name)
        ]

    def _search(self) -> str:
        solver = vars(self)["solver"]
        if vars(self).get("l1"):
            return "proximal Newton steps: those of the quadratic at w, plus λ₁ Σ|w|"
        if solver == "exact":
            return self.EXACTLY
        told = SEARCHES.get(solver, f"steps of {solver!r}") if isinstance(solver, str) else f"steps of {solver!r}"
        return f"{told}, η = {vars(self)['rate']!r}" if "η" in told else told

    def _found(self) -> str:
        steps = vars(self)["n_iter_"]
        told = [f"L = {vars(self)['history_'][-1]:.6g} after {steps} step{'s' * (steps > 1)}"]
        for letter, name in (("b", "intercept_"), ("w", "coef_")):
            numbers = np.ravel(vars(self).get(name, ()))
            if 0 < len(numbers) <= MOST_PRINTED:
                told += [f"{letter} = {', '.join(f'{number:.6g}' for number in numbers)}"]
        return "; ".join(told)
