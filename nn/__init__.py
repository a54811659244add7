"""Small models on the engine: modules, losses, optimisers, and the lecture's models as estimators."""

import sys

from nn import schedules
from nn.attention import Attention
from nn.convolution import Conv2d
from nn.dropout import Dropout
from nn.embedding import Embedding
from nn.errors import Diverged, no_attribute
from nn.estimators import (
    GaussianClassifier,
    LinearRegression,
    LinearSVM,
    LogisticRegression,
    MLPClassifier,
    MLPRegressor,
    Perceptron,
    PolynomialRegression,
    RegressionClassifier,
)
from nn.estimators.data.checks import ConvergenceWarning, NotFittedError
from nn.layers import MLP, Activation, Layer, Linear, Neuron, Sequential
from nn.lbfgs import LBFGS
from nn.losses import cross_entropy, hinge, l1, l2, perceptron_loss, squared_error, zero_one
from nn.module import Module
from nn.newton import Newton
from nn.normalisation import LayerNorm
from nn.objective import Objective
from nn.optimisers import SGD, Adagrad, Adam, AdamW, Optimiser, RMSProp
from nn.recurrent import GRU, LSTM, RNN, Recurrent
from nn.stopping import EarlyStopping
from nn.summary import Summary, summary
from nn.training import Trained, train

__all__ = [
    "GRU",
    "LBFGS",
    "LSTM",
    "MLP",
    "RNN",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "Attention",
    "Conv2d",
    "ConvergenceWarning",
    "Diverged",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "GaussianClassifier",
    "Layer",
    "LayerNorm",
    "Linear",
    "LinearRegression",
    "LinearSVM",
    "LogisticRegression",
    "MLPClassifier",
    "MLPRegressor",
    "Module",
    "Neuron",
    "Newton",
    "NotFittedError",
    "Objective",
    "Optimiser",
    "Perceptron",
    "PolynomialRegression",
    "RMSProp",
    "Recurrent",
    "RegressionClassifier",
    "Sequential",
    "Summary",
    "Trained",
    "cross_entropy",
    "hinge",
    "l1",
    "l2",
    "perceptron_loss",
    "schedules",
    "squared_error",
    "summary",
    "train",
    "zero_one",
]

TYPE_CHECKING = False
if not TYPE_CHECKING:  # otherwise a type checker would accept any name

    def __getattr__(name):
        raise no_attribute(sys.modules[__name__], name)
