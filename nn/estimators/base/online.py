"""Learning from rows that come in parts: `partial_fit` makes one pass over each part, from where the last ended."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from nn.estimators.base.conventions import Estimator
from nn.estimators.base.fitting import generator
from nn.estimators.data.checks import classes_of, labels, targets
from nn.estimators.data.weights import class_weights, mean_weight, shares_of, weighed
from nn.optimisers import Optimiser
from nn.training import train


class Descent(NamedTuple):
    """The state kept from part to part: the optimiser, with its moments and place in a schedule, and the generator.

    Rows whose weight is the mean weight of the first part, `unit`, count as one.
    """

    optimiser: Optimiser
    rng: Any
    unit: float


class Online(Estimator):
    """An estimator trained by gradients that can also learn from one part of the rows after another; `fit` starts anew.

    It precedes `ByGradient` in the list of bases, and has no parameters of its own.
    """

    history_: list[float]
    random_state: Any
    batch_size: Any
    callbacks: Any
    _require_sensible: Any  # and other methods of the bases after it
    _optimiser: Any
    _of_classes: Any
    _fit: Any

    _descent = None  # the state of learning from parts
    _takes_a_part = False  # whether the current rows are a part

    @property
    def _goes_on(self) -> bool:
        return self._takes_a_part or super()._goes_on  # type: ignore[misc]  # of ByGradient

    def _take(self, X: Any, y: Any, shares: Any, weight: float) -> Self:
        """Make one pass over rows whose targets are checked; `weight` is the mean of their weights."""
        if getattr(self, "early_stopping", False):
            raise ValueError("partial_fit does not know all rows, which early_stopping=True needs: leave it out")
        self._require_sensible()
        if self._descent is None:
            self._descent, self.history_ = Descent(self._optimiser(1), generator(self.random_state), weight), []
        if weight != self._descent.unit:
            shares = (np.full(len(X), 1 / len(X)) if shares is None else shares) * (weight / self._descent.unit)
        self._takes_a_part = True
        self._fit(*weighed(X, y, shares))
        self._takes_a_part = False
        return self

    def _best(self, objective: Any, theta: Any, X: Any, *rows: Any, each: Any = None, until: Any = None) -> Any:
        if not self._takes_a_part:
            self._descent = None
            return super()._best(objective, theta, X, *rows, each=each, until=until)  # type: ignore[misc]  # the same
        assert self._descent is not None
        optimiser, rng, _ = self._descent
        theta, history = train(
            objective,
            theta,
            X,
            *rows,
            optimiser=optimiser,
            passes=1,
            batch=self.batch_size,
            rng=rng,
            each=self.callbacks if each is None else each,
        )
        self.history_ = [*self.history_, *history]
        self.n_iter_ = len(self.history_)
        return theta


class OnlineClassifier(Online):
    """A classifier that can learn from parts."""

    class_weight: Any

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Make one pass over these rows, in one step or in batches, from where the last fit or pass ended.

        `classes` are the classes of all parts; the first call must give them. The optimiser keeps its moments and its
        schedule from part to part, and weights are relative to the mean weight of the first part. `history_` holds the
        loss of each part, before its pass.

        >>> from nn import Perceptron
        >>> model = Perceptron(random_state=0, batch_size=1)
        >>> for _ in range(20):
        ...     for X, y in (([[0.0], [1.0]], ["a", "a"]), ([[2.0], [3.0]], ["b", "b"])):
        ...         model = model.partial_fit(X, y, classes=["a", "b"])
        >>> model.predict([[0.5], [2.5]]).tolist()
        ['a', 'b']
        """
        with self._as_before_if_it_fails():
            array = self._learned(X) if self.__sklearn_is_fitted__() else self._taught(X)
            self.classes_ = _classes(vars(self).get("classes_"), classes)
            given = classes_of(y, len(array))
            unknown = ~np.isin(given, self.classes_)
            if unknown.any():
                row = int(np.argmax(unknown))
                raise ValueError(f"y holds {given.tolist()[row]!r} in row {row}, which is not among classes=")
            codes, shares = np.searchsorted(self.classes_, given), shares_of(sample_weight, len(array))
            weight = mean_weight(self._class_weights()[codes] * (1.0 if sample_weight is None else sample_weight))
            return self._take(array, codes, self._of_classes(codes, shares), weight)

    def _class_weights(self) -> Any:
        """The weight of every class, which a single part cannot show."""
        chosen = self.class_weight
        if isinstance(chosen, str) and chosen == "balanced":
            told = "sklearn.utils.class_weight.compute_class_weight('balanced', classes=classes, y=y)"
            raise ValueError(
                "class_weight='balanced' is not supported for partial_fit, which does not know all rows: compute the "
                f"weights from all y, or from enough of it, as {told} does, and give a dict, {{class: weight}}"
            )
        return np.ones(len(self.classes_)) if chosen is None else class_weights(chosen, self.classes_, None)


class OnlineRegressor(Online):
    """A regressor that can learn from parts."""

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Make one pass over these rows, in one step or in batches, from where the last fit or pass ended.

        The optimiser keeps its moments and its schedule from part to part, and weights are relative to the mean weight
        of the first part. `history_` holds the loss of each part.
        """
        with self._as_before_if_it_fails():
            array = self._learned(X) if self.__sklearn_is_fitted__() else self._taught(X)
            shares = shares_of(sample_weight, len(array))
            weight = mean_weight(1.0 if sample_weight is None else sample_weight)
            return self._take(array, targets(y, len(array)), shares, weight)


def _classes(known: Any, given: Any) -> Any:
    """The sorted classes of all parts."""
    if given is None:
        if known is None:
            raise ValueError("classes must be passed on the first call to partial_fit")
        return known
    found = labels(given, len(given))[0]
    if known is not None and found.tolist() != known.tolist():
        raise ValueError(f"classes={found.tolist()!r:.200} are not those of the parts before, {known.tolist()!r:.200}")
    return found
