"""micrograd's modules: those of the package `nn`, which have the same names and draw the same numbers."""

from nn import MLP, Layer, Module, Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron"]
