"""Networks: a graph as columns of neurons, with wires, tables of weights and heat maps."""
