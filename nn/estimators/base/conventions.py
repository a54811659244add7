"""scikit-learn's conventions, shared by all estimators: parameters, learned attributes, scores, tags."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from html import escape
from typing import Any, Self

import numpy as np

from nn.estimators.base.steps import ThreeSteps
from nn.estimators.data.checks import NotFittedError, as_in_sklearn, classes_of, features, labels, targets, warn
from nn.estimators.data.units import in_units
from nn.estimators.data.weights import class_weights, shares_of, weighed

MOST_TOLD = 5  # the most names in an error
PENALTY = "λ of (λ/2)‖w‖² on the mean loss"
OURS = {  # by names in scikit-learn and others
    "C": f"l2=1/(C·rows), {PENALTY}",
    "alpha": f"l2=…, {PENALTY}, or l1=…",
    "penalty": f"l2=…, {PENALTY}, or l1=…",
    "l1_ratio": "l1=… and l2=…",
    "hidden_layer_sizes": "hidden=…",
    "lr": "rate=…",
    "eta0": "rate=…",
    "learning_rate": "rate=…",
    "learning_rate_init": "rate=…",
    "n_iter": "max_iter=…",
    "epochs": "max_iter=…",
}


@dataclass(eq=False, repr=False, kw_only=True)
class Estimator(ThreeSteps):
    """Base of all estimators: the constructor only stores the parameters, its fields; learned attributes end in `_`."""

    def __new__(cls, *args: Any, **params: Any) -> Self:
        known = {field.name for field in fields(cls)}
        for name in params.keys() - known:
            if name in OURS and OURS[name].partition("=")[0] in known:
                raise TypeError(f"{cls.__name__} has no {name}=: write {OURS[name]}")
        return super().__new__(cls)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name; raises ValueError, and sets none, for an unknown name."""
        known = self.get_params()
        for name in params:
            if name not in known:
                ours = f"; write {OURS[name]}" if name in OURS else ""
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. Valid parameters are: {list(known)}{ours}"
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = (f for f in fields(self) if f.default is MISSING or repr(getattr(self, f.name)) != repr(f.default))
        return f"{type(self).__name__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in changed)})"

    def _repr_html_(self) -> str:
        """The HTML for a notebook: scikit-learn's picture if it is loaded, otherwise all parameters and the state."""
        if "sklearn" in sys.modules:
            from sklearn.utils import estimator_html_repr

            return str(estimator_html_repr(self))
        state = "fitted" if self.__sklearn_is_fitted__() else "not fitted"
        params = self.get_params().items()
        rows = "".join(f"<tr><td>{name}</td><td>{escape(repr(value))}</td></tr>" for name, value in params)
        return f"<table><caption>{type(self).__name__}, {state}</caption>{rows}</table>"

    def __sklearn_is_fitted__(self) -> bool:
        return any(name.endswith("_") and not name.startswith("_") for name in vars(self))

    def _learned(self, X: Any) -> Any:
        """Check features to predict from against those seen in `fit`."""
        if not self.__sklearn_is_fitted__():
            raise as_in_sklearn(NotFittedError)(
                f"This {type(self).__name__} instance is not fitted yet: call fit first"
            )
        array, names = features(X)
        known = self._names
        if names is not None and known is not None and known != names:
            raise ValueError(_changed(known, names))
        if (names is None) != (known is None):
            has, was = ("does not have valid", "with") if names is None else ("has", "without")
            warn(f"X {has} feature names, but {type(self).__name__} was fitted {was} feature names")
        if array.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {array.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input"
            )
        return array

    def _taught(self, X: Any) -> Any:
        """Check features to learn from, and store their number and names."""
        array, self._names = features(X)
        self.n_features_in_ = array.shape[1]
        vars(self).pop("feature_names_in_", None)
        if self._names is not None and all(isinstance(name, str) for name in self._names):
            self.feature_names_in_ = np.array(self._names, dtype=object)
        return array

    def _named(self, column: Any) -> str:
        """A column in an error: its name, or its number."""
        return str(column if self._names is None else self._names[column])

    def _column_names(self) -> list[str]:
        """The names of the columns, or x0, x1, … as in scikit-learn."""
        if not self.__sklearn_is_fitted__():
            raise as_in_sklearn(NotFittedError)(f"This {type(self).__name__} instance is not fitted yet")
        return [f"x{j}" for j in range(self.n_features_in_)] if self._names is None else [str(n) for n in self._names]

    @contextmanager
    def _as_before_if_it_fails(self) -> Iterator[None]:
        """Restore the estimator if `fit` fails."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def _tags(self, kind: str, **of_kind: Any) -> Any:
        from sklearn.utils import Tags, TargetTags  # only scikit-learn calls this

        return Tags(estimator_type=kind, target_tags=TargetTags(required=True), **of_kind)


class Regressor(Estimator):
    """An estimator of a number: `fit`, `predict`, and `score`, which is R²."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from rows of features X, (n, d), and a number y per row, or several, (n, k); return the estimator.

        A row with a `sample_weight` of 2 counts as two rows, a row with 0 does not count.
        """
        with self._as_before_if_it_fails():
            array = self._taught(X)
            self._fit(*weighed(array, targets(y, len(array)), shares_of(sample_weight, len(array))))
        return self

    def predict(self, X: Any) -> Any:
        """Predict a number for every row, or several if y in `fit` had several."""
        with np.errstate(over="ignore", invalid="ignore"):
            return _representable("prediction", self._predict(self._learned(X)))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)², averaged over outputs; for constant y, 1 if predictions are exact, else 0.

        A row with a `sample_weight` of 2 counts as two rows.
        """
        predicted = self.predict(X)
        y = targets(y, len(predicted))
        if y.shape != predicted.shape:
            raise ValueError(f"y has the shape {y.shape}, and predictions have {predicted.shape}")
        y, predicted, shares = weighed(y, predicted, shares_of(sample_weight, len(y)))
        units = in_units(y.reshape(len(y), -1), shares=shares)  # so that squares neither overflow nor underflow
        with np.errstate(over="ignore"):
            error = np.ldexp((y / 2 - predicted / 2).reshape(len(y), -1), 1 - units.exponent)
            left, whole = (np.average(x**2, axis=0, weights=shares) for x in (error, units.A))
        return float(np.mean(np.where(whole > 0, 1 - left / np.where(whole > 0, whole, 1.0), left == 0)))

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        raise NotImplementedError

    def _predict(self, X: Any) -> Any:
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import RegressorTags

        tags = self._tags("regressor", regressor_tags=RegressorTags())
        tags.target_tags.multi_output = True
        return tags


