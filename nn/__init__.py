"""Small models on top of the engine."""

from nn.modules import MLP, Layer, Module, Neuron
from nn.objective import Objective

__all__ = ["MLP", "Layer", "Module", "Neuron", "Objective"]
