"""micrograd's modules: those of the package `nn`, which have its names and draw its numbers."""

from nn import MLP, Layer, Module, Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron"]
