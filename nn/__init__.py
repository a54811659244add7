"""Small neural networks on top of `autograd`, with micrograd's names."""

from nn.modules import MLP, Layer, Module, Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron"]