class Classifier(Estimator):
    """An estimator of a class: `fit`, `predict`, `decision_function`, and `score`, which is the accuracy."""

    POOR_SCORE = False  # whether it cannot separate three blobs in a row

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from rows of features X, (n, d), and a class y per row; return the estimator.

        A row with a `sample_weight` of 2 counts as two rows, a row with 0 does not count.
        """
        with self._as_before_if_it_fails():
            array = self._taught(X)
            self.classes_, codes = labels(y, len(array))
            self._fit(*weighed(array, codes, self._of_classes(codes, shares_of(sample_weight, len(array)))))
        return self

    def _of_classes(self, y: Any, shares: Any) -> Any:
        """The shares of the rows, multiplied by the weights of their classes if the estimator has any."""
        chosen = getattr(self, "class_weight", None)
        if chosen is None:
            return shares
        shares = np.full(len(y), 1 / len(y)) if shares is None else shares
        weights = class_weights(chosen, self.classes_, np.bincount(y, weights=shares))[y]
        if not np.any(shares * weights):
            raise ValueError(f"no row counts: class_weight={chosen!r} gives 0 to the classes of all of them")
        return shares * weights / np.sum(shares * weights)

    def decision_function(self, X: Any) -> Any:
        """The score of every row, (n,): above 0 means `classes_[1]`. For more than two classes, one each, (n, K)."""
        scores = self._finite_scores(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> Any:
        """Predict the class of every row."""
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else np.argmax(scores, axis=1)]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of rows predicted correctly; a row with a `sample_weight` of 2 counts as two rows."""
        predicted = self.predict(X)
        given = classes_of(y, len(predicted))
        if _is_text(given) != _is_text(self.classes_):
            raise ValueError(f"y holds {given.tolist()[0]!r}, and the classes are like {self.classes_.tolist()[0]!r}")
        return float(np.average(predicted == given, weights=shares_of(sample_weight, len(given))))

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        """Learn from the class number of each row, and the rows' shares in the mean, or None."""
        raise NotImplementedError

    @property
    def _outputs(self) -> int:
        """The number of scores: one is enough for two classes."""
        return 1 if len(self.classes_) == 2 else len(self.classes_)

    def _own(self, y: Any) -> Any:
        """For each row and class, whether the row belongs to the class."""
        return y[:, np.newaxis] == np.arange(len(self.classes_))

    def _scores(self, X: Any) -> Any:
        """One score per row for two classes, K for K classes: (n, 1) or (n, K)."""
        raise NotImplementedError

    def _finite_scores(self, X: Any) -> Any:
        with np.errstate(over="ignore", invalid="ignore"):
            return _representable("score", self._scores(self._learned(X)))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        return self._tags("classifier", classifier_tags=ClassifierTags(poor_score=self.POOR_SCORE))


class Probabilistic(Classifier):
    """A classifier whose scores are log odds: `predict_proba` is their σ or softmax."""

    def predict_proba(self, X: Any) -> Any:
        """The posterior P(class | x) of every row and class, (n, K)."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of `predict_proba`."""
        z = self._finite_scores(X)
        if z.shape[1] == 1:
            return np.column_stack([-np.logaddexp(0, z[:, 0]), -np.logaddexp(0, -z[:, 0])])
        return z - np.logaddexp.reduce(z, axis=1, keepdims=True)


def _changed(known: list[Any], names: list[Any]) -> str:
    """A message on how the column names differ from those at fit."""
    told = ["The feature names should match those that were passed during fit."]
    for what, those, rest in (
        ("Feature names unseen at fit time:", names, known),
        ("Feature names seen at fit time, yet now missing:", known, names),
    ):
        others = sorted({str(name) for name in those if name not in rest})
        if others:
            told += [what, *(f"- {name}" for name in others[:MOST_TOLD])]
            told += ["- ..."] if len(others) > MOST_TOLD else []
    if len(told) == 1:
        told += ["Feature names must be in the same order as they were in fit."]
    return "\n".join(told) + "\n"


def _is_text(classes: Any) -> bool:
    return isinstance(classes.tolist()[0], (str, bytes))


def _representable(what: str, numbers: Any) -> Any:
    """Return the numbers; ValueError, naming the row, if one exceeds the range of floats."""
    if not np.isfinite(numbers).all():
        row = int(np.argwhere(~np.isfinite(numbers))[0][0])
        raise ValueError(f"the {what} of row {row} of X is beyond the range of floats: its numbers are too large")
    return numbers
