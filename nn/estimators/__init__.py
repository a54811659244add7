"""The lecture's models as estimators, with scikit-learn's conventions: `fit`, `predict`, `score`."""

from nn.estimators.classification import LinearSVM, LogisticRegression, Perceptron, RegressionClassifier
from nn.estimators.gaussian import GaussianClassifier
from nn.estimators.networks import MLPClassifier, MLPRegressor
from nn.estimators.regression import LinearRegression, PolynomialRegression

__all__ = [
    "GaussianClassifier",
    "LinearRegression",
    "LinearSVM",
    "LogisticRegression",
    "MLPClassifier",
    "MLPRegressor",
    "Perceptron",
    "PolynomialRegression",
    "RegressionClassifier",
]
